"""A server, and workers of it that are processes of their own: started, killed and stopped."""

import base64
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.client import FLUENTCRM
from tests.fluentcrm_api.running import children
from tests.postgres import free_port
from tests.processes import ROOT, Prepared, served

# Much longer than any of it takes.
SECONDS = 90


@dataclass(frozen=True)
class Site:
    """A server that runs, its environment and the credentials of its first user."""

    environment: dict[str, str]
    port: int
    password: str
    process: "subprocess.Popen[str]"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        credentials = base64.b64encode(f"admin:{self.password}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{FLUENTCRM}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {credentials}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - always http
            return json.load(answer)

    def make_contacts(self, count: int, name: str = "contact") -> None:
        for start in range(0, count, 1000):
            rows = [
                {"email": f"{name}{number}@example.com", "status": "subscribed"}
                for number in range(start, min(start + 1000, count))
            ]
            self.call("POST", "/subscribers/bulk-add-update", {"contacts": rows})

    def tag_everybody(self) -> tuple[int, int]:
        """Start the job, with a tag of its own; the ids of the job and of the tag."""
        tag: int = self.call("POST", "/tags", {"title": f"Tag {uuid.uuid4().hex}"})["lists"]["id"]
        body = {"action_name": "add_to_tags", "action_options": [tag], "is_all": "yes", "background": True}
        return self.call("POST", "/subscribers/do-bulk-action", body)["job"]["id"], tag

    def tagged(self, tag: int) -> int:
        [(count,)] = self.rows(f"SELECT count(*) FROM subscribers_subscribertag WHERE tag_id = {tag}")
        return int(count)

    @contextmanager
    def again(self, variables: Mapping[str, str] | None = None, *, worker: bool = False) -> Iterator["Site"]:
        """One more server of the same site, with other variables or with a worker beside it."""
        environment, port = {**self.environment, **(variables or {})}, free_port()
        with served(environment, port, worker=worker) as process:
            yield Site(environment, port, self.password, process)

    def job(self, number: int) -> dict[str, Any]:
        shown: dict[str, Any] = self.call("GET", f"/jobs/{number}")["job"]
        return shown

    def wait_for(self, number: int, *, beyond: int = -1) -> dict[str, Any]:
        """The job when it is over, or when it has done more than `beyond`, which it has to in time."""
        limit = time.monotonic() + SECONDS
        while True:
            job = self.job(number)
            if job["state"] not in ("queued", "running") or 0 <= beyond < job["done"]:
                return job
            assert time.monotonic() < limit, job
            time.sleep(0.01)

    def rows(self, sql: str) -> list[Any]:
        """What a statement reads from the site's database."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("sqlite"):
            with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
                return database.execute(sql).fetchall()
        with psycopg.connect(url) as connection:
            return connection.execute(sql).fetchall()


@contextmanager
def site(prepared: Prepared) -> Iterator[Site]:
    """A server that was never used before, without a worker."""
    port = free_port()
    with served(prepared.environment, port) as process:
        yield Site(prepared.environment, port, prepared.password, process)


@contextmanager
def working(environment: dict[str, str], count: int = 1) -> Iterator["subprocess.Popen[str]"]:
    """`manage.py work`, from when it says that it works."""
    plural = "worker" if count == 1 else "workers"
    command = [sys.executable, "manage.py", "work", "--workers", str(count)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout
            assert process.stdout.readline() == f"Working with {count} {plural}.\n"
            yield process
        finally:
            process.terminate()


def kill_workers(process: "subprocess.Popen[str]", number: int) -> None:
    """Send all of them a signal, when there are any: one that was killed is replaced within a second."""
    limit = time.monotonic() + SECONDS
    while not (pids := children(process.pid)):
        assert time.monotonic() < limit, "No worker was started again."
        time.sleep(0.01)
    for pid in pids:
        os.kill(pid, number)


def kill_again_and_again(running: Site, process: "subprocess.Popen[str]", number: int, *, times: int) -> int:
    """Kill the workers while the job is under way, at random times; how often that was."""
    seed = random.randrange(10**6)
    print("The random times are those of random.Random of", seed)
    chance = random.Random(seed)
    done = kills = 0
    while kills < times:
        # One that was killed does nothing any more: what is done beyond that is another one's work.
        if running.wait_for(number, beyond=done)["state"] not in ("queued", "running"):
            break
        time.sleep(chance.uniform(0, 0.1))
        kill_workers(process, signal.SIGKILL)
        done = running.job(number)["done"]
        kills += 1
    return kills


def check_all_is_done_once(running: Site, number: int, tag: int, contacts: int, chunk: int) -> None:
    """By the job's own counts, by the links, and by history: a chunk done twice would change nobody the second time."""
    job = running.job(number)
    assert (job["state"], job["done"], job["of"], job["error"]) == ("done", contacts, contacts, "")
    [(last,)] = running.rows("SELECT max(id) FROM subscribers_subscriber")
    assert job["result"] == {"last_contact_id": last, "completed_contacts": contacts}
    assert running.tagged(tag) == contacts
    attached = f"FROM changes_change WHERE event = 'tags_attached' AND subject_id = {tag}"
    assert running.rows(f"SELECT count(*), sum(contacts) {attached}") == [(-(-contacts // chunk), contacts)]
    # History names who asked for it, though another process did it.
    [actor] = running.rows(f"SELECT DISTINCT channel, actor_kind, user_id {attached}")
    assert actor == ("api", "application_password", running.rows("SELECT id FROM auth_user")[0][0])

"""A bulk action in the background whose worker is killed on the way: `python -m benchmarks.jobs [--contacts N] [--kills N]`.

The server and its worker run as `manage.py serve` starts them, on a throw-away PostgreSQL. The worker is
ended by SIGKILL after equal shares of the work; at the end each contact must have the tag by exactly one
entry of history, or the run fails.
"""

import argparse
import http.client
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import django

from benchmarks.__main__ import isolate, prepare, running
from tests.fluentcrm_api.running import children
from tests.postgres import free_port, stop_on_sigterm, throwaway_postgres

BASE = "/wp-json/fluent-crm/v2"
LOOK_SECONDS = 0.05


class Site:
    """The server at a port, for a user."""

    def __init__(self, port: int, authorization: str) -> None:
        self.port, self.authorization = port, authorization

    def call(self, method: str, path: str, body: Any = None) -> Any:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        client.request(method, BASE + path, None if body is None else json.dumps(body), headers)
        answer = client.getresponse()
        text = answer.read()
        client.close()
        if answer.status not in (200, 202):
            raise SystemExit(f"{method} {path} answered {answer.status}: {text.decode()}")
        return json.loads(text)

    def job(self, number: int) -> Any:
        return self.call("GET", f"/jobs/{number}")["job"]


def background_worker() -> int:
    """The process that the supervisor started last: the web processes come first."""
    [supervisor] = children(os.getpid())[-1:]
    return children(supervisor)[-1]


def measure(site: Site, contacts: int, kills: int) -> None:
    from changes.models import Change  # noqa: PLC0415 - Django has to be set up first
    from subscribers.models import SubscriberTag  # noqa: PLC0415

    tag = site.call("POST", "/tags", {"title": "Everybody"})["lists"]["id"]
    action = {"action_name": "add_to_tags", "action_options": [tag], "is_all": "yes", "background": True}
    started = time.monotonic()
    number = site.call("POST", "/subscribers/do-bulk-action", action)["job"]["id"]
    answered = time.monotonic() - started
    shares = [contacts * share // (kills + 1) for share in range(1, kills + 1)]
    seen: list[int] = []
    waited = 0.0
    while (job := site.job(number))["state"] in ("queued", "running"):
        seen.append(job["done"])
        if shares and job["done"] >= shares[0]:
            shares.pop(0)
            with suppress(ProcessLookupError):
                os.kill(background_worker(), signal.SIGKILL)
            killed = time.monotonic()
            while site.job(number)["done"] == job["done"]:
                time.sleep(LOOK_SECONDS)
            waited += time.monotonic() - killed
        time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - started
    entries = list(Change.objects.filter(event="tags_attached").values_list("contacts", flat=True))
    linked = SubscriberTag.objects.filter(tag_id=tag).count()
    right = seen == sorted(seen) and linked == sum(entries) == job["done"] == job["of"] == contacts
    print(f"{job['state']}: {job['done']:,} of {job['of']:,}, {linked:,} links, {len(entries)} entries of history")
    print(f"answered in {answered * 1000:.0f} ms; {seconds:.1f} s in all, {waited:.1f} s of them after {kills} kills")
    if not right or job["state"] != "done":
        raise SystemExit("Something is missing, or was done twice.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.jobs")
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=2)
    options = parser.parse_args()
    stop_on_sigterm()
    with tempfile.TemporaryDirectory() as folder, throwaway_postgres() as url:
        isolate(url, Path(folder), "both")
        django.setup()
        authorization = prepare(options.contacts)
        print(f"{options.contacts:,} contacts made.", file=sys.stderr)
        port = free_port()
        with running(["manage.py", "serve", "--port", str(port)]):
            measure(Site(port, authorization), options.contacts, options.kills)


if __name__ == "__main__":
    main()

"""Thousands of changes while workers, web processes, the database and the receivers are killed at random. One file, as it is one story.

In the end each receiver has each event once by its id, and those of each contact in their order.
"""

import http.client
import json
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from standardwebhooks import Webhook

from tests.fluentcrm_api.running import children
from tests.fluentcrm_api.test_away import postmaster, started_again
from tests.jobs.working import Site, kill_workers, site, working
from tests.postgres import accepts_connections, throwaway_postgres
from tests.processes import migrated_database, new_environment, prepare
from tests.sizes import sized
from tests.webhooks.receiver import Got, Receiver, receiving

# Contacts changed.
CHANGES = sized(20_000, 600)
CONTACTS, CLIENTS = 60, 3
# Much longer than any of it takes.
SECONDS = 120 + CHANGES / 50
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENTS = [
    "contact.updated",
    "contact.status_changed",
    "contact.tag_attached",
    "contact.tag_detached",
    "contact.note_added",
]
CHANGED = """
    SELECT coalesce(sum(contacts), 0) FROM changes_change
    WHERE event IN ('updated', 'status_changed', 'tags_attached', 'tags_detached', 'note_created')
"""
COMMITTED = """
    SELECT l.contact_id FROM changes_change c JOIN changes_changedcontact l ON l.change_id = c.id
    WHERE event IN ('updated', 'status_changed', 'tags_attached', 'tags_detached', 'note_created')
    ORDER BY c.transaction_number, c.id, l.id
"""
Call = Callable[[str, str, Any], Any]


class Keeper:
    """What a receiver was told: each request verified, each event once by its id, in the order of arrival."""

    def __init__(self) -> None:
        self.receiver = Receiver(reply=self.take)
        self.events: dict[str, Any] = {}
        self.repeats = 0
        self.forged: list[Got] = []

    def take(self, got: Got) -> Any:
        try:
            body = Webhook(SECRET).verify(got.raw, got.headers)
        except Exception:  # noqa: BLE001 - whatever a library raises
            self.forged.append(got)
            return 400, b"", {}
        for event in body["data"]["events"] if body["type"] == "batch" else [body]:
            if event["id"] in self.events:
                self.repeats += 1
            self.events.setdefault(event["id"], event)
        return 200, b"", {}


@contextmanager
def database(folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """The URL of a database, and what crashes it and starts it again: a PostgreSQL of its own."""
    if os.environ["DATABASE_URL"].startswith("sqlite"):
        with migrated_database(folder) as url:
            yield url, lambda: None
        return
    with throwaway_postgres() as url, ExitStack() as stack:
        port = urlsplit(url).port or 0
        cluster, _ = postmaster(url)
        with psycopg.connect(url, autocommit=True) as connection:
            # What was committed has to survive here, unlike in other tests.
            connection.execute("ALTER DATABASE postgres SET synchronous_commit = on")

        def crash() -> None:
            pid = int((cluster / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)  # no checkpoint, as after a loss of power
            while accepts_connections(port):
                time.sleep(0.02)
            time.sleep(0.3)
            stack.enter_context(started_again(cluster, port))

        yield url, crash


def persistent(running: Site) -> Call:
    """A client that asks until it gets an answer: what it asks may be asked twice."""

    def call(method: str, path: str, body: Any = None) -> Any:
        limit = time.monotonic() + SECONDS
        while True:
            try:
                return running.call(method, path, body)
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                assert time.monotonic() < limit
                time.sleep(0.05)

    return call


def change_things(call: Call, contacts: list[int], tags: list[int], enough: Event, chance: random.Random) -> None:
    """Changes of the contacts of one client, one after the other."""
    for number in range(10**6):
        if enough.is_set():
            return
        kind = chance.randrange(8)
        if kind < 4:
            call("PUT", f"/subscribers/{chance.choice(contacts)}", {"subscriber": {"city": f"City {number}"}})
        elif kind == 4:
            note = {"title": f"Note {number}", "description": "x", "type": "note"}
            call("POST", f"/subscribers/{chance.choice(contacts)}/notes", {"note": note})
        else:
            name = chance.choice(["add_to_tags", "remove_from_tags", "change_contact_status"])
            options: dict[str, Any] = {"action_options": [chance.choice(tags)]}
            if name == "change_contact_status":
                options = {"new_status": chance.choice(["subscribed", "unsubscribed", "pending"])}
            body = {"action_name": name, "subscriber_ids": chance.sample(contacts, 15), **options}
            call("POST", "/subscribers/do-bulk-action", body)


@dataclass
class Killer(Thread):
    """Kills one of them every now and then, until it is over; then everything gets the time to arrive."""

    running: Site
    worker: Any
    keepers: list[Keeper]
    crash: Callable[[], None]
    chance: random.Random
    over: Event = field(default_factory=Event)
    kills: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    all_is_told: bool = False

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        open_receivers = [ExitStack() for _ in self.keepers]
        with ExitStack() as stack:
            for opened, keeper in zip(open_receivers, self.keepers, strict=True):
                stack.enter_context(opened)
                opened.enter_context(receiving(keeper.receiver))
            while not self.over.wait(self.chance.uniform(0.2, 1.2)):
                victim = self.chance.choice(["worker", "worker", "web", "receiver", "receiver", "database"])
                self.kills[victim] += 1
                if victim == "worker":
                    kill_workers(self.worker, signal.SIGKILL)
                elif victim == "web":
                    for pid in children(self.running.process.pid)[:1]:
                        os.kill(pid, signal.SIGKILL)
                elif victim == "receiver":
                    at = self.chance.randrange(len(open_receivers))
                    open_receivers[at].close()
                    self.over.wait(self.chance.uniform(0, 1))
                    open_receivers[at].enter_context(receiving(self.keepers[at].receiver))
                elif self.kills["database"] % 3 == 1:
                    self.crash()
            wait_until_all_is_told(self.running, self.keepers)
            self.all_is_told = True

    __hash__ = object.__hash__


def rows(running: Site, sql: str) -> list[Any]:
    try:
        return running.rows(sql)
    except psycopg.OperationalError:
        return []


def wait_until_all_is_told(running: Site, keepers: list[Keeper]) -> None:
    limit = time.monotonic() + SECONDS
    while True:
        [(wanted,)] = rows(running, CHANGED) or [(None,)]
        if wanted is not None and all(len(keeper.events) >= wanted for keeper in keepers):
            return
        assert time.monotonic() < limit, ([len(keeper.events) for keeper in keepers], wanted)
        time.sleep(0.2)


@pytest.mark.timeout(SECONDS * 3)
def test_each_event_arrives_once_by_its_id_and_in_order(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print("The random times are those of random.Random of", seed)
    chance = random.Random(seed)
    keepers = [Keeper(), Keeper()]
    with database(tmp_path) as (url, crash):
        environment = new_environment(tmp_path, url) | {
            "WEBHOOKS_ALLOW_PRIVATE": "True",
            "WEBHOOK_RETRIES": ",".join(["1"] * 200),
            "JOB_LEASE": "1",
        }
        prepared = prepare(environment)
        with site(prepared) as running, working(environment) as worker:
            running.make_contacts(CONTACTS)
            contacts = [pk for (pk,) in running.rows("SELECT id FROM subscribers_subscriber ORDER BY id")]
            tags = [running.call("POST", "/tags", {"title": f"Tag {n}"})["lists"]["id"] for n in range(4)]
            make_endpoints(prepared.key, running, keepers)
            call, enough = persistent(running), Event()
            killer = Killer(running, worker, keepers, crash, chance)
            start = time.monotonic()
            clients = [
                Thread(
                    target=change_things,
                    args=[call, contacts[at::CLIENTS], tags, enough, random.Random(seed + at)],
                    daemon=True,
                )
                for at in range(CLIENTS)
            ]
            for thread in (killer, *clients):
                thread.start()
            while sum(count for (count,) in rows(running, CHANGED)) < CHANGES:
                assert time.monotonic() < start + SECONDS
                assert killer.is_alive()
                time.sleep(0.2)
            enough.set()
            for client in clients:
                client.join(SECONDS)
                assert not client.is_alive()
            killer.over.set()
            killer.join(SECONDS)
            assert killer.all_is_told
            seconds = time.monotonic() - start
            print("Killed:", dict(killer.kills), "Repeats:", [keeper.repeats for keeper in keepers], f"{seconds:.0f} s")
            check(running, keepers)


def make_endpoints(key: str, running: Site, keepers: list[Keeper]) -> None:
    """By the API: one that gets each event for itself, and one that wants batches."""
    for keeper, batch in zip(keepers, (1, 40), strict=True):
        with receiving(keeper.receiver):
            connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
            body = {"url": keeper.receiver.url, "events": EVENTS, "secret": SECRET, "batch": batch}
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            connection.request("POST", "/v1/webhooks", json.dumps(body), headers)
            assert connection.getresponse().status == 201
            connection.close()


def check(running: Site, keepers: list[Keeper]) -> None:
    """By what the database says happened."""
    [(changed,)] = running.rows(CHANGED)
    assert changed >= CHANGES
    events = running.rows("SELECT name, type, contact_id FROM webhooks_event ORDER BY id")
    assert len(events) == changed
    contact_of = {name: contact for name, _, contact in events}
    order = defaultdict(list)
    for name, _, contact in events:
        order[contact].append(name)
    # Events are made in the order of commits.
    assert [contact for (contact,) in running.rows(COMMITTED)] == [contact for _, _, contact in events]
    for keeper in keepers:
        assert not keeper.forged
        assert keeper.events.keys() == contact_of.keys()
        told = defaultdict(list)
        for name in keeper.events:
            told[contact_of[name]].append(name)
        assert told == order

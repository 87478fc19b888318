"""docs/examples/mirror.py ends with exactly the contacts of the server, whatever happened meanwhile."""

import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.client import FLUENTCRM
from tests.fluentcrm_api.running import children
from tests.fluentcrm_api.test_mixed_load import CLIENTS, Someone
from tests.postgres import free_port
from tests.processes import ROOT, Prepared, manage, prepared_site, served
from tests.threads import Worker

SCRIPT = ROOT / "docs" / "examples" / "mirror.py"
# Transactions of tests beside this one hold up the feed for as long as they are open.
ATTEMPTS = 20
MAKE = """
from subscribers.models import Subscriber
Subscriber.objects.bulk_create(Subscriber(email=f"made{n}@example.com") for n in range(2500))
"""
# All but the newest entry.
FORGET = """
from datetime import timedelta
from django.utils import timezone
from changes.models import Change
from changes.retention import remove_old_changes
Change.objects.update(at=timezone.now() - timedelta(days=100))
remove_old_changes()
"""


class Server:
    def __init__(self, prepared: Prepared, port: int) -> None:
        self.environment, self.password, self.port = prepared.environment, prepared.password, port
        basic = b64encode(f"admin:{self.password}".encode()).decode()
        self.authorizations = {FLUENTCRM: f"Basic {basic}", "/v1": f"Bearer {prepared.key}"}

    def contacts(self) -> dict[int, Any]:
        """All contacts as the API shows them."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        found: dict[int, Any] = {}
        while True:
            path = f"{FLUENTCRM}/subscribers?custom_fields=true&per_page=1000&after_id={max(found, default=0)}"
            client.request("GET", path, headers={"Authorization": self.authorizations[FLUENTCRM]})
            page = json.loads(client.getresponse().read())["data"]
            if not page:
                client.close()
                return found
            found |= {contact["id"]: contact for contact in page}

    def mirror(self, file: Path, *options: str) -> "subprocess.Popen[bytes]":
        site = f"http://127.0.0.1:{self.port}"
        return subprocess.Popen([sys.executable, str(SCRIPT), site, "admin", self.password, str(file), *options])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with prepared_site(tmp_path, FLUENZR_RATE_LIMIT="0") as prepared:
        yield Server(prepared, free_port())


def copied(file: Path) -> dict[int, Any]:
    database = sqlite3.connect(file)
    rows = dict(database.execute("SELECT id, body FROM contact"))
    database.close()
    return {pk: json.loads(body) for pk, body in rows.items()}


def check(server: Server, file: Path) -> None:
    """Let the mirror catch up; fail unless it then has what the server has."""
    expected = server.contacts()
    for _ in range(ATTEMPTS):
        assert server.mirror(file, "--once").wait(60) == 0
        if copied(file) == expected:
            return
    found = copied(file)
    assert found.keys() == expected.keys()
    assert [pair for pk, row in expected.items() if (pair := (row, found[pk]))[0] != pair[1]] == []


def test_it_has_exactly_the_contacts_after_eight_writers_and_kills(server: Server, tmp_path: Path) -> None:
    file, seed = tmp_path / "copy.sqlite3", random.randrange(10**6)
    rnd = random.Random(seed)
    manage(server.environment, "shell", "-v", "0", "-c", MAKE)

    def write(number: int) -> None:
        someone = Someone(server.port, server.authorizations, seed + number)
        for request in range(40):
            try:
                if request % 10 == 0:
                    someone.look_around()
                someone.send(*someone.any_request())
            except (http.client.HTTPException, OSError, KeyError):
                # Its web process was killed, and nobody knows what became of the request.
                someone.connection.close()
        someone.connection.close()

    with served(server.environment, server.port) as process:
        writers = [Worker(lambda number=number: write(number)) for number in range(CLIENTS)]  # type: ignore[misc]
        kills = 0
        while any(writer.is_alive() for writer in writers):
            mirror = server.mirror(file)
            Event().wait(rnd.uniform(0.2, 1.5))
            mirror.kill()
            mirror.wait()
            if kills < 3 and (workers := children(process.pid)):
                os.kill(rnd.choice(workers), signal.SIGKILL)
                kills += 1
        for writer in writers:
            writer.finish()
        check(server, file)


def test_it_starts_anew_when_its_cursor_has_expired(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite3"
    with served(server.environment, server.port):
        someone = Someone(server.port, server.authorizations, 1)
        for name in ("a", "b"):
            someone.send("POST", "/subscribers", {"email": f"{name}@example.com", "status": "subscribed"})
        check(server, file)
        someone.send("DELETE", "/subscribers", {"subscriber_ids": [min(copied(file))]})
        someone.send("POST", "/subscribers", {"email": "c@example.com", "status": "subscribed"})
        manage(server.environment | {"CHANGES_RETENTION_DAYS": "90"}, "shell", "-v", "0", "-c", FORGET)
        mirror = server.mirror(file, "--once")
        assert mirror.wait(60) == 0
        assert [row["email"] for row in copied(file).values()] == ["b@example.com", "c@example.com"]
        someone.connection.close()

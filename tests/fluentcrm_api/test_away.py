"""A database that is away, locked, full or read-only, and a full disk: a real server goes on answering. One file, as it is one server that fails in several ways."""

import contextlib
import http.client
import json
import os
import pwd
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.client import FLUENTCRM
from tests.postgres import accepts_connections, free_port, throwaway_postgres
from tests.processes import ROOT, Prepared, new_environment, prepare, prepared_site

on_sqlite = pytest.mark.skipif(not os.environ["DATABASE_URL"].startswith("sqlite"), reason="SQLite alone")
on_postgresql = pytest.mark.skipif(os.environ["DATABASE_URL"].startswith("sqlite"), reason="PostgreSQL alone")
# SQLite waits 20 seconds for its lock: who waits for it has no answer by then.
TIMEOUT = 15
Answer = tuple[int, dict[str, str], Any]


class Site:
    """A server that runs, with what opens it."""

    def __init__(self, prepared: Prepared, port: int, log: Path) -> None:
        self.port, self.log, self.environment = port, log, prepared.environment
        self.basic = {"Authorization": f"Basic {b64encode(f'admin:{prepared.password}'.encode()).decode()}"}
        self.bearer = {"Authorization": f"Bearer {prepared.key}"}
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Status, header fields in lower case and body; with the credentials of the path's face."""
        own = {"/v1": self.bearer, "/wp": self.basic}.get(path[:3], {})
        sent = json.dumps(body) if body is not None else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        with contextlib.closing(connection):
            connection.request(method, path, sent, {"Content-Type": "application/json"} | own | (headers or {}))
            answer = connection.getresponse()
            text = answer.read().decode()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, fields, json.loads(text) if "json" in fields["content-type"] else text

    def status(self, method: str, path: str, body: Any = None) -> int:
        return self.ask(method, path, body)[0]

    def new_lines(self) -> list[str]:
        """What the log has got since it was asked last."""
        lines = self.log.read_text().splitlines()
        seen, self.seen = getattr(self, "seen", 0), len(lines)
        return lines[seen:]


@contextmanager
def site(prepared: Prepared, log: Path) -> Iterator[Site]:
    """A server on that site's database, with two workers; its log in a file."""
    running = Site(prepared, free_port(), log)
    with serving(running):
        yield running


@contextmanager
def serving(running: Site) -> Iterator[None]:
    command = [sys.executable, "manage.py", "serve", "--port", str(running.port), "--workers", "2"]
    with running.log.open("ab") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=running.environment, stdout=subprocess.DEVNULL, stderr=errors)
    with process:
        try:
            deadline = time.monotonic() + 60
            while not listens(running.port):
                assert process.poll() is None, running.log.read_text()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            running.process = process
            yield
        finally:
            process.terminate()


def listens(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/wp-json/fluent-crm/v2")
            return connection.getresponse().status == 200
        except OSError:
            return False


LIMITS = {"FLUENZR_RATE_LIMIT": "1000", "FAILED_LOGINS_A_MINUTE": "10"}


@contextmanager
def site_on_own_postgresql(folder: Path) -> Iterator[tuple[str, Site]]:
    """The URL of a PostgreSQL of the site's own, and the site."""
    with throwaway_postgres() as url, site(prepare(new_environment(folder, url) | LIMITS), folder / "log") as own:
        yield url, own


def assert_unavailable(running: Site, requests: list[tuple[str, str]]) -> None:
    """Each of the requests is 503 in its face's words, and makes one line in the log."""
    running.new_lines()
    for method, path in requests:
        body = {"title": "x", "email": "x@example.com"} if method == "POST" else None
        status, fields, shown = running.ask(method, path, body, {"Cookie": f"sessionid={'x' * 32}"})
        assert status == 503, (path, shown)
        assert fields["retry-after"] == "5"
        if path.startswith("/v1"):
            assert shown["error"]["code"] == "INTERNAL_ERROR"
            assert shown["success"] is False
        elif path.startswith("/admin"):
            assert "site-name" in shown
            assert "Try again in a moment" in shown
        else:
            assert shown == {
                "code": "rest_service_unavailable",
                "message": "The service is not available. Try again soon.",
                "data": {"status": 503},
            }
    # The worker says by itself that it waits for the database, whenever it next asks for work.
    beside = ("is not noted for now", "waits for the database", "wait for the database")
    lines = [line for line in running.new_lines() if not any(words in line for words in beside)]
    assert len(lines) == len(requests), lines
    assert all("No answer from the database" in line for line in lines)


EVERYWHERE = [
    ("GET", f"{FLUENTCRM}/tags"),
    ("POST", f"{FLUENTCRM}/tags"),
    ("GET", f"{FLUENTCRM}/subscribers/1"),
    ("GET", "/v1/contacts"),
    ("POST", "/v1/contacts"),
    ("GET", "/admin/"),
    ("GET", "/admin/segments/tag/"),
]
READS = [(method, path) for method, path in EVERYWHERE if method == "GET" and "/admin" not in path and "/1" not in path]
WRITES = [(method, path) for method, path in EVERYWHERE if method == "POST"]


# --- PostgreSQL -------------------------------------------------------------------------------


def postmaster(url: str) -> tuple[Path, int]:
    """The folder of a cluster and the process that serves it."""
    with psycopg.connect(url) as connection:
        [folder] = connection.execute("SHOW data_directory").fetchone() or [""]
    return Path(folder), int((Path(folder) / "postmaster.pid").read_text().split()[0])


def stop(pid: int, port: int) -> None:
    os.kill(pid, signal.SIGINT)
    while accepts_connections(port):
        time.sleep(0.05)
    time.sleep(0.1)


@contextmanager
def started_again(folder: Path, port: int) -> Iterator[None]:
    command = shlex.split((folder / "postmaster.opts").read_text())
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    with subprocess.Popen(
        command, cwd=folder.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **account
    ) as server:
        try:
            while not accepts_connections(port):
                assert server.poll() is None
                time.sleep(0.05)
            yield
        finally:
            server.send_signal(signal.SIGINT)


@on_postgresql
def test_a_postgresql_that_is_stopped_is_503_until_it_is_back(tmp_path: Path) -> None:
    with site_on_own_postgresql(tmp_path) as (url, own):
        assert [own.status(method, path) for method, path in READS] == [200] * len(READS)
        folder, pid = postmaster(url)
        port = urlsplit(url).port or 0
        stop(pid, port)
        # Twice: with a connection that was good, and without one.
        assert_unavailable(own, EVERYWHERE * 2)
        with started_again(folder, port):
            assert [own.status(method, path) for method, path in READS] == [200] * len(READS)
            assert own.status("POST", f"{FLUENTCRM}/tags", {"title": "Back"}) == 200


@on_postgresql
def test_a_postgresql_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    with site_on_own_postgresql(tmp_path) as (url, own):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER DATABASE postgres SET default_transaction_read_only = on")
        assert [own.status(method, path) for method, path in READS] == [200] * len(READS)
        assert "is not noted for now" in "".join(own.new_lines())
        for method, path in WRITES:
            assert own.ask(method, path, {"title": "x", "email": "x@example.com"})[0] == 503
        assert "Traceback" not in own.log.read_text()


@on_postgresql
def test_a_password_that_somebody_is_changing_lets_in_at_once(tmp_path: Path) -> None:
    with site_on_own_postgresql(tmp_path) as (url, own):
        with psycopg.connect(url) as connection:
            connection.execute("SELECT 1 FROM accounts_applicationpassword FOR UPDATE")
            connection.execute("SELECT 1 FROM accounts_apikey FOR UPDATE")
            assert [own.status(method, path) for method, path in READS] == [200] * len(READS)
        assert own.new_lines() == []


# --- SQLite -----------------------------------------------------------------------------------


def file_of(prepared: Prepared) -> Path:
    return Path(prepared.environment["DATABASE_URL"].removeprefix("sqlite:///"))


@on_sqlite
def test_a_lock_of_another_program_stops_no_reader(tmp_path: Path) -> None:
    with prepared_site(tmp_path, **LIMITS) as prepared, site(prepared, tmp_path / "log") as own:
        database = file_of(prepared)
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert [own.status(method, path) for method, path in READS] == [200] * len(READS)
            other.execute("ROLLBACK")
        # Nothing was noted meanwhile, and now it is.
        with contextlib.closing(sqlite3.connect(database)) as other:
            noted = "SELECT count(*) FROM accounts_applicationpassword WHERE last_used_at IS NOT NULL"
            assert other.execute(noted).fetchone() == (0,)
            assert own.status("GET", f"{FLUENTCRM}/tags") == 200
            assert other.execute(noted).fetchone() == (1,)
        assert own.new_lines() == []


@contextmanager
def mounted(arguments: list[str], where: Path) -> Iterator[None]:
    made = subprocess.run(["mount", *arguments, str(where)], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"This needs the right to mount: {made.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


@contextmanager
def read_only(file: Path) -> Iterator[None]:
    """For root, who may write to any file, it is mounted so."""
    if os.geteuid():
        file.chmod(0o400)
        yield
        return
    with mounted(["--bind", str(file)], file):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(file)], check=True)
        yield


@on_sqlite
def test_a_file_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    with prepared_site(tmp_path, **LIMITS) as prepared, read_only(file_of(prepared)):
        own = Site(prepared, free_port(), tmp_path / "log")
        with serving(own):
            assert [own.status(method, path) for method, path in READS * 2] == [200] * len(READS) * 2
            assert "is not noted for now" in "".join(own.new_lines())
            assert_unavailable(own, WRITES)
            assert "Traceback" not in own.log.read_text()


def fill(folder: Path) -> Path:
    """A file that leaves no room beside itself."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass
    return filler


@on_sqlite
def test_a_full_disk_stops_no_reader_and_kills_no_worker(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with (
        mounted(["-t", "tmpfs", "-o", "size=12m", "tmpfs"], disk),
        prepared_site(disk, **LIMITS) as prepared,
        site(prepared, tmp_path / "log") as own,
    ):
        # Each of the workers has the database open.
        for _ in range(20):
            assert own.status("GET", f"{FLUENTCRM}/tags") == 200
        filler = fill(disk)
        own.new_lines()
        for _ in range(10):
            for method, path in READS:
                status, fields, _ = own.ask(method, path)
                assert status == 200
                if path.startswith("/v1"):
                    assert int(fields["x-ratelimit-remaining"]) < 1000
        # Strangers are counted too, each in a part of the counters that nobody touched before.
        for n in range(300):
            wrong = {"Authorization": f"Basic {b64encode(f'user{n}:wrong'.encode()).decode()}"}
            assert own.ask("GET", f"{FLUENTCRM}/tags", headers=wrong)[0] in (401, 429)
        assert own.status("GET", "/admin/login/") == 200
        assert [own.status(method, path, {"title": "x", "email": "x@x.example"}) for method, path in WRITES] == [
            503
        ] * len(WRITES)
        assert "Traceback" not in own.log.read_text()
        assert own.process
        assert own.process.poll() is None
        assert not [line for line in own.new_lines() if "died" in line or "unexpected" in line.lower()]
        filler.unlink()
        assert own.status("POST", f"{FLUENTCRM}/tags", {"title": "Room again"}) == 200


# --- Both -------------------------------------------------------------------------------------


def test_a_host_that_is_not_ours_makes_one_line(opened: Prepared, tmp_path: Path) -> None:
    with site(opened, tmp_path / "log") as own:
        own.new_lines()
        paths = ["/wp-json/", f"{FLUENTCRM}/tags", "/v1/contacts", "/admin/", "/elsewhere"]
        for path in paths:
            assert own.ask("GET", path, headers={"Host": "evil.example"})[0] == 400
        lines = own.new_lines()
        assert len(lines) == len(paths), lines
        assert all("evil.example" in line for line in lines)

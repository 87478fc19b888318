"""A client that leaves a list before it is there: a real server ends the statement that nobody waits for any more."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from tests.database.slow import ENDLESS
from tests.fluentcrm_api.running import Running, read_answer
from tests.postgres import free_port
from tests.processes import Prepared, manage, prepared_site, served

SEARCH = "/admin/companies/company/?q=acme"
# A statement would run so long, and what is asserted is waited for much shorter.
TIMEOUT, PATIENCE = 900, 60
SIGN_IN = (
    "from django.contrib.auth.models import User; from django.test import Client; client = Client();"
    "client.force_login(User.objects.get()); print(client.cookies['sessionid'].value)"
)
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
SEARCHES = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'
    AND query LIKE '%companies_company%'
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Prepared]:
    limits = dict.fromkeys(("STATEMENT_TIMEOUT", "LOCK_TIMEOUT"), str(TIMEOUT))
    with prepared_site(tmp_path, **limits, WORKER_THREADS="4") as site:
        yield site


@pytest.fixture
def environment(opened: Prepared) -> dict[str, str]:
    return opened.environment


@pytest.fixture
def cookie(environment: dict[str, str]) -> str:
    """A session of the first user."""
    made = manage(environment, "shell", "--no-imports", "-c", SIGN_IN)
    assert made.returncode == 0, made.stderr
    return f"Cookie: sessionid={made.stdout.strip()}"


@pytest.fixture
def site(opened: Prepared) -> Iterator[Running]:
    port = free_port()
    with served(opened.environment, port) as process:
        yield Running(port, opened.password, "", process)


def come_true(happened: Callable[[], bool]) -> bool:
    """Whether something happens while one waits for it."""
    end = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.skipif(not ON_POSTGRESQL, reason="PostgreSQL")
def test_the_statement_of_a_client_that_left_is_gone(environment: dict[str, str], cookie: str, site: Running) -> None:
    ask = site.head("GET", SEARCH, cookie) + b"\r\n"
    with (
        psycopg.connect(environment["DATABASE_URL"], autocommit=True) as watch,
        psycopg.connect(environment["DATABASE_URL"]) as lock,
    ):

        def searches() -> int:
            row = watch.execute(SEARCHES).fetchone()
            return row[0] if row else 0

        lock.execute("LOCK TABLE companies_company IN ACCESS EXCLUSIVE MODE")
        with site.sent(ask) as staying:
            assert come_true(lambda: searches() == 1)
            with site.sent(ask):
                assert come_true(lambda: searches() == 2)
            assert come_true(lambda: searches() == 1)
            assert site.get() == 200
            # Who stays waits as long as it takes, and gets the list.
            assert searches() == 1
            lock.rollback()
            status, body, _ = read_answer(staying)
            assert (status, b"companies" in body) == (200, True)
        assert come_true(lambda: searches() == 0)


def processor_seconds(site: Running) -> float:
    """What the web processes have used so far."""
    ticks = 0
    for pid in site.workers():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(ON_POSTGRESQL, reason="SQLite")
def test_the_thread_of_a_client_that_left_serves_others(
    environment: dict[str, str], cookie: str, site: Running
) -> None:
    database = environment["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as other:
        # Whoever reads companies never comes to an end.
        other.execute("ALTER TABLE companies_company RENAME TO companies_kept")
        view = f"SELECT kept.* FROM {ENDLESS} AS endless, companies_kept AS kept"  # noqa: S608 - our own words
        other.execute(f"CREATE VIEW companies_company AS {view}")
        other.commit()

    def idles() -> bool:
        before = processor_seconds(site)
        time.sleep(1)
        return processor_seconds(site) - before < 0.05

    assert come_true(idles)
    begun = processor_seconds(site)
    with ExitStack() as stack:
        # Twice as many as there are threads.
        for _ in range(16):
            stack.enter_context(site.sent(site.head("GET", SEARCH, cookie) + b"\r\n"))
        assert come_true(lambda: processor_seconds(site) - begun > 3)
        assert not idles()
    assert come_true(idles)
    assert [site.get() for _ in range(16)] == [200] * 16

"""From the tables as they were before `fold` to those that are now, with rows in them."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from database.sql import is_postgresql
from tests.letters import DIFFERENT, SAME

ROOT = Path(__file__).resolve().parents[2]
NAMES = [text for pair in (*SAME.values(), *DIFFERENT.values()) for text in pair]
CONTACT = """
    INSERT INTO subscribers_subscriber (hash, email, first_name, city, status, contact_type, total_points,
        life_time_value, custom_values, created_at, updated_at)
    VALUES (%s, %s, %s, %s, 'subscribed', 'lead', 0, 0, '{}', '2026-01-01 00:00:00', %s)
"""
TAG = """
    INSERT INTO segments_tag (title, slug, created_at, updated_at)
    VALUES (%s, %s, '2026-01-01 00:00:00', '2026-01-01 00:00:00')
"""
COMPANY = """
    INSERT INTO companies_company (hash, name, employees_number, type, custom_values, created_at, updated_at)
    VALUES (%s, %s, 0, '', '{}', '2026-01-01 00:00:00', '2026-01-01 00:00:00')
"""
LINKED = """
    INSERT INTO subscribers_subscribertag (subscriber_id, tag_id, created_at)
    SELECT s.id, t.id, '2026-01-01 00:00:00' FROM subscribers_subscriber s, segments_tag t
"""
COUNTS = (
    "SELECT kind, object_id, sum(delta) FROM segments_tally WHERE status = 'subscribed' GROUP BY 1, 2 ORDER BY 1, 2"
)
ROWS = [
    "SELECT id, email, first_name, city FROM subscribers_subscriber ORDER BY id",
    "SELECT id, title, slug FROM segments_tag ORDER BY id",
    "SELECT id, name FROM companies_company ORDER BY id",
]
UPDATED = "SELECT id, updated_at FROM subscribers_subscriber ORDER BY id"
LAST_CHANGES = "SELECT subscriber_id, at FROM subscribers_lastchange ORDER BY subscriber_id"


class Site:
    """An empty database of its own, and any program's connection to it."""

    def __init__(self, url: str, connect: Any) -> None:
        self.url, self.connect = url, connect

    def migrate(self, *target: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0", *target],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            check=True,
        )

    def run(self, sql: str, *parameters: Any) -> list[Any]:
        with closing(self.connect()) as opened:
            if isinstance(opened, sqlite3.Connection):
                sql = sql.replace("%s", "?")
            cursor = opened.cursor()
            cursor.execute(sql, parameters)
            rows = cursor.fetchall() if cursor.description else []
            opened.commit()
            return list(rows)


@pytest.fixture
def site(db: None, tmp_path: Path) -> Iterator[Site]:
    if not is_postgresql():
        path = tmp_path / "site.sqlite3"
        yield Site(f"sqlite:///{path}", lambda: sqlite3.connect(path))
        return
    known = connection.settings_dict
    address = {
        "host": known["HOST"],
        "port": known["PORT"],
        "user": known["USER"],
        "password": known["PASSWORD"] or None,
    }
    name = f"upgrade_{uuid4().hex}"
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            url = f"postgres://{address['user']}@{address['host']}:{address['port']}/{name}"
            yield Site(url, lambda: psycopg.connect(url))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_it_keeps_every_row_and_folds_it(site: Site) -> None:
    for target in (("segments", "0001"), ("companies", "0001"), ("subscribers", "0004")):
        site.migrate(*target)
    for number, name in enumerate(NAMES):
        site.run(
            CONTACT, f"{number:032}", f"C{number}@example.com", name, None, f"2026-02-{1 + number % 28:02} 00:00:00"
        )
        site.run(TAG, name, f"tag-{number}")
    # Names that were two: SQLite's lower() knew ASCII alone.
    for number, name in enumerate(["Élan", "Elan", "E\u0301lan", "Other"]):
        site.run(COMPANY, f"{number:032}", name)
    site.run(LINKED)
    before = [site.run(sql) for sql in ROWS]
    last_changes = site.run(UPDATED)
    site.migrate()
    # By a plain connection: other programs can read what is in the file, whatever they know of `fold`.
    assert [site.run(sql) for sql in ROWS] == before
    assert site.run("SELECT name, twin FROM companies_company ORDER BY id") == [
        ("Élan", 0), ("Elan", 2), ("E\u0301lan", 3), ("Other", 0)
    ]  # fmt: skip
    assert site.run(LAST_CHANGES) == last_changes
    found = dict(site.run("SELECT first_name, search_text FROM subscribers_subscriber"))
    # The address comes last.
    for one, other in SAME.values():
        assert found[one].rsplit(" ", 1)[0] == found[other].rsplit(" ", 1)[0]
    counts = [("contact", 0, len(NAMES)), *(("tag", pk, len(NAMES)) for pk, *_ in before[1])]
    assert site.run(COUNTS) == counts
    # Back to one table, and again to two.
    site.migrate("subscribers", "0007")
    assert site.run(UPDATED) == last_changes
    site.migrate()
    assert site.run(LAST_CHANGES) == last_changes
    assert site.run(COUNTS) == counts

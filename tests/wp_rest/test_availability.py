"""Which errors of a database will pass, by real ones."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, InternalError, OperationalError, connection
from django.db.utils import DatabaseErrorWrapper

from rest.availability import is_unavailable


def error_of(work: Callable[[], object]) -> DatabaseError:
    """What Django makes of SQLite's error."""

    class Wrapper:
        class Database:
            pass

    for name in ("DataError", "OperationalError", "IntegrityError", "InternalError", "ProgrammingError"):
        setattr(Wrapper.Database, name, getattr(sqlite3, name))
    for name in ("NotSupportedError", "DatabaseError", "InterfaceError", "Error"):
        setattr(Wrapper.Database, name, getattr(sqlite3, name))
    with pytest.raises(DatabaseError) as caught, DatabaseErrorWrapper(Wrapper()):
        work()
    return caught.value


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.sqlite3"
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE t (x UNIQUE)")
    opened.close()
    return path


def test_sqlite_locked(file: Path) -> None:
    holder, other = (sqlite3.connect(file, timeout=0, isolation_level=None) for _ in range(2))
    holder.execute("BEGIN EXCLUSIVE")
    assert is_unavailable(error_of(lambda: other.execute("INSERT INTO t VALUES (1)")))
    holder.close()
    other.close()


def test_sqlite_read_only_full_and_out_of_reach(file: Path, tmp_path: Path) -> None:
    opened = sqlite3.connect(file, isolation_level=None)
    opened.execute("PRAGMA query_only = 1")
    assert is_unavailable(error_of(lambda: opened.execute("INSERT INTO t VALUES (1)")))
    opened.execute("PRAGMA query_only = 0")
    opened.execute("PRAGMA max_page_count = 3")
    assert is_unavailable(error_of(lambda: opened.execute("INSERT INTO t VALUES (?)", ["x" * 100_000])))
    assert is_unavailable(error_of(lambda: sqlite3.connect(tmp_path / "no" / "such.sqlite3")))
    for wrong in ("SELECT * FROM nothing", "SELEKT", "SELECT no_such_function()"):
        assert not is_unavailable(error_of(partial(opened.execute, wrong)))
    opened.execute("INSERT INTO t VALUES (1)")
    assert not is_unavailable(error_of(lambda: opened.execute("INSERT INTO t VALUES (1)")))
    opened.close()


@pytest.mark.parametrize(
    ("cause", "passes"),
    [
        (psycopg.errors.QueryCanceled(), True),
        (psycopg.errors.LockNotAvailable(), True),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.OperationalError("connection refused"), True),
        (psycopg.errors.StatementTooComplex(), False),
        (psycopg.errors.UniqueViolation(), False),
    ],
)
def test_postgresqls_states(cause: psycopg.Error, passes: bool) -> None:
    error = OperationalError("x")
    error.__cause__ = cause
    assert is_unavailable(error) is passes


def test_a_postgresql_that_may_only_be_read() -> None:
    error = InternalError("x")
    error.__cause__ = psycopg.errors.ReadOnlySqlTransaction()
    assert is_unavailable(error)
    error.__cause__ = psycopg.errors.InFailedSqlTransaction()
    assert not is_unavailable(error)


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL alone")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1")
        with pytest.raises(OperationalError) as caught:
            cursor.execute("SELECT pg_sleep(5)")
        cursor.execute("RESET statement_timeout")
    assert is_unavailable(caught.value)


def test_what_is_no_error_of_the_database() -> None:
    assert not is_unavailable(None)
    assert not is_unavailable(ValueError())
    assert not is_unavailable(OSError(28, "No space left on device"))

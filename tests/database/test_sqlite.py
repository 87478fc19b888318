"""database.sqlite: statements are converted for sqlite3 once, and mean the same."""

from datetime import datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from database.sql import execute, is_postgresql, stored_datetime
from database.sqlite.base import Cursor, with_question_marks

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(is_postgresql(), reason="It is about SQLite.")]


def test_it_binds_parameters_and_keeps_percent_signs() -> None:
    with connection.cursor() as cursor:
        assert isinstance(cursor.cursor, Cursor)
        cursor.execute("SELECT %s, '50%%', %s LIKE 'a%%'", ["%s", "abc"])
        assert cursor.fetchall() == [("%s", "50%", 1)]
        cursor.execute("SELECT %(name)s", {"name": 7})
        assert cursor.fetchall() == [(7,)]
        cursor.execute("SELECT '100%'")
        assert cursor.fetchall() == [("100%",)]


def test_it_converts_a_text_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s + 1", [1])
        before = with_question_marks.cache_info()
        cursor.execute("SELECT %s + 1", [2])
    after = with_question_marks.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)


# --- Statements without Django's cursors (database.sql.execute) --------------------------------


def test_it_returns_rows_and_none_where_a_statement_has_none() -> None:
    assert execute("SELECT %s, '50%%'", "%s") == [("%s", "50%")]
    assert execute("CREATE TABLE t (a integer PRIMARY KEY)") == []
    assert execute("INSERT INTO t VALUES (1), (2)") == []
    assert execute("INSERT INTO t VALUES (3) RETURNING a") == [(3,)]


def test_who_watches_statements_sees_them() -> None:
    seen = []

    def watch(run: Any, sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return run(sql, *rest)

    with connection.execute_wrapper(watch):
        assert execute("SELECT %s", 1) == [(1,)]
    with CaptureQueriesContext(connection) as queries:
        assert execute("SELECT %s", 2) == [(2,)]
        execute("UPDATE segments_tag SET title = title")
    assert seen == ["SELECT %s"]
    assert [query["sql"] for query in queries] == ["SELECT 2", "UPDATE segments_tag SET title = title"]


def test_its_errors_are_djangos_own() -> None:
    with pytest.raises(OperationalError, match="no such table"), transaction.atomic():
        execute("SELECT * FROM nowhere")
    with pytest.raises(IntegrityError, match="NOT NULL"), transaction.atomic():
        execute("INSERT INTO segments_tag (title) VALUES (NULL)")


def test_it_runs_nothing_in_a_transaction_that_is_broken() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            execute("SELECT 1")


def test_it_connects_where_nobody_has_and_keeps_to_its_thread(transactional_db: None) -> None:
    connection.close()
    assert execute("SELECT 1") == [(1,)]
    errors: list[Exception] = []

    def elsewhere(database: Any) -> None:
        try:
            database.run("SELECT 1", ())
        except DatabaseError as error:
            errors.append(error)

    thread = Thread(target=elsewhere, args=[connections["default"]])
    thread.start()
    thread.join()
    assert len(errors) == 1
    assert "thread" in str(errors[0])


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=5, minutes=30), timedelta(hours=-8)])
@pytest.mark.parametrize("microsecond", [0, 7, 120_000])
def test_moments_are_stored_as_django_stores_them(offset: timedelta, microsecond: int) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, microsecond, tzinfo=timezone(offset))
    assert stored_datetime(moment) == connection.ops.adapt_datetimefield_value(moment)

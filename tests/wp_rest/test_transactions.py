"""A write that lost to another one runs again."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import psycopg.errors
import pytest
from django.db import DatabaseError, transaction

from rest.transactions import ATTEMPTS, retry_lost_races
from segments.api import viewsets
from segments.models import Tag
from segments.services import save_segment
from tests.client import Api
from tests.factories import TagFactory
from tests.threads import at_once, two_writers

SERVER_ERROR = {
    "code": "internal_server_error",
    "message": "The server met an unexpected error. It was logged.",
    "data": {"status": 500},
}


def lost(cause: Exception) -> DatabaseError:
    error = DatabaseError("lost")
    error.__cause__ = cause
    return error


def no_such_row() -> sqlite3.IntegrityError:
    """What SQLite says of a row that refers to nothing."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript("PRAGMA foreign_keys = on; CREATE TABLE a (id INTEGER PRIMARY KEY);")
        database.execute("CREATE TABLE b (a INTEGER REFERENCES a)")
        with pytest.raises(sqlite3.IntegrityError) as raised:
            database.execute("INSERT INTO b VALUES (1)")
    return raised.value


def losing(times: int, cause: Exception, then: Callable[..., Any]) -> tuple[Callable[..., Any], list[int]]:
    """A function that loses so many times before it does what `then` does; and the calls it had."""
    calls: list[int] = []

    def run(*args: Any) -> Any:
        calls.append(1)
        if len(calls) <= times:
            raise lost(cause)
        return then(*args)

    return run, calls


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "cause",
    [
        psycopg.errors.DeadlockDetected(),
        psycopg.errors.SerializationFailure(),
        psycopg.errors.ForeignKeyViolation(),
        no_such_row(),
    ],
)
@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
def test_it_hides_a_lost_race_from_the_client(
    api: Api, monkeypatch: pytest.MonkeyPatch, cause: Exception, times: int
) -> None:
    save, calls = losing(times, cause, save_segment)
    monkeypatch.setattr(viewsets, "save_segment", save)
    assert api.post("/tags", {"title": "At last"}).status_code == 200
    assert len(calls) == times + 1
    assert Tag.objects.get().title == "At last"


@pytest.mark.django_db(transaction=True)
def test_it_gives_up_in_the_end(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    save, calls = losing(99, psycopg.errors.DeadlockDetected(), save_segment)
    monkeypatch.setattr(viewsets, "save_segment", save)
    answer = api.post("/tags", {"title": "Never"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "rest_service_unavailable"
    assert len(calls) == ATTEMPTS


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (psycopg.errors.AdminShutdown(), 503),
        (psycopg.errors.NotNullViolation(), 500),
        (ValueError("no state at all"), 500),
    ],
)
def test_it_repeats_nothing_for_another_failure(
    api: Api, monkeypatch: pytest.MonkeyPatch, cause: Exception, status: int
) -> None:
    save, calls = losing(1, cause, save_segment)
    monkeypatch.setattr(viewsets, "save_segment", save)
    assert api.post("/tags", {"title": "Once"}).status_code == status
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_it_repeats_nothing_inside_a_larger_transaction() -> None:
    # The larger one is lost with it: only who began it can begin again.
    run, calls = losing(1, psycopg.errors.DeadlockDetected(), lambda: "done")
    with pytest.raises(DatabaseError), transaction.atomic():
        retry_lost_races(run)()
    assert len(calls) == 1


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_ends_a_real_deadlock() -> None:
    first, second = TagFactory.create_batch(2)
    both_hold_one = threading.Barrier(2, timeout=30)
    attempts: list[str] = []

    @retry_lost_races
    def rename(name: str, pks: list[int]) -> None:
        attempts.append(name)
        with transaction.atomic():
            Tag.objects.filter(pk=pks[0]).update(title=name)
            if attempts.count(name) == 1:
                both_hold_one.wait()
            Tag.objects.filter(pk=pks[1]).update(description=name)

    at_once(partial(rename, "up", [first.pk, second.pk]), partial(rename, "down", [second.pk, first.pk]))
    # The one that lost ran again, on a busy machine more than once.
    assert len(attempts) >= 3
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.title, first.description) == ("up", "down")
    assert (second.title, second.description) == ("down", "up")

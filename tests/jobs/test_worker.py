"""The loop of a worker: it waits for a database that is away, and cuts a long chunk short when it has to stop."""

import logging
import time
from threading import Timer
from typing import Any

import pytest
from django.db import InterfaceError, connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from jobs import turns, worker
from jobs.models import Job, State
from jobs.registry import Progress
from jobs.tasks import go_on
from jobs.turns import stopping
from segments.models import Tag
from tests.factories import TagFactory
from tests.jobs.kinds import count_one, kind_of, start
from tests.jobs.queue import run_tasks

# Runs until it is interrupted.
ENDLESS = {
    "postgresql": "SELECT pg_sleep(600)",
    "sqlite": "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
}


@pytest.fixture(autouse=True)
def _not_stopping() -> Any:
    stopping.clear()
    yield
    stopping.clear()


def test_an_idle_look_into_the_queue_is_one_statement(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert run_tasks() == 0
    assert len(queries) == 2  # and one that looks for failures


@pytest.mark.django_db(transaction=True)
def test_it_runs_tasks_until_it_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)

    def step(job: Job) -> Progress:
        progress = count_one(job)
        if progress.finished:
            stopping.set()
        return progress

    with kind_of(step):
        job = start(3)
        worker.work_on_database_queue()
    job.refresh_from_db()
    assert job.state == State.DONE


def test_it_waits_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[Any] = []

    def away(runner: Any) -> bool:
        tries.append(runner)
        if len(tries) == 3:
            stopping.set()
        raise InterfaceError("the database system is shutting down")

    monkeypatch.setattr(worker, "POLL_SECONDS", 0)
    monkeypatch.setattr(worker, "run_next_task", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    worker.work_on_database_queue()
    assert len(tries) == 3
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 1
    assert said[0].startswith("The worker waits for the database: InterfaceError: the database system is shutting down")


@pytest.mark.django_db(transaction=True)
def test_a_chunk_that_takes_too_long_to_stop_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "CHUNK_SECONDS", 0.05)
    cut_short: list[Any] = []

    def step(job: Job) -> Progress:
        if cut_short:
            return count_one(job)
        TagFactory.create()
        cut_short.append(None)
        worker.stop()
        with connection.cursor() as cursor:
            cursor.execute(ENDLESS[connection.vendor])
        raise AssertionError("It was not cut short.")

    with kind_of(step):
        job = start(1)
        started = time.monotonic()
        assert go_on.call(job.pk) is None
        assert time.monotonic() - started < 30
        job.refresh_from_db()
        # As if it had not been begun; another worker has a task for it.
        assert (job.state, job.done, job.attempts, job.error) == (State.QUEUED, 0, 0, "")
        assert not Tag.objects.exists()
        assert DBTaskResult.objects.count() == 2
        stopping.clear()
        run_tasks()
    job.refresh_from_db()
    assert job.state == State.DONE


def test_a_turn_ends_with_the_chunk_that_is_at_work_when_it_is_to_stop(db: None) -> None:
    def step(job: Job) -> Progress:
        stopping.set()
        return count_one(job)

    with kind_of(step):
        job = start(3)
        go_on.call(job.pk)
        job.refresh_from_db()
        assert (job.state, job.done) == (State.QUEUED, 1)
        assert job.claimed_until is None


@pytest.mark.django_db(transaction=True)
def test_a_long_chunk_keeps_its_claim(settings: Any) -> None:
    """SQLite lets no other connection write meanwhile: nobody takes the job over there either."""
    settings.JOB_LEASE = 0.3
    seen: list[bool] = []

    def step(job: Job) -> Progress:
        over = Timer(1, lambda: None)
        over.start()
        over.join()
        seen.append(Job.objects.free().filter(pk=job.pk).exists())
        return count_one(job)

    with kind_of(step):
        job = start(1)
        run_tasks()
    job.refresh_from_db()
    assert job.state == State.DONE
    assert seen == [connection.vendor == "sqlite"]


def test_it_pauses_between_chunks_where_there_is_one_writer(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(turns.stopping, "wait", pauses.append)
    with kind_of(count_one):
        start(3)
        run_tasks()
    assert pauses == ([] if connection.vendor == "postgresql" else [turns.YIELD_SECONDS] * 2)

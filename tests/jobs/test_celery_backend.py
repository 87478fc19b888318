"""What the Celery backend sends, and when; no broker is needed for it."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django_tasks.exceptions import InvalidTaskError
from kombu.exceptions import OperationalError as NoBroker
from pytest_django import DjangoCaptureOnCommitCallbacks

from jobs import celery
from jobs.models import Job, State
from jobs.tasks import go_on
from tests.jobs.kinds import count_one, kind_of, start


@pytest.fixture
def backend() -> Any:
    return celery.CeleryBackend("default", {})


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    sent: list[Any] = []
    monkeypatch.setattr(celery.run, "apply_async", lambda arguments, **options: sent.append((arguments, options)))
    return sent


def test_it_sends_when_the_transaction_commits(
    db: None, backend: Any, sent: list[Any], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        result = backend.enqueue(go_on, (7,), {})
        assert sent == []
    [(arguments, options)] = sent
    assert arguments == ("jobs.tasks.go_on", [7], {})
    assert options == {"task_id": result.id, "eta": None, "priority": 4}


@pytest.mark.django_db(transaction=True)
def test_it_sends_nothing_for_what_is_rolled_back(backend: Any, sent: list[Any]) -> None:
    with transaction.atomic():
        backend.enqueue(go_on, (7,), {})
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("priority", "sends"), [(-100, 0), (-50, 2), (0, 4), (50, 7), (100, 9)])
def test_it_has_priorities_and_later_moments(backend: Any, sent: list[Any], priority: int, sends: int) -> None:
    later = timezone.now() + timedelta(hours=1)
    backend.enqueue(go_on.using(priority=priority, run_after=later), (7,), {})
    assert (sent[0][1]["priority"], sent[0][1]["eta"]) == (sends, later)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_one_line_of_the_log(
    backend: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise NoBroker("[Errno 111] Connection refused")

    monkeypatch.setattr(celery.run, "apply_async", refuse)
    backend.enqueue(go_on, (7,), {})
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage().startswith("The broker of TASK_BROKER_URL cannot be reached: OperationalError: [Errno")


def test_a_message_runs_its_task(db: None) -> None:
    with kind_of(count_one):
        job = start(2)
        celery.run("jobs.tasks.go_on", [job.pk], {})
    assert Job.objects.get().state == State.DONE


def test_a_message_runs_nothing_but_tasks() -> None:
    with pytest.raises(InvalidTaskError):
        celery.run("os.getcwd", [], {})


def test_a_database_that_is_away_is_one_line_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*arguments: Any) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("jobs.claims.claim", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    celery.run("jobs.tasks.go_on", [1], {})
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage().startswith(
        "A task was lost, to be made anew: OperationalError: the connection is closed"
    )

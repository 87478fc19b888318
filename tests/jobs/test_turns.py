"""A job's turns: what is done is kept with the chunk that did it, and what fails is tried again, later and later."""

import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from changes.actors import current_actor
from jobs import turns
from jobs.background import enqueue_forgotten, remove_old_jobs
from jobs.claims import MAX_ATTEMPTS
from jobs.models import Job, State
from jobs.registry import JobFailed, Progress
from jobs.tasks import go_on
from segments.models import Tag
from tests.factories import TagFactory
from tests.jobs.clock import pass_seconds
from tests.jobs.factories import JobFactory
from tests.jobs.kinds import count_one, kind_of, start
from tests.jobs.queue import finish, run_tasks

pytestmark = pytest.mark.django_db


def test_it_runs_chunk_after_chunk_to_the_end() -> None:
    with kind_of(count_one):
        job = finish(start(5))
    assert (job.state, job.done, job.total, job.result) == (State.DONE, 5, 5, {"counted": 5})
    assert job.started_at
    assert job.finished_at
    assert job.started_at <= job.finished_at
    assert (job.claimed_by, job.claimed_until, job.attempts) == ("", None, 0)


def test_a_long_job_lets_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_SECONDS", 0)
    order: list[int] = []

    def step(job: Job) -> Progress:
        order.append(job.total)
        return count_one(job)

    with kind_of(step):
        jobs = [start(4), start(3)]
        run_tasks()
    assert order == [4, 3, 4, 3, 4, 3, 4]
    assert set(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("state", flat=True)) == {"done"}


def test_a_chunk_that_fails_leaves_nothing_and_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    failures = [IntegrityError("such\nis life"), ValueError("again")]

    def step(job: Job) -> Progress:
        TagFactory.create()
        if failures:
            raise failures.pop(0)
        return count_one(job)

    with kind_of(step):
        job = start(1)
        for attempt in (1, 2):
            assert finish(job).state == State.QUEUED
            assert (job.done, job.attempts, Tag.objects.count()) == (0, attempt, 0)
            assert job.error == "The server met an unexpected error. Its log has the reason."
            wait = (job.due - timezone.now()).total_seconds()
            assert 2**attempt - 1 < wait <= 2**attempt
            enqueue_forgotten()
            assert finish(job).attempts == attempt  # not before its time
            pass_seconds(job, 60)
            enqueue_forgotten()
        assert finish(job).state == State.DONE
    assert (job.error, Tag.objects.count()) == ("", 1)
    first, second = [record.getMessage() for record in caplog.records if record.name == "jobs.turns"]
    assert first.startswith(f"Job {job.pk} (test), attempt 1: IntegrityError: such is life (")
    assert "test_turns.py:" in second
    assert "\n" not in first


def test_a_job_that_always_fails_ends(caplog: pytest.LogCaptureFixture) -> None:
    def step(job: Job) -> Progress:
        raise ValueError("never")

    with kind_of(step):
        job = start(1)
        for _ in range(MAX_ATTEMPTS):
            assert finish(job).state in (State.QUEUED, State.FAILED)
            pass_seconds(job, 3600)
            enqueue_forgotten()
        assert finish(job).state == State.FAILED
        assert job.finished_at
        assert not run_tasks()
    assert sum(record.levelno == logging.ERROR for record in caplog.records) == 1


def test_what_was_done_sets_the_attempts_back() -> None:
    def step(job: Job) -> Progress:
        if job.cursor == 1:
            raise ValueError("at the second")
        return count_one(job)

    with kind_of(step):
        job = start(3)
        Job.objects.update(attempts=MAX_ATTEMPTS - 1)
        assert finish(job).state == State.QUEUED
    assert (job.done, job.attempts) == (1, 1)


def test_one_that_fails_keeps_no_other_from_its_work() -> None:
    def step(job: Job) -> Progress:
        if job.options.get("poison"):
            raise ValueError("poison")
        return count_one(job)

    with kind_of(step):
        bad, good = start(1, poison=True), start(3)
        assert finish(good).state == State.DONE
        assert finish(bad).state == State.QUEUED


def test_what_cannot_be_done_fails_at_once_with_its_reason() -> None:
    def step(job: Job) -> Progress:
        if job.cursor == 2:
            raise JobFailed("There is nobody left.")
        return count_one(job)

    with kind_of(step):
        job = finish(start(5))
    assert (job.state, job.error, job.done) == (State.FAILED, "There is nobody left.", 2)


def test_a_kind_that_is_not_there_fails_plainly() -> None:
    job = JobFactory.create(kind="gone")
    go_on.enqueue(job.pk)
    assert finish(job).state == State.FAILED
    assert job.error == "This server knows no jobs of the kind gone."


def test_it_counts_as_done_once_what_two_tasks_ask_for() -> None:
    with kind_of(count_one):
        job = start(3)
        go_on.enqueue(job.pk)
        go_on.enqueue(job.pk)
        assert finish(job).done == 3


def test_it_acts_as_who_asked_for_it(admin: object) -> None:
    seen = []

    def step(job: Job) -> Progress:
        seen.append(current_actor())
        return count_one(job)

    with kind_of(step):
        job = finish(JobFactory.create(kind="test", total=1, channel="fluenzr", actor_kind="api_key", actor_id=7))
        go_on.enqueue(job.pk)
        run_tasks()
    assert [tuple(actor) for actor in seen] == [("fluenzr", None, "api_key", 7, job.pk)]
    assert current_actor().channel == "system"


def test_a_task_that_got_lost_is_made_again() -> None:
    job = JobFactory.create(kind="test", total=2, enqueued_at=timezone.now() - timedelta(minutes=2))
    recent = JobFactory.create(kind="test", total=2, enqueued_at=timezone.now())
    with kind_of(count_one):
        enqueue_forgotten()
        assert finish(job).state == State.DONE
    recent.refresh_from_db()
    assert recent.state == State.QUEUED


def test_old_jobs_go_and_others_stay(settings: object) -> None:
    now = timezone.now()
    old = now - timedelta(days=31)
    JobFactory.create(state="done", finished_at=old)
    kept = [JobFactory.create(state="done", finished_at=now), JobFactory.create(state="queued")]
    remove_old_jobs()
    assert set(Job.objects.all()) == set(kept)
    settings.JOBS_RETENTION_DAYS = 0  # type: ignore[attr-defined]
    JobFactory.create(state="failed", finished_at=old)
    remove_old_jobs()
    assert Job.objects.count() == 3

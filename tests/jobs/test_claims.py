"""A job's claim: one worker's at a time, kept while it works, lost when it dies, never two workers' work."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.background import enqueue_forgotten
from jobs.claims import MAX_ATTEMPTS, ClaimLost, claim
from jobs.models import Job, State
from jobs.registry import Progress
from jobs.services import cancel_jobs
from jobs.turns import run_chunk
from segments.models import Tag
from tests.factories import TagFactory
from tests.jobs.clock import pass_seconds
from tests.jobs.factories import JobFactory
from tests.jobs.kinds import count_one, kind_of, start
from tests.jobs.queue import finish, run_tasks

pytestmark = pytest.mark.django_db


def claimed(job: Job) -> Job:
    held = claim(job.pk)
    assert held is not None
    return held


def test_nobody_else_gets_a_job_that_is_claimed() -> None:
    job = JobFactory.create()
    held = claimed(job)
    assert (held.state, held.attempts) == (State.RUNNING, 1)
    assert claim(job.pk) is None


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_nobody_gets_a_job_that_is_over(state: str) -> None:
    job = JobFactory.create(state=state)
    assert claim(job.pk) is None
    enqueue_forgotten()
    assert not run_tasks()


def test_a_job_whose_lease_ended_goes_on_with_another_worker() -> None:
    with kind_of(count_one):
        job = start(4)
        run_dead = claimed(job)
        run_chunk(run_dead)
        assert finish(job).done == 1  # the task found it claimed
        pass_seconds(job, 60)
        enqueue_forgotten()
        assert finish(job).state == State.DONE
        assert job.done == 4
        # The first worker was not dead, only late: it changes nothing any more.
        with pytest.raises(ClaimLost):
            run_chunk(run_dead)
        job.refresh_from_db()
        assert job.done == 4


def test_a_chunk_extends_the_claim() -> None:
    with kind_of(count_one):
        held = claimed(start(3))
        Job.objects.update(claimed_until=timezone.now() + timedelta(seconds=1))
        run_chunk(held)
        held.refresh_from_db()
        assert held.claimed_until
        assert held.claimed_until > timezone.now() + timedelta(seconds=10)


def test_a_job_that_ends_its_workers_again_and_again_has_failed() -> None:
    job = JobFactory.create()
    for _ in range(MAX_ATTEMPTS):
        claimed(job)
        pass_seconds(job, 60)
    assert claim(job.pk) is None
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error == f"Its worker was ended {MAX_ATTEMPTS} times while it was at work."


def cancelling(job: Job) -> Progress:
    TagFactory.create()
    cancel_jobs([job.pk])
    return count_one(job)


def taking_over(job: Job) -> Progress:
    TagFactory.create()
    Job.objects.update(claimed_by="another")
    return count_one(job)


@pytest.mark.parametrize("step", [cancelling, taking_over])
def test_a_chunk_whose_claim_was_lost_is_rolled_back(step: Callable[[Job], Progress]) -> None:
    with kind_of(step):
        held = claimed(start(3))
        with pytest.raises(ClaimLost):
            run_chunk(held)
    assert not Tag.objects.exists()


def test_it_is_no_failure_where_the_claim_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    with kind_of(taking_over):
        start(3)
        assert run_tasks() == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

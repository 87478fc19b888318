"""One worker's claim on a job: taken, kept while it works, and given up with what came of it.

Each change after the claim holds only while the claim does. A job that was cancelled, or that another
worker took over because the lease had ended, is left as it is, and the chunk at work is rolled back.
Its row is written last in a chunk, so who cancels never waits for one.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import Error, connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.models import Job, State
from jobs.registry import Progress

log = logging.getLogger(__name__)

# Claims in a row that lead to nothing: after these the job has failed.
MAX_ATTEMPTS = 6
RELEASED: dict[str, Any] = {"claimed_by": "", "claimed_until": None}


class ClaimLost(Exception):
    """The job is cancelled, or another worker's."""


def lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE)


def new_word() -> str:
    return uuid4().hex


def claim(job_id: int) -> Job | None:
    """The job, if it is unfinished, due and nobody else's; it is this worker's for JOB_LEASE seconds. Two statements.

    One that has ended its workers again and again has failed.
    """
    word = new_word()
    if not Job.objects.filter(pk=job_id).claim(word, lease()):
        return None
    job: Job | None = Job.objects.held(word).filter(pk=job_id).first()
    if job and job.attempts > MAX_ATTEMPTS:
        fail(job, job.error or f"Its worker was ended {MAX_ATTEMPTS} times while it was at work.")
        return None
    return job


@contextmanager
def kept(rows: QuerySet[Any]) -> Iterator[None]:
    """Extend the claim on these rows while the block runs, however long a statement takes."""
    over = Event()

    def extend() -> None:
        try:
            while not over.wait(settings.JOB_LEASE / 3):
                # On SQLite nobody else writes while a chunk does, so nobody takes it over either.
                with suppress(Error):
                    rows.all().update(claimed_until=Now() + lease())
        finally:
            connection.close()

    thread = Thread(target=extend, daemon=True, name="claim")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def held(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=State.RUNNING).held(job.claimed_by)


def change(job: Job, **columns: Any) -> None:
    """Write what came of the claim. Raises ClaimLost where it does not hold any more."""
    if not held(job).update(**columns):
        raise ClaimLost


def advance(job: Job, progress: Progress) -> None:
    """Keep what a chunk did, in its transaction. One statement. Raises ClaimLost."""
    job.done += progress.done
    job.attempts = 0
    job.cursor, job.result = progress.cursor, dict(progress.result)
    job.total = job.done if progress.finished else max(job.total, job.done)
    columns = {"done": job.done, "total": job.total, "cursor": job.cursor, "result": job.result}
    if progress.finished:
        job.state = State.DONE
        columns |= {"state": State.DONE, "finished_at": Now(), **RELEASED}
    else:
        columns["claimed_until"] = Now() + lease()
    change(job, attempts=job.attempts, error="", **columns)


def give_back(job: Job, *, state: State = State.RUNNING) -> None:
    """Let any worker go on with it, at once: a task for it is made in the same transaction. Raises ClaimLost.

    Between two turns it stays "running"; with QUEUED it waits until somebody works again.
    """
    change(job, state=state, attempts=0, due=Now(), enqueued_at=Now(), **RELEASED)


def put_off(job: Job, error: str) -> None:
    """After a failure: tried again in some seconds, in twice as many after the next, up to MAX_ATTEMPTS times."""
    # A chunk that was done in this turn has set it back: this is the first attempt at the next one.
    job.attempts = max(job.attempts, 1)
    if job.attempts >= MAX_ATTEMPTS:
        fail(job, error)
    else:
        later = Now() + timedelta(seconds=2**job.attempts)
        change(job, state=State.QUEUED, attempts=job.attempts, error=error, due=later, **RELEASED)


def fail(job: Job, error: str) -> None:
    """It is over. What was done so far stays done."""
    job.state = State.FAILED
    change(job, state=State.FAILED, error=error, finished_at=Now(), **RELEASED)
    log.error("Job %s (%s) failed: %s", job.pk, job.kind, error)

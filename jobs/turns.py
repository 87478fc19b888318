"""A turn of a job: chunks, each a transaction, for some seconds. Then others have their turn."""

import logging
import time
import traceback
from threading import Event

from django.db import transaction

from changes.actors import acting_as_found
from database.sql import is_postgresql
from jobs import claims
from jobs.models import Job
from jobs.registry import JobFailed, kinds

log = logging.getLogger(__name__)

# So many seconds after its start no further chunk is started: a job of hours does not keep others waiting.
TURN_SECONDS = 3.0
# SQLite has one writer. Those who wait for it look again every tenth of a second at most.
YIELD_SECONDS = 0.12
# Set when this process was told to stop.
stopping = Event()

UNEXPECTED = "The server met an unexpected error. Its log has the reason."


def take_turn(job: Job) -> bool:
    """Go on with a claimed job; True if it has more chunks and is to be given back."""
    until = time.monotonic() + TURN_SECONDS
    try:
        with claims.kept(claims.held(job)):
            while not run_chunk(job):
                if stopping.is_set() or time.monotonic() > until:
                    return True
                if not is_postgresql():
                    stopping.wait(YIELD_SECONDS)
    except claims.ClaimLost:
        log.info("Job %s (%s) was cancelled or is another worker's.", job.pk, job.kind)
    except JobFailed as error:
        end_turn(job, str(error), failed=True)
    except Exception as error:  # noqa: BLE001 - logged, and tried again later
        if stopping.is_set():
            return True  # its chunk was cut short, and is given back
        log.warning("Job %s (%s), attempt %s: %s", job.pk, job.kind, job.attempts or 1, one_line(error))
        end_turn(job, UNEXPECTED)
    return False


def end_turn(job: Job, error: str, *, failed: bool = False) -> None:
    try:
        (claims.fail if failed else claims.put_off)(job, error)
    except claims.ClaimLost:
        log.info("Job %s (%s) was cancelled or is another worker's.", job.pk, job.kind)


def run_chunk(job: Job) -> bool:
    """Do the next chunk and keep its progress, both or neither; True when it was the last one.

    Raises JobFailed, ClaimLost, and whatever the step raises.
    """
    kind = kinds().get(job.kind)
    if kind is None:
        raise JobFailed(f"This server knows no jobs of the kind {job.kind}.")
    with transaction.atomic(), acting_as_found(lambda: job.actor):
        progress = kind.step(job)
        claims.advance(job, progress)
    return progress.finished


def one_line(error: BaseException) -> str:
    """An exception as a line of the log: what, and where in the code."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return f"{text[:500]}{where}"

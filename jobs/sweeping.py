"""Running the sweeps of jobs.registry: each once a period and lane, by whichever worker comes first."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import Error, connection
from django.db.models.functions import Now

from jobs.claims import RELEASED, kept, lease, new_word
from jobs.models import Sweep
from jobs.registry import RegisteredSweep, sweeps
from jobs.turns import one_line, stopping

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
MOST_WAIT = timedelta(minutes=10)


def sweep_until_stopped() -> None:
    """Run what is due until this process is told to stop; a database that is away is waited for."""
    made = away = False
    while not stopping.is_set():
        more = False
        try:
            if not made:
                make_rows()
            more = run_due_sweeps()
            made, away = True, False
        except Error as error:
            if not away:
                log.warning("Sweeps wait for the database: %s", one_line(error))
            away = True
            connection.close()
        if not more:
            stopping.wait(LOOK_SECONDS)
    connection.close()


def make_rows() -> None:
    """A row for each lane of a sweep that has none yet. Any number of workers may do so at once."""
    rows = [Sweep(name=sweep.name, lane=lane) for sweep in sweeps().values() for lane in range(sweep.lanes)]
    Sweep.objects.bulk_create(rows, ignore_conflicts=True)


def run_due_sweeps() -> bool:
    """Run each sweep that is due and has a free lane, in one lane; True if one of them has more to do.

    One statement where none is.
    """
    registered = sweeps()
    due: dict[str, list[int]] = {}
    rows = Sweep.objects.free().filter(name__in=registered).order_by("due", "pk")
    for name, lane in rows.values_list("name", "lane"):
        # A worker of an earlier version had more of them, perhaps.
        if lane < registered[name].lanes:
            due.setdefault(name, []).append(lane)
    more = False
    for name, lanes in due.items():
        if not stopping.is_set():
            more = run_sweep(registered[name], lanes) or more
    return more


def run_sweep(sweep: RegisteredSweep, lanes: Iterable[int] = (0,)) -> bool:
    """Run one batch of a sweep in the first of the lanes that no other worker has; True if there is more.

    A failure is kept and logged.
    """
    word = new_word()
    if not any(Sweep.objects.filter(name=sweep.name, lane=lane).claim(word, lease()) for lane in lanes):
        return False
    row = Sweep.objects.filter(name=sweep.name).held(word)
    try:
        with kept(row):
            more = bool(sweep.function())
    except Exception as error:  # noqa: BLE001 - one that fails does not keep others from their turn
        log.warning("The sweep %s failed: %s", sweep.name, one_line(error))
        if not connection.in_atomic_block:  # as a test's is
            connection.close_if_unusable_or_obsolete()
        failures = 1 + (row.values_list("failures", flat=True).first() or 0)
        wait = min(timedelta(seconds=sweep.seconds * 2 ** min(failures, 16)), MOST_WAIT)
        row.update(failures=failures, error=one_line(error), due=Now() + wait, ran_at=Now(), **RELEASED)
        return False
    due = Now() if more else Now() + timedelta(seconds=sweep.seconds)
    row.update(failures=0, error="", due=due, ran_at=Now(), **RELEASED)
    return more

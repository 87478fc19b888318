"""Sweeps: each once a period however many workers there are; one that fails does not keep others from their turn."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import registry, sweeping
from jobs.claims import lease
from jobs.models import Sweep
from jobs.sweeping import make_rows, run_due_sweeps, run_sweep, sweep_until_stopped
from jobs.turns import stopping
from tests.jobs.clock import pass_seconds
from tests.jobs.kinds import only_sweeps
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def counting() -> tuple[list[int], Callable[[], None]]:
    ran: list[int] = []
    return ran, lambda: ran.append(len(ran))


def test_it_runs_each_once_a_period() -> None:
    ran, count = counting()
    with only_sweeps(count=count):
        make_rows()
        assert run_due_sweeps() is False
        run_due_sweeps()
        assert len(ran) == 1
        pass_seconds(Sweep.objects.get(), 59)
        run_due_sweeps()
        assert len(ran) == 1
        pass_seconds(Sweep.objects.get(), 2)
        run_due_sweeps()
        assert len(ran) == 2
    row = Sweep.objects.get()
    assert (row.failures, row.error, row.claimed_by) == (0, "", "")
    assert row.ran_at


def test_one_that_has_more_comes_again_at_once() -> None:
    left = [3, 2, 1]
    with only_sweeps(some=lambda: bool(left and left.pop() and left)):
        make_rows()
        assert [run_due_sweeps() for _ in range(4)] == [True, True, False, False]
    assert left == []


def test_one_that_fails_comes_later_and_later_and_does_not_stop_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("poison\nand more")

    ran, count = counting()
    with only_sweeps(bad=fail, good=count):
        make_rows()
        for failures, seconds in ((1, 120), (2, 240), (3, 480), (4, 600), (5, 600)):
            run_due_sweeps()
            row = Sweep.objects.get(name="bad")
            assert row.failures == failures
            assert seconds - 5 < (row.due - timezone.now()).total_seconds() <= seconds
            pass_seconds(row, 700)
            pass_seconds(Sweep.objects.get(name="good"), 700)
        assert len(ran) == 5
    assert row.error.startswith("ValueError: poison and more (")
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 5
    assert all(line.startswith("The sweep bad failed: ValueError: poison and more") for line in said)
    assert not any("\n" in line for line in said)


def test_one_that_succeeds_again_forgets_its_failures() -> None:
    failures = [ValueError("once")]

    def fail_once() -> None:
        if failures:
            raise failures.pop()

    with only_sweeps(sometimes=fail_once):
        make_rows()
        run_due_sweeps()
        pass_seconds(Sweep.objects.get(), 700)
        run_due_sweeps()
    row = Sweep.objects.get()
    assert (row.failures, row.error) == (0, "")


def test_what_another_worker_has_is_left_to_it_until_its_lease_ends() -> None:
    ran, count = counting()
    with only_sweeps(count=count):
        make_rows()
        assert Sweep.objects.all().claim("another", lease()) == 1
        run_due_sweeps()
        assert ran == []
        pass_seconds(Sweep.objects.get(), 60)
        run_due_sweeps()
        assert len(ran) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory has no two writers")
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_runs_it() -> None:
    ran, count = counting()
    with only_sweeps(count=count):
        at_once(*[make_rows] * 4)
        assert Sweep.objects.count() == 1
        sweep = registry.sweeps()["count"]
        at_once(*[lambda: run_sweep(sweep)] * 4)
    assert len(ran) == 1


def with_lanes(number: int) -> tuple[list[int], registry.RegisteredSweep]:
    """A sweep that several workers may run at once, and its calls."""
    ran, count = counting()
    return ran, registry.RegisteredSweep("wide", count, 60, number)


def test_so_many_workers_run_it_at_once_as_it_has_lanes() -> None:
    ran, sweep = with_lanes(3)
    with only_sweeps():
        registry.register_sweep(sweep.name, sweep.function, sweep.seconds, sweep.lanes)
        make_rows()
        assert Sweep.objects.count() == 3
        assert Sweep.objects.filter(lane__in=(0, 1)).claim("others", lease()) == 2
        run_due_sweeps()
        assert len(ran) == 1
        run_due_sweeps()
        assert len(ran) == 1


def test_one_worker_runs_it_once_a_round() -> None:
    ran, sweep = with_lanes(3)
    with only_sweeps():
        registry.register_sweep(sweep.name, sweep.function, sweep.seconds, sweep.lanes)
        make_rows()
        run_due_sweeps()
    assert len(ran) == 1
    assert Sweep.objects.filter(ran_at=None).count() == 2


def test_a_lane_that_another_worker_takes_first_leaves_the_next_one() -> None:
    ran, sweep = with_lanes(2)
    with only_sweeps():
        registry.register_sweep(sweep.name, sweep.function, sweep.seconds, sweep.lanes)
        make_rows()
        assert Sweep.objects.filter(lane=0).claim("another", lease()) == 1
        run_sweep(sweep, [0, 1])
        assert len(ran) == 1
        run_sweep(sweep, [0, 1])
    assert len(ran) == 1


def test_lanes_that_are_there_no_more_are_left_alone() -> None:
    ran, count = counting()
    with only_sweeps(count=count):
        make_rows()
        Sweep.objects.create(name="count", lane=1)
        assert Sweep.objects.filter(lane=0).claim("another", lease()) == 1
        run_due_sweeps()
    assert ran == []


def test_nothing_due_costs_one_statement() -> None:
    _, count = counting()
    with only_sweeps(count=count, other=count):
        make_rows()
        run_due_sweeps()
        with CaptureQueriesContext(connection) as queries:
            assert run_due_sweeps() is False
    assert len(queries) == 1


def test_it_waits_for_a_database_that_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries: list[Any] = []

    def away() -> bool:
        tries.append(None)
        if len(tries) == 3:
            stopping.set()
        raise DatabaseError("server closed the connection")

    monkeypatch.setattr(sweeping, "LOOK_SECONDS", 0)
    monkeypatch.setattr(sweeping, "run_due_sweeps", away)
    monkeypatch.setattr(sweeping, "make_rows", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    stopping.clear()
    try:
        sweep_until_stopped()
    finally:
        stopping.clear()
    assert len(tries) == 3
    assert [record.getMessage()[:62] for record in caplog.records] == [
        "Sweeps wait for the database: DatabaseError: server closed the"
    ]

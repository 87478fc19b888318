"""Jobs that run at the same time, each in a thread with a connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction

# Much longer than any job takes; what waits longer waits for ever.
SECONDS = 60

two_writers = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


class Worker(Thread):
    """Does one thing, from now on."""

    def __init__(self, job: Callable[[], Any]) -> None:
        # A test that fails because a thread hangs ends all the same.
        super().__init__(daemon=True)
        self.job = job
        self.result: Any = None
        self.failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self.job()
        except BaseException as error:  # noqa: BLE001 - raised by finish(), where the test sees it
            self.failure = error
        finally:
            connection.close()

    def wait_until_blocked(self) -> None:
        """Return when another connection waits for a lock, or this one's work is done without. PostgreSQL alone."""
        while self.is_alive() and not count_blocked():
            self.join(0.01)

    def finish(self) -> Any:
        """Wait for the end; what the job returned, or what it raised."""
        self.join(SECONDS)
        assert not self.is_alive(), "It hangs."
        if self.failure:
            raise self.failure
        return self.result


def count_blocked() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        count: int = cursor.fetchone()[1]
        return count


def meeting_at(lock: str, *jobs: Callable[[], Any]) -> list[Any]:
    """Run the jobs, which all come to a locked table before any goes on; what they return, in their order.

    `lock` is a table and a mode of PostgreSQL's LOCK TABLE: "SHARE MODE" stops who writes, "EXCLUSIVE
    MODE" also who locks rows; whoever only reads goes on. SQLite has one writer: there they start together.
    """
    if connection.vendor != "postgresql":
        return at_once(*jobs)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {lock}")
        workers = [Worker(job) for job in jobs]
        while count_blocked() < len(jobs):
            alive = sum(worker.is_alive() for worker in workers)
            assert alive == len(jobs), f"Only {alive} of {len(jobs)} jobs came to the lock."
            workers[0].join(0.01)
    return [worker.finish() for worker in workers]


def crossing_at(lock: str, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run the first job until it comes to a locked table, then the second until it waits for the first; then both go on.

    `lock` as of `meeting_at`: what the first writes in the middle of its work. Returns what they return. PostgreSQL alone.
    """
    workers: list[Worker] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {lock}")
        for job in (first, second):
            workers.append(Worker(job))
            while count_blocked() < len(workers):
                assert all(worker.is_alive() for worker in workers), "A job did not come to the lock."
                workers[0].join(0.01)
    return [worker.finish() for worker in workers]


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Start the jobs together; what they return, in their order, or the first failure."""
    start = Barrier(len(jobs), timeout=SECONDS)

    def waiting(job: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            start.wait()
            return job()

        return run

    workers = [Worker(waiting(job)) for job in jobs]
    for worker in workers:
        worker.join(SECONDS)
    return [worker.finish() for worker in workers]

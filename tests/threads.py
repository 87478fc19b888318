"""Requests that come at the same moment. PostgreSQL alone: SQLite has one writer at a time."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

two_writers = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Start the jobs together, each in a thread with its own connection; what they return, or the first failure."""
    start = threading.Barrier(len(jobs), timeout=30)
    results: list[Any] = [None] * len(jobs)
    failures: list[BaseException] = []

    def work(index: int, job: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[index] = job()
        except BaseException as error:  # noqa: BLE001 - raised below, where the test sees it
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(index, job)) for index, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    if failures:
        raise failures[0]
    return results

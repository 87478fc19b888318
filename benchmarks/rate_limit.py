"""What counting a request costs: `python -m benchmarks.rate_limit`, for docs/decisions/0006.

Each candidate counts requests of a few clients, from one process and from two at once. SQLite's
table is measured as the server would write it: one transaction a request, WAL, synchronous=NORMAL.
"""

import multiprocessing
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from rest.counters import FileCounters
from tests.postgres import throwaway_postgres

CLIENTS = 5
UPSERT = """
    INSERT INTO counters (client, minute, requests) VALUES ({0}, {0}, 1)
    ON CONFLICT (client, minute) DO UPDATE SET requests = counters.requests + 1 RETURNING requests
"""
TABLE = "CREATE {} TABLE counters (client text, minute bigint, requests bigint, PRIMARY KEY (client, minute))"
Count = Callable[[str, int], object]


def in_file(place: str) -> Count:
    return FileCounters(Path(place)).add


def in_sqlite(place: str) -> Count:
    connection = sqlite3.connect(place, timeout=20, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return lambda client, minute: connection.execute(UPSERT.format("?"), (client, minute)).fetchone()


def in_postgres(place: str) -> Count:
    connection = psycopg.connect(place, autocommit=True)
    return lambda client, minute: connection.execute(UPSERT.format("%s"), (client, minute)).fetchone()


def measure(open_counter: Callable[[str], Count], place: str, rounds: int) -> float:
    """The median of a count, in microseconds."""
    count = open_counter(place)
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        count(f"key {number % CLIENTS}", 1)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def report(name: str, open_counter: Callable[[str], Count], place: str, rounds: int) -> None:
    alone = measure(open_counter, place, rounds)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        together = statistics.mean(pool.starmap(measure, [(open_counter, place, rounds)] * 2))
    print(f"{name:32} {alone:8.1f} {together:8.1f}")


def main() -> None:
    print(f"{'microseconds a request':32} {'alone':>8} {'of two':>8}")
    with tempfile.TemporaryDirectory() as folder:
        report("shared file", in_file, f"{folder}/counters", 50_000)
        place = f"{folder}/counters.sqlite3"
        with sqlite3.connect(place) as connection:
            connection.execute(TABLE.format(""))
        report("SQLite, a table", in_sqlite, place, 3_000)
    with throwaway_postgres() as url:
        with psycopg.connect(url) as connection:
            connection.execute(TABLE.format("UNLOGGED"))
        report("PostgreSQL, an unlogged table", in_postgres, url, 3_000)


if __name__ == "__main__":
    main()

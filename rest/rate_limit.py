"""Counts the requests, or failures, of a client in this minute, over all processes.

The counters are in Redis if RATE_LIMIT_STORAGE names one, else in a file of this machine. While these
fail, each process counts for itself (docs/decisions/0010).
"""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from rest.counters import WINDOW, Counters, FileCounters, RedisCounters

log = logging.getLogger(__name__)

# Seconds until counters that failed are tried again.
PAUSE = 10


class Spent(NamedTuple):
    """What is left of a client's limit after a request. `reset` is the end of the window, in unix seconds."""

    limit: int
    remaining: int
    reset: int
    allowed: bool
    wait: int  # seconds until the window ends, 1 at least


class _Opened:
    """The counters of this process, in order of preference. Opened at the first request."""

    threads = threading.Lock()
    source: tuple[str, Path] | None = None
    counters: list[Counters] = []
    paused_until: dict[Counters, float] = {}


def counters() -> list[Counters]:
    source = (settings.RATE_LIMIT_STORAGE, Path(settings.RATE_LIMIT_FILE))
    with _Opened.threads:
        if _Opened.source != source:
            _Opened.counters = list(open_counters(*source))
            _Opened.source, _Opened.paused_until = source, {}
        return _Opened.counters


def open_counters(storage: str, path: Path) -> Iterator[Counters]:
    if storage:
        yield RedisCounters(storage)
    try:
        yield FileCounters(path)
    except OSError as error:
        log.error("Requests cannot be counted in %s (%s): each process counts for itself.", path, error.strerror)  # noqa: TRY400
    yield Counters()


def count(client: str, window: int, *, add: bool = True) -> int:
    """The number of the client's requests in this window; `add` counts one more first. Never fails."""
    for place in counters():
        if _Opened.paused_until.get(place, 0) > time.monotonic():
            continue
        try:
            return place.add(client, window) if add else place.read(client, window)
        except place.errors as error:
            _Opened.paused_until[place] = time.monotonic() + PAUSE
            log.error("Requests cannot be counted in %s for now (%s).", place, error)  # noqa: TRY400
    return 0


def spend(client: str, limit: int) -> Spent:
    """Count one request of the client against its limit of requests a minute."""
    now = time.time()
    window = int(now // WINDOW)
    reset = (window + 1) * WINDOW
    requests = count(client, window)
    return Spent(limit, max(limit - requests, 0), reset, requests <= limit, max(int(reset - now), 1))


def add_failure(client: str) -> int:
    """Count one failure of the client; returns how many it has in this window."""
    window = window_now()
    return count(failures_of(client, window), window)


def fail(client: str, limit: int) -> int:
    """Count one failure of the client; returns the seconds until it is below its limit again, or 0."""
    return over(client, limit, add_failure(client))


def seconds_over(client: str, limit: int) -> int:
    """The seconds for which one more failure would exceed the client's limit, or 0. Counts nothing."""
    window = window_now()
    return over(client, limit, count(failures_of(client, window), window, add=False) + 1)


def over(client: str, limit: int, failures: int) -> int:
    """The seconds for which `failures` in this window, with those of the window before, exceed the limit.

    With one window alone, a client could use its limit twice around the end of a window.
    """
    window = window_now()
    if failures + count(failures_of(client, window - 1), window - 1, add=False) <= limit:
        return 0
    end = window + 1 if failures <= limit else window + 2
    return max(int(end * WINDOW - time.time()), 1)


def failures_of(client: str, window: int) -> str:
    """The name of the client's counter of failures. Consecutive windows have two, as a counter has one window."""
    return f"failures of {client} {window % 2}"


def window_now() -> int:
    return int(time.time() // WINDOW)

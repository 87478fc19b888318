"""How many requests, or failures, a client had this minute, counted by all processes together.

They count in Redis where RATE_LIMIT_STORAGE names one, else in a file of this machine; where that cannot
be done, each process counts for itself until it can (docs/decisions/0010).
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

# Seconds for which counters that failed are not asked again.
PAUSE = 10


class Spent(NamedTuple):
    """What a request left of its client's limit; `reset` is when the window ends, in unix seconds."""

    limit: int
    remaining: int
    reset: int
    allowed: bool
    wait: int  # seconds until the window ends, 1 at least


class _Opened:
    """The process's counters, the preferred ones first, opened at its first request; forked workers may share them."""

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
    """How many requests the client has in this window, with one more where `add` says so. Never fails."""
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
    """Count one failure of the client; returns 0, or for how many seconds it is over its limit."""
    return over(client, limit, add_failure(client))


def seconds_over(client: str, limit: int) -> int:
    """For how many seconds one more failure would be over the client's limit; 0 where it would not. Counts nothing."""
    window = window_now()
    return over(client, limit, count(failures_of(client, window), window, add=False) + 1)


def over(client: str, limit: int, failures: int) -> int:
    """For how many seconds that many failures in this window, and those of the window before, are over the limit.

    Two windows, or who fails around the end of one would have twice the limit.
    """
    window = window_now()
    if failures + count(failures_of(client, window - 1), window - 1, add=False) <= limit:
        return 0
    end = window + 1 if failures <= limit else window + 2
    return max(int(end * WINDOW - time.time()), 1)


def failures_of(client: str, window: int) -> str:
    """Whose counter it is: each of two windows that follow one another has its own, as a counter has one window."""
    return f"failures of {client} {window % 2}"


def window_now() -> int:
    return int(time.time() // WINDOW)

"""How many requests a client made this minute, counted by all processes of this machine together.

The counters are in a small file that every process maps into its memory; a request costs a lock on
one byte of it and an addition, a few microseconds (docs/decisions/0006 has the measurements).
"""

import fcntl
import logging
import mmap
import os
import struct
import threading
import time
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from weakref import finalize

from django.conf import settings

log = logging.getLogger(__name__)

WINDOW = 60  # seconds
# One counter: whose it is, which window, how many requests. A client's counter is in the group
# that its name falls into; a group is locked as one.
COUNTER = struct.Struct("<QII")
COUNTERS_A_GROUP = 8
GROUP_BYTES = COUNTER.size * COUNTERS_A_GROUP
GROUPS = 8192
SIZE = GROUPS * GROUP_BYTES


class Spent(NamedTuple):
    """What a request left of its client's limit; `reset` is when the window ends, in unix seconds."""

    limit: int
    remaining: int
    reset: int
    allowed: bool
    wait: int  # seconds until the window ends, 1 at least


class Counters:
    """The counters of one file. Any number of processes and threads may count in it at once."""

    def __init__(self, path: Path) -> None:
        # A process's threads share its locks on a file, so they need one among themselves.
        self.threads = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self.file).st_size < SIZE:
            # Harmless where another process does the same: the file never becomes shorter.
            os.ftruncate(self.file, SIZE)
        self.memory = mmap.mmap(self.file, SIZE)
        # Not before the last thread is done with it: the number of a closed file is soon another's.
        finalize(self, os.close, self.file)

    def add(self, client: str, window: int) -> int:
        """Count one more request of the client in this window; returns how many it has."""
        name = int.from_bytes(blake2b(client.encode(), digest_size=8).digest(), "little") or 1
        group = name % GROUPS
        with self.threads:
            fcntl.lockf(self.file, fcntl.LOCK_EX, 1, group)
            try:
                return self.add_in_group(group * GROUP_BYTES, name, window)
            finally:
                fcntl.lockf(self.file, fcntl.LOCK_UN, 1, group)

    def add_in_group(self, start: int, name: int, window: int) -> int:
        free, fewest = start, 2**32
        for place in range(start, start + GROUP_BYTES, COUNTER.size):
            owner, counted_in, count = COUNTER.unpack_from(self.memory, place)
            if counted_in != window:
                count = 0
            if owner == name:
                count = min(count + 1, 2**32 - 1)
                COUNTER.pack_into(self.memory, place, name, window, count)
                return count
            # With more clients in a group than counters the quietest one's count is lost.
            if count < fewest:
                free, fewest = place, count
        COUNTER.pack_into(self.memory, free, name, window, 1)
        return 1


class _Opened:
    """The process's counters, opened once, at its first request; forked workers may share the parent's."""

    threads = threading.Lock()
    counters: Counters | None = None
    path: Path | None = None


def counters() -> Counters | None:
    """The counters of this server; None where no file can be had, and then nothing is limited."""
    path = Path(settings.RATE_LIMIT_FILE)
    with _Opened.threads:
        if _Opened.path != path:
            try:
                _Opened.counters = Counters(path)
            except OSError as error:
                log.error("No rate limit: its counters cannot be kept in %s (%s).", path, error.strerror)  # noqa: TRY400
                _Opened.counters = None
            _Opened.path = path
        return _Opened.counters


def spend(client: str, limit: int) -> Spent:
    """Count one request of the client against its limit of requests a minute."""
    now = time.time()
    window = int(now // WINDOW)
    reset = (window + 1) * WINDOW
    opened = counters()
    count = opened.add(client, window) if opened else 0
    return Spent(limit, max(limit - count, 0), reset, count <= limit, max(int(reset - now), 1))

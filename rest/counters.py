"""Counters of requests by client and minute: in Redis, in a file that all processes share, in a process's memory.

All three have the same methods. Those outside the process raise one of their `errors` if they cannot count.
"""

import contextlib
import fcntl
import os
import struct
import threading
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar
from weakref import finalize

# One counter: whose it is, which window, how many requests. The hash of a client's name decides in which
# group its counter is; a group is locked as a whole.
COUNTER = struct.Struct("<QII")
COUNTERS_A_GROUP = 8
GROUP_BYTES = COUNTER.size * COUNTERS_A_GROUP
GROUPS = 8192
SIZE = GROUPS * GROUP_BYTES
# Seconds until Redis counts as failed. Short, as it is asked on every request.
REDIS_TIMEOUT = 0.5
WINDOW = 60  # seconds


class Counters:
    """Counters in this process's memory, for all of its threads. They never fail."""

    errors: ClassVar[tuple[type[Exception], ...]] = ()

    def __init__(self) -> None:
        self.threads = threading.Lock()
        self.memory = bytearray(SIZE)

    def __str__(self) -> str:
        return "the memory of each process"

    def add(self, client: str, window: int) -> int:
        """Count one more request of the client in this window; returns how many it has."""
        name, group = place_of(client)
        self.lock(group)
        try:
            return self.add_in_group(group * GROUP_BYTES, name, window)
        finally:
            self.unlock(group)

    def read(self, client: str, window: int) -> int:
        """How many requests of the client were counted in this window."""
        name, group = place_of(client)
        self.lock(group)
        try:
            counters = COUNTER.iter_unpack(self.load(group * GROUP_BYTES))
        finally:
            self.unlock(group)
        return next((count for owner, counted_in, count in counters if (owner, counted_in) == (name, window)), 0)

    def add_in_group(self, start: int, name: int, window: int) -> int:
        free, fewest = 0, 2**32
        for place, (owner, counted_in, count) in enumerate(COUNTER.iter_unpack(self.load(start))):
            requests = count if counted_in == window else 0
            if owner == name:
                requests = min(requests + 1, 2**32 - 1)
                self.store(start + place * COUNTER.size, COUNTER.pack(name, window, requests))
                return requests
            # If a group has more clients than counters, the smallest count is lost.
            if requests < fewest:
                free, fewest = place, requests
        self.store(start + free * COUNTER.size, COUNTER.pack(name, window, 1))
        return 1

    def lock(self, group: int) -> None:
        self.threads.acquire()

    def unlock(self, group: int) -> None:
        self.threads.release()

    def load(self, start: int) -> bytes:
        return bytes(self.memory[start : start + GROUP_BYTES])

    def store(self, start: int, counter: bytes) -> None:
        self.memory[start : start + COUNTER.size] = counter


class FileCounters(Counters):
    """Counters in a file. Any number of processes and threads may count in it at once.

    The file is read and written, not mapped: where a mapped page cannot be had, because the disk is full
    or the file was cut short, the system kills the process; a write that fails is an error.
    """

    errors = (OSError,)

    def __init__(self, path: Path) -> None:
        # A lock on a file belongs to the process: its threads need a lock of their own.
        self.threads = threading.Lock()
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Not while a thread still uses it: the number of a closed file is soon given to another file.
        finalize(self, os.close, self.file)
        # Space on the disk is taken now, so that counting also works if the disk is full later.
        if os.fstat(self.file).st_blocks * 512 < SIZE and hasattr(os, "posix_fallocate"):
            with contextlib.suppress(OSError):  # is full now
                os.posix_fallocate(self.file, 0, SIZE)

    def __str__(self) -> str:
        return str(self.path)

    def lock(self, group: int) -> None:
        self.threads.acquire()
        try:
            fcntl.lockf(self.file, fcntl.LOCK_EX, 1, group)
        except OSError:
            self.threads.release()
            raise

    def unlock(self, group: int) -> None:
        try:
            fcntl.lockf(self.file, fcntl.LOCK_UN, 1, group)
        finally:
            self.threads.release()

    def load(self, start: int) -> bytes:
        # Shorter if the file could not be extended.
        return os.pread(self.file, GROUP_BYTES, start).ljust(GROUP_BYTES, b"\0")

    def store(self, start: int, counter: bytes) -> None:
        os.pwrite(self.file, counter, start)


class RedisCounters(Counters):
    """Counters that all machines share, with the library `limits` (docs/decisions/0010)."""

    def __init__(self, url: str) -> None:
        # Imported here, so that only those who use it load it.
        from limits.errors import StorageError  # noqa: PLC0415
        from limits.storage import storage_from_string  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        self.errors = (StorageError,)  # type: ignore[misc]
        # Without time-outs, a Redis that is away would delay the request for seconds.
        limits = {"socket_timeout": REDIS_TIMEOUT, "socket_connect_timeout": REDIS_TIMEOUT}
        options: dict[str, Any] = {**limits, "retry": Retry(NoBackoff(), 0), "wrap_exceptions": True}
        self.storage: Any = storage_from_string(url, **options)

    def __str__(self) -> str:
        return "Redis"

    def add(self, client: str, window: int) -> int:
        # Kept for one more window, as failures are counted over two.
        return int(self.storage.incr(key_of(client, window), 2 * WINDOW))

    def read(self, client: str, window: int) -> int:
        return int(self.storage.get(key_of(client, window)))


def place_of(client: str) -> tuple[int, int]:
    """The client's key in a counter, and its group."""
    name = int.from_bytes(blake2b(client.encode(), digest_size=8).digest(), "little") or 1
    return name, name % GROUPS


def key_of(client: str, window: int) -> str:
    # Hashed, as a user name may be any text of any length.
    return f"fluentcrm/{window}/{blake2b(client.encode(), digest_size=16).hexdigest()}"

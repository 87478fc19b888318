"""Where requests are counted: Redis, a file, each process's memory; each takes over from the one before it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine

from rest import rate_limit
from rest.counters import SIZE, Counters, FileCounters, RedisCounters
from rest.rate_limit import PAUSE, spend
from tests.postgres import free_port
from tests.threads import at_once

NOON = 1_767_268_800


@contextmanager
def redis(port: int, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("This needs redis-server.")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            while True:
                assert server.poll() is None
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.02)
            yield server
        finally:
            server.terminate()


def test_machines_count_together_in_redis(tmp_path: Path) -> None:
    port = free_port()
    with redis(port, tmp_path):
        machines = [RedisCounters(f"redis://127.0.0.1:{port}/0") for _ in range(2)]
        at_once(*[lambda machine=machine: [machine.add("key 1", 7) for _ in range(100)] for machine in machines])
        assert machines[0].add("key 1", 7) == 201
        assert machines[1].read("key 1", 7) == 201
        assert machines[1].read("key 1", 8) == machines[1].read("ключ " * 1000, 7) == 0
        # What is counted is forgotten by itself.
        assert all(machines[0].storage.storage.ttl(key) > 0 for key in machines[0].storage.storage.keys("*"))
        for machine in machines:
            machine.storage.storage.close()


def test_without_redis_each_machine_counts_until_it_is_back(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"
    settings.RATE_LIMIT_STORAGE = f"redis://127.0.0.1:{port}/0"
    with time_machine.travel(NOON, tick=False) as now:
        with redis(port, tmp_path):
            assert spend("key 1", 5).remaining == 4
            assert not settings.RATE_LIMIT_FILE.read_bytes().strip(b"\0")
        assert [spend("key 1", 5).remaining for _ in range(3)] == [4, 3, 2]
        assert caplog.text.count("Requests cannot be counted in Redis for now") == 1
        with redis(port, tmp_path):
            monkeypatch.setattr(rate_limit, "PAUSE", 0)
            rate_limit._Opened.paused_until.clear()
            now.shift(PAUSE)
            assert spend("key 1", 5).remaining == 4
    for counters in rate_limit._Opened.counters:
        if isinstance(counters, RedisCounters):
            counters.storage.storage.close()


class Full(FileCounters):
    """A file on a disk that has become full."""

    def store(self, start: int, counter: bytes) -> None:
        raise OSError(28, "No space left on device")


def test_what_cannot_be_written_to_the_file_is_counted_in_memory(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rate_limit, "FileCounters", Full)
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"
    with time_machine.travel(NOON, tick=False):
        assert [spend("key 1", 2).allowed for _ in range(4)] == [True, True, False, False]
    assert caplog.text.count("Requests cannot be counted in") == 1


def test_the_file_has_its_place_on_the_disk_from_the_start(tmp_path: Path) -> None:
    FileCounters(tmp_path / "counters")
    assert (tmp_path / "counters").stat().st_blocks * 512 >= SIZE


def test_a_file_that_is_cut_short_goes_on_counting(tmp_path: Path) -> None:
    counters = FileCounters(tmp_path / "counters")
    counters.add("key 1", 7)
    with (tmp_path / "counters").open("r+b") as file:
        file.truncate(0)
    assert [counters.add("key 1", 7), counters.add("key 1", 7), counters.read("key 1", 7)] == [1, 2, 2]


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_reading_counts_nothing(tmp_path: Path, kind: str) -> None:
    counters = FileCounters(tmp_path / "counters") if kind == "file" else Counters()
    assert counters.read("key 1", 7) == 0
    assert counters.add("key 1", 7) == 1
    assert [counters.read("key 1", 7), counters.read("key 1", 7), counters.read("key 1", 8)] == [1, 1, 0]

"""The limit of requests a minute, on both faces."""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from rest import rate_limit
from rest.counters import COUNTERS_A_GROUP, GROUPS, FileCounters
from rest.rate_limit import spend
from tests.client import Api
from tests.fluenzr.client import Fluenzr, error_of
from tests.threads import at_once

# 12:00:20 on a day; the minute ends 40 seconds later.
NOW = 1_767_268_820
RESET = NOW + 40
COUNTING = """
import sys
from pathlib import Path
from rest.counters import FileCounters
counters = FileCounters(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    counters.add("key 1", 7)
"""


def limits(response: Any) -> tuple[int, int, int]:
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    limit, remaining, reset = (int(response[name]) for name in names)
    return limit, remaining, reset


@pytest.fixture
def counters(tmp_path: Path) -> FileCounters:
    return FileCounters(tmp_path / "counters")


def test_every_answer_tells_the_limit(fluenzr: Fluenzr) -> None:
    with time_machine.travel(NOW, tick=False):
        for left, (method, path, status) in enumerate(
            [
                ("GET", "/contacts", 200),
                ("POST", "/contacts", 400),
                ("GET", "/contacts/con_x", 404),
                ("GET", "/nothing", 404),
                ("PATCH", "/contacts", 404),
                ("GET", "/openapi.json", 200),
            ],
            start=1,
        ):
            response = fluenzr.send(method, path, {} if method == "POST" else None)
            assert response.status_code == status
            assert limits(response) == (1000, 1000 - left, RESET), path


def test_the_request_after_the_last_is_429_until_the_minute_ends(fluenzr: Fluenzr, settings: Any) -> None:
    settings.FLUENZR_RATE_LIMIT = 2
    with time_machine.travel(NOW, tick=False) as traveller:
        assert [fluenzr.get("/contacts").status_code for _ in range(2)] == [200, 200]
        response = fluenzr.get("/contacts")
        assert error_of(response) == (429, "RATE_LIMITED", "Too many requests. Try again in 40 seconds.", {})
        assert response["Retry-After"] == "40"
        assert limits(response) == (2, 0, RESET)
        assert error_of(fluenzr.post("/contacts", {"email": "a@example.com"}))[:2] == (429, "RATE_LIMITED")
        traveller.move_to(RESET)
        response = fluenzr.get("/contacts")
        assert (response.status_code, limits(response)) == (200, (2, 1, RESET + 60))
        assert response.json()["data"] == []


def test_each_key_has_its_own(admin: User, fluenzr: Fluenzr, keyless: Fluenzr, settings: Any) -> None:
    settings.FLUENZR_RATE_LIMIT = 1
    with time_machine.travel(NOW, tick=False):
        assert fluenzr.get("/contacts").status_code == 200
        assert fluenzr.get("/contacts").status_code == 429
        assert Fluenzr(admin).get("/contacts").status_code == 200
        # Who has no key is counted by address.
        first, second = keyless.get("/contacts"), keyless.get("/contacts")
        assert (first.status_code, limits(first)) == (401, (1, 0, RESET))
        assert error_of(second)[:2] == (429, "RATE_LIMITED")


def test_0_limits_nothing(fluenzr: Fluenzr, settings: Any) -> None:
    settings.FLUENZR_RATE_LIMIT = 0
    response = fluenzr.get("/contacts")
    assert response.status_code == 200
    assert "X-RateLimit-Limit" not in response


def test_where_no_file_can_be_had_each_process_counts_and_says_so(
    fluenzr: Fluenzr, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    settings.RATE_LIMIT_FILE = tmp_path / "file" / "rate_limits"
    settings.FLUENZR_RATE_LIMIT = 1
    with time_machine.travel(NOW, tick=False):
        assert [fluenzr.get("/contacts").status_code for _ in range(3)] == [200, 429, 429]
    assert caplog.text.count("each process counts for itself") == 1


def test_the_other_face_has_none_unless_set(api: Api, settings: Any) -> None:
    response = api.get("/tags")
    assert "X-RateLimit-Limit" not in response
    settings.FLUENTCRM_RATE_LIMIT = 1
    with time_machine.travel(NOW, tick=False):
        response = api.get("/tags")
        assert (response.status_code, limits(response)) == (200, (1, 0, RESET))
        response = api.get("/tags")
        assert response.status_code == 429
        assert response["Retry-After"] == "40"
        assert limits(response) == (1, 0, RESET)
        assert response.json() == {
            "code": "rest_too_many_requests",
            "message": "Too many requests.",
            "data": {"status": 429},
        }


def test_two_processes_count_together(tmp_path: Path, counters: FileCounters) -> None:
    rounds = 2000
    command = [sys.executable, "-c", COUNTING, str(tmp_path / "counters"), str(rounds)]
    processes = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert counters.add("key 1", 7) == 2 * rounds + 1
    assert counters.add("key 2", 7) == 1
    assert counters.add("key 1", 8) == 1


def test_threads_count_together(counters: FileCounters) -> None:
    at_once(*[lambda: [counters.add("key 1", 7) for _ in range(500)]] * 4)
    assert counters.add("key 1", 7) == 2001


def test_threads_that_come_first_open_the_file_once(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    class SlowToOpen(FileCounters):
        def __init__(self, path: Path) -> None:
            opened.append(path)
            time.sleep(0.05)
            super().__init__(path)

    monkeypatch.setattr(rate_limit, "FileCounters", SlowToOpen)
    settings.RATE_LIMIT_FILE = tmp_path / "moved"
    with time_machine.travel(NOW, tick=False):
        left = at_once(*[lambda: spend("key 1", 5).remaining] * 4)
    assert sorted(left) == [1, 2, 3, 4]
    assert opened.count(tmp_path / "moved") == 1


def test_a_file_that_is_no_longer_used_is_closed_once(tmp_path: Path) -> None:
    """Closed twice, its number could by then be that of a connection to the database."""
    counters = FileCounters(tmp_path / "counters")
    file = counters.file
    del counters
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)
    # The next file has the number.
    with (tmp_path / "next").open("wb") as other:
        assert other.fileno() == file
        gc.collect()
        os.fstat(file)


def test_a_crowd_of_strangers_takes_no_busy_clients_counter(counters: FileCounters) -> None:
    for _ in range(3):
        counters.add("key 1", 7)
    for number in range(GROUPS * COUNTERS_A_GROUP // 4):
        counters.add(f"address {number}", 7)
    assert counters.add("key 1", 7) == 4


def test_it_waits_a_second_at_least(settings: Any) -> None:
    with time_machine.travel(RESET - 0.2, tick=False):
        assert spend("key 1", 5).wait == 1

"""What the processes of a server do when they are killed, and when a signal stops them."""

import os
import signal
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from django.db import connection as database

from tests.fluentcrm_api.running import TAGS, Running, children, read_answer
from tests.postgres import free_port
from tests.processes import served

INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int]) -> None:
    limit = time.monotonic() + 60
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < limit, "They live on."
        time.sleep(0.02)


def test_a_worker_that_is_killed_again_and_again_is_always_replaced(running: Running) -> None:
    for number in range(6):
        before = running.workers()
        os.kill(before[number % len(before)], signal.SIGKILL)
        wait_until_gone([before[number % len(before)]])
        for _ in range(3):
            assert running.get() == 200
        time.sleep(1 if number else 0)  # the first two die together
    time.sleep(1.5)
    assert len(running.workers()) == 2
    assert running.process.poll() is None


def test_all_workers_that_die_at_once_are_replaced(running: Running) -> None:
    before = running.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert running.get() == 200  # the connection waited for the next one
    wait_until_gone(before)
    assert not set(before) & set(running.workers())


@pytest.mark.parametrize("signals", [(TERM,), (HUP,), (INT, TERM), (TERM, INT), (INT, INT, HUP, TERM, TERM)])
def test_it_stops_on_any_sequence_of_signals(prepared: dict[str, str], signals: tuple[signal.Signals, ...]) -> None:
    with served(prepared, free_port()) as process:
        workers = children(process.pid)
        assert len(workers) == 2
        for number in signals:
            process.send_signal(number)
        assert process.wait(60) == 0
    wait_until_gone(workers)


def test_it_stops_when_the_terminal_tells_every_process(prepared: dict[str, str]) -> None:
    with served(prepared, free_port()) as process:
        for pid in [*children(process.pid), process.pid] * 2:
            with suppress(ProcessLookupError):
                os.kill(pid, INT)
        assert process.wait(60) == 0


def test_no_worker_outlives_a_killed_supervisor(prepared: dict[str, str]) -> None:
    with served(prepared, free_port()) as process:
        workers = children(process.pid)
        process.kill()
        wait_until_gone(workers)


def test_stalling_clients_do_not_keep_it_from_stopping(prepared: dict[str, str]) -> None:
    port = free_port()
    with served(prepared | {"BODY_TIMEOUT": "600"}, port) as process:
        client = Running(port, "", "", process)
        with (
            client.sent(b""),
            client.sent(b"GET / HT"),
            client.sent(client.head("POST", "/") + b"Content-Length: 9\r\n\r\n"),
        ):
            assert client.get("/healthz") == 200
            process.terminate()
            assert process.wait(60) == 0


@pytest.mark.skipif(database.vendor != "postgresql", reason="holds a lock of PostgreSQL")
def test_a_running_request_is_answered_before_it_stops(prepared: dict[str, str], running: Running) -> None:
    import psycopg  # noqa: PLC0415

    port = free_port()
    environment = prepared | {"LOCK_TIMEOUT": "60", "STATEMENT_TIMEOUT": "60"}
    with served(environment, port) as process, psycopg.connect(prepared["DATABASE_URL"]) as holder:
        holder.execute("LOCK TABLE segments_tag IN ACCESS EXCLUSIVE MODE")
        client = Running(port, running.password, running.key, process)
        with client.sent(client.head("GET", TAGS, credentials=True) + b"\r\n") as connection:
            while not waiting_for_locks(prepared["DATABASE_URL"]):
                time.sleep(0.02)
            process.terminate()
            process.send_signal(INT)
            threading.Timer(1, holder.rollback).start()
            status, _, answer = read_answer(connection)
        assert (status, answer.headers["Connection"]) == (200, "close")
        assert process.wait(60) == 0


@pytest.mark.skipif(database.vendor != "postgresql", reason="holds locks of PostgreSQL")
def test_those_who_wait_for_a_lock_take_no_thread_from_others(prepared: dict[str, str], running: Running) -> None:
    import psycopg  # noqa: PLC0415

    with ExitStack() as stack:
        holder = stack.enter_context(psycopg.connect(prepared["DATABASE_URL"]))
        holder.execute("LOCK TABLE segments_tag IN ACCESS EXCLUSIVE MODE")
        waiting = [stack.enter_context(running.connect()) for _ in range(10)]
        for connection in waiting:
            connection.sendall(running.head("GET", TAGS, credentials=True) + b"\r\n")
        answered = 0
        while not answered or waiting_for_locks(prepared["DATABASE_URL"]):
            assert running.get("/wp-json/fluent-crm/v2/lists") == 200
            answered += 1
        # Their time is over after LOCK_TIMEOUT, though the lock is still held.
        assert all(read_answer(connection)[0] >= 500 for connection in waiting)
    assert answered > 10


def waiting_for_locks(url: str) -> int:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
        ).fetchone()
    return int(row[0]) if row else 0

"""The same jobs over a message broker: on the RabbitMQ and the Redis of this machine, where there are any."""

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kombu.connection import Connection

from tests.jobs.conftest import CHUNK, CONTACTS
from tests.jobs.working import Site, check_all_is_done_once, kill_again_and_again, working

BROKERS = {"RabbitMQ": "amqp://guest:guest@127.0.0.1:5672/", "Redis": "redis://127.0.0.1:6379/15"}


@contextmanager
def broker_of(name: str) -> Iterator[dict[str, str]]:
    """The variables of one of BROKERS, with a queue of their own; none for any other name."""
    if name not in BROKERS:
        yield {}
        return
    url = BROKERS[name]
    with Connection(url, connect_timeout=2) as connection:
        try:
            connection.ensure_connection(max_retries=1, interval_start=0)
        except Exception as error:  # noqa: BLE001 - of the broker's own library
            pytest.skip(f"No {name} answers at {url}: {error}")
        queue = f"tests-{uuid.uuid4().hex}"
        yield {"TASK_BROKER_URL": url, "TASK_QUEUE": queue}
        channel: Any = connection.channel()
        if name == "Redis":
            channel.client.delete(*channel.client.keys(f"{queue}:*"))
        else:
            channel.queue_delete(queue)
            channel.exchange_delete(queue)


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    with broker_of(request.param) as variables:
        yield variables


def test_a_job_whose_workers_are_killed_again_and_again_is_done_once(running: Site, broker: dict[str, str]) -> None:
    with running.again(broker) as server, working(server.environment) as process:
        number, tag = server.tag_everybody()
        assert kill_again_and_again(server, process, number, times=2) > 1
        server.wait_for(number)
    check_all_is_done_once(running, number, tag, CONTACTS, CHUNK)
    # The database's own queue has no part in it.
    assert running.rows("SELECT count(*) FROM django_tasks_database_dbtaskresult") == [(0,)]


def test_it_starts_within_seconds_and_several_workers_share(running: Site, broker: dict[str, str]) -> None:
    with running.again(broker, worker=True) as server, working(server.environment) as other:
        begun = time.monotonic()
        started = [server.tag_everybody() for _ in range(2)]
        server.wait_for(started[0][0], beyond=0)
        assert time.monotonic() - begun < 20
        for number, tag in started:
            server.wait_for(number)
            check_all_is_done_once(server, number, tag, CONTACTS, CHUNK)
        for process in (other, server.process):
            process.terminate()
            assert process.wait(30) == 0


def test_a_broker_that_is_away_keeps_nobody_from_starting_a_job(running: Site) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"amqp://guest:guest@127.0.0.1:{closed.getsockname()[1]}/"
        with running.again({"TASK_BROKER_URL": url}) as server:
            begun = time.monotonic()
            number, _ = server.tag_everybody()
            assert time.monotonic() - begun < 20
            assert server.job(number)["state"] == "queued"
            server.call("POST", f"/jobs/{number}/cancel")

"""The same jobs over a message broker: on the RabbitMQ and the Redis of this machine, where there are any."""

import random
import signal
import socket
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Connection

from tests.jobs.test_processes import CONTACTS, check_all_is_done_once
from tests.jobs.working import kill_workers, site, working

BROKERS = {"RabbitMQ": "amqp://guest:guest@127.0.0.1:5672/", "Redis": "redis://127.0.0.1:6379/15"}


@pytest.fixture(params=BROKERS)
def brokered(request: pytest.FixtureRequest, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a site whose tasks go through a broker, in a queue of their own."""
    url = BROKERS[request.param]
    with Connection(url, connect_timeout=2) as connection:
        try:
            connection.ensure_connection(max_retries=1, interval_start=0)
        except Exception as error:  # noqa: BLE001 - of the broker's own library
            pytest.skip(f"No {request.param} answers at {url}: {error}")
        queue = f"tests-{uuid.uuid4().hex}"
        yield environment | {"TASK_BROKER_URL": url, "TASK_QUEUE": queue}
        channel: Any = connection.channel()
        channel.queue_delete(queue)


def test_a_job_whose_workers_are_killed_again_and_again_is_done_once(brokered: dict[str, str]) -> None:
    with site(brokered) as running:
        running.make_contacts(CONTACTS)
        with working(brokered) as process:
            number = running.tag_everybody()
            done = kills = 0
            for _ in range(3):
                job = running.wait_for(number, beyond=done)
                done = job["done"]
                if job["state"] != "running":
                    break
                time.sleep(random.uniform(0, 0.1))
                kill_workers(process, signal.SIGKILL)
                kills += 1
            assert kills > 1
            running.wait_for(number)
        check_all_is_done_once(running, number, CONTACTS)
        assert running.rows("SELECT count(*) FROM django_tasks_database_dbtaskresult") == [(0,)]


def test_it_starts_within_seconds_and_several_workers_share(brokered: dict[str, str]) -> None:
    with site(brokered, worker=True) as running:
        running.make_contacts(1_000)
        with working(brokered) as other:
            started = time.monotonic()
            numbers = [running.tag_everybody(title) for title in ("Red", "Green")]
            assert running.wait_for(numbers[0], beyond=0)["done"]
            assert time.monotonic() - started < 10
            for number in numbers:
                assert running.wait_for(number)["state"] == "done"
            other.terminate()
            assert other.wait(30) == 0
        assert running.rows("SELECT count(*) FROM subscribers_subscribertag") == [(2_000,)]
        running.process.terminate()
        assert running.process.wait(30) == 0


def test_a_broker_that_is_away_keeps_nobody_from_starting_a_job(environment: dict[str, str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = environment | {"TASK_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{closed.getsockname()[1]}/"}
        with site(away) as running:
            running.make_contacts(10)
            started = time.monotonic()
            number = running.tag_everybody()
            assert time.monotonic() - started < 20
            assert running.job(number)["state"] == "queued"

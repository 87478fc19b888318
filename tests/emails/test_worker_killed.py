"""Thousands of mails, and workers that are killed while they send: no mail leaves twice, none is lost unseen."""

import random
import signal
import subprocess
import time
from collections import Counter

import pytest

from tests.emails.smtp import Mailbox, mail_server
from tests.emails.test_killed import finished, states
from tests.jobs.test_celery import BROKERS, broker_of
from tests.jobs.working import SECONDS, kill_workers, working
from tests.sizes import sized

CONTACTS, KILLS = sized(5_000, 1_000), 6
# Messages of one claim (emails.services.sending): so many are unsure at most after each death.
BATCH = 50
SEED = f"""
from emails.models import Kind, Mailing
from emails.services.queueing import queue
from subscribers.models import Subscriber
contacts = [Subscriber(email=f"c{{n}}@example.com") for n in range({CONTACTS})]
Subscriber.objects.bulk_create(contacts)
queue(Mailing(subject="News", body="<p>Hi</p>", kind=Kind.CAMPAIGN), [contact.pk for contact in contacts])
"""


def wait_until_none_waits(environment: dict[str, str]) -> None:
    limit = time.monotonic() + SECONDS
    while "scheduled" in states(environment).values():
        assert time.monotonic() < limit


def kill_while_it_sends(mailbox: Mailbox, worker: "subprocess.Popen[str]", chance: random.Random) -> None:
    """Kill the worker at random times, each time after more has arrived."""
    for _ in range(KILLS):
        mailbox.wait_for(len(mailbox.arrived) + chance.randrange(1, CONTACTS // (KILLS + 2)), SECONDS)
        kill_workers(worker, signal.SIGKILL)


@pytest.mark.parametrize("queue", ["the database", *BROKERS])
def test_each_contact_gets_it_once_at_most(environment: dict[str, str], queue: str) -> None:
    seed = random.randrange(10**6)
    print("The random times are those of random.Random of", seed)
    with mail_server() as (mailbox, port), broker_of(queue) as variables:
        environment |= variables | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "JOB_LEASE": "1"}
        finished(environment, SEED)
        with working(environment) as worker:
            kill_while_it_sends(mailbox, worker, random.Random(seed))
            wait_until_none_waits(environment)
            # It says what became of its last messages before it ends.
            worker.terminate()
            assert worker.wait(30) == 0
        found = states(environment)
        arrived = Counter(mailbox.addresses)
    assert set(arrived.values()) == {1}
    # Nobody knows of those that a killed worker had in hand; after the lease they are unsure.
    unknown = {address for address, state in found.items() if state == "sending"}
    assert len(unknown) <= KILLS * BATCH
    assert {address for address, state in found.items() if state == "sent"} == found.keys() - unknown
    assert found.keys() - unknown <= arrived.keys() <= found.keys()
    assert len(found) == CONTACTS

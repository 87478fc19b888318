"""A campaign to thousands of contacts, and workers and web processes that are killed while it is sent."""

import logging
import os
import random
import signal
import subprocess
import time
from collections import Counter
from email.message import EmailMessage
from typing import Any

import pytest

from tests.emails.smtp import Mailbox, mail_server
from tests.emails.test_killed import finished, states
from tests.fluentcrm_api.running import children
from tests.jobs.test_celery import broker_of
from tests.jobs.working import Site, kill_workers, site, working
from tests.processes import prepare
from tests.sizes import sized

CONTACTS, KILLS, WORKERS = sized(20_000, 1_500), 4, 2
# Much longer than it takes, also on a busy machine.
SECONDS = 400
# Messages of one claim (emails.services.sending): so many are unsure at most for each worker that is killed.
BATCH = 50
NOTHING = EmailMessage()
SEED = f"""
from segments.models import ContactList
from subscribers.models import Subscriber
from subscribers.services import attach_lists
contacts = [Subscriber(email=f"c{{n}}@example.com", status="subscribed") for n in range({CONTACTS})]
Subscriber.objects.bulk_create(contacts, batch_size=2000)
left = Subscriber.objects.bulk_create([Subscriber(email="left@example.com", status="unsubscribed")])
lists = ContactList.objects.bulk_create([ContactList(title=word, slug=word) for word in ("one", "two")])
attach_lists([contact.pk for contact in contacts + left], [row.pk for row in lists])
print(*(row.pk for row in lists))
"""
# What a killed worker had in hand, as if its lease were over.
LEASES_END = """
from datetime import timedelta
from django.utils import timezone
from emails.models import Message
Message.objects.filter(state="sending").update(claimed_until=timezone.now() - timedelta(minutes=1))
"""


class AddressMailbox(Mailbox):
    """Keeps the addresses alone: reading the mails takes longer than sending them."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        with self.news:
            self.arrived.append((envelope.rcpt_tos[0], NOTHING))
            self.news.notify_all()
        return "250 OK"


def start_campaign(running: Site, lists: list[str]) -> int:
    """A campaign that goes to both lists; on each of them everybody is."""
    pk: int = running.call("POST", "/campaigns", {"title": "Spring sale"})["id"]
    running.call(
        "PUT", f"/campaigns/{pk}", {"title": "Spring sale", "email_subject": "News", "email_body": "<p>Hi</p>"}
    )
    chosen = {"subscribers": [{"list": one, "tag": "all"} for one in lists]}
    assert running.call("POST", f"/campaigns/{pk}/draft-recipients", chosen)["count"] == CONTACTS
    begun = time.monotonic()
    running.call("POST", f"/campaigns/{pk}/schedule", {})
    assert time.monotonic() - begun < 10
    return pk


def kill_while_it_sends(
    mailbox: Mailbox, running: Site, workers: "subprocess.Popen[str]", chance: random.Random
) -> None:
    for _ in range(KILLS):
        mailbox.wait_for(len(mailbox.arrived) + chance.randrange(1, CONTACTS // (KILLS + 2)), SECONDS)
        kill_workers(workers, signal.SIGKILL)
        os.kill(chance.choice(children(running.process.pid)), signal.SIGKILL)


def status_of(running: Site, pk: int) -> dict[str, Any]:
    shown: dict[str, Any] = running.call("GET", f"/campaigns/{pk}/status")
    return shown


def wait_until_sent(running: Site, environment: dict[str, str], pk: int) -> dict[str, Any]:
    limit = time.monotonic() + SECONDS
    while True:
        shown = status_of(running, pk)
        waiting = {row["status"] for row in shown["stat"]} & {"scheduled"}
        if shown["campaign"]["status"] == "archived":
            return shown
        if not waiting:
            finished(environment, LEASES_END)
        assert time.monotonic() < limit, shown
        time.sleep(0.2)


@pytest.mark.timeout(2 * SECONDS)
@pytest.mark.parametrize("queue", ["the database", "RabbitMQ"])
def test_each_contact_gets_it_once_at_most_and_the_figures_are_true(
    environment: dict[str, str], queue: str, caplog: pytest.LogCaptureFixture
) -> None:
    # The mail server of the tests tells of every command.
    caplog.set_level(logging.WARNING, "mail.log")
    seed = random.randrange(10**6)
    print("The random times are those of random.Random of", seed)
    with mail_server(AddressMailbox()) as (mailbox, port), broker_of(queue) as variables:
        environment |= variables | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "JOB_LEASE": "1"}
        with site(prepare(environment)) as running, working(environment, WORKERS) as workers:
            lists = finished(environment, SEED).split()
            pk = start_campaign(running, lists)
            kill_while_it_sends(mailbox, running, workers, random.Random(seed))
            shown = wait_until_sent(running, environment, pk)
            workers.terminate()
            assert workers.wait(30) == 0
        arrived = Counter(mailbox.addresses)
        found = states(environment)
    assert set(arrived.values()) == {1}
    assert len(found) == CONTACTS
    assert "left@example.com" not in arrived
    unsure = {address for address, state in found.items() if state == "unsure"}
    assert len(unsure) <= KILLS * WORKERS * BATCH
    assert {address for address, state in found.items() if state == "sent"} == found.keys() - unsure
    assert found.keys() - unsure <= arrived.keys() <= found.keys()
    counted = {row["status"]: int(row["total"]) for row in shown["stat"]}
    assert (counted["sent"], counted.get("processing", 0)) == (CONTACTS - len(unsure), len(unsure))
    assert shown["campaign"]["recipients_count"] == CONTACTS

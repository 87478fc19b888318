"""Workers as processes of their own, killed in the middle of sending."""

import json
import subprocess
import sys
from collections import Counter
from typing import Any

from tests.emails.smtp import mail_server
from tests.processes import ROOT

CONTACTS = 400
SEED = """
from emails.models import Kind, Mailing
from django.utils import timezone
from emails.services.campaigns import queue_selected, release
from subscribers.models import Subscriber
Subscriber.objects.bulk_create([Subscriber(email=f"c{n}@example.com") for n in range(CONTACTS)])
mailing = Mailing(subject="News", body="<p>Hi</p>", kind=Kind.CAMPAIGN)
queue_selected(mailing, Subscriber.objects.all(), timezone.now())
release(mailing.pk)
""".replace("CONTACTS", str(CONTACTS))
SEND = "from emails.services.sending import send_due\nwhile send_due(): pass"
STATES = """
import json
from emails.models import Message
print(json.dumps(list(Message.objects.values_list("email", "state"))))
"""
# The kept numbers, and how often it was recorded that a mail was sent.
NUMBERS = """
import json
from changes.models import ChangedContact
from emails.models import Mailing
from emails.services.numbers import numbers_of
[numbers] = numbers_of([Mailing.objects.get().pk]).values()
recorded = ChangedContact.objects.filter(change__event="message_sent").values_list("contact_id", flat=True)
print(json.dumps([numbers.sent, numbers.total, len(recorded), len(set(recorded))]))
"""


def python(environment: dict[str, str], program: str) -> "subprocess.Popen[str]":
    """A process that runs the program with Django set up."""
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{program}"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def finished(environment: dict[str, str], program: str) -> str:
    with python(environment, program) as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return said


def states(environment: dict[str, str]) -> dict[str, Any]:
    return dict(json.loads(finished(environment, STATES)))


def test_nothing_is_sent_twice_and_nothing_is_lost_unseen(environment: dict[str, str]) -> None:
    with mail_server() as (mailbox, port):
        environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        finished(environment, SEED)
        for arrived in (30, 111, 222):
            with python(environment, SEND) as worker:
                mailbox.wait_for(arrived)
                worker.kill()
        finished(environment, SEND)
        arrived_times = Counter(mailbox.addresses)
    found = states(environment)
    assert set(arrived_times.values()) == {1}
    assert Counter(found.values()).keys() == {"sent", "sending"}
    # Three batches were on their way; of the rest it is known that they arrived.
    unconfirmed = {address for address, state in found.items() if state == "sending"}
    assert 0 < len(unconfirmed) <= 150
    assert found.keys() - unconfirmed <= arrived_times.keys()


def test_workers_share_what_is_due(environment: dict[str, str]) -> None:
    with mail_server() as (mailbox, port):
        environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        finished(environment, SEED)
        with python(environment, SEND) as one, python(environment, SEND) as other:
            assert (one.wait(120), other.wait(120)) == (0, 0)
        arrived = Counter(mailbox.addresses)
    assert set(arrived.values()) == {1}
    assert len(arrived) == CONTACTS
    assert set(states(environment).values()) == {"sent"}
    assert json.loads(finished(environment, NUMBERS)) == [CONTACTS] * 4

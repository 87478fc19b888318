"""A sequence of three mails to thousands, and workers that are killed: each step in order, nobody twice."""

import json
import random
import signal
import time
from collections import Counter, defaultdict
from typing import Any

import pytest

from emails.services.sending import BATCH
from tests.emails.smtp import Mailbox, mail_server
from tests.emails.test_killed import finished
from tests.jobs.test_celery import broker_of
from tests.jobs.working import SECONDS, kill_workers, working
from tests.sizes import sized

CONTACTS, KILLS = sized(5_000, 500), 6
STEPS = ("one", "two", "three")
QUIET = 3.0
SEED = f"""
from emails.models import Mailing
from sequences.models import EmailSequence, SequenceMail
from sequences.services.enrolling import enrol
from sequences.services.mails import save_mail
from subscribers.models import Subscriber
contacts = Subscriber.objects.bulk_create([Subscriber(email=f"c{{n}}@example.com") for n in range({CONTACTS})])
sequence = EmailSequence.objects.create(title="Welcome")
for step in {STEPS}:
    save_mail(SequenceMail(sequence=sequence, mailing=Mailing(subject=step, body="<p>Hi</p>")))
assert len(enrol(sequence.pk, [contact.pk for contact in contacts])) == {CONTACTS}
"""
# How many are on their way, and of how many of these nobody knows whether their last mail arrived.
STANDING = """
import json
from emails.models import Message
from sequences.models import SequenceTracker
active = SequenceTracker.objects.filter(status="active")
unknown = Message.objects.filter(state="sending")
stuck = active.filter(last_message__in=unknown.values("pk"))
waiting = Message.objects.filter(state="scheduled")
print(json.dumps([active.count(), stuck.count(), waiting.count(), unknown.count()]))
"""
# Ten minutes later: what a killed worker had in hand is nobody's, and is looked at.
LATER = """
from datetime import timedelta
from django.utils import timezone
from emails.models import Message
from sequences.models import SequenceTracker
Message.objects.filter(state="sending").update(claimed_until=timezone.now() - timedelta(seconds=1))
SequenceTracker.objects.filter(status="active").update(next_execution_time=timezone.now())
"""
OUTCOME = """
import json
from collections import Counter
from emails.models import Message
from sequences.models import SequenceTracker
messages = Message.objects.values_list("email", "mailing__title", "state")
trackers = SequenceTracker.objects.values_list("status", flat=True)
print(json.dumps([list(messages), Counter(trackers)]))
"""


def run_to_the_end(environment: dict[str, str], mailbox: Mailbox) -> None:
    """Wait until nobody can go on, let the time pass after which lost mails are given up, and so on."""
    limit = time.monotonic() + 8 * SECONDS
    while True:
        wait_until_quiet(mailbox)
        active, stuck, waiting, unknown = json.loads(finished(environment, STANDING))
        if active == stuck and not waiting:
            if not unknown:
                return
            finished(environment, LATER)
        assert time.monotonic() < limit, (active, stuck, waiting, unknown)


def wait_until_quiet(mailbox: Mailbox) -> None:
    """Return when nothing has arrived for some seconds."""
    arrived = -1
    while arrived < len(mailbox.arrived):
        arrived = len(mailbox.arrived)
        with mailbox.news:
            mailbox.news.wait_for(lambda: False, QUIET)


def kill_while_it_works(mailbox: Mailbox, worker: Any, chance: random.Random) -> None:
    """Kill the worker at random times, each time after more has arrived."""
    for _ in range(KILLS):
        more = chance.randrange(1, len(STEPS) * CONTACTS // (KILLS + 3))
        mailbox.wait_for(len(mailbox.arrived) + more, SECONDS)
        kill_workers(worker, signal.SIGKILL)


@pytest.mark.timeout(900)  # half a minute, but on a machine that has much else to do
@pytest.mark.parametrize("queue", ["the database", "RabbitMQ"])
def test_each_contact_gets_each_mail_once_at_most_and_in_order(
    environment: dict[str, str], caplog: pytest.LogCaptureFixture, queue: str
) -> None:
    caplog.set_level("WARNING", logger="mail.log")  # of the mail server: some lines for each mail
    seed = random.randrange(10**6)
    print("The random times are those of random.Random of", seed)
    with mail_server() as (mailbox, port), broker_of(queue) as variables:
        environment |= variables | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "JOB_LEASE": "1"}
        finished(environment, SEED)
        with working(environment) as worker:
            kill_while_it_works(mailbox, worker, random.Random(seed))
            run_to_the_end(environment, mailbox)
            worker.terminate()
            assert worker.wait(30) == 0
        messages, trackers = json.loads(finished(environment, OUTCOME))
        arrived = [(address, str(message["Subject"])) for address, message in mailbox.arrived]
    assert trackers == {"completed": CONTACTS}
    # Each mail was queued once for each contact, and arrived once.
    assert Counter((email, step) for email, step, _ in messages) == {
        (f"c{number}@example.com", step): 1 for number in range(CONTACTS) for step in STEPS
    }
    assert set(Counter(arrived).values()) == {1}
    unknown = {(email, step) for email, step, state in messages if state == "unsure"}
    assert len(unknown) <= KILLS * BATCH
    sent = {(email, step) for email, step, state in messages if state == "sent"}
    assert len(sent) + len(unknown) == len(messages)
    assert sent <= set(arrived)
    in_order = defaultdict(list)
    for address, step in arrived:
        in_order[address].append(STEPS.index(step))
    assert all(steps == sorted(steps) for steps in in_order.values())

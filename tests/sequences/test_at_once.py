"""Two who work on a sequence at the same moment: the same as one after the other."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from emails.models import Message
from sequences.models import EmailSequence, SequenceTracker
from sequences.services.enrolling import enrol, leave, remove
from sequences.services.mails import delete_mails, save_mail
from sequences.services.sequences import set_status
from sequences.services.stepping import step_due
from subscribers.services import delete_contacts
from tests.factories import SubscriberFactory
from tests.sequences.factories import SequenceMailFactory
from tests.threads import at_once, two_writers

pytestmark = [two_writers, pytest.mark.django_db(transaction=True)]
ROUNDS = 5


@pytest.fixture
def sequence(transactional_db: None) -> EmailSequence:
    return SequenceMailFactory.create().sequence


def contacts(number: int = 40) -> list[int]:
    return [contact.pk for contact in SubscriberFactory.create_batch(number)]


def test_a_contact_enters_once(sequence: EmailSequence) -> None:
    for _ in range(ROUNDS):
        pks = contacts()
        entered = at_once(partial(enrol, sequence.pk, pks), partial(enrol, sequence.pk, pks[::-1]))
        assert sorted(pk for one in entered for pk in one) == pks


def test_a_mail_is_queued_once(sequence: EmailSequence) -> None:
    pks = contacts(200)
    enrol(sequence.pk, pks)

    def work() -> None:
        while step_due(50):
            pass

    at_once(work, work, work)
    work()  # whoever was passed over by all
    assert Counter(Message.objects.values_list("subscriber", flat=True)) == dict.fromkeys(pks, 1)
    assert set(SequenceTracker.objects.values_list("status", flat=True)) == {"completed"}


@pytest.mark.parametrize("other", ["leave", "remove", "delete", "pause", "change", "drop"])
def test_a_step_crosses_with_others(sequence: EmailSequence, other: str) -> None:
    for _ in range(ROUNDS):
        SequenceMailFactory.create(sequence=sequence, delay_amount=1)
        mail = sequence.mails.earliest("delay", "pk")
        set_status([sequence.pk], "published")
        pks = contacts()
        enrol(sequence.pk, pks)
        jobs: dict[str, Any] = {
            "leave": partial(leave, sequence.pk, pks[::-1]),
            "remove": partial(remove, sequence.pk, pks[::-1]),
            "delete": partial(delete_contacts, pks[::-1]),
            "pause": partial(set_status, [sequence.pk], "draft"),
            "change": partial(save_mail, mail),
            "drop": partial(delete_mails, sequence, [mail.pk]),
        }
        at_once(step_due, jobs[other])
        sent = Counter(Message.objects.values_list("subscriber", "mailing"))
        assert set(sent.values()) <= {1}
        if other in ("remove", "delete"):
            assert not SequenceTracker.objects.filter(subscriber__in=pks).exists()

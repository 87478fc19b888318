"""The worker's part: who gets which mail, and when. One file, as its tests share one set-up."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from changes.models import Change, ChangedContact
from emails.models import Mailing, Message, State
from emails.services.sending import send_due
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.services.enrolling import enrol, leave
from sequences.services.mails import delete_mails, save_mail
from sequences.services.sequences import reapply, set_status
from sequences.services.stepping import step_due
from subscribers.models import Subscriber
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory
from tests.sequences.factories import SequenceMailFactory

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday


def work() -> None:
    """What workers do until nothing is left to do at this moment."""
    while step_due() or send_due():
        pass


def days(sequence: EmailSequence, *delays: int) -> list[SequenceMail]:
    return [SequenceMailFactory.create(sequence=sequence, delay_amount=days) for days in delays]


def given(contact: Subscriber) -> list[int]:
    """The mails that a contact was given, in order."""
    return list(Message.objects.filter(subscriber=contact).order_by("pk").values_list("mailing", flat=True))


def tracker_of(contact: Subscriber) -> SequenceTracker:
    return SequenceTracker.objects.get(subscriber=contact)


@pytest.fixture
def clock(mailbox: Mailbox) -> Iterable[Any]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def ids(mails: Sequence[SequenceMail]) -> list[int]:
    return [mail.pk for mail in mails]


def test_each_mail_comes_in_order_when_its_delay_is_over(sequence: Any, contact: Any, clock: Any) -> None:
    third, first, second = days(sequence, 3, 0, 1)
    assert enrol(sequence.pk, [contact.pk]) == [contact.pk]
    work()
    assert given(contact) == ids([first])
    clock.shift(timedelta(hours=23))
    work()
    assert given(contact) == ids([first])
    clock.shift(timedelta(hours=1))
    work()
    assert given(contact) == ids([first, second])
    tracker = tracker_of(contact)
    assert (tracker.status, tracker.last_mail, tracker.next_mail) == ("active", second, third)
    assert tracker.next_execution_time == MORNING + timedelta(days=3)
    clock.shift(timedelta(days=2))
    work()
    tracker.refresh_from_db()
    assert given(contact) == ids([first, second, third])
    assert tracker.status == "completed"
    assert tracker.next_mail_id is None
    assert tracker.next_execution_time is None


def test_the_first_mail_may_have_a_delay(sequence: Any, contact: Any, clock: Any) -> None:
    days(sequence, 2)
    enrol(sequence.pk, [contact.pk])
    work()
    assert given(contact) == []
    assert tracker_of(contact).next_execution_time == MORNING + timedelta(days=2)


def test_history_has_who_entered_and_who_completed(sequence: Any, contact: Any, clock: Any) -> None:
    days(sequence, 0)
    enrol(sequence.pk, [contact.pk])
    work()
    for event in ("sequence_entered", "sequence_completed"):
        change = Change.objects.get(event=event)
        assert (change.subject_kind, change.subject_id) == ("sequence", sequence.pk)
        assert ChangedContact.objects.get(change=change).contact_id == contact.pk


def test_a_contact_who_may_not_be_written_to_is_stopped(sequence: Any, contact: Any, clock: Any) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    work()
    Subscriber.objects.filter(pk=contact.pk).update(status="unsubscribed")
    clock.shift(timedelta(days=1))
    work()
    tracker = tracker_of(contact)
    assert (tracker.status, tracker.reason) == ("cancelled", "The contact was unsubscribed.")
    assert len(given(contact)) == 1
    assert Change.objects.get(event="sequence_left").details == {"reason": "The contact was unsubscribed."}


def test_it_is_asked_again_as_the_mail_leaves(sequence: Any, contact: Any, clock: Any, mailbox: Mailbox) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    step_due()
    Subscriber.objects.filter(pk=contact.pk).update(status="unsubscribed")
    clock.shift(timedelta(days=1))
    work()
    assert mailbox.addresses == []
    assert tracker_of(contact).status == "cancelled"


@pytest.mark.parametrize("state", ["scheduled", "sending"])
def test_a_mail_waits_for_the_one_before_it(sequence: Any, contact: Any, clock: Any, state: str) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    step_due()
    later = MORNING + timedelta(days=9)
    Message.objects.update(state=state, due=later, claimed_until=later)
    clock.shift(timedelta(days=2))
    work()
    assert len(given(contact)) == 1
    # It is looked at less and less often.
    assert tracker_of(contact).next_execution_time == timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize("state", ["failed", "unsure", "cancelled"])
def test_a_mail_follows_one_that_did_not_leave(sequence: Any, contact: Any, clock: Any, state: str) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    step_due()
    Message.objects.update(state=state)
    clock.shift(timedelta(days=1))
    work()
    assert len(given(contact)) == 2


def test_a_mail_follows_one_whose_message_was_deleted(sequence: Any, contact: Any, clock: Any) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    work()
    Message.objects.all().delete()
    clock.shift(timedelta(days=1))
    work()
    assert len(given(contact)) == 1


def test_the_delay_counts_from_a_mail_that_left_late(sequence: Any, contact: Any, clock: Any) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    step_due()
    clock.shift(timedelta(hours=20))
    send_due()
    clock.shift(timedelta(hours=4))
    work()
    assert len(given(contact)) == 1
    assert tracker_of(contact).next_execution_time == MORNING + timedelta(hours=44)
    clock.shift(timedelta(hours=20))
    work()
    assert len(given(contact)) == 2


def test_mails_without_a_delay_follow_each_other(sequence: Any, contact: Any, clock: Any) -> None:
    mails = days(sequence, 0, 0, 0)
    enrol(sequence.pk, [contact.pk])
    for _ in mails:
        work()
        clock.shift(timedelta(seconds=2))
    assert given(contact) == ids(mails)


def test_a_mail_leaves_in_its_window(sequence: Any, contact: Any, clock: Any) -> None:
    SequenceMailFactory.create(sequence=sequence, starts_at="09:00", ends_at="09:30", days=["Wed"])
    enrol(sequence.pk, [contact.pk])
    at = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
    assert tracker_of(contact).next_execution_time == at
    # The workers were away while it was open.
    clock.move_to(at + timedelta(minutes=45))
    work()
    assert given(contact) == []
    assert tracker_of(contact).next_execution_time == at + timedelta(days=7)
    clock.move_to(at + timedelta(days=7, minutes=29))
    work()
    assert len(given(contact)) == 1


# --- Changes while contacts are on their way ----------------------------------------------------


def test_a_new_mail_comes_to_those_who_have_not_passed_its_place(sequence: Any, clock: Any) -> None:
    first, last = days(sequence, 0, 10)
    early, late = SubscriberFactory.create_batch(2)
    enrol(sequence.pk, [early.pk])
    work()
    clock.shift(timedelta(days=10))
    enrol(sequence.pk, [late.pk])
    work()
    new = SequenceMail(sequence=sequence, delay_amount=5, mailing=Mailing(subject="New", body="Hi"))
    save_mail(new)
    work()
    clock.shift(timedelta(days=5))
    work()
    clock.shift(timedelta(days=5))
    work()
    assert given(early) == ids([first, last])
    assert given(late) == ids([first, new, last])


def test_nobody_gets_a_mail_again_that_moved_behind(sequence: Any, contact: Any, clock: Any) -> None:
    first, second = days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    work()
    first.delay_amount = 2
    save_mail(first)
    for _ in range(4):
        work()
        clock.shift(timedelta(days=1))
    assert given(contact) == ids([first, second])
    assert tracker_of(contact).status == "completed"


def test_a_shorter_delay_counts_at_once_and_a_longer_one_too(sequence: Any, contact: Any, clock: Any) -> None:
    _, second = days(sequence, 0, 10)
    enrol(sequence.pk, [contact.pk])
    work()
    for amount in (20, 5):
        second.delay_amount = amount
        save_mail(second)
        work()
        assert tracker_of(contact).next_execution_time == MORNING + timedelta(days=amount)


def test_those_who_wait_for_a_deleted_mail_get_the_one_after_it(sequence: Any, contact: Any, clock: Any) -> None:
    first, second, third = days(sequence, 0, 1, 3)
    enrol(sequence.pk, [contact.pk])
    work()
    assert delete_mails(sequence, [second.pk, first.pk]) == 2
    # What was sent stays; what was not is gone.
    assert set(Mailing.objects.values_list("pk", flat=True)) == {first.pk, third.pk}
    work()
    tracker = tracker_of(contact)
    assert (tracker.last_mail, tracker.next_mail) == (None, third)
    assert tracker.next_execution_time == MORNING + timedelta(days=3)
    clock.shift(timedelta(days=3))
    work()
    assert given(contact) == ids([first, third])


def test_a_deleted_mail_that_waits_does_not_leave(sequence: Any, contact: Any, clock: Any, mailbox: Mailbox) -> None:
    [first] = days(sequence, 0)
    enrol(sequence.pk, [contact.pk])
    step_due()
    delete_mails(sequence, [first.pk])
    work()
    assert mailbox.addresses == []
    assert Message.objects.get().state == State.CANCELLED


def test_whoever_leaves_gets_no_more_mail(sequence: Any, contact: Any, clock: Any, mailbox: Mailbox) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    step_due()
    assert leave(sequence.pk, [contact.pk]) == [contact.pk]
    assert leave(sequence.pk, [contact.pk]) == []
    clock.shift(timedelta(days=1))
    work()
    assert mailbox.addresses == []
    assert enrol(sequence.pk, [contact.pk]) == []


def test_a_paused_sequence_stands_still_and_goes_on(sequence: Any, contact: Any, clock: Any) -> None:
    days(sequence, 0, 1)
    enrol(sequence.pk, [contact.pk])
    work()
    assert set_status([sequence.pk], "draft") == 1
    clock.shift(timedelta(days=4))
    work()
    assert len(given(contact)) == 1
    assert enrol(sequence.pk, [SubscriberFactory.create().pk]) == []
    set_status([sequence.pk], "published")
    work()
    assert len(given(contact)) == 2


# --- Applied again ------------------------------------------------------------------------------


def test_applied_again_the_new_mails_come_to_those_who_completed(sequence: Any, clock: Any) -> None:
    first, second = days(sequence, 0, 1)
    stays, leaves = SubscriberFactory.create_batch(2)
    enrol(sequence.pk, [stays.pk, leaves.pk])
    work()
    clock.shift(timedelta(days=1))
    work()
    assert reapply(sequence.pk) is None
    third, fourth = days(sequence, 2, 9)
    Subscriber.objects.filter(pk=leaves.pk).update(status="unsubscribed")
    again = reapply(sequence.pk)
    assert again
    assert (again.contacts, again.next_mail, again.offset) == (1, third, 86400)
    work()
    assert given(stays) == ids([first, second])
    clock.shift(timedelta(days=1))
    work()
    assert given(stays) == ids([first, second, third])
    assert tracker_of(stays).next_mail == fourth
    assert tracker_of(leaves).status == "completed"


def test_applied_again_a_sequence_that_had_no_mails_begins(sequence: Any, contact: Any, clock: Any) -> None:
    assert enrol(sequence.pk, [contact.pk]) == [contact.pk]
    assert tracker_of(contact).status == "completed"
    mails = days(sequence, 0)
    again = reapply(sequence.pk)
    assert again
    assert again.contacts == 1
    work()
    assert given(contact) == ids(mails)

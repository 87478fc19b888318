"""The numbers of mailings are what a count of the messages says, whatever happens to these."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emails.kept_counts import LinkDelta, MailingCount, MailingDelta
from emails.links import Target
from emails.models import Click, Kind, Link, Mailing, Message, State
from emails.services.bounces import mark_complained, mark_returned
from emails.services.campaigns import cancel_waiting, queue_selected, release
from emails.services.claims import claim, give_up_abandoned
from emails.services.due import due_sources
from emails.services.finishing import Finished, finish
from emails.services.numbers import (
    NAMES,
    Numbers,
    fold_numbers,
    link_numbers,
    numbers_by_subject,
    numbers_of,
)
from emails.services.outcomes import SENT, UNTRIED, Outcome
from emails.services.preferences import leave
from emails.services.queueing import cancel, delete_messages, queue, repeat
from emails.services.tracking import record_click, record_open
from subscribers.models import Status, Subscriber
from subscribers.services import delete_contacts, set_status
from tests.emails.clock import after
from tests.emails.factories import MailingFactory, MessageFactory
from tests.factories import SubscriberFactory
from tests.threads import at_once, two_writers

pytestmark = pytest.mark.django_db
OUTCOMES = [
    SENT,
    SENT,
    UNTRIED,
    Outcome(State.FAILED, "550"),
    Outcome(State.BOUNCED, "550 5.1.1", bounced=True),
    Outcome(State.UNSURE, "?"),
    Outcome(State.SCHEDULED, "450"),
]
TIMES = {
    "opened": "opened_at",
    "clicked": "clicked_at",
    "unsubscribed": "unsubscribed_at",
    "complained": "complained_at",
}


def recounted(mailing: int) -> Numbers:
    messages = Message.objects.filter(mailing=mailing)
    states = Counter(messages.values_list("state", flat=True))
    times = {name: messages.exclude(**{column: None}).count() for name, column in TIMES.items()}
    return Numbers(**{**{name: states[name] for name in NAMES if name not in TIMES}, **times})


def assert_true(mailings: list[int]) -> None:
    kept = numbers_of(mailings)
    for mailing in mailings:
        assert kept[mailing] == recounted(mailing)
        assert kept[mailing].total == Message.objects.filter(mailing=mailing).count()
        clicks = Click.objects.filter(link__mailing=mailing)
        assert {link.id: (link.contacts, link.clicks) for link in link_numbers(mailing)} == {
            pk: (clicks.filter(link=pk).count(), clicks.filter(link=pk).aggregate(sum=Sum("count"))["sum"])
            for pk in clicks.values_list("link", flat=True)
        }


class Life:
    """What happens to messages, at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.contacts = [contact.pk for contact in SubscriberFactory.create_batch(12)]
        self.mailings: list[Mailing] = [
            MailingFactory.create(kind=kind) for kind in (Kind.CAMPAIGN, Kind.CAMPAIGN, Kind.SEQUENCE)
        ]
        self.links = {
            mailing.pk: Link.objects.create(mailing=mailing, url="https://a.example") for mailing in self.mailings
        }

    def some(self, rows: Any) -> list[int]:
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        return self.random.sample(ids, min(len(ids), self.random.randrange(1, 5)))

    def a_message(self) -> Message | None:
        ids = self.some(Message.objects)
        return Message.objects.get(pk=ids[0]) if ids else None

    def queue(self) -> None:
        queue(self.random.choice(self.mailings), self.some(Subscriber.objects))

    def queue_selected(self) -> None:
        mailing = self.mailings[self.random.randrange(2)]
        queue_selected(mailing, Subscriber.objects.filter(pk__in=self.some(Subscriber.objects)), timezone.now())
        release(mailing.pk)

    def send(self) -> None:
        claimed = claim(self.random.randrange(1, 9), 0, due_sources())
        for message in claimed:
            message.email, message.variant = "a@example.com", self.random.choice([None, 1, 2])
        # A worker may die over the last of them.
        known = claimed[: self.random.randrange(len(claimed) + 1)]
        finish([Finished(message, self.random.choice(OUTCOMES)) for message in known])

    def give_up(self) -> None:
        with after(601):
            give_up_abandoned()

    def open(self) -> None:
        if message := self.a_message():
            record_open(Target(message.subscriber_id, message.pk))

    def click(self) -> None:
        if message := self.a_message():
            link = self.links[message.mailing_id]
            record_click(Target(message.subscriber_id, message.pk, link.pk), link.url)

    def leave(self) -> None:
        if message := self.a_message():
            leave(message.subscriber_id, "", message.pk)

    def come_back(self) -> None:
        set_status(self.some(Subscriber.objects), Status.SUBSCRIBED)

    def complain(self) -> None:
        if message := self.a_message():
            mark_complained({message.email: self.random.choice(["", f"<{message.hash}@example.com>"])})

    def bounce(self) -> None:
        if message := self.a_message():
            mark_returned({f"<{message.hash}@example.com>": "full"})

    def repeat(self) -> None:
        repeat(self.some(Message.objects))

    def cancel(self) -> None:
        cancel(self.some(Message.objects))

    def cancel_waiting(self) -> None:
        cancel_waiting(self.mailings[0].pk)

    def delete_messages(self) -> None:
        delete_messages(self.some(Message.objects))

    def delete_contact(self) -> None:
        if self.random.random() < 0.3 and Subscriber.objects.count() > 3:
            delete_contacts(self.some(Subscriber.objects)[:1])

    def fold(self) -> None:
        fold_numbers()


HAPPENINGS = [name for name in vars(Life) if not name.startswith("_") and name not in ("some", "a_message")]


@pytest.mark.parametrize("seed", range(6))
def test_they_are_true_after_whatever_happens(seed: int) -> None:
    life = Life(seed)
    for _ in range(60):
        happening = life.random.choice([*HAPPENINGS, "queue_selected", "queue", "send", "send"])
        getattr(life, happening)()
    assert Message.objects.count() > 5
    assert_true([mailing.pk for mailing in life.mailings])
    by_subject = numbers_by_subject(life.mailings[0].pk)
    for variant, numbers in by_subject.items():
        chosen = Message.objects.filter(mailing=life.mailings[0], variant=variant or None)
        assert numbers.total == chosen.count()
        assert numbers.opened == chosen.exclude(opened_at=None).count()


@two_writers
@pytest.mark.django_db(transaction=True)
def test_they_are_true_while_many_change_them_at_once() -> None:
    life = Life(1)
    for mailing in life.mailings:
        queue(mailing, life.contacts)
    released: list[Callable[[], None]] = [
        life.send, life.send, life.open, life.click, life.click, life.fold, life.fold, life.cancel_waiting, life.bounce
    ]  # fmt: skip
    for _ in range(5):
        at_once(*released)
        assert_true([mailing.pk for mailing in life.mailings])


def test_folding_leaves_one_row_a_mailing_and_changes_no_number() -> None:
    mailing = MailingFactory.create(kind=Kind.CAMPAIGN)
    MessageFactory.create_batch(3, mailing=mailing)
    link = Link.objects.create(mailing=mailing, url="https://a.example")
    message = Message.objects.order_by("pk")[0]
    record_click(Target(message.subscriber_id, message.pk, link.pk), link.url)
    before = numbers_of([mailing.pk])
    assert before[mailing.pk] == Numbers(scheduled=3, opened=1, clicked=1)
    assert fold_numbers() is False
    assert not MailingDelta.objects.exists()
    assert not LinkDelta.objects.exists()
    assert MailingCount.objects.count() == 1
    assert numbers_of([mailing.pk]) == before
    [followed] = link_numbers(mailing.pk)
    assert (followed.url, followed.contacts, followed.clicks) == ("https://a.example", 1, 1)


def test_a_deleted_mailing_leaves_nothing() -> None:
    mailing = MailingFactory.create(kind=Kind.CAMPAIGN)
    MessageFactory.create_batch(2, mailing=mailing)
    fold_numbers()
    link = Link.objects.create(mailing=mailing, url="https://a.example")
    message = Message.objects.order_by("pk")[0]
    record_click(Target(message.subscriber_id, message.pk, link.pk), link.url)
    mailing.delete()
    assert not MailingCount.objects.exists()
    assert not MailingDelta.objects.exists()
    assert not LinkDelta.objects.exists()


def test_a_mailing_without_messages_has_zeros() -> None:
    assert numbers_of([7]) == {7: Numbers()}
    assert numbers_of([]) == {}
    assert numbers_by_subject(7) == {}
    assert link_numbers(7) == []


@pytest.mark.parametrize("messages", [1, 40])
def test_they_take_one_statement(messages: int) -> None:
    mailing = MailingFactory.create(kind=Kind.CAMPAIGN)
    MessageFactory.create_batch(messages, mailing=mailing)
    with CaptureQueriesContext(connection) as queries:
        assert numbers_of([mailing.pk])[mailing.pk].scheduled == messages
        numbers_by_subject(mailing.pk)
        link_numbers(mailing.pk)
    assert len(queries) == 3
    assert not any("emails_message " in query["sql"] for query in queries)

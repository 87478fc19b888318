"""What becomes of mails is recorded: which mailing, and exactly which contacts; once for each first time."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.models import Change
from emails.links import Target
from emails.models import Kind, Link, Mailing, Message
from emails.services.bounces import mark_complained, mark_returned
from emails.services.numbers import numbers_of
from emails.services.queueing import queue
from emails.services.sending import BATCH, send_due
from emails.services.tracking import record_click, record_open
from subscribers.models import Status
from subscribers.services import delete_contacts
from tests.client import Api
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory
from tests.threads import at_once, two_writers

pytestmark = pytest.mark.django_db


def entries(event: str) -> list[tuple[int, list[int], Any]]:
    """The mailing, contacts and details of each entry of an event."""
    found = Change.objects.filter(event=event, subject_kind="mailing").order_by("pk")
    return [
        (entry.subject_id, sorted(entry.changed.values_list("contact_id", flat=True)), entry.details) for entry in found
    ]


def test_a_batch_is_one_entry_for_each_mailing_and_outcome(mailbox: Mailbox) -> None:
    first, second = MailingFactory.create(kind=Kind.SEQUENCE), MailingFactory.create(kind=Kind.SEQUENCE)
    contacts = [contact.pk for contact in SubscriberFactory.create_batch(4)]
    refused, failed = SubscriberFactory.create(email="no@example.com"), SubscriberFactory.create(email="x@example.com")
    mailbox.at_rcpt["no@example.com"] = "550 5.1.1 Nobody"
    mailbox.at_data["x@example.com"] = "554 5.6.0 Content"
    queue(first, [*contacts[:3], refused.pk, failed.pk])
    queue(second, contacts[2:])
    assert send_due() == 5
    assert entries("message_sent") == [(first.pk, contacts[:3], {}), (second.pk, contacts[2:], {})]
    assert entries("message_bounced") == [(first.pk, [refused.pk], {})]
    assert entries("message_failed") == [(first.pk, [failed.pk], {})]
    assert set(Change.objects.filter(subject_kind="mailing").values_list("channel", flat=True)) == {"system"}


def test_each_batch_has_an_entry_of_its_own(mailbox: Mailbox) -> None:
    mailing = MailingFactory.create(kind=Kind.CAMPAIGN)
    queue(mailing, [contact.pk for contact in SubscriberFactory.create_batch(BATCH + 1)])
    send_due()
    assert [len(contacts) for _, contacts, _ in entries("message_sent")] == [BATCH, 1]


def test_requests_for_consent_are_left_out(mailbox: Mailbox) -> None:
    message = MessageFactory.create(mailing__kind=Kind.DOUBLE_OPTIN, subscriber__status=Status.PENDING)
    assert send_due() == 1
    record_open(Target(message.subscriber_id, message.pk))
    assert not Change.objects.filter(subject_kind="mailing").exists()


def test_only_first_opens_and_first_clicks_of_a_link_are_recorded() -> None:
    message = MessageFactory.create(state="sent")
    links = [
        Link.objects.create(mailing=message.mailing, url=f"https://a.example/{number}", digest=str(number))
        for number in range(2)
    ]
    for _ in range(2):
        record_open(Target(message.subscriber_id, message.pk))
        for link in links:
            record_click(Target(message.subscriber_id, message.pk, link.pk), link.url)
    own = (message.mailing_id, [message.subscriber_id])
    assert entries("message_opened") == [(*own, {})]
    assert entries("message_clicked") == [(*own, {"link": link.pk, "url": link.url}) for link in links]
    numbers = numbers_of([message.mailing_id])[message.mailing_id]
    assert (numbers.opened, numbers.clicked) == (1, 1)


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_many_first_times_at_once_one_is_recorded() -> None:
    message = MessageFactory.create(state="sent")
    link = Link.objects.create(mailing=message.mailing, url="https://a.example", digest="x")
    target = Target(message.subscriber_id, message.pk, link.pk)
    at_once(*[lambda: record_open(target)] * 3, *[lambda: record_click(target, link.url)] * 3)
    assert len(entries("message_opened")) == len(entries("message_clicked")) == 1
    assert Message.objects.values_list("opens", "clicks").get() == (3, 3)
    assert link.clicks.values_list("count", flat=True).get() == 3


def test_an_unsure_mail_that_is_opened_was_sent() -> None:
    message = MessageFactory.create(state="unsure")
    record_open(Target(message.subscriber_id, message.pk))
    assert entries("message_sent") == entries("message_opened") == [(message.mailing_id, [message.subscriber_id], {})]


def test_a_returned_mail_has_bounced() -> None:
    message = MessageFactory.create(state="sent")
    assert mark_returned({f"<{message.hash}@example.com>": "full", "<other>": "x"}) == 1
    assert entries("message_bounced") == [(message.mailing_id, [message.subscriber_id], {})]


def test_a_complaint_is_about_the_mail_that_it_names_else_about_the_newest_one() -> None:
    now = timezone.now()
    contact, other = SubscriberFactory.create_batch(2)
    old, new = MessageFactory.create_batch(2, subscriber=contact, state="sent", sent_at=now)
    waiting = MessageFactory.create(subscriber=contact)
    newest = MessageFactory.create(subscriber=other, state="sent", sent_at=now)
    complaints = {contact.email: f"<{old.hash}@example.com>", other.email: "of-the-service", "x@example.com": ""}
    assert mark_complained(complaints) == 2
    assert mark_complained(complaints) == 0
    assert mark_complained({}) == 0
    assert set(Message.objects.exclude(complained_at=None)) == {old, newest}
    assert [row[:2] for row in entries("message_complained")] == sorted(
        [(old.mailing_id, [contact.pk]), (newest.mailing_id, [other.pk])]
    )
    assert numbers_of([old.mailing_id])[old.mailing_id].complained == 1
    assert mark_complained({contact.email: ""}) == 1
    assert Message.objects.get(pk=new.pk).complained_at
    assert Message.objects.get(pk=waiting.pk).complained_at is None


@pytest.mark.parametrize("number", [1, 15])
def test_complaints_take_a_constant_number_of_statements(number: int) -> None:
    messages = MessageFactory.create_batch(number, state="sent", sent_at="2026-01-31T09:00:00Z")
    with CaptureQueriesContext(connection) as queries:
        assert mark_complained({message.email: "" for message in messages}) == number
    statements = [query for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == (4 if connection.vendor == "postgresql" else 5)


def test_a_contact_s_history_leaves_them_out(api: Api, mailbox: Mailbox) -> None:
    message = MessageFactory.create()
    before = api.get(f"/subscribers/{message.subscriber_id}/history").json()
    send_due()
    record_open(Target(message.subscriber_id, message.pk))
    assert Change.objects.filter(subject_kind="mailing").count() == 2
    assert api.get(f"/subscribers/{message.subscriber_id}/history").json() == before


def test_they_go_with_the_contact() -> None:
    message = MessageFactory.create(state="sent")
    record_open(Target(message.subscriber_id, message.pk))
    delete_contacts([message.subscriber_id])
    assert entries("message_opened") == []
    assert Mailing.objects.exists()

"""Sending what is due, to a real mail server."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emails.models import Kind, Message
from emails.services import sending
from emails.services.queueing import queue
from emails.services.sending import send_due
from subscribers.models import Status
from subscribers.services import set_status
from tests.emails.clock import after
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory

pytestmark = pytest.mark.django_db


def test_it_sends_each_message_once_by_one_session(mailbox: Mailbox) -> None:
    mailing = MailingFactory.create()
    contacts = SubscriberFactory.create_batch(60)
    assert len(queue(mailing, [contact.pk for contact in contacts])) == 60
    assert send_due() == 60
    assert send_due() == 0
    assert sorted(mailbox.addresses) == sorted(contact.email for contact in contacts)
    assert mailbox.sessions == 1
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert not Message.objects.filter(sent_at=None).exists()


def test_it_sends_no_more_than_it_is_asked_to(mailbox: Mailbox) -> None:
    MessageFactory.create_batch(5)
    assert send_due(3) == 3
    assert Message.objects.filter(state="scheduled", attempts=0).count() == 2


def test_it_sends_nothing_before_it_is_due(mailbox: Mailbox, message: Message) -> None:
    Message.objects.update(due=timezone.now() + timedelta(hours=1))
    assert send_due() == 0
    with after(3601):
        assert send_due() == 1


def test_it_writes_both_parts_with_what_the_contact_is_called(mailbox: Mailbox, message: Message) -> None:
    send_due()
    mail = mailbox.only()
    assert mail["Subject"] == "Hello Ada"
    assert mail["To"] == "Ada Last <ada@example.com>"
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert html
    assert "<p>Hi Ada, " in html.get_content()
    assert text
    assert text.get_content().startswith("Hi Ada, [first link](https://shop.example.com/a)")


def test_it_keeps_the_subject_and_the_address_that_it_was_sent_with(mailbox: Mailbox, message: Message) -> None:
    message.subscriber.email = "moved@example.com"
    message.subscriber.save()
    send_due()
    assert mailbox.addresses == ["moved@example.com"]
    assert Message.objects.values_list("email", "subject").get() == ("moved@example.com", "Hello Ada")


def test_its_headers_let_mailboxes_leave_by_one_click(mailbox: Mailbox, message: Message, settings: Any) -> None:
    send_due()
    mail = mailbox.only()
    assert mail["Message-ID"] == f"<{message.hash}@127.0.0.1>"
    assert mail["Precedence"] == "bulk"
    assert mail["List-Unsubscribe"].strip().startswith(f"<{settings.SITE_URL}/mail/unsubscribe/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_its_request_for_consent_is_no_bulk_mail(mailbox: Mailbox) -> None:
    MessageFactory.create(mailing__kind=Kind.DOUBLE_OPTIN, subscriber__status=Status.PENDING)
    assert send_due() == 1
    assert not {"Precedence", "List-Unsubscribe", "List-Unsubscribe-Post"} & set(mailbox.only().keys())


MAY_GET = {
    **{key: {"subscribed"} for key in (Kind.CAMPAIGN, Kind.SEQUENCE, Kind.AUTOMATION, Kind.CUSTOM)},
    Kind.TRANSACTIONAL: {"subscribed", "transactional"},
    Kind.DOUBLE_OPTIN: {"pending"},
    Kind.RETURN: {"pending", "unsubscribed"},
}


@pytest.mark.parametrize("kind", Kind.values)
def test_it_asks_the_status_at_the_moment_of_sending(mailbox: Mailbox, kind: str) -> None:
    mailing = MailingFactory.create(kind=kind)
    messages = [MessageFactory.create(mailing=mailing, subscriber__status="subscribed") for _ in Status.values]
    for message, status in zip(messages, Status.values, strict=True):
        set_status([message.subscriber_id], status)
    send_due()
    sent = {
        status for status, message in zip(Status.values, messages, strict=True) if message.email in mailbox.addresses
    }
    assert sent == MAY_GET[Kind(kind)]
    assert Message.objects.filter(state="cancelled").count() == len(Status.values) - len(sent)


def test_it_asks_again_where_the_server_takes_its_time(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody leaves while a mail to another contact of the batch is handed over."""
    _, second = MessageFactory.create_batch(2)
    monkeypatch.setattr(sending, "FRESH", -1)

    class Slow(BaseEmailBackend):
        def send_messages(self, email_messages: Any) -> int:
            set_status([second.subscriber_id], Status.UNSUBSCRIBED)
            return 1

    assert send_due(connection=Slow()) == 1
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "cancelled"]


def test_it_keeps_what_left_when_it_is_told_to_stop(settings: Any) -> None:
    settings.EMAIL_RATE = 0
    MessageFactory.create_batch(3)
    answers: Iterator[Any] = iter([1, SystemExit])

    class Stopped(BaseEmailBackend):
        def send_messages(self, email_messages: Any) -> int:
            if (answer := next(answers)) is SystemExit:
                raise SystemExit
            return int(answer)

    with pytest.raises(SystemExit):
        send_due(connection=Stopped())
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "sending", "scheduled"]


def test_it_says_why_it_did_not_send(mailbox: Mailbox, message: Message) -> None:
    set_status([message.subscriber_id], Status.UNSUBSCRIBED)
    send_due()
    assert Message.objects.values_list("state", "error").get() == ("cancelled", "The contact was unsubscribed.")


def test_all_workers_together_keep_to_the_rate(mailbox: Mailbox, settings: Any) -> None:
    settings.EMAIL_RATE = 5
    MessageFactory.create_batch(12)
    start = timezone.now()
    sent = []
    for seconds in (0, 0.1, 0.5, 1, 1.5, 10):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            sent.append(send_due())
    assert sent == [5, 0, 2, 3, 2, 0]


@pytest.mark.parametrize("messages", [2, 48])
def test_it_takes_a_constant_number_of_statements_a_batch(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, messages: int
) -> None:
    monkeypatch.setattr(sending, "FRESH", 3600)
    mailing = MailingFactory.create()
    MessageFactory.create_batch(messages, mailing=mailing)
    with CaptureQueriesContext(connection) as queries:
        assert send_due(messages) == messages
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # History takes two statements on SQLite.
    assert len(statements) == (14 if connection.vendor == "postgresql" else 15)

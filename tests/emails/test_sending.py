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

from changes.models import Change
from emails.models import Kind, Message, Pace
from emails.services import composing, sending
from emails.services.claims import LEASE, Finished, claim, finish, give_up_abandoned
from emails.services.outcomes import SENT
from emails.services.queueing import queue, repeat
from emails.services.sending import send_due
from subscribers.models import Status
from subscribers.services import set_status
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import DROP, Mailbox
from tests.factories import SubscriberFactory
from tests.postgres import free_port

pytestmark = pytest.mark.django_db
ADDRESS = "ada@example.com"


@pytest.fixture
def message() -> Message:
    return MessageFactory.create(subscriber__email=ADDRESS, subscriber__first_name="Ada")


def after(seconds: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)


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


@pytest.mark.parametrize("answer", ["450 4.2.1 Mailbox busy", "421 4.3.2 Shutting down", DROP])
def test_it_tries_again_later_and_later(mailbox: Mailbox, message: Message, answer: str) -> None:
    mailbox.at_rcpt[ADDRESS] = answer
    waits = []
    for attempt in (1, 2, 3):
        assert send_due() == 0
        tried = Message.objects.get()
        assert (tried.state, tried.attempts) == ("scheduled", attempt)
        assert tried.error
        waits.append((tried.due - timezone.now()).total_seconds())
        Message.objects.update(due=timezone.now())
        end_the_pause()
    assert [round(wait, -1) for wait in waits] == [60, 120, 240]
    mailbox.at_rcpt.clear()
    assert send_due() == 1


def end_the_pause() -> None:
    Pace.objects.all().delete()


def test_it_gives_up_one_day(mailbox: Mailbox, message: Message) -> None:
    mailbox.at_rcpt[ADDRESS] = "450 4.2.1 Mailbox busy"
    Message.objects.update(attempts=14)
    send_due()
    assert Message.objects.values_list("state", "error").get() == ("failed", "450 4.2.1 Mailbox busy")
    assert message.subscriber.status == "subscribed"


def test_a_temporary_verdict_on_the_content_is_tried_again(mailbox: Mailbox, message: Message) -> None:
    mailbox.at_data[ADDRESS] = "451 4.7.1 Greylisted"
    assert send_due() == 0
    assert Message.objects.get().state == "scheduled"


def test_a_server_that_is_away_costs_one_attempt_and_is_left_alone_for_a_while(settings: Any, mailbox: Mailbox) -> None:
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    MessageFactory.create_batch(3)
    assert send_due() == 0
    assert sorted(Message.objects.values_list("state", "attempts")) == [
        ("scheduled", 0),
        ("scheduled", 0),
        ("scheduled", 1),
    ]
    settings.EMAIL_PORT = there
    assert send_due() == 0
    with after(30):
        assert send_due() == 2
    with after(61):
        assert send_due() == 1


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user", "550 Unknown", "552 5.2.2 Mailbox full"])
def test_a_refused_recipient_becomes_bounced(mailbox: Mailbox, message: Message, answer: str) -> None:
    mailbox.at_rcpt[ADDRESS] = answer
    MessageFactory.create_batch(2)
    assert send_due() == 2
    message.refresh_from_db()
    message.subscriber.refresh_from_db()
    assert (message.state, message.error) == ("bounced", answer)
    reason = f"The mail server refused the address ({answer[: 9 if '.' in answer else 3]})."
    assert (message.subscriber.status, message.subscriber.unsubscribe_reason) == ("bounced", reason)
    change = Change.objects.get(event="status_changed")
    assert (change.channel, change.details["status"], change.details["reason"]) == ("system", ["bounced"], reason)


def test_a_policy_of_the_server_bounces_nobody(mailbox: Mailbox, message: Message) -> None:
    mailbox.at_rcpt[ADDRESS] = "554 5.7.1 Relay access denied"
    send_due()
    message.refresh_from_db()
    message.subscriber.refresh_from_db()
    assert (message.state, message.subscriber.status) == ("failed", "subscribed")


def test_refused_content_fails_and_bounces_nobody(mailbox: Mailbox, message: Message) -> None:
    mailbox.at_data[ADDRESS] = "554 5.6.0 Looks like spam"
    send_due()
    message.refresh_from_db()
    message.subscriber.refresh_from_db()
    assert (message.state, message.subscriber.status) == ("failed", "subscribed")


def test_it_does_not_know_what_became_of_content_without_a_verdict(mailbox: Mailbox, message: Message) -> None:
    mailbox.at_data[ADDRESS] = DROP
    others = MessageFactory.create_batch(2)
    assert send_due() == 2
    message.refresh_from_db()
    assert message.state == "unsure"
    assert sorted(mailbox.addresses) == sorted([ADDRESS, *(other.email for other in others)])


def test_an_unsure_message_is_repeated_only_by_hand(mailbox: Mailbox, message: Message) -> None:
    mailbox.at_data[ADDRESS] = DROP
    send_due()
    mailbox.at_data.clear()
    with after(7 * 86400):
        assert send_due() == 0
    assert repeat([message.pk]) == 1
    assert send_due() == 1
    first, second = (mail["Message-ID"] for _, mail in mailbox.arrived)
    assert first == second


def test_what_a_dead_worker_had_claimed_is_unsure(mailbox: Mailbox, message: Message) -> None:
    assert claim(10, 0)
    MessageFactory.create()
    with after(LEASE.total_seconds() - 1):
        assert send_due() == 1
    assert Message.objects.get(pk=message.pk).state == "sending"
    with after(LEASE.total_seconds() + 1):
        assert send_due() == 0
    message.refresh_from_db()
    assert (message.state, message.error) == ("unsure", "The worker that sent it has not said what became of it.")
    assert ADDRESS not in mailbox.addresses


def test_a_slow_worker_still_says_what_became_of_its_messages(mailbox: Mailbox, message: Message) -> None:
    [claimed] = claim(10, 0)
    with after(LEASE.total_seconds() + 1):
        assert give_up_abandoned() == 1
        finish([Finished(claimed, SENT)])
        assert Message.objects.get().state == "sent"
        Message.objects.update(state="unsure")
        repeat([message.pk])
        finish([Finished(claimed, SENT)])
        assert Message.objects.get().state == "scheduled"


def test_a_message_that_cannot_be_written_does_not_stop_the_rest(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    poison = MessageFactory.create(subscriber__first_name="Poison")
    MessageFactory.create_batch(2)
    write = composing.mail_of

    def fail(message: Any, *arguments: Any) -> Any:
        if message.id == poison.pk:
            raise LookupError("no such letter")
        return write(message, *arguments)

    monkeypatch.setattr(composing, "mail_of", fail)
    assert send_due() == 2
    poison.refresh_from_db()
    assert (poison.state, poison.error) == ("failed", "LookupError: no such letter")
    assert "could not be written" in caplog.text


def test_all_workers_together_keep_to_the_rate(mailbox: Mailbox, settings: Any) -> None:
    settings.EMAIL_RATE = 5
    MessageFactory.create_batch(12)
    start = timezone.now()
    sent = []
    for seconds in (0, 0.1, 0.5, 1, 1.5, 10):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            sent.append(send_due())
    assert sent == [5, 0, 2, 3, 2, 0]


LETTERS = ["Łukasz Ж", "李雷", "👩‍👩‍👧", "אברהם", "محمد", 'O"Brien, \\ <x@y.z>', "José"]


@pytest.mark.parametrize("name", LETTERS)
def test_letters_of_every_script_arrive(mailbox: Mailbox, name: str) -> None:
    MessageFactory.create(subscriber__first_name=name, subscriber__last_name="")
    send_due()
    mail = mailbox.only()
    assert mail["Subject"] == f"Hello {name}"
    assert [address.display_name for address in mail["To"].addresses] == [name]
    text = mail.get_body(("plain",))
    assert text
    assert f"Hi {name}," in text.get_content()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x0b"])
def test_no_value_makes_a_header(mailbox: Mailbox, end: str) -> None:
    contact = SubscriberFactory.create(custom_values={"nick": f"Ada{end}Bcc: all@example.com"})
    # Past the checks of the API, as an import might.
    name = f"Eve{end}Bcc: all@example.com{end}{end}<p>"
    type(contact).objects.filter(pk=contact.pk).update(first_name=name)
    mailing = MailingFactory.create(subject="{{contact.custom.nick}}{{contact.first_name}}" + end)
    queue(mailing, [contact.pk])
    assert send_due() == 1
    mail = mailbox.only()
    assert mail["Bcc"] is None
    assert [address.addr_spec for address in mail["To"].addresses] == [contact.email]
    assert "Bcc: all@example.com" in mail["Subject"]


def test_a_body_with_long_lines_and_dots_arrives_as_it_is(mailbox: Mailbox) -> None:
    MessageFactory.create(mailing__body="<p>" + "x" * 5000 + "</p><pre>a\n.\n..\nb</pre>", mailing__design="raw_html")
    send_due()
    html = mailbox.only().get_body(("html",))
    assert html
    assert "x" * 5000 in html.get_content()
    assert html.get_content().partition("<pre>")[2].partition("</pre>")[0].splitlines() == ["a", ".", "..", "b"]


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
    assert len(statements) == 13

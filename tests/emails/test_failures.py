"""What a real mail server refuses, and what nobody knows about."""

from typing import Any

import pytest
from django.utils import timezone

from changes.models import Change
from emails.models import Message, Pace
from emails.services import composing
from emails.services.claims import LEASE, claim, give_up_abandoned
from emails.services.due import due_sources
from emails.services.finishing import Finished, finish
from emails.services.outcomes import SENT
from emails.services.queueing import repeat
from emails.services.sending import send_due
from tests.emails.clock import after
from tests.emails.factories import MessageFactory
from tests.emails.smtp import ADDRESS, DROP, Mailbox
from tests.postgres import free_port

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("answer", ["450 4.2.1 Mailbox busy", "421 4.3.2 Shutting down", DROP])
def test_it_tries_again_later_and_later(mailbox: Mailbox, message: Message, answer: str) -> None:
    mailbox.at_rcpt[ADDRESS] = answer
    waits = []
    with after(0):
        for attempt in (1, 2, 3):
            assert send_due() == 0
            tried = Message.objects.get()
            assert (tried.state, tried.attempts) == ("scheduled", attempt)
            assert tried.error
            waits.append((tried.due - timezone.now()).total_seconds())
            Message.objects.update(due=timezone.now())
            end_the_pause()
    assert waits == [60, 120, 240]
    mailbox.at_rcpt.clear()
    with after(1):
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
    assert claim(10, 0, due_sources())
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
    [claimed] = claim(10, 0, due_sources())
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

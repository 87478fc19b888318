"""The page to unsubscribe, and a mailbox's own button (RFC 8058)."""

from typing import Any

import pytest
from django.test import Client

from changes.models import Change
from emails.models import Message
from emails.pages.leaving import MAX_WORDS, REASONS
from emails.services.numbers import numbers_of
from subscribers.models import Status, Subscriber
from subscribers.services import delete_contacts, set_status
from tests.client import Api
from tests.emails.consent import path_of, status_of
from tests.emails.factories import MessageFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_folder")]
LEAVING = ("subscribed", "pending", "transactional")
LEFT = ("unsubscribed", "bounced", "complained", "spammed")


@pytest.fixture
def message() -> Message:
    return MessageFactory.create(subscriber__email="ada@example.com")


def leave(message: Message, **form: str) -> Any:
    return Client().post(path_of("unsubscribe", message), form)


def test_get_asks_and_changes_nothing(message: Message) -> None:
    page = Client().get(path_of("unsubscribe", message)).content.decode()
    assert "a…@example.com" in page
    assert "ada@example.com" not in page
    assert all(reason in page for reason in REASONS)
    assert status_of(message.subscriber_id) == "subscribed"
    assert not Change.objects.exists()


@pytest.mark.parametrize("status", LEAVING)
def test_post_unsubscribes(message: Message, status: str) -> None:
    Subscriber.objects.update(status=status)
    answer = leave(message)
    assert answer.status_code == 200
    assert "You are unsubscribed" in answer.content.decode()
    contact = Subscriber.objects.get()
    assert (contact.status, contact.unsubscribe_reason) == ("unsubscribed", "")
    assert contact.unsubscribe_date is not None


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"reason": "1"}, REASONS[0]),
        ({"reason": "4", "words": " No more\r\n<b>please</b> "}, f"{REASONS[3]}: No more please"),
        ({"words": "Because"}, "Because"),
        ({"words": "x" * 20_000}, "x" * MAX_WORDS),
        ({"reason": "5"}, ""),
        ({"reason": "²"}, ""),
        ({"reason": "\x00", "words": "\x00"}, ""),
    ],
)
def test_it_keeps_the_reason(message: Message, form: dict[str, str], reason: str) -> None:
    assert leave(message, **form).status_code == 200
    assert Subscriber.objects.get().unsubscribe_reason == reason


def test_history_says_that_the_contact_did_it(api: Api, message: Message) -> None:
    leave(message, reason="1")
    [entry] = api.get(f"/subscribers/{message.subscriber_id}/history").json()["history"]["data"]
    assert (entry["change"], entry["channel"]) == ("status_changed", "system")
    assert entry["actor"] == {"kind": "contact", "id": message.subscriber_id}
    assert entry["details"] == {"status": ["unsubscribed"], "previous": "subscribed", "reason": REASONS[0]}


@pytest.mark.parametrize("status", LEFT)
def test_who_left_before_stays_as_it_is(message: Message, status: str) -> None:
    set_status([message.subscriber_id], status, "Before")
    before = Subscriber.objects.values().get()
    for answer in (Client().get(path_of("unsubscribe", message)), leave(message, reason="1")):
        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.content.decode()
    assert Subscriber.objects.values().get() == before


def test_a_mailboxs_button_needs_nothing_but_its_address(message: Message) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        path_of("unsubscribe", message),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "data": {"message": "You've successfully unsubscribed from our email list."},
    }
    assert not answer.cookies
    assert status_of(message.subscriber_id) == "unsubscribed"


def test_who_leaves_is_counted_once_for_the_mail_by_which_it_left(message: Message) -> None:
    other = MessageFactory.create(subscriber=message.subscriber)
    leave(message)
    leave(message)
    leave(other)
    assert numbers_of([message.mailing_id])[message.mailing_id].unsubscribed == 1
    assert numbers_of([other.mailing_id])[other.mailing_id].unsubscribed == 0
    left = Change.objects.get(event="message_unsubscribed")
    assert (left.subject_kind, left.subject_id, left.actor_kind) == ("mailing", message.mailing_id, "contact")
    assert list(left.changed.values_list("contact_id", flat=True)) == [message.subscriber_id]


def test_a_mailboxs_button_may_send_its_body_as_a_form_of_parts(message: Message) -> None:
    """RFC 8058, section 3.1, allows both."""
    assert leave(message, **{"List-Unsubscribe": "One-Click"}).status_code == 200
    assert status_of(message.subscriber_id) == "unsubscribed"


def test_it_works_after_staff_deleted_the_mail(message: Message) -> None:
    path = path_of("unsubscribe", message)
    Message.objects.all().delete()
    assert Client().get(path).status_code == 200
    assert Client().post(path).status_code == 200
    assert status_of(message.subscriber_id) == Status.UNSUBSCRIBED


def test_it_says_so_where_the_contact_is_gone(message: Message) -> None:
    path = path_of("unsubscribe", message)
    delete_contacts([message.subscriber_id])
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code == 404

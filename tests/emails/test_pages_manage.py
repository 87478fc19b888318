"""The page of a contact's own preferences."""

from typing import Any

import pytest
from django.test import Client

from changes.models import Change
from emails.models import Consent, Message
from segments.models import ContactList
from subscribers.models import Subscriber
from subscribers.services import delete_contacts
from tests.client import Api
from tests.emails.consent import follow, path_of, status_of
from tests.emails.factories import MessageFactory
from tests.factories import ContactListFactory, SubscriberFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_folder")]


@pytest.fixture
def lists() -> dict[str, ContactList]:
    return {
        "news": ContactListFactory.create(title="News", is_public=True, description="Once a month"),
        "offers": ContactListFactory.create(title="Offers", is_public=True),
        "staff": ContactListFactory.create(title="Staff only"),
        "hidden": ContactListFactory.create(title="Hidden"),
    }


@pytest.fixture
def message(lists: dict[str, ContactList]) -> Message:
    contact = SubscriberFactory.create(
        email="ada@example.com", first_name="Ada", last_name="Lovelace", lists=[lists["news"], lists["staff"]]
    )
    return MessageFactory.create(subscriber=contact)


def page(message: Message) -> str:
    content: bytes = Client().get(path_of("manage", message)).content
    return content.decode()


def send(message: Message, form: Any) -> str:
    answer = Client().post(path_of("manage", message), form)
    assert answer.status_code == 200
    return answer.content.decode()


def titles(contact: int) -> list[str]:
    return sorted(ContactList.objects.filter(subscribers=contact).values_list("title", flat=True))


def test_it_shows_names_and_public_lists(message: Message, lists: dict[str, ContactList]) -> None:
    shown = page(message)
    assert 'value="Ada"' in shown
    assert 'value="Lovelace"' in shown
    assert f'value="{lists["news"].pk}" checked' in shown
    assert f'value="{lists["offers"].pk}">' in shown
    assert "Once a month" in shown
    assert "Staff only" not in shown
    assert "Hidden" not in shown
    assert "ada@example.com" not in shown
    assert not Change.objects.exists()


def test_it_saves_names_and_lists(message: Message, lists: dict[str, ContactList]) -> None:
    form = {"action": "save", "first_name": " Augusta\n<b>Ada</b> ", "last_name": "King", "lists": [lists["offers"].pk]}
    shown = send(message, form)
    assert "Your preferences are saved." in shown
    contact = Subscriber.objects.get()
    assert (contact.first_name, contact.last_name) == ("Augusta Ada", "King")
    # Lists that are not public stay as they are.
    assert titles(contact.pk) == ["Offers", "Staff only"]


def test_it_attaches_no_list_that_is_not_public(message: Message, lists: dict[str, ContactList]) -> None:
    send(message, {"lists": [lists["hidden"].pk, lists["news"].pk, 999_999, "x", "-1", "\x00"]})
    assert titles(message.subscriber_id) == ["News", "Staff only"]


def test_it_changes_nothing_else_of_the_contact(message: Message) -> None:
    before: Any = Subscriber.objects.values().get()
    send(
        message, {"action": "save", "email": "eve@example.com", "status": "pending", "phone": "1", "first_name": "Ada"}
    )
    after: Any = Subscriber.objects.values().get()
    assert {name for name in before if before[name] != after[name]} == set()


def test_history_says_that_the_contact_did_it(api: Api, message: Message, lists: dict[str, ContactList]) -> None:
    send(message, {"first_name": "Augusta", "lists": [lists["news"].pk]})
    [entry] = api.get(f"/subscribers/{message.subscriber_id}/history").json()["history"]["data"]
    assert entry["details"] == {"columns": {"first_name": ["Ada", "Augusta"]}}
    assert entry["actor"] == {"kind": "contact", "id": message.subscriber_id}


def test_saving_what_is_so_already_changes_nothing(message: Message, lists: dict[str, ContactList]) -> None:
    send(message, {"first_name": "Ada", "last_name": "Lovelace", "lists": [lists["news"].pk]})
    assert not Change.objects.exists()


def test_a_long_name_is_cut(message: Message) -> None:
    send(message, {"first_name": "x" * 1000})
    assert Subscriber.objects.get().first_name == "x" * 192


# --- The way back -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "title"), [("unsubscribed", "Come back"), ("pending", "Confirm your subscription")])
def test_a_mail_leads_back(message: Message, status: str, title: str) -> None:
    Subscriber.objects.update(status=status)
    assert title in page(message)
    assert "An email is on its way to you." in send(message, {"action": "subscribe"})
    # Nothing but a mail: whoever has the page has not confirmed.
    assert status_of(message.subscriber_id) == status
    assert not Consent.objects.exists()
    request = Message.objects.latest("pk")
    assert request.state == "sent"
    assert "a moment ago" in send(message, {"action": "subscribe"})
    assert follow(request).status_code == 200
    assert status_of(message.subscriber_id) == "subscribed"
    assert Consent.objects.count() == 1


@pytest.mark.parametrize("status", ["bounced", "complained", "spammed"])
def test_no_mail_leads_back_for_who_bounced_or_complained(message: Message, status: str) -> None:
    Subscriber.objects.update(status=status)
    assert 'value="subscribe"' not in page(message)
    send(message, {"action": "subscribe"})
    assert Message.objects.count() == 1
    assert status_of(message.subscriber_id) == status


@pytest.mark.parametrize("status", ["subscribed", "transactional"])
def test_who_gets_mail_is_shown_the_way_out(message: Message, status: str) -> None:
    Subscriber.objects.update(status=status)
    assert f'href="http://127.0.0.1:8000{path_of("unsubscribe", message)}"' in page(message)


def test_it_says_so_where_the_contact_is_gone(message: Message) -> None:
    path = path_of("manage", message)
    delete_contacts([message.subscriber_id])
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"action": "subscribe"}).status_code == 404

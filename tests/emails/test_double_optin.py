"""Who is asked for consent: POST /subscribers/{id}/send-double-optin, and `double_optin` of writes. One file, as it is one endpoint."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.models import Change
from emails.models import CONSENT_KINDS, Mailing, Message
from emails.services.asking import ask_consent
from emails.services.sending import send_due
from subscribers.models import Status, Subscriber
from subscribers.services import set_status
from tests.client import Api
from tests.emails.consent import asked, follow, status_of
from tests.factories import SubscriberFactory
from tests.subscribers.expected import NOT_FOUND

pytestmark = pytest.mark.usefixtures("mail_folder")
SENT = "Double OptIn email has been sent"
BARRED = ("bounced", "complained", "spammed")


def send(api: Api, contact: Subscriber) -> Any:
    return api.post(f"/subscribers/{contact.pk}/send-double-optin")


def answer_of(sent: int, **not_sent: int) -> dict[str, Any]:
    return {"sent": sent, "not_sent": not_sent}


def queued() -> list[tuple[str, str]]:
    """(address, kind) of the requests that wait, upward by address."""
    return sorted(Message.objects.filter(state="scheduled").values_list("email", "kind"))


@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
@pytest.mark.parametrize(("status", "kind"), [("pending", "double_optin"), ("unsubscribed", "return")])
def test_it_asks_a_pending_and_an_unsubscribed_contact(api: Api, status: str, kind: str, prefix: str) -> None:
    contact = SubscriberFactory.create(email="ada@example.com", status=status)
    answer = api.post(f"/{prefix}/{contact.pk}/send-double-optin")
    assert (answer.status_code, answer.json()) == (200, {"message": SENT, "double_optin": answer_of(1)})
    assert queued() == [("ada@example.com", kind)]
    assert status_of(contact.pk) == status


@pytest.mark.parametrize("status", ["subscribed", "transactional"])
def test_it_says_that_nothing_was_sent_to_who_need_not_confirm(api: Api, status: str) -> None:
    answer = send(api, SubscriberFactory.create(status=status))
    assert (answer.status_code, answer.json()) == (200, {"message": SENT, "double_optin": answer_of(0, **{status: 1})})
    assert not Message.objects.exists()


@pytest.mark.parametrize("status", BARRED)
def test_it_refuses_to_ask_who_bounced_or_complained(api: Api, status: str) -> None:
    answer = send(api, SubscriberFactory.create(status=status))
    assert answer.status_code == 422
    assert answer.json()["message"] == f"No email has been sent: the contact is {status}."
    assert not Message.objects.exists()


def test_it_answers_404_for_nobody(api: Api) -> None:
    answer = api.post("/subscribers/999/send-double-optin")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_asks_once_in_five_minutes(api: Api) -> None:
    contact = SubscriberFactory.create(status="pending")
    assert send(api, contact).json()["double_optin"] == answer_of(1)
    assert send(api, contact).json() == {"message": SENT, "double_optin": answer_of(0, asked=1)}
    assert send_due() == 1
    assert send(api, contact).json()["double_optin"] == answer_of(0, asked=1)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert send(api, contact).json()["double_optin"] == answer_of(1)
    assert Message.objects.count() == 2


def test_it_asks_nobody_again_whose_mail_still_waits(api: Api) -> None:
    contact = SubscriberFactory.create(status="pending")
    send(api, contact)
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert send(api, contact).json()["double_optin"] == answer_of(0, asked=1)


def test_it_asks_again_after_a_mail_that_failed(api: Api) -> None:
    contact = SubscriberFactory.create(status="pending")
    send(api, contact)
    Message.objects.update(state="failed")
    assert send(api, contact).json()["double_optin"] == answer_of(1)


def test_it_asks_again_at_a_new_address(api: Api) -> None:
    contact = SubscriberFactory.create(status="pending", email="old@example.com")
    send(api, contact)
    api.put(f"/subscribers/{contact.pk}", {"email": "new@example.com"})
    assert send(api, contact).json()["double_optin"] == answer_of(1)
    assert [email for email, _ in queued()] == ["new@example.com", "old@example.com"]


def test_it_asks_again_who_left_a_moment_after_confirming(api: Api) -> None:
    message = asked()
    follow(message)
    set_status([message.subscriber_id], Status.UNSUBSCRIBED)
    assert send(api, message.subscriber).json()["double_optin"] == answer_of(1)


def test_it_sends_nothing_to_who_left_before_the_mail_did(api: Api) -> None:
    contact = SubscriberFactory.create(status="pending")
    send(api, contact)
    set_status([contact.pk], Status.UNSUBSCRIBED)
    assert send_due() == 0
    assert Message.objects.get().state == "cancelled"


def test_history_says_who_was_asked(api: Api) -> None:
    contact = SubscriberFactory.create(status="pending")
    send(api, contact)
    [entry] = api.get(f"/subscribers/{contact.pk}/history?change=consent_asked").json()["history"]["data"]
    assert (entry["channel"], entry["contacts"]) == ("api", 1)
    send(api, contact)
    assert Change.objects.filter(event="consent_asked").count() == 1


# --- double_optin of writes ---------------------------------------------------------------------


@pytest.mark.parametrize("flag", ["yes", True, 1, "true"])
def test_it_asks_a_contact_that_is_made_pending(api: Api, flag: Any) -> None:
    body = {"email": "ada@example.com", "status": "pending", "double_optin": flag}
    answer = api.post("/subscribers", body)
    assert (answer.status_code, answer.json()["action_type"]) == (200, "created")
    assert answer.json()["double_optin"] == answer_of(1)
    assert queued() == [("ada@example.com", "double_optin")]
    # Asked for again at once, as WP Fusion does: still one mail.
    send(api, Subscriber.objects.get())
    assert len(queued()) == 1


@pytest.mark.parametrize("flag", ["no", "", False, None])
def test_it_asks_nobody_where_the_flag_says_no(api: Api, flag: Any) -> None:
    answer = api.post("/subscribers", {"email": "ada@example.com", "status": "pending", "double_optin": flag})
    assert "double_optin" not in answer.json()
    assert not Message.objects.exists()


@pytest.mark.parametrize("status", sorted(set(Status.values) - {"pending"}))
def test_it_asks_nobody_who_is_made_with_another_status(api: Api, status: str) -> None:
    answer = api.post("/subscribers", {"email": "ada@example.com", "status": status, "double_optin": "yes"})
    assert answer.json()["contact"]["status"] == status
    assert answer.json()["double_optin"] == answer_of(0, **{status: 1})
    assert not Message.objects.exists()


def test_it_makes_no_message_where_the_contact_is_refused(api: Api) -> None:
    SubscriberFactory.create(email="ada@example.com", status="pending")
    answer = api.post("/subscribers", {"email": "ada@example.com", "status": "pending", "double_optin": "yes"})
    assert answer.status_code == 409
    assert not Message.objects.exists()


def upsert(api: Api, **body: Any) -> Any:
    return api.post("/subscribers", {"__force_update": "yes", "double_optin": "yes", **body})


@pytest.mark.parametrize(("body", "kind"), [({"status": "pending"}, "double_optin"), ({}, "return")])
def test_an_upsert_asks_who_left_to_come_back(api: Api, body: dict[str, str], kind: str) -> None:
    SubscriberFactory.create(email="Ada@example.com", status="unsubscribed")
    answer = upsert(api, email="ada@EXAMPLE.com", **body)
    assert answer.json()["double_optin"] == answer_of(1)
    assert queued() == [("Ada@example.com", kind)]


def test_an_upsert_that_unsubscribes_asks_nobody(api: Api) -> None:
    SubscriberFactory.create(email="ada@example.com", status="pending")
    assert upsert(api, email="ada@example.com", status="unsubscribed").json()["double_optin"] == answer_of(
        0, unsubscribed=1
    )


@pytest.mark.parametrize("status", BARRED)
@pytest.mark.parametrize("new", ["pending", "unsubscribed"])
def test_an_upsert_asks_nobody_who_bounced_or_complained(api: Api, status: str, new: str) -> None:
    SubscriberFactory.create(email="Ada@example.com", status=status)
    answer = upsert(api, email="ada@example.com", status=new)
    assert answer.json()["double_optin"] == answer_of(0, **{status: 1})
    assert not Message.objects.exists()


def test_it_never_takes_the_flag_for_a_custom_field(api: Api) -> None:
    api.put("/custom-fields/contacts", {"fields": [{"type": "text", "label": "Double Optin", "slug": "double_optin"}]})
    api.post("/subscribers", {"email": "ada@example.com", "status": "pending", "double_optin": "yes"})
    assert Subscriber.objects.get().custom_values == {}


def test_bulk_add_update_asks_each_once(api: Api) -> None:
    SubscriberFactory.create(email="left@example.com", status="unsubscribed")
    SubscriberFactory.create(email="bounced@example.com", status="bounced")
    rows = [
        {"email": "new@example.com", "status": "pending"},
        {"email": "NEW@example.com", "status": "pending"},
        {"email": "left@example.com"},
        {"email": "bounced@example.com", "status": "pending"},
        {"email": "gone@example.com", "status": "unsubscribed"},
        {"email": "here@example.com", "status": "subscribed"},
    ]
    answer = api.post("/subscribers/bulk-add-update", {"contacts": rows, "double_optin": "yes"}).json()
    assert answer["double_optin"] == answer_of(2, bounced=1, subscribed=1, unsubscribed=1)
    assert queued() == [("left@example.com", "return"), ("new@example.com", "double_optin")]


# --- The bulk action ----------------------------------------------------------------------------


def act(api: Api, contacts: list[Subscriber], **beside: Any) -> Any:
    ids = [contact.pk for contact in contacts]
    body = {"action_name": "send_double_optin", "subscriber_ids": ids, **beside}
    return api.post("/subscribers/do-bulk-action", body)


@pytest.mark.parametrize(
    ("beside", "sent"), [({}, ["pending"]), ({"include_unsubscribed": "yes"}, ["pending", "unsubscribed"])]
)
def test_the_bulk_action_asks_pending_contacts_and_who_left_only_if_told(
    api: Api, beside: dict[str, str], sent: list[str]
) -> None:
    contacts = [SubscriberFactory.create(email=f"{status}@example.com", status=status) for status in Status.values]
    assert act(api, contacts, **beside).json() == {
        "last_contact_id": contacts[-1].pk,
        "completed_contacts": len(contacts),
        "message": "Double optin sent to selected contacts",
        "sent": len(sent),
    }
    assert [email for email, _ in queued()] == [f"{status}@example.com" for status in sent]
    # Another click on the same button.
    assert act(api, contacts, **beside).json()["sent"] == 0


def test_all_requests_in_the_same_words_are_one_mailing(api: Api) -> None:
    act(api, SubscriberFactory.create_batch(3, status="pending"))
    act(api, SubscriberFactory.create_batch(3, status="pending"))
    assert Message.objects.filter(kind__in=CONSENT_KINDS).count() == 6
    assert Mailing.objects.count() == 1
    api.put("/setting/double-optin", {"settings": {"email_subject": "Another"}})
    act(api, SubscriberFactory.create_batch(3, status="pending"))
    assert sorted(Mailing.objects.values_list("subject", flat=True)) == [
        "Another",
        "Please confirm your subscription",
    ]


def test_it_takes_as_many_statements_for_many_as_for_one(db: None) -> None:
    counts = []
    ask_consent([SubscriberFactory.create(status="pending").pk])
    for number in (1, 200):
        contacts = [contact.pk for contact in SubscriberFactory.create_batch(number, status="pending")]
        with CaptureQueriesContext(connection) as queries:
            assert len(ask_consent(contacts).messages) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]

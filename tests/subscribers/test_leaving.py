"""When and why a contact left is kept until it comes back (contact-show.json)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory

LEFT_AT = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)
LEFT = ["unsubscribed", "bounced", "complained", "spammed"]
HERE = ["subscribed", "pending", "transactional"]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(LEFT_AT, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(status="subscribed")


def give(api: Api, contact: Subscriber, way: str, status: str, reason: str = "") -> None:
    """Give a contact a status in one of the ways that there are."""
    match way:
        case "bulk":
            body: dict[str, Any] = {"action_name": "change_contact_status", "subscriber_ids": [contact.pk]}
            answer = api.put("/subscribers/do-bulk-action", {**body, "new_status": status, "reason": reason})
        case "put":
            answer = api.put(f"/subscribers/{contact.pk}", {"status": status, "unsubscribe_reason": reason})
        case "upsert":
            body = {"email": contact.email, "status": status, "unsubscribe_reason": reason, "__force_update": "yes"}
            answer = api.post("/subscribers", body)
        case "batch":
            row = {"email": contact.email, "status": status, "unsubscribe_reason": reason}
            answer = api.post("/subscribers/bulk-add-update", {"contacts": [row]})
        case _:
            body = {"property": "status", "value": status, "subscribers": [contact.pk]}
            answer = api.put("/subscribers/subscribers-property", body)
    assert answer.status_code == 200, answer.json()


def kept(contact: Subscriber) -> tuple[str | None, datetime | None]:
    contact.refresh_from_db()
    return contact.unsubscribe_reason, contact.unsubscribe_date


def shown(api: Api, contact: Subscriber) -> Any:
    answer = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    return {name: answer[name] for name in ("unsubscribe_reason", "unsubscribe_date") if name in answer}


every_way = pytest.mark.parametrize("way", ["bulk", "put", "upsert", "batch"])


@every_way
def test_it_keeps_when_and_why(api: Api, contact: Subscriber, way: str) -> None:
    give(api, contact, way, "unsubscribed", "Too <b>many</b> mails")
    assert kept(contact) == ("Too many mails", LEFT_AT)
    assert shown(api, contact) == {
        "unsubscribe_reason": "Too many mails",
        "unsubscribe_date": "2026-01-31 09:05:00",
    }


@pytest.mark.parametrize("way", ["bulk", "put", "upsert", "batch", "property"])
def test_it_keeps_when_without_a_reason_and_shows_both_empty_as_recorded(
    api: Api, contact: Subscriber, way: str
) -> None:
    give(api, contact, way, "unsubscribed")
    assert kept(contact) == ("", LEFT_AT)
    assert shown(api, contact) == {"unsubscribe_reason": "", "unsubscribe_date": ""}


@pytest.mark.parametrize("status", LEFT)
def test_it_counts_each_of_these_as_leaving(api: Api, contact: Subscriber, status: str) -> None:
    give(api, contact, "bulk", status, "Why")
    assert kept(contact) == ("Why", LEFT_AT)


@pytest.mark.parametrize("status", HERE)
@pytest.mark.parametrize("way", ["bulk", "put"])
def test_it_keeps_nothing_of_those_who_stay(api: Api, status: str, way: str) -> None:
    contact = SubscriberFactory.create(status="pending" if status == "subscribed" else "subscribed")
    give(api, contact, way, status, "Why")
    assert kept(contact) == (None, None)
    assert shown(api, contact) == {}


@pytest.mark.parametrize("way", ["bulk", "put", "upsert", "batch", "property"])
def test_it_forgets_both_for_those_who_come_back(api: Api, contact: Subscriber, way: str) -> None:
    give(api, contact, "bulk", "unsubscribed", "Why")
    give(api, contact, way, "subscribed")
    assert kept(contact) == (None, None)
    assert shown(api, contact) == {}


@every_way
def test_it_leaves_when_and_why_alone_where_the_status_stays(
    api: Api, contact: Subscriber, clock: time_machine.Traveller, way: str
) -> None:
    give(api, contact, "bulk", "unsubscribed", "Why")
    clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    give(api, contact, way, "unsubscribed")
    assert kept(contact) == ("Why", LEFT_AT)


def test_it_keeps_the_new_reason_where_one_way_of_having_left_follows_another(
    api: Api, contact: Subscriber, clock: time_machine.Traveller
) -> None:
    give(api, contact, "bulk", "unsubscribed", "Why")
    later = datetime(2027, 1, 1, tzinfo=UTC)
    clock.move_to(later)
    give(api, contact, "bulk", "complained", "Spam")
    assert kept(contact) == ("Spam", later)


def test_it_leaves_when_and_why_alone_where_something_else_changes(
    api: Api, contact: Subscriber, clock: time_machine.Traveller
) -> None:
    give(api, contact, "bulk", "unsubscribed", "Why")
    clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    assert api.put(f"/subscribers/{contact.pk}", {"first_name": "Ada"}).status_code == 200
    assert kept(contact) == ("Why", LEFT_AT)


@pytest.mark.parametrize("way", ["create", "upsert", "batch"])
def test_it_keeps_why_a_contact_had_left_already_when_it_was_made(api: Api, way: str) -> None:
    row = {"email": "new@example.com", "status": "unsubscribed", "unsubscribe_reason": "Why"}
    if way == "batch":
        api.post("/subscribers/bulk-add-update", {"contacts": [row]})
    else:
        api.post("/subscribers", row | ({"__force_update": "yes"} if way == "upsert" else {}))
    assert kept(Subscriber.objects.get()) == ("Why", LEFT_AT)


def test_it_keeps_the_later_reason_of_two_rows_of_one_address(api: Api, contact: Subscriber) -> None:
    rows = [
        {"email": contact.email, "first_name": "Ada"},
        {"email": contact.email, "status": "unsubscribed", "unsubscribe_reason": "Why"},
    ]
    assert api.post("/subscribers/bulk-add-update", {"contacts": rows}).status_code == 200
    assert kept(contact) == ("Why", LEFT_AT)


@pytest.mark.parametrize("key", ["reason", "unsubscribe_reason"])
def test_it_takes_the_reason_of_a_bulk_action_under_two_names(api: Api, contact: Subscriber, key: str) -> None:
    body = {"action_name": "change_contact_status", "new_status": "unsubscribed", "subscriber_ids": [contact.pk]}
    api.put("/subscribers/do-bulk-action", {**body, key: "Why"})
    assert kept(contact) == ("Why", LEFT_AT)


@pytest.mark.parametrize("reason", [["x"], {"a": 1}, 5, None])
def test_it_takes_what_is_no_text_for_no_reason(api: Api, contact: Subscriber, reason: Any) -> None:
    body = {"action_name": "change_contact_status", "new_status": "unsubscribed", "subscriber_ids": [contact.pk]}
    assert api.put("/subscribers/do-bulk-action", {**body, "reason": reason}).status_code == 200
    assert kept(contact) == ("", LEFT_AT)

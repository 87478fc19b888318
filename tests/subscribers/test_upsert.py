"""POST /subscribers with `__force_update`: create or update (guide, 'Create or Update Contact'; contract.md, 'Upsert')."""

from datetime import date
from typing import Any

import pytest

from subscribers.models import LastChange, Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import missing, slugs

UPSERT = {"email": "ada@example.com", "__force_update": "yes"}


@pytest.mark.parametrize("flag", ["yes", "YES", "true", "1", "on", True, 1])
def test_it_updates_a_known_contact_whatever_the_spelling_of_yes(api: Api, flag: Any) -> None:
    contact = SubscriberFactory.create(email="ada@example.com", first_name="Ada", last_name="Lovelace")
    tag, contact_list = TagFactory.create(slug="gold"), ContactListFactory.create(slug="news")
    answer = api.post(
        "/subscribers",
        {
            "email": "ADA@example.com",
            "__force_update": flag,
            "first_name": "Augusta",
            "tags": [tag.pk],
            "lists": ["news"],
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    assert body["message"] == "contact has been successfully updated."
    assert body["action_type"] == "updated"
    assert body["contact"] == body["subscriber"]
    assert list(body) == ["message", "contact", "subscriber", "action_type"]
    shown = body["contact"]
    assert (shown["id"], shown["email"], shown["full_name"]) == (contact.pk, "ada@example.com", "Augusta Lovelace")
    assert slugs(shown["tags"]) == ["gold"]
    assert slugs(shown["lists"]) == [contact_list.slug]
    assert Subscriber.objects.count() == 1


def test_it_creates_a_contact_that_is_not_known(api: Api) -> None:
    body = api.post("/subscribers", UPSERT | {"status": "pending", "tags": ["Brand New"]}).json()
    assert body["message"] == "Successfully added the subscriber."
    assert body["action_type"] == "created"
    assert body["contact"] == body["subscriber"]
    assert body["contact"]["status"] == "pending"
    assert slugs(body["contact"]["tags"]) == ["brand-new"]
    assert Subscriber.objects.get().email == "ada@example.com"


@pytest.mark.parametrize("status", [{}, {"status": ""}, {"status": None}])
def test_it_wants_a_status_for_a_new_contact_alone(api: Api, status: dict[str, Any]) -> None:
    answer = api.post("/subscribers", UPSERT | status)
    assert (answer.status_code, answer.json()) == (422, missing("status"))
    assert not Subscriber.objects.exists()
    SubscriberFactory.create(email="ada@example.com", status="bounced")
    answer = api.post("/subscribers", UPSERT | status)
    assert answer.status_code == 200
    assert answer.json()["contact"]["status"] == "bounced"


def test_it_changes_only_what_is_sent_and_empty_values_wipe_nothing(api: Api) -> None:
    for slug, kind in {"job": "text", "size": "number", "interests": "select-multi", "renewal": "date"}.items():
        CustomFieldFactory.create(slug=slug, type=kind)
    kept = {"job": "CTO", "size": "5", "interests": ["sales"], "renewal": "2027-01-31"}
    tag = TagFactory.create()
    contact = SubscriberFactory.create(
        email="ada@example.com",
        first_name="Ada",
        last_name="Lovelace",
        phone="555",
        date_of_birth=date(1815, 12, 10),
        contact_type="customer",
        custom_values=kept,
        tags=[tag],
    )
    sent: dict[str, Any] = {
        "first_name": "",
        "last_name": None,
        "date_of_birth": "",
        "contact_type": "",
        "latitude": "",
        "city": "London",
        "custom_values": {"job": "", "size": None, "interests": [], "renewal": ""},
        "tags": [],
    }
    answer = api.post("/subscribers", UPSERT | sent)
    assert answer.status_code == 200
    stored = Subscriber.objects.get(pk=contact.pk)
    assert (stored.first_name, stored.last_name, stored.phone, stored.city) == ("Ada", "Lovelace", "555", "London")
    assert (stored.date_of_birth, stored.contact_type) == (date(1815, 12, 10), "customer")
    assert stored.custom_values == kept
    assert list(stored.tags.all()) == [tag]


def test_it_merges_custom_values(api: Api) -> None:
    for slug in ("job", "team"):
        CustomFieldFactory.create(slug=slug)
    SubscriberFactory.create(email="ada@example.com", custom_values={"job": "CTO", "hidden": "kept"})
    api.post("/subscribers", UPSERT | {"custom_values": {"job": "CEO", "team": "A"}})
    assert Subscriber.objects.get().custom_values == {"job": "CEO", "team": "A", "hidden": "kept"}


@pytest.mark.parametrize(
    ("before", "sent", "after"),
    [
        ("subscribed", "pending", "subscribed"),
        ("subscribed", "unsubscribed", "unsubscribed"),
        ("unsubscribed", "subscribed", "subscribed"),
        ("unsubscribed", "pending", "pending"),
        ("pending", "subscribed", "subscribed"),
        ("bounced", "pending", "pending"),
    ],
)
def test_it_never_moves_a_subscribed_contact_to_pending(api: Api, before: str, sent: str, after: str) -> None:
    SubscriberFactory.create(email="ada@example.com", status=before)
    assert api.post("/subscribers", UPSERT | {"status": sent}).json()["contact"]["status"] == after


def test_it_moves_updated_at_only_when_something_changes(api: Api) -> None:
    contact = SubscriberFactory.create(email="ada@example.com", first_name="Ada")
    LastChange.objects.update(at="2020-01-01 00:00:00+00:00")
    answer = api.post("/subscribers", UPSERT | {"first_name": "Ada"})
    assert answer.json()["contact"]["updated_at"] == "2020-01-01 00:00:00"
    answer = api.post("/subscribers", UPSERT | {"first_name": "Augusta"})
    assert answer.json()["contact"]["updated_at"] > "2026"
    assert answer.json()["contact"]["id"] == contact.pk


def test_it_names_what_it_left_out(api: Api) -> None:
    SubscriberFactory.create(email="ada@example.com")
    answer = api.post("/subscribers", UPSERT | {"tags": [999, "ab"], "lists": [888], "custom_values": {"no": 1}})
    assert answer.json()["ignored"] == {"custom_values": ["no"], "tags": [999, "ab"], "lists": [888]}

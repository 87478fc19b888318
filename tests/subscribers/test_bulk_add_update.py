"""POST /subscribers/bulk-add-update: create or update many (recorded in bulk-add-update.json)."""

import json
from typing import Any

import pytest

from segments.models import Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import refused, slugs

MESSAGE = "Successfully added/updated the subscribers."


def bulk(api: Api, contacts: Any) -> Any:
    answer = api.post("/subscribers/bulk-add-update", {"contacts": contacts})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_it_tells_created_from_updated_and_names_what_is_wrong(api: Api) -> None:
    CustomFieldFactory.create(slug="size", type="number")
    tag = TagFactory.create(slug="gold")
    known = SubscriberFactory.create(email="Known@example.com", first_name="Kept", last_name="Old", status="bounced")
    body = bulk(
        api,
        [
            {"email": "known@example.com", "last_name": "New", "first_name": "", "tags": ["gold"]},
            {"email": "a@example.com", "status": "pending", "tags": [tag.pk], "lists": ["Brand New"]},
            {"email": "b@example.com", "custom_values": {"size": "5"}},
            {"email": "bad"},
            {"first_name": "none"},
            {"email": "c@example.com", "status": "platinum"},
            {"email": "d@example.com", "custom_values": {"size": "big"}},
            "text",
            5,
            None,
        ],
    )
    pk = {contact.email: contact.pk for contact in Subscriber.objects.all()}
    required = {"email": {"required": "The email field is required."}}
    assert body == {
        "message": MESSAGE,
        "created": [
            {"id": pk["a@example.com"], "email": "a@example.com", "status": "pending"},
            {"id": pk["b@example.com"], "email": "b@example.com", "status": "subscribed"},
        ],
        "updated": [{"id": known.pk, "email": "Known@example.com", "status": "bounced"}],
        "invalids": [
            {"email": "bad", "errors": {"email": {"email": "The email must be a valid email address."}}},
            {"first_name": "none", "errors": required},
            {
                "email": "c@example.com",
                "status": "platinum",
                "errors": {
                    "status": {
                        "in": "The status must be one of: subscribed, pending, unsubscribed, transactional, bounced, "
                        "complained, spammed."
                    }
                },
            },
            {"row": "text", "errors": required},
            {"row": 5, "errors": required},
            {"row": None, "errors": required},
            {
                "email": "d@example.com",
                "custom_values": {"size": "big"},
                "errors": {"custom_values.size": {"type": "The size must be a number."}},
            },
        ],
    }
    known.refresh_from_db()
    assert (known.first_name, known.last_name) == ("Kept", "New")
    assert list(known.tags.all()) == [tag]
    made = Subscriber.objects.get(email="a@example.com")
    assert list(made.tags.all()) == [tag]
    assert [row.title for row in made.lists.all()] == ["Brand New"]
    assert Subscriber.objects.get(email="b@example.com").custom_values == {"size": "5"}
    assert len(pk) == 3


@pytest.mark.parametrize("contacts", [[], None, {}, "", 0])
def test_it_does_nothing_for_nobody(api: Api, contacts: Any) -> None:
    assert bulk(api, contacts) == {"message": MESSAGE, "created": [], "updated": [], "invalids": []}


@pytest.mark.parametrize("contacts", ["text", 5, {"email": "a@example.com"}])
def test_it_refuses_contacts_that_are_no_list(api: Api, contacts: Any) -> None:
    answer = api.post("/subscribers/bulk-add-update", {"contacts": contacts})
    assert (answer.status_code, answer.json()) == (422, refused("contacts must be a list"))


def test_it_takes_rows_as_json_text_and_as_php_brackets(api: Api) -> None:
    bulk(api, [json.dumps({"email": "a@example.com"})])
    form = "contacts[0][email]=b%40example.com&contacts[0][tags][]=Brand+New"
    answer = api.post("/subscribers/bulk-add-update", form, content_type="application/x-www-form-urlencoded")
    assert [row["email"] for row in answer.json()["created"]] == ["b@example.com"]
    assert Subscriber.objects.count() == 2
    assert Tag.objects.get().subscribers.get().email == "b@example.com"


def test_it_makes_one_contact_of_rows_with_one_address(api: Api) -> None:
    CustomFieldFactory.create(slug="job")
    CustomFieldFactory.create(slug="team")
    body = bulk(
        api,
        [
            {"email": "a@example.com", "first_name": "First", "tags": ["one-tag"], "custom_values": {"job": "CTO"}},
            {"email": "A@Example.com", "last_name": "Last", "tags": ["two-tag"], "custom_values": {"team": "A"}},
        ],
    )
    assert len(body["created"]) == 1
    contact = Subscriber.objects.get()
    assert (contact.first_name, contact.last_name) == ("First", "Last")
    assert contact.custom_values == {"job": "CTO", "team": "A"}
    assert sorted(tag.slug for tag in contact.tags.all()) == ["one-tag", "two-tag"]


@pytest.mark.parametrize("known", [True, False])
def test_it_does_with_rows_of_one_address_what_upserts_one_after_the_other_do(api: Api, known: bool) -> None:
    """Empty values of a later row wipe nothing, and a subscribed contact does not become pending."""
    CustomFieldFactory.create(slug="job")
    if known:
        SubscriberFactory.create(email="a@example.com", first_name="Old", status="pending")
    bulk(
        api,
        [
            {"email": "a@example.com", "status": "subscribed", "first_name": "New", "custom_values": {"job": "CTO"}},
            {"email": "a@example.com", "status": "pending", "first_name": "", "custom_values": {"job": ""}},
        ],
    )
    contact = Subscriber.objects.get()
    assert (contact.first_name, contact.status) == ("New", "subscribed")
    assert contact.custom_values == {"job": "CTO"}


def test_it_names_tags_as_every_other_route_does(api: Api) -> None:
    TagFactory.create(slug="gold", title="Gold Member")
    bulk(api, [{"email": "a@example.com", "tags": ["Gold  Member", "gold\x00", "Two  Words", "007"]}])
    shown = api.get("/subscribers/0?get_by_email=a@example.com").json()["subscriber"]
    assert slugs(shown["tags"]) == ["gold", "two-words"]


def test_it_loses_nothing_silently(api: Api) -> None:
    body = bulk(api, [{"email": "a@example.com", "tags": [999], "lists": [888], "custom_values": {"no_field": 1}}])
    assert len(body["created"]) == 1
    assert body["ignored"] == {"custom_values": ["no_field"], "tags": [999], "lists": [888]}

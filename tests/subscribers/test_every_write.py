"""Keys that work wherever a contact is written: detach, slugs of custom fields, and what the answer lists as ignored."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from segments.models import Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import slugs, statements

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.com"
# Each writes a contact of that address, new or known, and returns the answer.
WRITES: dict[str, Callable[[Api, dict[str, Any]], Any]] = {
    "create": lambda api, row: api.post("/subscribers", {"status": "subscribed", **row}),
    "force": lambda api, row: api.post("/subscribers", {"status": "subscribed", "__force_update": "yes", **row}),
    "rows": lambda api, row: api.post("/subscribers/bulk-add-update", {"contacts": [{"status": "subscribed", **row}]}),
    "put": lambda api, row: api.put(f"/subscribers/{Subscriber.objects.get().pk}", row),
    "wrapped": lambda api, row: api.put(f"/subscribers/{Subscriber.objects.get().pk}", {"subscriber": row}),
    "contacts": lambda api, row: api.post("/contacts", {"status": "subscribed", "__force_update": True, **row}),
}
OF_KNOWN = [name for name in WRITES if name != "create"]


def write(api: Api, way: str, **row: Any) -> Any:
    if way in ("put", "wrapped") and not Subscriber.objects.exists():
        SubscriberFactory.create(email=EMAIL)
    answer = WRITES[way](api, {"email": EMAIL, **row})
    assert answer.status_code == 200, answer.content
    return answer


@pytest.mark.parametrize("way", OF_KNOWN)
def test_it_detaches(api: Api, way: str) -> None:
    tags, lists = TagFactory.create_batch(3), ContactListFactory.create_batch(2)
    contact = SubscriberFactory.create(email=EMAIL, tags=tags, lists=lists)
    write(api, way, detach_tags=[tags[0].pk, tags[1].slug], detach_lists=str(lists[0].pk))
    assert list(contact.tags.all()) == [tags[2]]
    assert list(contact.lists.all()) == [lists[1]]


@pytest.mark.parametrize("way", OF_KNOWN)
@pytest.mark.parametrize("key", ["tags", "attach_tags"])
def test_it_ends_attached_what_is_in_both(api: Api, way: str, key: str) -> None:
    had, new, gone = TagFactory.create_batch(3)
    contact = SubscriberFactory.create(email=EMAIL, tags=[had, gone])
    everything = [had.pk, new.pk, gone.pk]
    write(api, way, **{key: [had.slug, new.pk], "detach_tags": everything})
    assert set(contact.tags.all()) == {had, new}


@pytest.mark.parametrize("way", WRITES)
def test_it_makes_no_tag_of_a_word_to_detach(api: Api, way: str) -> None:
    answer = write(api, way, detach_tags=["Brand new"])
    assert not Tag.objects.exists()
    assert answer.json()["ignored"] == {"tags": ["Brand new"]}


def test_it_takes_rows_of_one_address_one_after_the_other(api: Api) -> None:
    one, two = TagFactory.create(slug="one"), TagFactory.create(slug="two")
    contact = SubscriberFactory.create(email=EMAIL, tags=[one])
    rows = [
        {"email": EMAIL, "attach_tags": [two.pk], "detach_tags": [one.pk]},
        {"email": EMAIL.upper(), "attach_tags": [one.pk], "detach_tags": [two.pk]},
    ]
    assert api.post("/subscribers/bulk-add-update", {"contacts": rows}).status_code == 200
    assert list(contact.tags.all()) == [one]


@pytest.mark.parametrize("way", WRITES)
def test_it_takes_a_custom_field_by_its_slug_beside_the_columns(api: Api, way: str) -> None:
    CustomFieldFactory.create(slug="size", type="number")
    CustomFieldFactory.create(slug="job")
    write(api, way, size="42", job="CTO", first_name="Ada")
    contact = Subscriber.objects.get()
    assert (contact.first_name, contact.custom_values["job"], int(contact.custom_values["size"])) == ("Ada", "CTO", 42)


@pytest.mark.parametrize("way", WRITES)
def test_it_goes_by_custom_values_where_both_are_sent(api: Api, way: str) -> None:
    CustomFieldFactory.create(slug="job")
    write(api, way, job="CEO", custom_values={"job": "CTO"})
    assert Subscriber.objects.get().custom_values == {"job": "CTO"}


@pytest.mark.parametrize("way", WRITES)
@pytest.mark.parametrize("slug", ["city", "id", "hash", "created_at", "user_id", "total_points", "company", "notes"])
def test_it_never_takes_a_key_of_a_contact_for_a_custom_field(api: Api, way: str, slug: str) -> None:
    CustomFieldFactory.create(slug=slug)
    answer = write(api, way, **{slug: "7"})
    contact = Subscriber.objects.get()
    assert contact.custom_values == {}
    assert contact.city == ("7" if slug == "city" else None)
    assert "ignored" not in answer.json()


@pytest.mark.parametrize("way", ["create", "force", "put", "wrapped"])
def test_it_refuses_a_value_that_does_not_fit_by_its_slug(api: Api, way: str) -> None:
    CustomFieldFactory.create(slug="size", type="number")
    if way in ("put", "wrapped"):
        SubscriberFactory.create(email=EMAIL)
    answer = WRITES[way](api, {"email": EMAIL, "size": "large", "tags": ["Brand new"]})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"size": ["The size must be a number."]}
    assert not Tag.objects.exists()


def test_it_names_the_row_whose_value_does_not_fit_by_its_slug(api: Api) -> None:
    CustomFieldFactory.create(slug="size", type="number")
    rows = [{"email": EMAIL, "size": "large"}, {"email": "alan@example.com", "size": 5}]
    answer = api.post("/subscribers/bulk-add-update", {"contacts": rows}).json()
    assert [row["errors"] for row in answer["invalids"]] == [{"size": {"type": "The size must be a number."}}]
    assert [row["email"] for row in answer["created"]] == ["alan@example.com"]


def test_it_asks_for_the_fields_only_where_there_may_be_one(api: Api) -> None:
    contact = SubscriberFactory.create()
    whole = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    for beside, asks in (({}, False), ({"job": "CTO"}, True)):
        with CaptureQueriesContext(connection) as queries:
            assert api.put(f"/subscribers/{contact.pk}", {"subscriber": whole | beside}).status_code == 200
        assert any("custom_fields_customfield" in sql for sql in statements(queries)) is asks


@pytest.mark.parametrize("way", WRITES)
def test_it_names_all_that_it_left_out(api: Api, way: str) -> None:
    there = TagFactory.create(slug="there")
    left_out = {
        "tags": [there.pk, 999_999, "ab"],
        "attach_lists": [999_998],
        "detach_lists": ["nobody's"],
        "custom_values": {"nope": "x"},
    }
    answer = write(api, way, **left_out).json()
    ignored = {"tags": [999_999, "ab"], "lists": [999_998, "nobody's"], "custom_values": ["nope"]}
    assert answer["ignored"] == ignored
    assert slugs(Subscriber.objects.get().tags.values("slug")) == ["there"]  # type: ignore[arg-type]

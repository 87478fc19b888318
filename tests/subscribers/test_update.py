"""PUT /subscribers/{id}: change one contact. One file, as it is one endpoint."""

from datetime import date
from typing import Any

import pytest

from segments.models import ContactList, Tag
from subscribers.models import LastChange, Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import CONFLICT, NOT_FOUND, missing, slugs, wrong


def test_it_changes_what_is_wrapped_as_the_guide_shows(api: Api) -> None:
    old, new = TagFactory.create(slug="old"), TagFactory.create(slug="new")
    left, joined = ContactListFactory.create(slug="left"), ContactListFactory.create(slug="joined")
    for slug, kind in {"job": "text", "interests": "select-multi"}.items():
        CustomFieldFactory.create(slug=slug, type=kind)
    contact = SubscriberFactory.create(first_name="Ada", last_name="King", tags=[old], lists=[left])
    answer = api.put(
        f"/subscribers/{contact.pk}",
        {
            "subscriber": {
                "first_name": "Augusta",
                "attach_tags": [new.pk],
                "detach_tags": [old.pk],
                "attach_lists": ["joined"],
                "detach_lists": [left.pk],
                "custom_values": {"job": "Countess", "interests": "sales,support"},
            }
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    contact_now = body.pop("contact")
    assert body.pop("subscriber") == contact_now
    assert body == {
        "message": "Subscriber successfully updated",
        "isDirty": True,
        "values": {"job": "Countess", "interests": ["sales", "support"]},
    }
    assert contact_now["full_name"] == "Augusta King"
    assert slugs(contact_now["tags"]) == ["new"]
    assert slugs(contact_now["lists"]) == ["joined"]
    stored = Subscriber.objects.get(pk=contact.pk)
    assert (stored.first_name, stored.last_name) == ("Augusta", "King")
    assert stored.custom_values == {"job": "Countess", "interests": ["sales", "support"]}
    assert list(stored.lists.all()) == [joined]


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ({"subscriber": {"first_name": "New"}}, {}),
        ({"first_name": "New"}, {}),
        ({"subscriber": '{"first_name": "New"}'}, {}),
        ({"first_name": "Flat", "subscriber": {"first_name": "New"}}, {}),
        ({"first_name": "New", "subscriber": {}}, {}),
        ("subscriber[first_name]=New", {"content_type": "application/x-www-form-urlencoded"}),
        ("first_name=New", {"content_type": "application/x-www-form-urlencoded"}),
        ('{"subscriber": {"first_name": "New",},}', {"content_type": "application/x-www-form-urlencoded"}),
        (
            "subscriber=%7B%22first_name%22%3A%22New%22%7D",
            {"content_type": "application/x-www-form-urlencoded"},
        ),
    ],
)
def test_it_takes_the_body_in_every_shape(api: Api, body: Any, options: dict[str, str]) -> None:
    contact = SubscriberFactory.create(first_name="Old", last_name="Name")
    answer = api.put(f"/subscribers/{contact.pk}", body, **options)
    assert answer.status_code == 200
    assert answer.json()["isDirty"] is True
    contact.refresh_from_db()
    assert (contact.first_name, contact.last_name) == ("New", "Name")


@pytest.mark.parametrize(
    ("path", "headers"),
    [("?_method=PUT", {}), ("", {"X-HTTP-Method-Override": "PUT"})],
)
def test_it_takes_a_post_that_stands_for_it(api: Api, path: str, headers: dict[str, str]) -> None:
    contact = SubscriberFactory.create()
    answer = api.post(f"/subscribers/{contact.pk}{path}", {"first_name": "New"}, headers=headers)
    assert answer.json()["contact"]["first_name"] == "New"


def test_it_clears_a_field_with_an_empty_string_and_with_null(api: Api) -> None:
    contact = SubscriberFactory.create(
        first_name="Ada", last_name="King", city="Leeds", date_of_birth=date(1815, 12, 10), contact_owner=3
    )
    body = {"first_name": "", "last_name": None, "date_of_birth": "", "contact_owner": ""}
    answer = api.put(f"/subscribers/{contact.pk}", body).json()
    assert answer["isDirty"] is True
    stored = Subscriber.objects.values("first_name", "last_name", "city", "date_of_birth", "contact_owner").get()
    assert stored == {
        "first_name": "",
        "last_name": None,
        "city": "Leeds",
        "date_of_birth": None,
        "contact_owner": None,
    }
    assert (answer["contact"]["first_name"], answer["contact"]["last_name"]) == ("", None)


@pytest.mark.parametrize("value", ["", None])
def test_it_lets_an_empty_status_or_type_say_nothing(api: Api, value: str | None) -> None:
    contact = SubscriberFactory.create(status="bounced", contact_type="customer")
    answer = api.put(f"/subscribers/{contact.pk}", {"status": value, "contact_type": value})
    assert answer.json()["isDirty"] is False
    assert (answer.json()["contact"]["status"], answer.json()["contact"]["contact_type"]) == ("bounced", "customer")


@pytest.mark.parametrize("body", [{}, {"subscriber": {}}, {"subscriber": []}, {"first_name": "Ada"}, [1], None])
def test_it_changes_nothing_when_nothing_new_is_sent(api: Api, body: Any) -> None:
    contact = SubscriberFactory.create(first_name="Ada")
    LastChange.objects.update(at="2020-01-01 00:00:00+00:00")
    answer = api.put(f"/subscribers/{contact.pk}", body).json()
    assert answer["isDirty"] is False
    assert answer["contact"]["updated_at"] == "2020-01-01 00:00:00"
    assert not answer["values"]


def test_it_takes_back_a_whole_contact_as_the_admin_screens_send_it_and_finds_nothing_changed(api: Api) -> None:
    tag, contact_list = TagFactory.create(), ContactListFactory.create()
    CustomFieldFactory.create(slug="job")
    contact = api.post(
        "/subscribers",
        {
            "email": "ada@example.com",
            "status": "subscribed",
            "first_name": "Ada",
            "contact_owner": 3,
            "latitude": "51.12345678",
            "longitude": "-0.10000001",
            "date_of_birth": "1815-12-10",
            "last_activity": "2026-01-30 08:00:00",
            "tags": [tag.pk],
            "lists": [contact_list.pk],
            "custom_values": {"job": "CTO"},
        },
    ).json()["contact"]
    whole = api.get(f"/subscribers/{contact['id']}?with[]=custom_values&with[]=stats").json()["subscriber"]
    answer = api.put(f"/subscribers/{contact['id']}", {"subscriber": whole})
    assert answer.status_code == 200
    assert "ignored" not in answer.json()
    assert answer.json()["contact"] == contact
    assert answer.json()["isDirty"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [("last_activity", "2026-01-30 08:00:00"), ("latitude", "51.12345678"), ("date_of_birth", "1815-12-10")],
)
def test_it_finds_the_same_value_of_any_type_unchanged(api: Api, name: str, value: str) -> None:
    contact = SubscriberFactory.create()
    assert api.put(f"/subscribers/{contact.pk}", {name: value}).json()["isDirty"] is True
    assert api.put(f"/subscribers/{contact.pk}", {name: value}).json()["isDirty"] is False


def test_it_ignores_the_keys_that_a_client_must_not_move(api: Api) -> None:
    contact = SubscriberFactory.create()
    before = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    answer = api.put(
        f"/subscribers/{contact.pk}",
        {
            "subscriber": {
                "id": 77,
                "hash": "hacked",
                "created_at": "2001-01-01 00:00:00",
                "updated_at": "2001-01-01 00:00:00",
                "user_id": 1,
                "total_points": 50,
                "life_time_value": 50,
                "photo": "https://example.com/x.png",
                "company_id": 5,
            }
        },
    )
    assert answer.json()["isDirty"] is False
    assert answer.json()["contact"] == before


def test_it_merges_custom_values_and_clears_those_that_are_sent_empty(api: Api) -> None:
    for slug, kind in {"job": "text", "interests": "checkbox", "size": "number", "team": "text"}.items():
        CustomFieldFactory.create(slug=slug, type=kind)
    contact = SubscriberFactory.create(
        custom_values={"job": "CTO", "interests": ["sales"], "size": "5", "team": "A", "removed": "kept"}
    )
    answer = api.put(f"/subscribers/{contact.pk}", {"custom_values": {"job": "", "interests": [], "size": None}})
    assert answer.json()["isDirty"] is False
    assert answer.json()["values"] == {"job": "", "interests": [], "size": None}
    shown = api.get(f"/subscribers/{contact.pk}?with[]=custom_values").json()["subscriber"]["custom_values"]
    assert shown == {"job": "", "interests": [], "team": "A"}
    assert Subscriber.objects.get().custom_values["removed"] == "kept"


def test_it_attaches_what_is_sent_as_tags_and_lists_too(api: Api) -> None:
    first, second = TagFactory.create(slug="first"), TagFactory.create(slug="second")
    contact = SubscriberFactory.create(tags=[first])
    body = {"tags": [second.pk], "lists": "News,Offers", "attach_lists": ["More"]}
    answer = api.put(f"/subscribers/{contact.pk}", body).json()
    assert slugs(answer["contact"]["tags"]) == ["first", "second"]
    assert slugs(answer["contact"]["lists"]) == ["more", "news", "offers"]
    assert answer["isDirty"] is False


@pytest.mark.parametrize("had", [True, False])
def test_it_attaches_what_is_both_attached_and_detached(api: Api, had: bool) -> None:
    tag = TagFactory.create(slug="gold")
    contact = SubscriberFactory.create(tags=[tag] if had else [])
    answer = api.put(f"/subscribers/{contact.pk}", {"attach_tags": [tag.pk], "detach_tags": [tag.pk]})
    assert slugs(answer.json()["contact"]["tags"]) == ["gold"]


def test_it_touches_no_other_contact(api: Api) -> None:
    tag = TagFactory.create()
    contact, other = SubscriberFactory.create(tags=[tag]), SubscriberFactory.create(first_name="Other", tags=[tag])
    api.put(f"/subscribers/{contact.pk}", {"first_name": "New", "detach_tags": [tag.pk]})
    other.refresh_from_db()
    assert other.first_name == "Other"
    assert list(other.tags.all()) == [tag]


def test_it_moves_a_contact_to_another_address(api: Api) -> None:
    contact = SubscriberFactory.create(email="ada@example.com")
    assert api.put(f"/subscribers/{contact.pk}", {"email": " Lovelace@example.com "}).json()["isDirty"] is True
    assert api.put(f"/subscribers/{contact.pk}", {"email": "LOVELACE@example.com"}).status_code == 200
    assert Subscriber.objects.get().email == "LOVELACE@example.com"


@pytest.mark.parametrize("email", ["grace@example.com", "GRACE@example.com"])
def test_it_refuses_the_address_of_another_contact_and_changes_nothing(api: Api, email: str) -> None:
    grace = SubscriberFactory.create(email="grace@example.com")
    tag = TagFactory.create()
    contact = SubscriberFactory.create(email="ada@example.com", first_name="Ada")
    body = {"email": email, "first_name": "New", "attach_tags": [tag.pk], "attach_lists": ["Brand New"]}
    answer = api.put(f"/subscribers/{contact.pk}", {"subscriber": body})
    assert (answer.status_code, answer.json()) == (409, CONFLICT | {"contact_id": grace.pk})
    contact.refresh_from_db()
    assert (contact.email, contact.first_name, contact.tags.count()) == ("ada@example.com", "Ada", 0)
    assert not ContactList.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"email": "nonsense"}, 400, wrong("email", "email", "The email must be a valid email address.")),
        ({"email": None}, 422, missing("email")),
        (
            {"date_of_birth": "soon"},
            400,
            wrong("date_of_birth", "date", "The date_of_birth must be a date such as 1990-04-05."),
        ),
        (
            {"contact_type": "robot"},
            400,
            wrong("contact_type", "in", "The contact_type must be one of: lead, customer."),
        ),
        ({"custom_values": {"size": "big"}}, 400, wrong("custom_values.size", "type", "The size must be a number.")),
    ],
)
def test_it_refuses_what_cannot_be_right_and_changes_nothing(
    api: Api, body: dict[str, Any], status: int, expected: dict[str, Any]
) -> None:
    CustomFieldFactory.create(slug="size", type="number")
    contact = SubscriberFactory.create(first_name="Ada")
    sent = {"first_name": "New", "attach_tags": ["Brand New"], **body}
    answer = api.put(f"/subscribers/{contact.pk}", {"subscriber": sent})
    assert (answer.status_code, answer.json()) == (status, expected)
    contact.refresh_from_db()
    assert contact.first_name == "Ada"
    assert not Tag.objects.exists()


def test_it_refuses_a_wrapped_contact_that_is_none(api: Api) -> None:
    contact = SubscriberFactory.create()
    answer = api.put(f"/subscribers/{contact.pk}", {"subscriber": "not json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")


@pytest.mark.parametrize("pk", [0, 999_999])
def test_it_answers_404_for_a_contact_that_is_not_there(api: Api, pk: int) -> None:
    answer = api.put(f"/subscribers/{pk}", {"subscriber": {"attach_tags": ["Brand New"]}})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert not Tag.objects.exists()


def test_it_names_what_it_left_out(api: Api) -> None:
    tag = TagFactory.create(slug="gold")
    contact = SubscriberFactory.create()
    answer = api.put(
        f"/subscribers/{contact.pk}",
        {
            "attach_tags": ["gold", 999],
            "detach_tags": ["never made"],
            "attach_lists": [888],
            "custom_values": {"no_such_field": 1},
        },
    )
    assert answer.json()["ignored"] == {
        "custom_values": ["no_such_field"],
        "tags": [999, "never made"],
        "lists": [888],
    }
    assert list(contact.tags.all()) == [tag]
    assert Tag.objects.count() == 1


@pytest.mark.parametrize("sent", [0, "0", 0.000000001])
def test_degrees_of_the_equator_are_written_out(api: Api, sent: Any) -> None:
    contact = SubscriberFactory.create()
    shown = api.put(f"/subscribers/{contact.pk}", {"latitude": sent, "longitude": -0.00000001}).json()["contact"]
    assert (shown["latitude"], shown["longitude"]) == ("0.00000000", "-0.00000001")

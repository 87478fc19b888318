"""POST /subscribers: a new contact. One file, as it is one endpoint."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission

from custom_fields.models import CustomField
from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import CONFLICT, missing, slugs, wrong

NEW = {"email": "jane@example.com", "status": "subscribed"}


@time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False)
def test_it_stores_every_documented_key_and_answers_with_the_contact(api: Api) -> None:
    tag, other = TagFactory.create(slug="gold"), TagFactory.create(slug="blue")
    contact_list = ContactListFactory.create(slug="news")
    CustomFieldFactory.create(slug="job_title")
    answer = api.post(
        "/subscribers",
        {
            "email": "Jane.Smith@Example.com",
            "status": "pending",
            "contact_type": "customer",
            "contact_owner": 7,
            "prefix": "Ms",
            "first_name": "Jane",
            "last_name": "Smith",
            "timezone": "Europe/London",
            "address_line_1": "1 High St",
            "address_line_2": "Flat 2",
            "postal_code": "LS1 1AA",
            "city": "Leeds",
            "state": "West Yorkshire",
            "country": "GB",
            "ip": "203.0.113.9",
            "latitude": "53.80080000",
            "longitude": -1.5491,
            "phone": "+1-555-0124",
            "source": "api",
            "avatar": "https://example.com/jane.png",
            "date_of_birth": "1990-04-05",
            "last_activity": "2026-01-30 08:00:00",
            "tags": [tag.pk, other.pk],
            "lists": [contact_list.pk],
            "custom_values": {"job_title": "CTO"},
        },
    )
    assert answer.status_code == 200
    stored = Subscriber.objects.get()
    assert stored.custom_values == {"job_title": "CTO"}
    now = "2026-01-31 09:05:00"
    contact = {
        "id": stored.pk,
        "user_id": None,
        "hash": stored.hash,
        "contact_owner": "7",
        "company_id": None,
        "prefix": "Ms",
        "first_name": "Jane",
        "last_name": "Smith",
        "email": "Jane.Smith@Example.com",
        "timezone": "Europe/London",
        "address_line_1": "1 High St",
        "address_line_2": "Flat 2",
        "postal_code": "LS1 1AA",
        "city": "Leeds",
        "state": "West Yorkshire",
        "country": "GB",
        "ip": "203.0.113.9",
        "latitude": "53.80080000",
        "longitude": "-1.54910000",
        "total_points": "0",
        "life_time_value": "0",
        "phone": "+1-555-0124",
        "status": "pending",
        "contact_type": "customer",
        "source": "api",
        "avatar": "https://example.com/jane.png",
        "date_of_birth": "1990-04-05",
        "created_at": now,
        "last_activity": "2026-01-30 08:00:00",
        "updated_at": now,
        "full_name": "Jane Smith",
        "photo": "https://example.com/jane.png",
        "tags": [shown_tag(stored, tag) for tag in (other, tag)],
        "lists": [shown_list(stored, contact_list)],
        "company": None,
        "companies": [],
    }
    assert answer.json() == {
        "message": "Successfully added the subscriber.",
        "contact": contact,
        "subscriber": contact,
        "action_type": "created",
    }


def shown_tag(contact: Subscriber, tag: Tag) -> dict[str, Any]:
    now = "2026-01-31 09:05:00"
    return {
        "id": tag.pk,
        "title": tag.title,
        "slug": tag.slug,
        "description": None,
        "created_at": now,
        "updated_at": now,
        "pivot": {
            "subscriber_id": str(contact.pk),
            "object_id": str(tag.pk),
            "object_type": r"FluentCrm\App\Models\Tag",
            "created_at": now,
            "updated_at": now,
        },
    }


def shown_list(contact: Subscriber, contact_list: ContactList) -> dict[str, Any]:
    now = "2026-01-31 09:05:00"
    return {
        "id": contact_list.pk,
        "title": contact_list.title,
        "slug": contact_list.slug,
        "description": None,
        "is_public": "0",
        "created_at": now,
        "updated_at": now,
        "pivot": {
            "subscriber_id": str(contact.pk),
            "object_id": str(contact_list.pk),
            "object_type": r"FluentCrm\App\Models\Lists",
            "created_at": now,
            "updated_at": now,
        },
    }


def test_it_needs_no_more_than_an_address_and_a_status(api: Api) -> None:
    contact = api.post("/subscribers", NEW).json()["contact"]
    stored = Subscriber.objects.get()
    assert (stored.email, stored.status, stored.contact_type) == ("jane@example.com", "subscribed", "lead")
    assert {name for name, value in contact.items() if value is not None} == {
        *("id hash email total_points life_time_value status contact_type created_at updated_at".split()),
        *("full_name photo tags lists companies".split()),
    }
    assert contact["full_name"] == ""
    assert (
        contact["photo"]
        == "https://www.gravatar.com/avatar/8c87b489ce35cf2e2f39f80e282cb2e804932a56a213983eeeb428407d43b52d?s=128"
    )


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, ("email", "status")),
        ({"email": "jane@example.com"}, ("status",)),
        ({"email": "jane@example.com", "status": ""}, ("status",)),
        ({"email": "jane@example.com", "status": None}, ("status",)),
        ({"status": "subscribed"}, ("email",)),
        ({"email": None, "status": "subscribed"}, ("email",)),
        ([1, 2, 3], ("email", "status")),
    ],
)
def test_it_names_what_is_missing(api: Api, body: Any, names: tuple[str, ...]) -> None:
    answer = api.post("/subscribers", body)
    assert (answer.status_code, answer.json()) == (422, missing(*names))
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("email", ["", "   "])
def test_it_calls_an_empty_address_missing_and_invalid(api: Api, email: str) -> None:
    answer = api.post("/subscribers", {"email": email, "status": "subscribed"})
    required, not_valid = "The email field is required.", "The email must be a valid email address."
    assert (answer.status_code, answer.json()) == (
        422,
        {
            "code": "rest_missing_callback_param",
            "message": "Missing parameter(s): email",
            "data": {"status": 422},
            "email": {"required": required, "email": not_valid},
            "errors": {"email": [required, not_valid]},
        },
    )


@pytest.mark.parametrize("email", ["jane@example.com", "JANE@EXAMPLE.COM", " Jane@example.com "])
def test_it_refuses_an_address_that_a_contact_has_in_any_case(api: Api, email: str) -> None:
    jane = SubscriberFactory.create(email="jane@example.com", first_name="Jane")
    answer = api.post("/subscribers", {"email": email, "status": "pending", "first_name": "Other"})
    assert (answer.status_code, answer.json()) == (409, CONFLICT | {"contact_id": jane.pk})
    stored = Subscriber.objects.get()
    assert (stored.email, stored.first_name, stored.status) == ("jane@example.com", "Jane", "subscribed")


@pytest.mark.parametrize("flag", ["no", "", "0", 0, False, None])
def test_it_refuses_a_known_address_when_told_not_to_update(api: Api, flag: Any) -> None:
    jane = SubscriberFactory.create(email="jane@example.com")
    answer = api.post("/subscribers", {**NEW, "__force_update": flag})
    assert (answer.status_code, answer.json()) == (409, CONFLICT | {"contact_id": jane.pk})


@pytest.mark.django_db
def test_it_names_the_contact_only_to_those_who_may_see_contacts() -> None:
    SubscriberFactory.create(email="jane@example.com")
    user = UserFactory.create()
    user.user_permissions.add(Permission.objects.get(codename="add_subscriber"))
    answer = Api(user).post("/subscribers", NEW)
    assert (answer.status_code, answer.json()) == (409, CONFLICT)


def test_it_makes_no_tag_or_list_for_a_contact_that_is_refused(api: Api) -> None:
    SubscriberFactory.create(email="jane@example.com")
    assert api.post("/subscribers", {**NEW, "tags": ["Brand New"], "lists": ["Brand New"]}).status_code == 409
    assert api.post("/subscribers", {"email": "bad", "status": "subscribed", "tags": ["Other"]}).status_code == 400
    assert not Tag.objects.exists()
    assert not ContactList.objects.exists()


STATUSES = "subscribed, pending, unsubscribed, transactional, bounced, complained, spammed"
LONG = "x" * 193


@pytest.mark.parametrize(
    ("name", "value", "rule", "text"),
    [
        ("email", "not-an-email", "email", "The email must be a valid email address."),
        ("email", 5, "email", "The email must be a valid email address."),
        ("email", ["jane@example.com"], "email", "The email must be a valid email address."),
        ("status", "platinum", "in", f"The status must be one of: {STATUSES}."),
        ("status", "Subscribed", "in", f"The status must be one of: {STATUSES}."),
        ("status", True, "string", "The status must be a text."),
        ("contact_type", "robot", "in", "The contact_type must be one of: lead, customer."),
        ("contact_owner", "somebody", "integer", "The contact_owner must be an id."),
        ("first_name", LONG, "max", "The first_name may not be longer than 192 characters."),
        ("first_name", "<b>" * 6000, "max", "The first_name may not be longer than 192 characters."),
        ("first_name", ["Jane"], "string", "The first_name must be a text."),
        ("first_name", True, "string", "The first_name must be a text."),
        ("city", {"name": "Leeds"}, "string", "The city must be a text."),
        ("phone", "5" * 51, "max", "The phone may not be longer than 50 characters."),
        ("ip", "5" * 46, "max", "The ip may not be longer than 45 characters."),
        ("avatar", "x" * 501, "max", "The avatar may not be longer than 500 characters."),
        ("latitude", "north", "degrees", "The latitude must be a number of degrees."),
        ("latitude", "90.00000001", "degrees", "The latitude must be a number of degrees."),
        ("latitude", "NaN", "degrees", "The latitude must be a number of degrees."),
        ("latitude", True, "degrees", "The latitude must be a number of degrees."),
        ("longitude", -181, "degrees", "The longitude must be a number of degrees."),
        ("date_of_birth", "31/12/1990", "date", "The date_of_birth must be a date such as 1990-04-05."),
        ("date_of_birth", "2026-02-30", "date", "The date_of_birth must be a date such as 1990-04-05."),
        ("date_of_birth", "0000-00-00", "date", "The date_of_birth must be a date such as 1990-04-05."),
        ("date_of_birth", "1990-W14-4", "date", "The date_of_birth must be a date such as 1990-04-05."),
        ("date_of_birth", 19900405, "date", "The date_of_birth must be a date such as 1990-04-05."),
        (
            "last_activity",
            "yesterday",
            "date_time",
            "The last_activity must be a date and time such as 2026-01-31 09:05:00.",
        ),
        # Times that no database can store: in UTC they are before the year 1 or after 9999.
        (
            "last_activity",
            "0001-01-01T00:00:00+14:00",
            "date_time",
            "The last_activity must be a date and time such as 2026-01-31 09:05:00.",
        ),
        (
            "last_activity",
            "9999-12-31T23:59:59-14:00",
            "date_time",
            "The last_activity must be a date and time such as 2026-01-31 09:05:00.",
        ),
        ("custom_values", "not json", "object", "The custom_values must be an object."),
        ("custom_values", [1], "object", "The custom_values must be an object."),
    ],
)
def test_it_refuses_what_cannot_be_right_and_stores_nothing(
    api: Api, name: str, value: Any, rule: str, text: str
) -> None:
    answer = api.post("/subscribers", {**NEW, name: value})
    assert (answer.status_code, answer.json()) == (400, wrong(name, rule, text))
    assert not Subscriber.objects.exists()


def test_it_names_each_field_that_is_wrong_and_each_that_is_missing(api: Api) -> None:
    answer = api.post("/subscribers", {"status": "platinum", "date_of_birth": "soon"})
    status, born = f"The status must be one of: {STATUSES}.", "The date_of_birth must be a date such as 1990-04-05."
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "code": "rest_invalid_param",
            "message": "Invalid parameter: status, date_of_birth",
            "data": {"status": 400},
            "email": {"required": "The email field is required."},
            "status": {"in": status},
            "date_of_birth": {"date": born},
            "errors": {
                "email": ["The email field is required."],
                "status": [status],
                "date_of_birth": [born],
            },
        },
    )


def test_it_ignores_unknown_keys_and_those_of_the_server(api: Api) -> None:
    answer = api.post(
        "/subscribers",
        {
            **NEW,
            "id": 77,
            "hash": "hacked",
            "user_id": 1,
            "created_at": "2001-01-01 00:00:00",
            "updated_at": "2001-01-01 00:00:00",
            "total_points": 50,
            "life_time_value": 50,
            "nonsense": {"a": [1]},
        },
    )
    contact = answer.json()["contact"]
    assert contact["id"] != 77
    assert contact["hash"] != "hacked"
    assert contact["user_id"] is None
    assert contact["created_at"] > "2026"
    assert contact["updated_at"] > "2026"
    assert (contact["total_points"], contact["life_time_value"]) == ("0", "0")
    assert "ignored" not in answer.json()


@pytest.mark.parametrize(
    ("sent", "first", "last"),
    [
        ({"full_name": "Plus Tag"}, "Plus", "Tag"),
        ({"full_name": "Mary Ann Evans"}, "Mary", "Ann Evans"),
        ({"full_name": "Plato"}, "Plato", ""),
        ({"full_name": "Plus Tag", "first_name": "Jane"}, "Jane", None),
        ({"full_name": "Plus Tag", "last_name": "Smith"}, None, "Smith"),
        ({"full_name": "Plus Tag", "first_name": "", "last_name": None}, "Plus", "Tag"),
        ({"full_name": ""}, None, None),
    ],
)
def test_it_splits_a_full_name_where_no_name_is_given(
    api: Api, sent: dict[str, Any], first: str | None, last: str | None
) -> None:
    assert api.post("/subscribers", NEW | sent).status_code == 200
    stored = Subscriber.objects.get()
    assert (stored.first_name, stored.last_name) == (first, last)


def test_it_takes_a_form_with_php_brackets(api: Api) -> None:
    tags = [TagFactory.create(slug="blue"), TagFactory.create(slug="gold")]
    CustomFieldFactory.create(slug="job_title")
    answer = api.post(
        "/subscribers",
        "email=form%40example.com&status=subscribed&first_name=Form"
        f"&tags[]={tags[0].pk}&tags[]={tags[1].pk}&lists[0]=List+One&custom_values[job_title]=Clerk",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    assert slugs(answer.json()["contact"]["tags"]) == ["blue", "gold"]
    assert slugs(answer.json()["contact"]["lists"]) == ["list-one"]
    assert Subscriber.objects.get().custom_values == {"job_title": "Clerk"}


def test_it_takes_json_under_a_form_content_type_as_curl_sends_it(api: Api) -> None:
    answer = api.post(
        "/subscribers",
        '{"email": "jane@example.com", "status": "subscribed",}',
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.json()["contact"]["email"] == "jane@example.com"


def test_it_takes_parameters_from_the_query_of_a_post(api: Api) -> None:
    answer = api.post("/subscribers?status=pending&first_name=Query", {"email": "q@example.com", "first_name": "Body"})
    assert answer.json()["contact"]["status"] == "pending"
    assert answer.json()["contact"]["first_name"] == "Body"


def test_it_refuses_broken_json(api: Api) -> None:
    answer = api.post("/subscribers", '{"email": "x@example.com", ')
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "code": "rest_invalid_json",
            "message": "Invalid JSON body passed.",
            "data": {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"},
        },
    )


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("text", "<i>Boss</i>", "<i>Boss</i>"),
        ("text", 5, "5"),
        ("text", "", ""),
        ("textarea", "two\nlines", "two\nlines"),
        ("number", "12.50", "12.50"),
        ("number", 12.5, "12.5"),
        ("number", -3, "-3"),
        ("select-one", "outside the options", "outside the options"),
        ("radio", "a", "a"),
        ("select-multi", ["a", "b"], ["a", "b"]),
        ("select-multi", "a, b", ["a", "b"]),
        ("checkbox", "email", ["email"]),
        ("checkbox", [], []),
        ("date", "2027-01-31", "2027-01-31"),
        ("number", "1e5", "100000"),
        ("date_time", "2027-01-31 09:05:00", "2027-01-31 09:05:00"),
    ],
)
def test_it_keeps_a_custom_value_in_the_type_of_its_field(api: Api, kind: str, sent: Any, kept: Any) -> None:
    CustomFieldFactory.create(slug="field", type=kind)
    assert api.post("/subscribers", {**NEW, "custom_values": {"field": sent}}).status_code == 200
    assert Subscriber.objects.get().custom_values == {"field": kept}
    shown = api.get("/subscribers/0?get_by_email=jane@example.com&with[]=custom_values").json()["subscriber"]
    assert shown["custom_values"] == {"field": kept}


@pytest.mark.parametrize(
    ("kind", "sent", "text"),
    [
        ("number", "a lot", "must be a number"),
        ("number", "1e", "must be a number"),
        ("number", True, "must be a number"),
        ("number", [1], "must be a number"),
        ("date", "31/01/2027", "must be a date such as 2026-01-31"),
        ("date", "2027-02-30", "must be a date such as 2026-01-31"),
        ("date", "2027-W01-1", "must be a date such as 2026-01-31"),
        ("date_time", "soon", "must be a date and time such as 2026-01-31 09:05:00"),
        ("text", {"a": 1}, "must be a text"),
    ],
)
def test_it_refuses_a_custom_value_that_does_not_fit_its_field(api: Api, kind: str, sent: Any, text: str) -> None:
    CustomFieldFactory.create(slug="field", type=kind)
    answer = api.post("/subscribers", {**NEW, "tags": ["Brand New"], "custom_values": {"field": sent}})
    assert (answer.status_code, answer.json()) == (400, wrong("custom_values.field", "type", f"The field {text}."))
    assert not Subscriber.objects.exists()
    assert not Tag.objects.exists()


def test_it_names_custom_values_of_fields_that_there_are_not(api: Api) -> None:
    CustomFieldFactory.create(slug="job_title")
    answer = api.post("/subscribers", {**NEW, "custom_values": {"unknown": "x", "job_title": "CTO"}})
    assert answer.status_code == 200
    assert answer.json()["ignored"] == {"custom_values": ["unknown"]}
    assert Subscriber.objects.get().custom_values == {"job_title": "CTO"}
    assert list(CustomField.objects.values_list("slug", flat=True)) == ["job_title"]


def test_it_takes_custom_values_as_the_json_text_of_an_object(api: Api) -> None:
    CustomFieldFactory.create(slug="job_title")
    api.post("/subscribers", {**NEW, "custom_values": '{"job_title": "CTO"}'})
    assert Subscriber.objects.get().custom_values == {"job_title": "CTO"}


def test_it_takes_phps_empty_array_for_no_custom_values(api: Api) -> None:
    assert api.post("/subscribers", {**NEW, "custom_values": []}).status_code == 200
    assert Subscriber.objects.get().custom_values == {}

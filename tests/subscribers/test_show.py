"""GET /subscribers/{id} and /subscribers/0?get_by_email=: one contact."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import NO_ROUTE, NOT_FOUND, slugs

# The recordings' keys in their order, then those of the guide and contract.md.
KEYS = (
    "id user_id hash contact_owner company_id prefix first_name last_name email timezone address_line_1 address_line_2 "
    "postal_code city state country ip latitude longitude total_points life_time_value phone status contact_type "
    "source avatar date_of_birth created_at last_activity updated_at full_name photo tags lists company companies"
).split()
JOB = {"type": "text", "label": "job", "slug": "job", "field_key": "text"}
PLAN = {"type": "select-one", "label": "plan", "slug": "plan", "field_key": "single-select", "options": ["free"]}


def test_it_shows_every_key_in_order(api: Api) -> None:
    user = UserFactory.create()
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, 6, 700000, tzinfo=UTC), tick=False):
        contact = SubscriberFactory.create(
            user=user,
            contact_owner=3,
            prefix="Ms",
            email="Ada@example.com",
            first_name="Ada",
            last_name="Lovelace",
            latitude=Decimal("51.5"),
            longitude=Decimal("-0.12345678"),
            total_points=5,
            life_time_value=7,
            date_of_birth=date(1815, 12, 10),
            last_activity=datetime(2026, 1, 30, 23, 59, 59, 999999, tzinfo=UTC),
        )
    shown = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    assert list(shown) == KEYS
    assert shown == {
        "id": contact.pk,
        "user_id": str(user.pk),
        "hash": contact.hash,
        "contact_owner": "3",
        "company_id": None,
        "prefix": "Ms",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "Ada@example.com",
        "timezone": None,
        "address_line_1": None,
        "address_line_2": None,
        "postal_code": None,
        "city": None,
        "state": None,
        "country": None,
        "ip": None,
        "latitude": "51.50000000",
        "longitude": "-0.12345678",
        "total_points": "5",
        "life_time_value": "7",
        "phone": None,
        "status": "subscribed",
        "contact_type": "lead",
        "source": None,
        "avatar": None,
        "date_of_birth": "1815-12-10",
        "created_at": "2026-01-31 09:05:06",
        "last_activity": "2026-01-30 23:59:59",
        "updated_at": "2026-01-31 09:05:06",
        "full_name": "Ada Lovelace",
        # sha256 of the address in lower case
        "photo": "https://www.gravatar.com/avatar/"
        "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72?s=128",
        "tags": [],
        "lists": [],
        "company": None,
        "companies": [],
    }


@pytest.mark.parametrize("address", ["ada@example.com", "ADA@EXAMPLE.COM", "%20ada@example.com%20"])
def test_it_finds_a_contact_by_address_in_any_case(api: Api, address: str) -> None:
    contact = SubscriberFactory.create(email="Ada@example.com")
    SubscriberFactory.create(email="bada@example.com")
    assert api.get(f"/subscribers/0?get_by_email={address}").json()["subscriber"]["id"] == contact.pk


@pytest.mark.parametrize(
    "path",
    [
        "/subscribers/0",
        "/subscribers/0?get_by_email=absent@example.com",
        "/subscribers/0?get_by_email=",
        "/subscribers/0?get_by_email[]=ada@example.com",
        "/subscribers/0?get_by_email=ada%00@example.com",
        "/subscribers/0?get_by_email=%25",
        "/subscribers/999999999",
        "/subscribers/999999999999999999",
    ],
)
def test_it_answers_404_for_a_contact_that_is_not_there(api: Api, path: str) -> None:
    SubscriberFactory.create(email="ada@example.com")
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("pk", ["abc", "-1", "1.5", "9" * 19, "١"])
def test_it_knows_no_route_for_what_is_no_id(api: Api, pk: str) -> None:
    answer = api.get(f"/subscribers/{pk}")
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained", "spammed"])
def test_it_says_when_and_why_a_contact_left(api: Api, status: str) -> None:
    shown = api.get(f"/subscribers/{SubscriberFactory.create(status=status).pk}").json()["subscriber"]
    assert (shown["unsubscribe_reason"], shown["unsubscribe_date"]) == ("", "")


@pytest.mark.parametrize("status", ["subscribed", "pending", "transactional"])
def test_it_says_nothing_of_leaving_for_a_contact_that_stays(api: Api, status: str) -> None:
    shown = api.get(f"/subscribers/{SubscriberFactory.create(status=status).pk}").json()["subscriber"]
    assert list(shown) == KEYS


@pytest.mark.parametrize(
    ("query", "extra", "beside"),
    [
        ("", [], []),
        ("with[]=nonsense", [], []),
        ("with[]=tags&with[]=companies", [], []),
        ("with[]=stats", ["stats"], []),
        ("with=stats", ["stats"], []),
        ("with[]=custom_values", ["custom_values"], []),
        ("with[]=subscriber.custom_values", ["custom_values"], []),
        ("with=stats,subscriber.custom_values", ["custom_values", "stats"], []),
        ("with[]=custom_fields", [], ["custom_fields"]),
        ("with[]=commerce_stat", ["commerce_stat"], []),
        (
            "with[]=stats&with[]=custom_fields&with[]=subscriber.custom_values&with[]=commerce_stat",
            ["commerce_stat", "custom_values", "stats"],
            ["custom_fields"],
        ),
    ],
)
def test_it_adds_what_with_asks_for(api: Api, query: str, extra: list[str], beside: list[str]) -> None:
    CustomFieldFactory.create(slug="plan", type="select-one", options=["free"], position=1)
    CustomFieldFactory.create(slug="job", position=0)
    contact = SubscriberFactory.create(custom_values={"job": "CTO", "removed": "hidden", "plan": None})
    answer = api.get(f"/subscribers/{contact.pk}?{query}").json()
    assert sorted(answer) == sorted(["subscriber", *beside])
    assert sorted(set(answer["subscriber"]) - set(KEYS)) == extra
    expected = {
        "stats": {"emails": 0, "opens": 0, "clicks": 0},
        "custom_values": {"job": "CTO"},
        "commerce_stat": [],
    }
    for name in extra:
        assert answer["subscriber"][name] == expected[name]
    if beside:
        assert answer["custom_fields"] == [JOB, PLAN]


def test_it_shows_no_custom_values_as_an_empty_object(api: Api) -> None:
    contact = SubscriberFactory.create()
    answer = api.get(f"/subscribers/{contact.pk}?with[]=custom_values")
    assert answer.json()["subscriber"]["custom_values"] == {}
    assert b'"custom_values":{}' in answer.content.replace(b" ", b"")


@pytest.mark.parametrize(
    ("first", "last", "full"),
    [("Ada", "King", "Ada King"), ("Ada", None, "Ada"), (None, "King", "King"), ("", "", ""), (None, None, "")],
)
def test_it_joins_the_names(api: Api, first: str | None, last: str | None, full: str) -> None:
    contact = SubscriberFactory.create(first_name=first, last_name=last)
    assert api.get(f"/subscribers/{contact.pk}").json()["subscriber"]["full_name"] == full


def test_it_sorts_tags_and_lists_by_slug_and_shows_no_other_contacts(api: Api) -> None:
    tags = [TagFactory.create(slug=slug) for slug in ("b", "a", "c")]
    lists = [ContactListFactory.create(slug=slug) for slug in ("b", "a")]
    contact = SubscriberFactory.create(tags=tags[:2], lists=lists)
    SubscriberFactory.create(tags=tags, lists=lists[:1])
    shown = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    assert slugs(shown["tags"]) == ["a", "b"]
    assert slugs(shown["lists"]) == ["a", "b"]
    assert {tag["pivot"]["subscriber_id"] for tag in shown["tags"]} == {str(contact.pk)}


def test_it_writes_dates_in_the_sites_time_zone(api: Api, settings) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), tick=False):
        contact = SubscriberFactory.create(last_activity=datetime(2026, 1, 1, 23, 30, tzinfo=UTC))
    settings.TIME_ZONE = "Europe/Berlin"
    shown = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    assert (shown["created_at"], shown["last_activity"]) == ("2026-07-02 01:30:00", "2026-01-02 00:30:00")

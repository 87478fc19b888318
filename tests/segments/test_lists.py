"""GET and POST /lists (recording lists.json): near to /tags, with differences that clients rely on."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from segments.models import ContactList
from subscribers.models import Status
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SHOWN = "2026-05-01 12:00:00"


def test_it_lists_nothing_at_first(api: Api) -> None:
    assert api.get("/lists").json() == {"lists": [], "pagination": {"total": 0}}


def test_it_lists_newest_first_with_all_contacts_and_those_subscribed(api: Api) -> None:
    with time_machine.travel(NOON, tick=False):
        first = ContactListFactory.create(title="Newsletter", slug="newsletter", description="Weekly news")
        second = ContactListFactory.create(title="VIP", slug="vip", is_public=True)
    for status in Status.values:
        SubscriberFactory.create(status=status, lists=[first])
    SubscriberFactory.create(status="subscribed", lists=[first])
    SubscriberFactory.create(status="pending", lists=[second])
    assert api.get("/lists").json() == {
        "lists": [
            {
                "id": second.pk,
                "title": "VIP",
                "slug": "vip",
                "description": None,
                "is_public": "1",
                "created_at": SHOWN,
                "updated_at": SHOWN,
                "totalCount": 1,
                "subscribersCount": 0,
            },
            {
                "id": first.pk,
                "title": "Newsletter",
                "slug": "newsletter",
                "description": "Weekly news",
                "is_public": "0",
                "created_at": SHOWN,
                "updated_at": SHOWN,
                "totalCount": 8,
                "subscribersCount": 2,
            },
        ],
        "pagination": {"total": 2},
    }


def test_it_leaves_counts_out_and_adds_the_short_list_of_all(api: Api) -> None:
    first = ContactListFactory.create(title="One", slug="one")
    second = ContactListFactory.create(title="Two", slug="two")
    answer = api.get("/lists?all_lists=1&exclude_counts=1&search=one").json()
    assert list(answer) == ["lists", "pagination", "all_lists"]
    assert answer["all_lists"] == [
        {"id": str(first.pk), "title": "One", "slug": "one"},
        {"id": str(second.pk), "title": "Two", "slug": "two"},
    ]
    [row] = answer["lists"]
    assert list(row) == ["id", "title", "slug", "description", "is_public", "created_at", "updated_at"]


def test_it_sorts_and_pages(api: Api) -> None:
    for title in ("b", "a", "c"):
        ContactListFactory.create(title=title)
    answer = api.get("/lists?sort_by=title&sort_order=ASC&per_page=2").json()
    assert [row["title"] for row in answer["lists"]] == ["a", "b"]
    assert answer["pagination"] == {"total": 3}
    assert [row["title"] for row in api.get("/lists?sort_by=title&per_page=2&page=2").json()["lists"]] == ["a"]


@pytest.mark.parametrize(
    ("search", "found"), [("vip", ["VIP"]), ("%25", ["50% off"]), ("_", ["snake_case"]), ("v_p", []), ("v%25p", [])]
)
def test_it_searches_letter_by_letter(api: Api, search: str, found: list[str]) -> None:
    for title in ("VIP", "50% off", "snake_case"):
        ContactListFactory.create(title=title)
    answer = api.get(f"/lists?search={search}").json()
    assert [row["title"] for row in answer["lists"]] == found
    assert answer["pagination"] == {"total": len(found)}


@pytest.mark.parametrize("size", [2, 40])
def test_it_costs_four_statements_however_many_there_are(
    api: Api, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for one in ContactListFactory.create_batch(size):
        SubscriberFactory.create(lists=[one])
    api.get("/lists?per_page=1")
    with django_assert_num_queries(4):  # credentials, total, rows, counts
        assert len(api.get("/lists?per_page=100").json()["lists"]) == size


# --- Create ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "title", "slug", "description"),
    [
        (
            {"title": "Newsletter", "slug": "newsletter", "description": "Weekly news"},
            "Newsletter",
            "newsletter",
            "Weekly news",
        ),
        ({"title": "VIP Customers"}, "VIP Customers", "vip-customers", ""),
        ({"title": "Ünïcode & <b>HTML</b>"}, "Ünïcode & HTML", "unicode-html", ""),
        ({"title": "Odd slug", "slug": "Odd Slug!! äö"}, "Odd slug", "odd-slug-ao", ""),
    ],
)
def test_it_makes_a_list_with_a_readable_slug(
    api: Api, sent: dict[str, Any], title: str, slug: str, description: str
) -> None:
    with time_machine.travel(NOON, tick=False):
        answer = api.post("/lists", sent)
    item = {
        "id": ContactList.objects.get().pk,
        "title": title,
        "slug": slug,
        "description": description,
        "is_public": "0",
        "created_at": SHOWN,
        "updated_at": SHOWN,
    }
    assert answer.status_code == 200
    assert answer.json() == {"lists": item, "item": item, "message": "Successfully saved the list."}


def test_it_refuses_a_slug_that_is_taken(api: Api) -> None:
    ContactListFactory.create(slug="newsletter")
    answer = api.post("/lists", {"title": "Newsletter again", "slug": "newsletter"})
    assert answer.status_code == 422
    assert answer.json()["slug"] == {"unique": "The slug attribute is already taken and must be unique."}
    assert ContactList.objects.count() == 1


def test_it_minds_no_tag_of_the_same_slug(api: Api) -> None:
    TagFactory.create(slug="newsletter")
    assert api.post("/lists", {"title": "Newsletter"}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "missing"), [({"title": ""}, ["title", "slug"]), ({"slug": "no-title"}, ["title"]), ({}, ["title"])]
)
def test_it_names_what_is_missing_as_recorded(api: Api, sent: dict[str, str], missing: list[str]) -> None:
    answer = api.post("/lists", sent)
    assert answer.status_code == 422
    body = answer.json()
    assert list(body["errors"]) == missing
    for name in missing:
        assert body[name] == {"required": f"The {name} field is required."}

"""GET and POST /tags (recording tags.json). One file, as it is one endpoint."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from segments.models import Tag
from subscribers.models import Status
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SHOWN = "2026-05-01 12:00:00"


def titles(api: Api, query: str) -> list[str]:
    answer = api.get(f"/tags?{query}")
    assert answer.status_code == 200
    return [row["title"] for row in answer.json()["tags"]["data"]]


# --- List -----------------------------------------------------------------------------------


def test_it_lists_tags_newest_first_with_the_contacts_that_are_subscribed(api: Api) -> None:
    with time_machine.travel(NOON, tick=False):
        first = TagFactory.create(title="Newsletter", slug="newsletter", description="Weekly news")
        second = TagFactory.create(title="VIP", slug="vip")
    for status in Status.values:
        SubscriberFactory.create(status=status, tags=[first])
    SubscriberFactory.create(status="subscribed", tags=[first])
    SubscriberFactory.create(status="pending", tags=[second])
    assert api.get("/tags").json() == {
        "tags": {
            "total": 2,
            "per_page": 15,
            "current_page": 1,
            "last_page": 1,
            "next_page_url": None,
            "prev_page_url": None,
            "from": 1,
            "to": 2,
            "data": [
                {
                    "id": second.pk,
                    "title": "VIP",
                    "slug": "vip",
                    "description": None,
                    "created_at": SHOWN,
                    "updated_at": SHOWN,
                    "subscribersCount": 0,
                },
                {
                    "id": first.pk,
                    "title": "Newsletter",
                    "slug": "newsletter",
                    "description": "Weekly news",
                    "created_at": SHOWN,
                    "updated_at": SHOWN,
                    "subscribersCount": 2,
                },
            ],
        }
    }


def test_it_counts_the_contacts_of_a_list_with_the_same_id_for_no_tag(api: Api) -> None:
    tag, other = TagFactory.create(), ContactListFactory.create()
    while tag.pk < other.pk:
        tag = TagFactory.create()
    while other.pk < tag.pk:
        other = ContactListFactory.create()
    SubscriberFactory.create(lists=[other])
    [row] = [row for row in api.get("/tags?per_page=1000").json()["tags"]["data"] if row["id"] == tag.pk]
    assert row["subscribersCount"] == 0


@pytest.mark.parametrize("word", ["1", "true", "yes"])
def test_it_leaves_counts_out_and_adds_the_short_list_of_all(api: Api, word: str) -> None:
    first = TagFactory.create(title="One", slug="one")
    second = TagFactory.create(title="Two", slug="two")
    answer = api.get(f"/tags?all_tags={word}&exclude_counts={word}&per_page=1&search=one").json()
    assert answer["all_tags"] == [
        {"id": str(first.pk), "title": "One", "slug": "one"},
        {"id": str(second.pk), "title": "Two", "slug": "two"},
    ]
    [row] = answer["tags"]["data"]
    assert list(row) == ["id", "title", "slug", "description", "created_at", "updated_at"]


def test_it_has_no_short_list_unless_asked(api: Api) -> None:
    assert list(api.get("/tags?all_lists=1").json()) == ["tags"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("vip", ["VIP Customers"]),
        ("CUSTOMERS", ["VIP Customers"]),
        ("p%20c", ["VIP Customers"]),
        ("by-slug", ["Slugged"]),
        ("weekly%20news", ["Described"]),
        ("%25", ["50% off"]),
        ("0%25%20o", ["50% off"]),
        ("_", ["snake_case"]),
        ("%5C", ["back\\slash"]),
        ("'", ["O'Brien"]),
        ("%20vip%20", ["VIP Customers"]),
        ("nothing", []),
        ("v_p", []),
        ("v%25p", []),
    ],
)
def test_it_searches_title_slug_and_description_letter_by_letter(api: Api, search: str, found: list[str]) -> None:
    for title in ("VIP Customers", "50% off", "snake_case", "back\\slash", "O'Brien"):
        TagFactory.create(title=title)
    TagFactory.create(title="Slugged", slug="by-slug")
    TagFactory.create(title="Described", description="Weekly news")
    assert titles(api, f"search={search}") == found


def test_it_counts_only_what_was_found(api: Api) -> None:
    TagFactory.create_batch(3)
    TagFactory.create(title="Other", slug="other")
    page = api.get("/tags?search=other").json()["tags"]
    assert (page["total"], page["last_page"]) == (1, 1)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "cab"),
        ("sort_by=id", "cab"),
        ("sort_order=ASC", "bac"),
        ("sort_by=id&sort_order=ASC", "bac"),
        ("sort_by=title&sort_order=ASC", "abc"),
        ("sort_by=title&sort_order=asc", "abc"),
        ("sort_by=title&sort_order=DESC", "cba"),
        ("sort_by=title", "cba"),
        ("order_by=title&order=ASC", "abc"),
        ("sort_by=title&sort_type=ASC", "abc"),
        ("sort_by=title&order_type=ASC", "abc"),
        ("sort_by=slug&sort_order=ASC", "cab"),
        ("sort_by=created_at&sort_order=ASC", "acb"),
        ("sort_by=updated_at&sort_order=ASC", "acb"),
        ("sort_by=nonsense&sort_order=ASC", "bac"),
        ("sort_by=title;DROP&sort_order=ASC", "bac"),
        ("sort_by=subscribers&sort_order=ASC", "bac"),
        ("sort_by=title&sort_order=sideways", "cba"),
    ],
)
def test_it_sorts_by_every_name_for_the_order(api: Api, query: str, order: str) -> None:
    for title, slug, days in (("b", "3", 2), ("a", "2", 0), ("c", "1", 1)):
        tag = TagFactory.create(title=title, slug=slug)
        at = NOON + timedelta(days=days)
        Tag.objects.filter(pk=tag.pk).update(created_at=at, updated_at=at)
    assert titles(api, query) == list(order)


def test_it_keeps_pages_apart_where_many_have_the_same_title(api: Api) -> None:
    TagFactory.create_batch(7, title="Same")
    pages = [api.get(f"/tags?sort_by=title&per_page=2&page={n}").json()["tags"]["data"] for n in (1, 2, 3, 4)]
    ids = [row["id"] for rows in pages for row in rows]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 7


@pytest.mark.parametrize("size", [2, 40])
def test_it_costs_four_statements_however_many_there_are(
    api: Api, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tags = TagFactory.create_batch(size)
    for tag in tags:
        SubscriberFactory.create(tags=[tag])
    api.get("/tags?per_page=1")
    with django_assert_num_queries(4):  # credentials, total, rows, counts
        assert len(api.get("/tags?per_page=100").json()["tags"]["data"]) == size


@pytest.mark.parametrize("page", [2, 9])
def test_it_asks_for_no_rows_beyond_the_last_page(
    api: Api, page: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TagFactory.create()
    api.get("/tags")
    with django_assert_num_queries(2):  # credentials, total
        assert api.get(f"/tags?page={page}&per_page=1&exclude_counts=1").json()["tags"]["data"] == []


# --- Create ---------------------------------------------------------------------------------


def created(title: str, slug: str, description: str = "") -> dict[str, Any]:
    item = {
        "id": Tag.objects.get().pk,
        "title": title,
        "slug": slug,
        "description": description,
        "created_at": SHOWN,
        "updated_at": SHOWN,
    }
    return {"lists": item, "item": item, "message": "Successfully saved the tag."}


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
        ({"title": "VIP Customers", "slug": "", "description": None}, "VIP Customers", "vip-customers", ""),
        ({"title": "Ünïcode & <b>HTML</b>"}, "Ünïcode & HTML", "unicode-html", ""),
        ({"title": "Odd slug", "slug": "Odd Slug!! äö"}, "Odd slug", "Odd Slug!! äö", ""),
        ({"title": "日本"}, "日本", "日本", ""),
        ({"title": "***"}, "***", "***", ""),
        ({"title": 2026}, "2026", "2026", ""),
    ],
)
def test_it_makes_a_tag(api: Api, sent: dict[str, Any], title: str, slug: str, description: str) -> None:
    with time_machine.travel(NOON, tick=False):
        answer = api.post("/tags", sent)
    assert answer.status_code == 200
    assert answer.json() == created(title, slug, description)
    assert Tag.objects.values("title", "slug", "description").get() == {
        "title": title,
        "slug": slug,
        "description": description,
    }


@pytest.mark.parametrize("sent", [{"title": "Again", "slug": "newsletter"}, {"title": "Newsletter"}])
def test_it_refuses_a_slug_that_is_taken(api: Api, sent: dict[str, str]) -> None:
    TagFactory.create(title="Newsletter", slug="newsletter")
    answer = api.post("/tags", sent)
    assert answer.status_code == 422
    assert answer.json()["slug"] == {"unique": "The slug attribute is already taken and must be unique."}
    assert answer.json()["data"] == {"status": 422}
    assert Tag.objects.count() == 1


def test_it_minds_no_list_of_the_same_slug(api: Api) -> None:
    ContactListFactory.create(slug="newsletter")
    assert api.post("/tags", {"title": "Newsletter"}).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"title": ""}, {"title": None}, {"slug": "x"}, {"title": "  "}, {"title": "<b>"}])
def test_it_needs_a_title_and_nothing_else(api: Api, sent: dict[str, Any]) -> None:
    answer = api.post("/tags", sent)
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "rest_missing_callback_param",
        "message": "Missing parameter(s): title",
        "data": {"status": 422},
        "title": {"required": "The title field is required."},
        "errors": {"title": ["The title field is required."]},
    }


@pytest.mark.parametrize(("name", "longest"), [("title", 192), ("slug", 192), ("description", 5000)])
def test_it_refuses_a_text_that_is_too_long(api: Api, name: str, longest: int) -> None:
    assert api.post("/tags", {"title": "T", name: "x" * longest}).status_code == 200
    answer = api.post("/tags", {"title": "U", name: "x" * (longest + 1)})
    assert answer.status_code == 400
    assert answer.json()[name] == {"max": f"The {name} may not be longer than {longest} characters."}
    assert Tag.objects.count() == 1


def test_it_cuts_a_slug_that_grew_longer_than_its_title(api: Api) -> None:
    # Transliteration makes two letters of one.
    assert api.post("/tags", {"title": "ﬃ" * 192}).json()["item"]["slug"] == "ffi" * 64

"""Pages: page, per_page, and addresses that keep the filters."""

from typing import Any

import pytest

from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory

BASE = "/wp-json/fluent-crm/v2/tags"


def page(api: Api, query: str) -> dict[str, Any]:
    answer = api.get(f"/tags?{query}")
    assert answer.status_code == 200
    listed: dict[str, Any] = answer.json()["tags"]
    return listed


def test_it_counts_an_empty_list_as_wordpress_clients_expect(api: Api) -> None:
    assert page(api, "") == {
        "total": 0,
        "per_page": 15,
        "current_page": 1,
        "last_page": 0,
        "next_page_url": None,
        "prev_page_url": None,
        "from": None,
        "to": None,
        "data": [],
    }


def test_it_counts_the_first_a_middle_and_the_last_page(api: Api) -> None:
    TagFactory.create_batch(5)
    shown = [page(api, f"per_page=2&page={number}") for number in (1, 2, 3)]
    assert [{name: value for name, value in one.items() if name != "data"} for one in shown] == [
        {
            "total": 5,
            "per_page": 2,
            "current_page": 1,
            "last_page": 3,
            "next_page_url": f"{BASE}?per_page=2&page=2",
            "prev_page_url": None,
            "from": 1,
            "to": 2,
        },
        {
            "total": 5,
            "per_page": 2,
            "current_page": 2,
            "last_page": 3,
            "next_page_url": f"{BASE}?per_page=2&page=3",
            "prev_page_url": f"{BASE}?per_page=2&page=1",
            "from": 3,
            "to": 4,
        },
        {
            "total": 5,
            "per_page": 2,
            "current_page": 3,
            "last_page": 3,
            "next_page_url": None,
            "prev_page_url": f"{BASE}?per_page=2&page=2",
            "from": 5,
            "to": 5,
        },
    ]
    assert [len(one["data"]) for one in shown] == [2, 2, 1]


def test_it_fills_a_last_page_without_promising_another(api: Api) -> None:
    TagFactory.create_batch(4)
    last = page(api, "per_page=2&page=2")
    assert (last["last_page"], last["next_page_url"], last["to"]) == (2, None, 4)


@pytest.mark.parametrize("number", ["0", "-1", "abc", "", "1.5", "1e3", "null", "99999999999999999999", "%00"])
def test_it_takes_a_page_that_cannot_be_for_the_first(api: Api, number: str) -> None:
    TagFactory.create()
    shown = page(api, f"page={number}")
    assert (shown["current_page"], len(shown["data"])) == (1, 1)


@pytest.mark.parametrize("size", ["0", "-1", "abc", "", "1.5", "null", "99999999999999999999"])
def test_it_takes_a_size_that_cannot_be_for_the_default(api: Api, size: str) -> None:
    assert page(api, f"per_page={size}")["per_page"] == 15


@pytest.mark.parametrize(("size", "taken"), [("1", 1), ("1000", 1000), ("1001", 1000), ("9223372036854775807", 1000)])
def test_it_holds_the_size_of_a_page_to_a_thousand(api: Api, size: str, taken: int) -> None:
    assert page(api, f"per_page={size}")["per_page"] == taken


@pytest.mark.parametrize("number", ["3", "1000000000", "9223372036854775807"])
def test_it_answers_an_empty_page_beyond_the_last(api: Api, number: str) -> None:
    TagFactory.create_batch(3)
    shown = page(api, f"per_page=2&page={number}")
    assert shown["data"] == []
    assert (shown["total"], shown["last_page"], shown["from"], shown["to"]) == (3, 2, None, None)
    assert shown["next_page_url"] is None
    assert shown["current_page"] == int(number)


def test_it_reads_page_and_size_from_a_json_body_too(api: Api) -> None:
    TagFactory.create_batch(3)
    answer = api.send("GET", "/tags", {"page": 2, "per_page": 2})
    assert (answer.json()["tags"]["from"], answer.json()["tags"]["to"]) == (3, 3)


def test_it_keeps_every_filter_in_the_addresses_of_the_other_pages(api: Api) -> None:
    TagFactory.create_batch(3, title="50% off & _more_ é")
    query = (
        "search=50%25+off+%26&sort_by=title&tags%5B%5D=1&tags%5B%5D=2&advanced%5B0%5D%5Bkey%5D=a+b&page=2&per_page=1"
    )
    shown = page(api, query)
    kept = "search=50%25+off+%26&sort_by=title&tags%5B%5D=1&tags%5B%5D=2&advanced%5B0%5D%5Bkey%5D=a+b&per_page=1"
    assert shown["next_page_url"] == f"{BASE}?{kept}&page=3"
    assert shown["prev_page_url"] == f"{BASE}?{kept}&page=1"


def test_it_leads_through_all_pages_by_their_addresses(api: Api) -> None:
    tags = TagFactory.create_batch(5, title="kept")
    TagFactory.create_batch(2, title="other")
    address, seen = "/tags?search=kept&per_page=2&sort_by=id&sort_order=ASC", []
    while address:
        shown = api.get(address).json()["tags"]
        seen += [row["id"] for row in shown["data"]]
        address = shown["next_page_url"]
    assert seen == [tag.pk for tag in tags]


@pytest.mark.parametrize(
    "address",
    [
        "/wp-json/fluent-crm/v2/tags/?per_page=1",
        "/?rest_route=/fluent-crm/v2/tags&per_page=1",
        "/index.php/wp-json/fluent-crm/v2/tags?per_page=1",
    ],
)
def test_it_gives_one_address_however_it_was_asked(api: Api, address: str) -> None:
    TagFactory.create_batch(2)
    answer = api.client.get(address, headers=api.headers)
    assert answer.json()["tags"]["next_page_url"] == f"{BASE}?per_page=1&page=2"


def test_it_keeps_each_value_of_a_name_that_was_sent_several_times(api: Api) -> None:
    tags = TagFactory.create_batch(2)
    for tag in tags:
        SubscriberFactory.create(tags=[tag])
    query = "&".join(f"tags={tag.pk}" for tag in tags)
    shown = api.get(f"/subscribers?{query}&per_page=1").json()
    assert shown["total"] == 2
    assert shown["next_page_url"].endswith(f"/subscribers?{query}&per_page=1&page=2")

"""GET /v1/contacts and POST /v1/contacts/search, beyond the guide's own statements."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from fluenzr.ids import GROUP, encode
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr, error_of


def emails(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return sorted(contact["email"].split("@")[0] for contact in response.json()["data"])


@pytest.mark.parametrize(
    ("query", "name", "message"),
    [
        ("page=0", "page", "page must be an integer from 1"),
        ("page=x", "page", "page must be an integer from 1"),
        ("perPage=-1", "perPage", "perPage must be an integer from 1"),
        ("order=up", "order", "order must be asc or desc"),
        (
            "sort=hash",
            "sort",
            "sort must be one of: email, firstName, lastName, jobTitle, phone, website, status, createdAt, updatedAt",
        ),
        ("status=subscribed", "status", "status must be one of: active, unsubscribed, bounced, replied, blocked"),
    ],
)
def test_a_list_refuses(fluenzr: Fluenzr, query: str, name: str, message: str) -> None:
    assert error_of(fluenzr.get(f"/contacts?{query}")) == (400, "VALIDATION_ERROR", message, {name: [message]})


@pytest.mark.parametrize(
    ("body", "name", "message"),
    [
        ({"query": 7}, "query", "query must be a string"),
        ({"filters": []}, "filters", "filters must be an object"),
        ({"filters": {"tag": "x"}}, "filters.tag", "filters may have: status, groups, customFields"),
        (
            {"filters": {"status": ["active"]}},
            "filters.status",
            "status must be one of: active, unsubscribed, bounced, replied, blocked",
        ),
        ({"filters": {"groups": "x"}}, "filters.groups", "groups must be an array of group ids"),
        ({"filters": {"customFields": "x"}}, "filters.customFields", "customFields must be an object"),
        ({"filters": {"customFields": {"a": ["x"]}}}, "filters.customFields.a", "a must be a text or a number"),
        ({"filters": {"customFields": {"n": "x"}}}, "filters.customFields.n", "n must be a number"),
        ({"sort": "email"}, "sort", "sort must be an object"),
        ({"sort": {"order": "up"}}, "sort.order", "order must be asc or desc"),
        ({"perPage": "many"}, "perPage", "perPage must be an integer from 1"),
    ],
)
def test_a_search_refuses(fluenzr: Fluenzr, body: Any, name: str, message: str) -> None:
    CustomFieldFactory.create(slug="n", type="number")
    assert error_of(fluenzr.post("/contacts/search", body)) == (400, "VALIDATION_ERROR", message, {name: [message]})


def test_a_group_that_there_is_not_is_404(fluenzr: Fluenzr) -> None:
    gone = encode(GROUP, 12345)
    for query, name in ((f"groupId={gone}", "groupId"), (f"group={gone}", "group"), ("groupId=x", "groupId")):
        status, code, _, details = error_of(fluenzr.get(f"/contacts?{query}"))
        assert (status, code, list(details)) == (404, "NOT_FOUND", [name])
    status, code, message, _ = error_of(fluenzr.post("/contacts/search", {"filters": {"groups": [gone]}}))
    assert (status, code, message) == (404, "NOT_FOUND", f"Group not found: {gone}")


def test_nothing_that_is_sent_is_a_crash(fluenzr: Fluenzr) -> None:
    SubscriberFactory.create()
    for query in (
        "email=%00",
        "tag=%00",
        "tag=%ff",
        "groupId=%00",
        "status=%00",
        "page=999999999999999999",
        "page=99999999999999999999999",
        "perPage=9223372036854775807",
        "sort=%00",
        "email=" + "x" * 2000,
        "page[]=1",
    ):
        assert fluenzr.get(f"/contacts?{query}").status_code in (200, 400, 404), query
    for body in ({"query": "\x00%_\\"}, {"query": "x" * 5000}, {"filters": {"customFields": {"\x00": "\x00"}}}):
        assert fluenzr.post("/contacts/search", body).status_code in (200, 400), body


def test_filters_on_custom_fields_know_the_type(fluenzr: Fluenzr) -> None:
    CustomFieldFactory.create(slug="score", type="number")
    CustomFieldFactory.create(slug="colours", type="checkbox")
    CustomFieldFactory.create(slug="name", type="text")
    SubscriberFactory.create(
        email="a@x.com", custom_values={"score": "12.50", "colours": ["red", "blue"], "name": "ÄB"}
    )
    SubscriberFactory.create(email="b@x.com", custom_values={"score": "7", "colours": ["green"], "name": "C"})
    SubscriberFactory.create(email="c@x.com", custom_values={"score": "none", "gone": "x"})

    def found(**values: Any) -> list[str]:
        return emails(fluenzr.post("/contacts/search", {"filters": {"customFields": values}}))

    assert found(score=12.5) == ["a"]
    assert found(score="7.0") == ["b"]
    assert found(colours="blue") == ["a"]
    assert found(colours="blue, red") == []
    assert found(name="äb") == ["a"]
    assert found(name="") == []
    assert found(gone="x") == []
    assert found(score=7, name="c") == ["b"]
    assert found(score=7, name="äb") == []


@pytest.mark.parametrize("slug", ["größe", "Ключ", "a b", "x-y", "12", 'say "hi"', "back\\slash", "a.b", "it's"])
def test_a_field_of_any_slug_is_found(fluenzr: Fluenzr, api: Api, slug: str) -> None:
    text, choices = CustomFieldFactory.create(slug=slug), CustomFieldFactory.create(slug=f"{slug} 2", type="checkbox")
    SubscriberFactory.create(email="a@x.com", custom_values={slug: "Val", f"{slug} 2": ["red", "blue"]})
    SubscriberFactory.create(email="b@x.com", custom_values={slug: None, f"{slug} 2": []})
    for values in ({slug: "val"}, {f"{slug} 2": "blue"}):
        assert emails(fluenzr.post("/contacts/search", {"filters": {"customFields": values}})) == ["a"]
    assert emails(fluenzr.post("/contacts/search", {"filters": {"customFields": {slug: "null"}}})) == []
    # The other face asks the same sets.
    for field, operator, value, expected in (
        (text, "=", "VAL", ["a@x.com"]),
        (text, "is_null", "", ["b@x.com"]),
        (choices, "in", ["blue"], ["a@x.com"]),
    ):
        condition = {"source": ["custom_fields", field.slug], "operator": operator, "value": value}
        query = urlencode({"filter_type": "advanced", "advanced_filters": json.dumps([[condition]])})
        listed = api.get(f"/subscribers?{query}").json()["data"]
        assert [contact["email"] for contact in listed] == expected, operator


def test_conditions_must_all_hold_and_are_counted_so(fluenzr: Fluenzr) -> None:
    group, other = ContactListFactory.create(), ContactListFactory.create()
    vip, also = TagFactory.create(title="vip"), TagFactory.create(title="VIP", slug="vip-2")
    SubscriberFactory.create(email="both@x.com", lists=[group, other], tags=[vip, also])
    SubscriberFactory.create(email="left@x.com", lists=[group], tags=[vip], status="bounced")
    SubscriberFactory.create(email="tag@x.com", tags=[also])
    in_group = f"groupId={encode(GROUP, group.pk)}"
    for query, expected in (
        (in_group, ["both", "left"]),
        (f"{in_group}&status=active", ["both"]),
        (f"{in_group}&tag=vip", ["both", "left"]),
        (f"{in_group}&tag=none", []),
        (f"{in_group}&email=eft", ["left"]),
        ("tag=vip", ["both", "left", "tag"]),
        ("tag=vip&status=active", ["both", "tag"]),
        ("status=bounced", ["left"]),
        (f"{in_group}&status=replied", []),
        ("email=x.com&status=bounced", ["left"]),
    ):
        response = fluenzr.get(f"/contacts?{query}")
        assert emails(response) == expected, query
        assert response.json()["meta"]["total"] == len(expected), query
    both = [encode(GROUP, group.pk), encode(GROUP, other.pk)]
    for filters, expected in (
        ({"groups": both}, ["both", "left"]),
        ({"groups": both, "status": "active"}, ["both"]),
        ({"groups": []}, ["both", "left", "tag"]),
        ({}, ["both", "left", "tag"]),
    ):
        response = fluenzr.post("/contacts/search", {"filters": filters})
        assert emails(response) == expected, filters
        assert response.json()["meta"]["total"] == len(expected), filters


def test_an_empty_site_has_no_pages(fluenzr: Fluenzr) -> None:
    assert fluenzr.get("/contacts").json() == {
        "success": True,
        "data": [],
        "meta": {"page": 1, "perPage": 20, "total": 0, "totalPages": 0},
    }

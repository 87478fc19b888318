"""/smart-links: the links themselves."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from smart_links.models import SmartLink, Visit, VisitCount
from smart_links.services import follow
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.smart_links.factories import SmartLinkFactory
from tests.subscribers.expected import NOT_FOUND
from wp_rest.dates import write_datetime

TARGET = "https://shop.example.com/prices?a=1#b"
LINK = {"title": "Prices", "target_url": TARGET}


@pytest.mark.parametrize("as_text", [True, False])
def test_it_makes_one_with_an_address_of_its_own(api: Api, as_text: bool) -> None:
    sent = {
        "title": " Price\nlist ",
        "target_url": TARGET,
        "actions": {"tags": [3, "4"], "lists": "1,2"},
        "detach_actions": {"tags": [5], "lists": []},
        "auto_login": "yes",
        "enrol": {"automations": ["7"]},
        "notes": "For\nthe fair",
        "short": "mine",
        "id": 999,
    }
    answer = api.post("/smart-links", {"link": json.dumps(sent) if as_text else sent})
    assert answer.status_code == 200, answer.content
    link = SmartLink.objects.get()
    assert link.short != "mine"
    assert link.created_by is not None
    assert answer.json() == {
        "message": "SmartLink has been created",
        "link": {
            "id": link.pk,
            "title": "Price list",
            "short": link.short,
            "target_url": TARGET,
            "actions": {
                "tags": [3, 4],
                "lists": [1, 2],
                "remove_tags": [5],
                "remove_lists": [],
                "auto_login": "no",
            },
            "notes": "For\nthe fair",
            "created_by": link.created_by.pk,
            "created_at": write_datetime(link.created_at),
            "updated_at": write_datetime(link.updated_at),
            "short_url": f"http://127.0.0.1:8000/?fluentcrm=1&route=smart_url&slug={link.short}",
            "detach_actions": {"tags": [5], "lists": []},
            "auto_login": "no",
            "enrol": {"automations": [7], "sequences": []},
        },
    }
    [change] = Change.objects.filter(subject_kind="smart_link")
    assert (change.event, change.subject_id, change.details) == ("smart_link_created", link.pk, {"title": "Price list"})


def test_what_it_answers_can_be_sent_back(api: Api) -> None:
    sent = LINK | {"actions": {"tags": [1], "remove_lists": [2]}}
    shown = api.post("/smart-links", {"link": sent}).json()["link"]
    again = api.put(f"/smart-links/{shown['id']}", {"link": shown}).json()["link"]
    assert {**again, "updated_at": ""} == {**shown, "updated_at": ""}
    assert (again["actions"]["tags"], again["detach_actions"]["lists"]) == ([1], [2])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"link"}),
        ({"link": ""}, {"link"}),
        ({"link": {}}, {"title", "target_url"}),
        ({"link": {"title": " ", "target_url": TARGET}}, {"title"}),
        ({"link": {"title": "x", "target_url": ""}}, {"target_url"}),
    ],
)
def test_title_and_target_are_due(api: Api, body: Any, fields: set[str]) -> None:
    answer = api.post("/smart-links", body)
    assert (answer.status_code, answer.json()["errors"].keys()) == (422, fields)
    assert not SmartLink.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        7,
        "x",
        ["x"],
        LINK | {"target_url": "javascript:alert(1)"},
        LINK | {"target_url": "ftp://example.com"},
        LINK | {"target_url": "//example.com"},
        LINK | {"target_url": "https://a b"},
        LINK | {"target_url": "https://["},
        LINK | {"target_url": ["https://example.com"]},
        LINK | {"target_url": "https://example.com/" + "x" * 1000},
        LINK | {"title": "x" * 193},
        LINK | {"title": ["x"]},
        LINK | {"actions": "x"},
        LINK | {"actions": {"tags": "1,x"}},
        LINK | {"actions": {"remove_lists": "x"}},
        LINK | {"detach_actions": {"lists": [1, None]}},
        LINK | {"notes": "x" * 2001},
        LINK | {"enrol": {"sequences": "x"}},
        LINK | {"enrol": {"automations": [1, 2, 3, 4, 5, 6]}},
        LINK | {"enrol": 7},
        LINK | {"notes": {"a": 1}},
    ],
    ids=lambda sent: str(sent)[:60],
)
def test_it_refuses_what_it_cannot_read(api: Api, sent: Any) -> None:
    link = SmartLinkFactory.create(attach={"tags": [1]})
    for answer in (api.post("/smart-links", {"link": sent}), api.put(f"/smart-links/{link.pk}", {"link": sent})):
        assert answer.status_code == 400, answer.content
    [kept] = SmartLink.objects.all()
    assert (kept.title, kept.attach) == (link.title, {"tags": [1]})


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/go/abc",
        "HTTP://127.0.0.1:8000/go/abc/",
        "http://127.0.0.1:8000/?fluentcrm=1&route=smart_url&slug=abc",
        "http://127.0.0.1:8000/index.php?route=smart_url&slug=abc&fluentcrm",
    ],
)
def test_it_leads_in_no_circle(api: Api, address: str) -> None:
    if address.endswith("fluentcrm"):
        address += "=1"
    answer = api.post("/smart-links", {"link": LINK | {"target_url": address}})
    assert (answer.status_code, answer.json()["target_url"]) == (
        400,
        {"circle": "A smart link cannot lead to a smart link."},
    )


def test_an_update_keeps_what_is_left_out(api: Api) -> None:
    enrol = {"sequences": [3]}
    link = SmartLinkFactory.create(attach={"tags": [1]}, detach={"lists": [2]}, enrol=enrol, notes="Kept")
    answer = api.put(f"/smart-links/{link.pk}", {"link": LINK}).json()
    assert answer["message"] == "SmartLink has been updated"
    kept = SmartLink.objects.get()
    assert (kept.title, kept.target_url, kept.short) == ("Prices", TARGET, link.short)
    assert (kept.attach, kept.detach, kept.notes) == ({"tags": [1]}, {"lists": [2]}, "Kept")
    assert kept.enrol == enrol
    api.put(f"/smart-links/{link.pk}", {"link": LINK | {"actions": {}, "detach_actions": [], "enrol": {}, "notes": ""}})
    kept.refresh_from_db()
    assert (kept.attach, kept.detach, kept.notes) == ({}, {}, "")
    assert kept.enrol == {}
    entries = Change.objects.filter(event="smart_link_updated").order_by("pk")
    assert [set(entry.details["columns"]) for entry in entries] == [
        {"title", "target_url"},
        {"attach", "detach", "enrol", "notes"},
    ]


def test_the_list_has_pages_with_numbers(api: Api) -> None:
    first, second = SmartLinkFactory.create(title="b"), SmartLinkFactory.create(title="A", created_by=None)
    for contact in SubscriberFactory.create_batch(2):
        for _ in range(2):
            follow(first, contact.pk)
    page = api.get("/smart-links?per_page=1").json()["action_links"]
    assert (page["total"], page["last_page"]) == (2, 2)
    [row] = page["data"]
    assert (row["id"], row["contacts"], row["clicks"], row["created_by"]) == (second.pk, 0, 0, 0)
    [row] = api.get("/smart-links?per_page=1&page=2").json()["action_links"]["data"]
    assert (row["id"], row["contacts"], row["clicks"]) == (first.pk, 2, 4)
    for order, ids in (("ascending", [second.pk, first.pk]), ("desc", [first.pk, second.pk])):
        rows = api.get(f"/smart-links?orderBy=title&order={order}").json()["action_links"]["data"]
        assert [row["id"] for row in rows] == ids


@pytest.mark.parametrize("search", ["FAIR", "prices", "spring"])
def test_it_finds_by_title_target_and_notes(api: Api, search: str) -> None:
    link = SmartLinkFactory.create(title="Spring", target_url=TARGET, notes="For the fair")
    SmartLinkFactory.create(title="Other")
    rows = api.get(f"/smart-links?search={search}").json()["action_links"]["data"]
    assert [row["id"] for row in rows] == [link.pk]


def test_the_list_costs_as_many_statements_for_many_as_for_few(api: Api) -> None:
    api.get("/smart-links")  # the first use of the credentials is kept
    counts = []
    for size in (1, 13):
        for link in SmartLinkFactory.create_batch(size):
            follow(link, SubscriberFactory.create().pk)
        with CaptureQueriesContext(connection) as statements:
            api.get("/smart-links")
        counts.append(len(statements))
    # The credentials, the total, the page and its numbers.
    assert counts == [4, 4]


def test_a_deletion_leaves_the_contacts(api: Api) -> None:
    link, other = SmartLinkFactory.create_batch(2)
    contact = SubscriberFactory.create()
    follow(link, contact.pk)
    follow(other, contact.pk)
    assert api.delete(f"/smart-links/{link.pk}").json() == {"message": "Selected Smart Link has been deleted"}
    assert list(SmartLink.objects.all()) == [other]
    assert Visit.objects.get().link == VisitCount.objects.get().link == other
    assert Subscriber.objects.filter(pk=contact.pk).exists()
    assert Change.objects.get(event="smart_link_deleted").details == {"title": link.title}


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_it_knows_none_that_there_is_not(api: Api, verb: str) -> None:
    answer = api.send(verb, f"/smart-links/{10**12}", {"link": LINK})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_they_are_always_active(api: Api) -> None:
    assert api.post("/smart-links/activate").json() == {"message": "SmartLinks are active"}


@pytest.mark.parametrize(
    ("permission", "verb", "path"),
    [
        ("view", "GET", "/smart-links"),
        ("add", "POST", "/smart-links"),
        ("change", "PUT", "/smart-links/{}"),
        ("change", "POST", "/smart-links/activate"),
        ("delete", "DELETE", "/smart-links/{}"),
    ],
)
def test_each_route_takes_its_permission(db: None, permission: str, verb: str, path: str) -> None:
    path = path.format(SmartLinkFactory.create().pk)
    every = Permission.objects.filter(content_type__model="smartlink")
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(every.exclude(codename=f"{permission}_smartlink"))
    alone.user_permissions.set(every.filter(codename=f"{permission}_smartlink"))
    body = {"link": LINK} if verb in ("POST", "PUT") else None
    assert Api(without).send(verb, path, body).status_code == 403
    assert Api(alone).send(verb, path, body).status_code == 200

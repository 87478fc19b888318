"""The builder of conditions on contacts. One file, as it is one screen."""

import json
import re
from functools import partial
from html import unescape
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import APIException

from custom_fields.models import CustomField
from custom_fields.services import types_by_slug
from custom_fields.types import TYPES
from dynamic_segments.api.saved_filters import FIELDS, as_groups
from dynamic_segments.conditions import MOST_CONDITIONS
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import contacts_of
from staff.condition_field import ConditionsWidget
from staff.condition_reading import Unreadable, pack, unpack
from staff.condition_words import CHOSEN, KINDS, WORDS, operators, shown, sources
from subscribers.api.advanced_filters import ACTIVITIES, OPERATORS, SOURCES, AdvancedFilters
from subscribers.conditions import CLASSES, Code, Conditions
from subscribers.resolve import resolve_for_filter
from tests.companies.factories import CompanyFactory
from tests.dynamic_segments.factories import DynamicSegmentFactory
from tests.factories import (
    ContactListFactory,
    CustomFieldFactory,
    SubscriberFactory,
    TagFactory,
    UserFactory,
)

LIST = "/admin/subscribers/subscriber/"
BUILDER = f"{LIST}conditions/"
FACTORIES: dict[str, Any] = {
    "tags": TagFactory,
    "lists": ContactListFactory,
    "companies": CompanyFactory,
    "dynamic_segments": DynamicSegmentFactory,
}


def one(key: str, operator: Any, value: Any = "") -> dict[str, Any]:
    return {"source": key.split("/", 1), "operator": operator, "value": value}


def send(browser: Client, *groups: list[Any], query: str = "", **beside: str) -> Any:
    return browser.post(BUILDER + query, {"groups": json.dumps(groups)} | beside)


def emails(browser: Client, answer: Any) -> list[str]:
    assert answer.status_code == 302
    listed = browser.get(answer["Location"])
    return sorted(contact.email for contact in listed.context["cl"].result_list)


def data(answer: Any) -> Any:
    """What the builder starts with."""
    return json.loads(unescape(re.findall(r'data-conditions="([^"]*)"', answer.content.decode())[0]))


def test_it_lists_who_meets_all_conditions_of_one_group(browser: Client) -> None:
    tag = TagFactory.create(title="VIP")
    SubscriberFactory.create(email="leeds-vip@example.com", city="Leeds", tags=[tag])
    SubscriberFactory.create(email="leeds@example.com", city="Leeds")
    SubscriberFactory.create(email="bounced@example.com", status="bounced")
    leeds = [one("subscriber/city", "=", "leeds"), one("segment/tags", "in", [str(tag.pk)])]
    answer = send(browser, leeds, [one("segment/status", "in", ["bounced"])], query="?contact_type=lead&p=4")
    assert emails(browser, answer) == ["bounced@example.com", "leeds-vip@example.com"]
    kept = parse_qs(urlsplit(answer["Location"]).query)
    assert (kept["contact_type"], "p" in kept) == (["lead"], False)
    assert len(kept["where"][0]) < 200
    listed = browser.get(answer["Location"])
    words = "City is leeds and Tags is any of VIP, or Status is any of bounced"
    assert [chip["text"] for chip in listed.context["chips"]] == ["type: lead", words]
    again = browser.get(f"{BUILDER}?{urlsplit(answer['Location']).query}")
    assert [[row["key"] for row in group] for group in data(again)["groups"]] == [
        ["subscriber/city", "segment/tags"],
        ["segment/status"],
    ]
    assert data(again)["groups"][0][1]["chosen"] == [{"value": str(tag.pk), "text": "VIP"}]


@pytest.fixture
def own_fields(db: None) -> None:
    """A custom field of each type."""
    for number, kind in enumerate(TYPES):
        CustomFieldFactory.create(slug=f"own_{number}", type=kind, options=["S", "M"])


def test_it_offers_every_field_of_the_api(own_fields: None) -> None:
    CustomField.objects.create(slug="size", label="Size", type="select-multi", options=["S", "M"])
    CustomField.objects.create(slug="born", label="Born", type="date")
    offered = {source.key: source for group in sources().values() for source in group}
    readable = {f"{kind}/{name}" for kind, names in SOURCES.items() for name in names}
    # These two are also columns.
    readable -= {"subscriber/status", "subscriber/contact_type"}
    assert set(offered) == readable | {f"custom_fields/{slug}" for slug in types_by_slug()}
    assert list(offered["custom_fields/size"].options) == [("S", "S"), ("M", "M")]
    assert offered["custom_fields/born"].kind == "day"


def test_it_has_a_form_for_every_condition_that_the_api_reads(own_fields: None) -> None:
    reader = AdvancedFilters(types_by_slug(), partial(resolve_for_filter, exact=True), strict=True)
    offered = {source.key: source for group in sources().values() for source in group}
    for factory in FACTORIES.values():
        factory.create(pk=7)
    values: list[Any] = ["x", "5", "2026-01-31", "2026-01-31 09:05:00", ["S"], ["7"], ["bounced"], ["lead"]]
    read = set()
    for key, operator, value in product(offered, OPERATORS, values):
        condition = {"source": key.split("/", 1), "operator": operator, "value": value}
        try:
            read.add(type(reader.read_condition(condition)))
        except APIException:
            continue
        assert not shown(condition, offered, {}, "")["locked"], condition
    # Every class of conditions that there is was among them.
    assert read == set(CLASSES.values())
    assert {operator for kind in CLASSES.values() for operator in kind.OPERATORS} == set(WORDS)


def test_it_has_a_form_for_all_that_a_segment_may_say(db: None) -> None:
    offered = {source.key: source for group in sources().values() for source in group}
    rows = [
        {"field": field, "operator": operator, "value": "7"}
        for field, (_, operators) in FIELDS.items()
        for operator in operators
    ]
    ages = {name: {"value": 7, "operator": "<="} for name in ACTIVITIES}
    groups = as_groups({"conditions": rows, "email_activities": {"status": "yes", **ages}})
    # Opened or clicked, and all of the rows.
    assert [len(group) for group in groups] == [len(rows) + 1] * 2
    for one in (one for group in groups for one in group):
        assert not shown(one, offered, {}, "")["locked"], one


@pytest.mark.parametrize(
    "condition",
    [
        {"source": ["subscriber", "gone"], "operator": "=", "value": "x"},
        {"source": ["subscriber", "city"], "operator": "wild", "value": "x"},
        {"source": ["subscriber", "city"], "operator": ["="], "value": "x"},
        {"source": ["subscriber", "city"], "operator": "in", "value": ["a,b"]},
        {"source": [["subscriber"], {}], "operator": "=", "value": "x"},
        {"source": "city"},
        {},
        5,
        None,
    ],
)
def test_it_locks_what_it_has_no_form_for_and_keeps_it(browser: Client, condition: Any) -> None:
    box = ConditionsWidget().render("groups", json.dumps([[condition]]))
    [[row]] = json.loads(unescape(re.findall(r'data-conditions="([^"]*)"', box)[0]))["groups"]
    assert (row["locked"], row["kept"]) == (True, condition)


VALUES = {"text": "x", "number": "5", "day": "2026-01-31", "choice": ["S"], "activity": "7"}


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_operator_that_it_offers_is_understood(browser: Client, kind: str) -> None:
    CustomField.objects.create(slug="size", label="Size", type="select-multi", options=["S", "M"])
    found = [source for group in sources().values() for source in group if source.kind == kind]
    assert found
    for source in found:
        values: Any = VALUES.get(kind)
        if kind == "code":
            values = [source.options[0][0]]
        if kind in CHOSEN:
            values = [str(FACTORIES[kind].create().pk)]
        for operator, _ in operators(kind):
            value = "7" if operator.startswith("days_") else "" if operator in ("is_null", "not_null") else values
            answer = send(browser, [one(source.key, operator, value)])
            assert answer.status_code == 302, (source, operator)
            assert browser.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (one("subscriber/city", "="), "needs an operator and a value"),
        (one("subscriber/city", "wild", "x"), "needs an operator and a value"),
        (one("subscriber/created_at", "before", "soon"), "cannot be read"),
        (one("subscriber/total_points", ">", "many"), ""),
        (one("subscriber/nothing", "=", "x"), "cannot be read"),
        (one("segment/tags", "in", ["999"]), "do not exist"),
        (one("segment/status", "in", ["odd"]), "do not exist"),
        (one("segment/dynamic_segments", "in", ["1"]), "do not exist"),
        (one("custom_fields/gone", "=", "1"), "cannot be read"),
        (one("city", "=", "x"), "cannot be read"),
        (one("segment/tags", "in", [["deep"]]), ""),
        (one("subscriber/city", 5, {"a": 1}), ""),
    ],
)
def test_it_says_what_is_wrong_at_the_condition(browser: Client, condition: Any, words: str) -> None:
    fine = one("subscriber/city", "=", "Leeds")
    answer = send(browser, [fine], [fine, condition])
    assert answer.status_code == 200
    errors = [[row["error"] for row in group] for group in data(answer)["groups"]]
    assert errors[0] == [""]
    assert errors[1][0] == ""
    assert errors[1][1]
    assert words in errors[1][1]
    assert answer.context["problem"] == "Some conditions need a look."


@pytest.mark.parametrize(
    "text",
    ["", "x", "{}", "[1]", "[[1]]", '[[{"key": "subscriber/city"}]]', "[[null]]", '[["\\ud800"]]', "[" * 5000, "[[]]"],
)
def test_it_refuses_what_is_no_form(browser: Client, text: str) -> None:
    answer = browser.post(BUILDER, {"groups": text})
    assert answer.status_code == 200
    assert answer.context["problem"]


def test_it_refuses_more_conditions_than_the_api(browser: Client) -> None:
    answer = send(browser, [one("subscriber/city", "=", "x")] * 201)
    assert answer.context["problem"] == "There may be 200 conditions at most."


def test_it_refuses_segments_with_more_conditions_than_the_api(browser: Client) -> None:
    groups = Conditions(tuple((Code("status", "in", ("bounced",)),) for _ in range(MOST_CONDITIONS // 2 + 1))).to_json()
    ids = [DynamicSegmentFactory.create(conditions=groups).pk for _ in range(2)]
    words = f"The segments of a filter may have {MOST_CONDITIONS} conditions together."
    answer = send(browser, *([one("segment/dynamic_segments", "in", [pk])] for pk in ids))
    assert answer.context["problem"] == words
    answer = browser.get(f"{LIST}?segment={ids[0]}&segment={ids[1]}")
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


def test_it_counts(browser: Client) -> None:
    SubscriberFactory.create_batch(2, city="Leeds")
    SubscriberFactory.create(city="York")
    answer = send(browser, [one("subscriber/city", "=", "Leeds")], query="?_count=groups")
    assert answer.content.decode() == "2 contacts"
    wrong = send(browser, [one("subscriber/city", "=", "")], query="?_count=groups")
    assert "need a look" in wrong.content.decode()


def test_it_saves_a_segment(browser: Client) -> None:
    contact = SubscriberFactory.create(city="Leeds")
    SubscriberFactory.create(city="York")
    answer = send(browser, [one("subscriber/city", "=", "Leeds")], [], _save="1", title=" In  Leeds ")
    segment = DynamicSegment.objects.get()
    assert (segment.title, answer["Location"]) == ("In Leeds", f"{LIST}?segment={segment.pk}")
    assert list(contacts_of(segment)) == [contact]
    assert segment.filters == {"filters": [[{"source": ["subscriber", "city"], "operator": "=", "value": "Leeds"}]]}
    assert emails(browser, answer) == [contact.email]


def test_it_asks_for_a_title_and_refuses_a_segment_in_a_segment(browser: Client) -> None:
    condition = one("subscriber/city", "=", "Leeds")
    assert "title" in send(browser, [condition], _save="1", title=" ").context["problem"]
    send(browser, [condition], _save="1", title="First")
    first = DynamicSegment.objects.get()
    answer = send(browser, [one("segment/dynamic_segments", "in", [str(first.pk)])], _save="1", title="Second")
    assert "cannot ask for a segment" in answer.context["problem"]
    assert DynamicSegment.objects.count() == 1


@pytest.mark.parametrize("source", [["segment", []], [[], "tags"], ["segment", {}]])
def test_an_address_that_nobody_was_given_does_no_harm(browser: Client, source: Any) -> None:
    where = pack([[{"source": source, "operator": "=", "value": "x"}]])
    assert browser.get(BUILDER, {"where": where}).status_code == 200
    assert list(browser.get(LIST, {"where": where}).context["cl"].result_list) == []


def test_the_list_has_nobody_when_what_a_condition_names_was_deleted(browser: Client) -> None:
    tag = TagFactory.create()
    SubscriberFactory.create()
    answer = send(browser, [one("segment/tags", "not_in", [str(tag.pk)])])
    assert len(emails(browser, answer)) == 1
    tag.delete()
    assert emails(browser, answer) == []


def test_it_finds_tags_by_their_title(browser: Client) -> None:
    tags = [TagFactory.create(title=f"Tag {number:02}") for number in range(25)]
    found = browser.get(f"{BUILDER}choices/", {"of": "tags", "q": "tAG 2"}).json()["found"]
    assert found == [{"value": str(tag.pk), "text": tag.title} for tag in tags[20:]]
    assert len(browser.get(f"{BUILDER}choices/", {"of": "tags"}).json()["found"]) == 20
    assert browser.get(f"{BUILDER}choices/", {"of": "users", "q": "\x00"}).json() == {"found": []}
    company = CompanyFactory.create(name="Analytical Engines")
    found = browser.get(f"{BUILDER}choices/", {"of": "companies", "q": "engines"}).json()["found"]
    assert found == [{"value": str(company.pk), "text": "Analytical Engines"}]


def test_who_may_see_tags_finds_them_in_the_builder_of_other_pages(viewer_of: Any) -> None:
    staff = viewer_of("segments.view_tag")
    assert staff.get(f"{BUILDER}choices/", {"of": "tags"}).status_code == 200
    assert staff.get(f"{BUILDER}choices/", {"of": "companies"}).status_code == 403
    assert staff.post(f"{BUILDER}?_count=groups", {"groups": "[]"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rights", "status", "saves"),
    [([], 403, 403), (["view_subscriber"], 200, 403), (["view_subscriber", "add_dynamicsegment"], 200, 302)],
)
def test_it_is_for_those_who_may_see_contacts(rights: list[str], status: int, saves: int) -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    assert client.get(BUILDER).status_code == status
    assert client.get(f"{BUILDER}choices/", {"of": "tags"}).status_code == status
    answer = send(client, [one("subscriber/city", "=", "Leeds")], _save="1", title="Mine")
    assert answer.status_code == saves
    assert DynamicSegment.objects.exists() == (saves == 302)
    if status == 200:
        assert ("Save as segment" in client.get(BUILDER).content.decode()) == (saves == 302)


def test_it_costs_a_statement_for_each_condition_on_tags(browser: Client) -> None:
    tags = [str(TagFactory.create().pk) for _ in range(6)]
    counts = []
    for size in (1, 6):
        groups = [[one("segment/tags", "in", tags[:size]), one("subscriber/city", "=", "x")]]
        with CaptureQueriesContext(connection) as asked:
            send(browser, *groups)
        counts.append(len(asked))
    # The session, the user, the custom fields, the tags.
    assert counts == [4, 4]


def test_a_packed_text_is_what_was_packed() -> None:
    groups = [[{"source": ["subscriber", "city"], "operator": "in", "value": ["Ærø", "a,b"]}], []]
    assert unpack(pack(groups)) == groups
    with pytest.raises(Unreadable):
        pack([[{"source": ["subscriber", "city"], "operator": "=", "value": "".join(map(chr, range(300, 9000)))}]])
    with pytest.raises(Unreadable):
        unpack(pack([[{"source": ["a", "b"], "operator": "=", "value": "x" * 70_000}]]))

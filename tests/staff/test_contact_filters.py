"""The filters of the list of contacts, of several values each, and the chips of what is set."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import save_segment
from staff.contacts import SubscriberAdmin
from subscribers.conditions import Conditions, Text
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

LIST = "/admin/subscribers/subscriber/"


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200
    return {contact.first_name for contact in answer.context["cl"].result_list}


def chips(answer: Any) -> dict[str, str]:
    return {chip["text"]: chip["address"] for chip in answer.context["chips"]}


@pytest.fixture
def contacts(db: None) -> dict[str, int]:
    """Contacts with some tags (a, b, ab, none), of which two are pending; the ids of the tags and lists."""
    a, b = TagFactory.create(title="A"), TagFactory.create(title="B")
    weekly = ContactListFactory.create(title="Weekly")
    SubscriberFactory.create(first_name="a", tags=[a], status="pending", lists=[weekly])
    SubscriberFactory.create(first_name="b", tags=[b], status="bounced", contact_type="customer")
    SubscriberFactory.create(first_name="ab", tags=[a, b])
    SubscriberFactory.create(first_name="none", status="pending")
    return {"a": a.pk, "b": b.pk, "weekly": weekly.pk}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag={a}&tag={b}", {"a", "b", "ab"}),
        ("tag={a}&tag={b}&tag_mode=", {"a", "b", "ab"}),
        ("tag={a}&tag={b}&tag_mode=all", {"ab"}),
        ("tag={a}&tag={b}&tag_mode=none", {"none"}),
        ("tag={a}&tag_mode=none", {"b", "none"}),
        ("tag_mode=none", {"a", "b", "ab", "none"}),
        ("tag={a}&status=pending", {"a"}),
        ("status=pending&status=bounced", {"a", "b", "none"}),
        ("status=bounced&contact_type=customer&contact_type=lead", {"b"}),
        ("list={weekly}&list_mode=none&tag={a}", {"ab"}),
        ("list=999&list_mode=none", {"a", "b", "ab", "none"}),
    ],
)
def test_it_takes_several_values(browser: Client, contacts: dict[str, int], query: str, found: set[str]) -> None:
    answer = browser.get(f"{LIST}?{query.format(**contacts)}")
    assert names(answer) == found
    assert answer.context["cl"].result_count == len(found)


@pytest.mark.parametrize(
    "query",
    [
        "tag=1&tag=x",
        "tag=1&tag_mode=most",
        "segment=1&segment_mode=all",
        "created_from=yesterday",
        "active_to=2026-02-30",
        "where=x",
        "where=%00",
        "where=",
        "where=eNqrVkpUsjKsBQAIKgIJ",  # what is packed there is no list
        "tag=" + "&tag=".join(map(str, range(1, 60))),
    ],
)
def test_it_goes_back_to_all_contacts_for_what_it_cannot_read(browser: Client, query: str) -> None:
    answer = browser.get(f"{LIST}?{query}")
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


def test_it_filters_by_days_in_the_time_zone_of_the_site(browser: Client) -> None:
    for name, day in (("before", 9), ("first", 10), ("last", 11), ("after", 12)):
        contact = SubscriberFactory.create(first_name=name)
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        Subscriber.objects.filter(pk=contact.pk).update(created_at=at, last_activity=at)
    SubscriberFactory.create(first_name="new", last_activity=None)
    for column in ("created", "active"):
        both = {f"{column}_from": "2026-03-10", f"{column}_to": "2026-03-11"}
        assert names(browser.get(LIST, both)) == {"first", "last"}
    assert names(browser.get(LIST, {"active_from": "2026-03-12", "created_to": ""})) == {"after"}
    assert names(browser.get(LIST, {"created_from": "0001-01-01", "created_to": "9999-12-31"})) >= {"before", "new"}


def test_it_filters_by_companies_and_segments(browser: Client) -> None:
    company = Company.objects.create(name="Acme")
    inside, outside = SubscriberFactory.create(first_name="in"), SubscriberFactory.create(first_name="out")
    inside.companies.add(company)
    segment = DynamicSegment(title="Ins")
    save_segment(segment, Conditions(((Text("first_name", "=", "column", ("in",)),),)))
    assert names(browser.get(f"{LIST}?company={company.pk}&company_mode=none")) == {"out"}
    assert names(browser.get(LIST, {"segment": segment.pk})) == {"in"}
    assert names(browser.get(f"{LIST}?segment={segment.pk}&segment_mode=none")) == {"out"}
    assert outside.pk


def test_it_says_what_is_set_with_a_link_that_takes_each_away(browser: Client, contacts: dict[str, int]) -> None:
    query = f"tag={contacts['a']}&tag={contacts['b']}&tag_mode=all&status=subscribed&q=a&created_from=2020-01-01&p=1"
    found = chips(browser.get(f"{LIST}?{query}"))
    assert list(found) == ["“a”", "status: Subscribed", "tag: has A", "tag: has B", "created from 1 Jan 2020"]
    assert f"tag={contacts['b']}" in found["tag: has A"]
    assert f"tag={contacts['a']}" not in found["tag: has A"]
    assert "status" not in found["status: Subscribed"]
    assert all("p=" not in address for address in found.values())
    assert names(browser.get(LIST + found["tag: has B"])) == {"ab"}
    assert chips(browser.get(LIST)) == {}


def test_it_shows_the_counts_that_are_kept(browser: Client, contacts: dict[str, int]) -> None:
    specs = {spec.title: spec for spec in browser.get(LIST).context["cl"].filter_specs}
    statuses = {value: count for value, _, count in specs["status"].lookup_choices}
    tags = {title: count for _, title, count in specs["tag"].lookup_choices}
    assert (statuses["pending"], statuses["bounced"], statuses["complained"]) == (2, 1, 0)
    assert tags == {"A": 2, "B": 2}


@pytest.mark.parametrize(
    "query", ["tag={a}&tag={b}&tag_mode=all&status=pending", "created_from=2020-01-01&list={weekly}", "segment=1"]
)
def test_it_costs_as_many_statements_for_many_contacts_as_for_few(
    browser: Client, contacts: dict[str, int], monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(SubscriberAdmin, "list_per_page", 5)
    address = f"{LIST}?{query.format(**contacts)}"
    browser.get(address)
    counts = []
    for size in (6, 30):
        SubscriberFactory.create_batch(size, status="pending", tags=[contacts["a"], contacts["b"]], lists=[])
        with CaptureQueriesContext(connection) as asked:
            browser.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_it_says_that_the_database_has_stopped_a_statement(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(self: Any) -> int:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr("staff.pages.IdsFirst.count", property(stopped))
    answer = browser.get(LIST, {"created_from": "2020-01-01"})
    assert answer.status_code == 503
    assert "has stopped after its time limit" in answer.content.decode()

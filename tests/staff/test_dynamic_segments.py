"""Dynamic segments in the admin, and the list of contacts narrowed by one. One file, as it is one screen."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from changes.models import Change
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import contacts_of
from subscribers.conditions import Code
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet
from tests.dynamic_segments.factories import DynamicSegmentFactory, segment_of
from tests.factories import SubscriberFactory

LIST = "/admin/dynamic_segments/dynamicsegment/"
CONTACTS = "/admin/subscribers/subscriber/"
IN_LEEDS = {"conditions": [{"field": "city", "operator": "=", "value": "Leeds"}]}


def form(**values: Any) -> dict[str, Any]:
    return {"title": "In Leeds", "description": "", "filters": json.dumps(IN_LEEDS)} | values


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def test_it_lists_kept_counts_with_links_to_the_contacts(browser: Client) -> None:
    segment = DynamicSegmentFactory.create(title="b", contact_count=1234, counted_at="2026-01-31T09:05:00Z")
    new = DynamicSegmentFactory.create(title="A")
    answer = browser.get(LIST)
    assert list(answer.context["cl"].result_list) == [new, segment]
    page = answer.content.decode()
    assert f'<a href="{CONTACTS}?segment={segment.pk}">1,234</a>' in page
    assert "31 Jan 2026, 09:05" in page
    assert "not yet" in page


@pytest.mark.parametrize("segments", [1, 30])
def test_it_lists_with_a_constant_number_of_statements(
    browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries, segments: int
) -> None:
    DynamicSegmentFactory.create_batch(segments)
    with django_assert_max_num_queries(4):
        assert browser.get(LIST).status_code == 200


def test_it_finds_by_title_and_description(browser: Client) -> None:
    DynamicSegmentFactory.create(title="Spring", description="For the fair")
    DynamicSegmentFactory.create(title="Other")
    for text in ("SPRING", "fair"):
        assert [one.title for one in browser.get(LIST, {"q": text}).context["cl"].result_list] == ["Spring"]


def test_it_makes_and_changes_a_segment_and_records_it(browser: Client, admin: User) -> None:
    SubscriberFactory.create(city="leeds")
    assert browser.post(f"{LIST}add/", form(title=" In\nLeeds ")).status_code == 302
    segment = DynamicSegment.objects.get()
    assert (segment.title, segment.filters, segment.created_by) == ("In Leeds", IN_LEEDS, admin)
    page = browser.get(f"{LIST}{segment.pk}/change/").content.decode()
    assert f'<a href="{CONTACTS}?segment={segment.pk}">1 contact</a>' in page
    others = json.dumps({"conditions": [{"field": "city", "operator": "!=", "value": "Leeds"}]})
    assert browser.post(f"{LIST}{segment.pk}/change/", form(filters=others)).status_code == 302
    assert ">0 contacts</a>" in browser.get(f"{LIST}{segment.pk}/change/").content.decode()
    assert list(Change.objects.order_by("pk").values_list("event", "channel")) == [
        ("dynamic_segment_created", "admin"),
        ("dynamic_segment_updated", "admin"),
    ]


# --- The builder on the page of a segment -------------------------------------------------------


def groups(*conditions: tuple[str, str, Any]) -> str:
    """What the builder writes into the box: a group of (key, operator, value)."""
    rows = [{"source": key.split("/"), "operator": operator, "value": value} for key, operator, value in conditions]
    return json.dumps([rows])


def box_of(browser: Client, segment: DynamicSegment) -> tuple[str, Any]:
    """The text of the box, and what the builder starts with; None where there is no builder."""
    page = browser.get(f"{LIST}{segment.pk}/change/").content.decode()
    text = re.findall(r'<textarea name="filters"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)[0]
    given = re.findall(r'data-conditions="([^"]*)"', page)
    return unescape(text), json.loads(unescape(given[0])) if given else None


def save(browser: Client, segment: DynamicSegment, filters: str) -> Any:
    answer = browser.post(f"{LIST}{segment.pk}/change/", form(title=segment.title, filters=filters))
    segment.refresh_from_db()
    return answer


OLD_WORDS = {
    "conditions": [
        {"field": "city", "operator": "LIKE", "value": "Leeds"},
        {"field": "status", "operator": "=", "value": "subscribed"},
        {"field": "created_at", "operator": ">=", "value": 30},
    ],
    "condition_match": "match_all",
    "email_activities": {"status": "yes", "last_email_open": {"value": 9, "operator": "<="}},
}


def test_the_builder_shows_a_segment_in_fluentcrms_words(browser: Client) -> None:
    segment = DynamicSegmentFactory.create(filters=OLD_WORDS)
    text, given = box_of(browser, segment)
    assert json.loads(text) == OLD_WORDS
    assert [
        [(row["key"], row["operator"], row["value"], row["locked"]) for row in group] for group in given["groups"]
    ] == [
        [
            ("subscriber/city", "contains", "Leeds", False),
            ("segment/status", "in", "subscribed", False),
            ("subscriber/created_at", "days_within", "30", False),
            ("activities/last_email_open", "days_before", "9", False),
        ]
    ]
    assert "segment/dynamic_segments" not in given["fields"]


def test_words_that_nobody_changed_stay_as_they_are(browser: Client) -> None:
    segment = DynamicSegmentFactory.create(filters=OLD_WORDS)
    text, _ = box_of(browser, segment)
    assert save(browser, segment, text.replace("\n", "\r\n")).status_code == 302
    assert segment.filters == OLD_WORDS


def test_words_stay_fluentcrms_as_far_as_they_can_say_it(browser: Client) -> None:
    segment = DynamicSegmentFactory.create(filters=OLD_WORDS)
    city, opened = ("subscriber/city", "in", "Leeds, York"), ("activities/last_email_open", "days_within", "7")
    save(browser, segment, groups(city, opened))
    assert segment.filters == {
        "conditions": [{"field": "city", "operator": "whereIn", "value": "Leeds, York"}],
        "condition_match": "match_all",
        "email_activities": {
            "status": "yes",
            "last_email_open": {"value": "7", "operator": ">="},
            "last_email_activity_match": "match_all",
        },
    }
    either = json.dumps([json.loads(groups(city))[0], json.loads(groups(("segment/status", "in", ["bounced"])))[0]])
    save(browser, segment, either)
    assert (segment.filters["condition_match"], len(segment.filters["conditions"])) == ("match_any", 2)


@pytest.mark.parametrize(
    "conditions",
    [
        [("subscriber/phone", "=", "1")],
        [("subscriber/city", "not_null", "")],
        [("activities/last_email_open", "days_within", "7"), ("activities/last_email_open", "days_before", "3")],
        # In a segment's own words 0 days do not matter.
        [("subscriber/city", "=", "Leeds"), ("activities/last_email_open", "days_before", "0")],
    ],
)
def test_what_they_cannot_say_becomes_advanced_filters(browser: Client, conditions: list[Any]) -> None:
    segment = DynamicSegmentFactory.create(filters=OLD_WORDS)
    assert save(browser, segment, groups(*conditions)).status_code == 302
    assert segment.filters == {"filters": json.loads(groups(*conditions))}
    assert len(segment.conditions[0]) == len(conditions)


def test_a_new_segment_is_advanced_filters(browser: Client) -> None:
    SubscriberFactory.create(city="leeds")
    assert browser.post(f"{LIST}add/", form(filters=groups(("subscriber/city", "=", "Leeds")))).status_code == 302
    segment = DynamicSegment.objects.get()
    assert segment.filters == {"filters": json.loads(groups(("subscriber/city", "=", "Leeds")))}
    assert contacts_of(segment).count() == 1


@pytest.mark.parametrize("words", [{"conditions": "odd"}, {"filters": "odd"}, {"filters": [5]}, {"filters": {"a": 1}}])
def test_what_the_builder_cannot_show_is_left_to_the_box_and_said(browser: Client, words: Any) -> None:
    segment = DynamicSegmentFactory.create(filters=words)
    text, given = box_of(browser, segment)
    assert (json.loads(text), given) == (words, None)
    assert "The builder cannot show these conditions." in browser.get(f"{LIST}{segment.pk}/change/").content.decode()


def test_each_error_is_at_its_condition(browser: Client) -> None:
    segment = DynamicSegmentFactory.create()
    sent = groups(("subscriber/city", "=", "Leeds"), ("segment/tags", "in", ["999"]))
    answer = save(browser, segment, sent)
    assert errors(answer)["filters"][0].startswith("Some conditions need a look. The condition on tags has values")
    given = json.loads(unescape(re.findall(r'data-conditions="([^"]*)"', answer.content.decode())[0]))
    assert [bool(row["error"]) for row in given["groups"][0]] == [False, True]


def test_a_segment_cannot_ask_for_a_segment_by_the_builder_either(browser: Client) -> None:
    segment, other = DynamicSegmentFactory.create_batch(2)
    answer = save(browser, segment, groups(("segment/dynamic_segments", "in", [str(other.pk)])))
    assert errors(answer) == {"filters": ["The conditions of a segment cannot ask for a segment."]}


def test_only_who_may_see_contacts_counts_them(viewer_of: Callable[..., Client]) -> None:
    segment = DynamicSegmentFactory.create(filters={"filters": json.loads(groups(("subscriber/city", "=", "Leeds")))})
    change = [f"dynamic_segments.{verb}_dynamicsegment" for verb in ("view", "change")]
    for rights, offered in ((change, False), ([*change, "subscribers.view_subscriber"], True)):
        page = viewer_of(*rights).get(f"{LIST}{segment.pk}/change/").content.decode()
        assert ("conditions-count" in page) is offered
    page = viewer_of(change[0]).get(f"{LIST}{segment.pk}/change/").content.decode()
    assert "City is Leeds" in page
    assert "data-conditions" not in page


def test_the_words_of_a_segment_are_counted_too(browser: Client) -> None:
    SubscriberFactory.create(city="Leeds")
    sent = {"filters": json.dumps(IN_LEEDS)}
    assert browser.post(f"{CONTACTS}conditions/?_count=filters", sent).content == b"1 contact"
    assert (
        browser.post(f"{CONTACTS}conditions/?_count=filters", {"filters": "{}"}).content
        == b"Add at least one condition."
    )


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"title": " "}, "title", "This field is required."),
        ({"filters": "x"}, "filters", "This is not the JSON text of an object."),
        ({"filters": "{}"}, "filters", "Add at least one condition."),
        ({"filters": '{"conditions": [{"field": "shoes"}]}'}, "filters", "The field of a condition must be one of: "),
        (
            {"filters": '{"conditions": [{"field": "tags", "operator": "=", "value": ["x"]}]}'},
            "filters",
            "The condition",
        ),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, values: dict[str, str], field: str, text: str) -> None:
    answer = browser.post(f"{LIST}add/", form(**values))
    assert errors(answer)[field][0].startswith(text)
    assert not DynamicSegment.objects.exists()


def test_it_refuses_a_segment_that_asks_for_a_segment(browser: Client) -> None:
    other = DynamicSegmentFactory.create()
    condition = {"source": ["segment", "dynamic_segments"], "operator": "in", "value": [other.pk]}
    answer = browser.post(f"{LIST}add/", form(filters=json.dumps({"filters": [[condition]]})))
    assert errors(answer) == {"filters": ["The conditions of a segment cannot ask for a segment."]}


def test_it_shows_a_segment_that_takes_too_long_to_count(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = DynamicSegmentFactory.create()

    def take_too_long(self: Any) -> int:
        raise OperationalError

    monkeypatch.setattr(SubscriberQuerySet, "count", take_too_long)
    assert "Too many to count now" in browser.get(f"{LIST}{segment.pk}/change/").content.decode()


def test_it_deletes_segments_and_keeps_their_contacts(browser: Client) -> None:
    SubscriberFactory.create()
    first, second = DynamicSegmentFactory.create_batch(2)
    assert browser.post(f"{LIST}{first.pk}/delete/", {"post": "yes"}).status_code == 302
    page = browser.post(LIST, {"action": "delete_selected", "_selected_action": [second.pk]})
    sent = dict(page.context["sent"]) | {"_selected_action": [second.pk]}
    assert browser.post(LIST, sent).status_code == 302
    assert not DynamicSegment.objects.exists()
    assert Subscriber.objects.count() == 1
    assert Change.objects.filter(event="dynamic_segment_deleted").count() == 2


# --- The list of contacts -----------------------------------------------------------------------


def test_contacts_are_narrowed_by_a_segment(browser: Client) -> None:
    bounced, _ = SubscriberFactory.create(status="bounced"), SubscriberFactory.create()
    segment = segment_of(Code("status", "in", ("bounced",)), title="Those who bounced")
    answer = browser.get(f"{CONTACTS}?segment={segment.pk}")
    assert list(answer.context["cl"].result_list) == [bounced]
    assert answer.context["cl"].result_count == 1
    assert "Those who bounced" in answer.content.decode()
    DynamicSegment.objects.all().delete()
    assert list(browser.get(f"{CONTACTS}?segment={segment.pk}").context["cl"].result_list) == []


@pytest.mark.parametrize("value", ["x", "-1", "1" * 30, "\x00"])
def test_a_segment_that_there_cannot_be_finds_nobody(browser: Client, value: str) -> None:
    SubscriberFactory.create()
    answer = browser.get(CONTACTS, {"segment": value}, follow=True)
    assert answer.status_code == 200

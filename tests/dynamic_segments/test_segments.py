"""/dynamic-segments: the segments themselves. One file, as it is one endpoint."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.models import Change
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import contacts_of
from subscribers.conditions import Code, Link
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet
from tests.client import Api
from tests.dynamic_segments.factories import DynamicSegmentFactory, segment_of
from tests.emails.factories import MessageFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import NOT_FOUND
from wp_rest.dates import write_datetime

LEEDS = {"field": "city", "operator": "=", "value": "Leeds"}
BLANK = {"field": "", "operator": "", "value": ""}
ACTIVITIES = {
    "status": "yes",
    "last_email_open": {"value": "7", "operator": ">="},
    "last_email_link_click": {"value": 0, "operator": ">="},
    "last_email_activity_match": "match_any",
}


def made(api: Api, **words: Any) -> DynamicSegment:
    answer = api.post("/dynamic-segments", {"segment": {"title": "New", **words}})
    assert answer.status_code == 200, answer.content
    segment: DynamicSegment = DynamicSegment.objects.get(pk=answer.json()["segment"]["id"])
    return segment


def found_by(api: Api, **words: Any) -> set[str]:
    """The first names of those whom a new segment finds; an estimate finds as many."""
    found = set(contacts_of(made(api, **words)).values_list("first_name", flat=True))
    assert api.post("/dynamic-segments/estimated-contacts", {"filters": words}).json() == {"count": len(found)}
    return found


@pytest.mark.parametrize("as_text", [True, False])
def test_it_saves_what_was_sent_and_counts(api: Api, as_text: bool) -> None:
    SubscriberFactory.create_batch(2, city="LEEDS")
    SubscriberFactory.create()
    words = {"conditions": [LEEDS], "condition_match": "match_any", "email_activities": ACTIVITIES | {"status": "no"}}
    segment = {"title": " In\nLeeds ", "description": "North", **words}
    answer = api.post("/dynamic-segments", {"segment": json.dumps(segment) if as_text else segment})
    kept = DynamicSegment.objects.get()
    assert answer.json() == {
        "message": "Segment has been created",
        "segment": {
            "id": kept.pk,
            "slug": "custom_segment",
            "title": "In Leeds",
            "description": "North",
            **words,
            "filters": [],
            "count": 2,
            "counted_at": write_datetime(kept.counted_at),
            "created_at": write_datetime(kept.created_at),
            "updated_at": write_datetime(kept.updated_at),
        },
    }
    assert kept.created_by is not None
    assert kept.created_by.username == "admin"
    [change] = Change.objects.filter(subject_kind="dynamic_segment")
    assert (change.event, change.subject_id, change.details) == (
        "dynamic_segment_created",
        kept.pk,
        {"title": "In Leeds"},
    )


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"field": "city", "operator": "=", "value": "leeds"}, {"Ada", "Bob"}),
        ({"field": "city", "operator": "!=", "value": "Leeds"}, {"Cem"}),
        ({"field": "email", "operator": "LIKE", "value": "ADA"}, {"Ada"}),
        ({"field": "email", "operator": "NOT LIKE", "value": "ada"}, {"Bob", "Cem"}),
        ({"field": "first_name", "operator": "whereIn", "value": ["Ada", "Cem"]}, {"Ada", "Cem"}),
        ({"field": "first_name", "operator": "whereNotIn", "value": ["Ada", "Cem"]}, {"Bob"}),
        ({"field": "status", "operator": "whereIn", "value": ["bounced"]}, {"Bob"}),
        ({"field": "status", "operator": "=", "value": "bounced"}, {"Bob"}),
        ({"field": "status", "operator": "whereNotIn", "value": ["bounced"]}, {"Ada", "Cem"}),
        ({"field": "tags", "operator": "whereIn", "value": ["tag"]}, {"Ada"}),
        ({"field": "tags", "operator": "whereNotIn", "value": ["tag"]}, {"Bob", "Cem"}),
        ({"field": "lists", "operator": "=", "value": "list"}, {"Cem"}),
        ({"field": "created_at", "operator": ">=", "value": 7}, {"Ada", "Bob"}),
        ({"field": "created_at", "operator": "<=", "value": "7"}, {"Cem"}),
    ],
)
def test_it_reads_each_field(api: Api, condition: dict[str, Any], found: set[str]) -> None:
    tag, one = TagFactory.create(slug="tag"), ContactListFactory.create(slug="list")
    SubscriberFactory.create(first_name="Ada", email="ada@example.com", city="Leeds", tags=[tag])
    SubscriberFactory.create(first_name="Bob", city="Leeds", status="bounced")
    old = SubscriberFactory.create(first_name="Cem", lists=[one])
    Subscriber.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=10))
    assert found_by(api, conditions=[condition]) == found
    assert made(api, conditions=[condition]).filters == {"conditions": [condition]}


def test_it_joins_conditions_and_activities(api: Api) -> None:
    now = timezone.now()
    for name, city, days in (("Ada", "Leeds", 1), ("Bob", "Leeds", 20), ("Cem", "Bursa", 1), ("Dee", "Bursa", 20)):
        contact = SubscriberFactory.create(first_name=name, city=city)
        MessageFactory.create(
            subscriber=contact, opened_at=now - timedelta(days=days), clicked_at=now if name in "Ada Dee" else None
        )
    bursa = LEEDS | {"value": "Bursa"}
    opened = {"email_activities": ACTIVITIES}
    clicked = {"last_email_link_click": {"value": 3, "operator": ">="}}
    assert found_by(api, conditions=[LEEDS, bursa]) == set()
    assert found_by(api, conditions=[LEEDS, bursa], condition_match="match_any") == {"Ada", "Bob", "Cem", "Dee"}
    assert found_by(api, conditions=[LEEDS, BLANK], **opened) == {"Ada"}
    assert found_by(api, conditions=[LEEDS, bursa], condition_match="match_any", **opened) == {"Ada", "Cem"}
    assert found_by(api, conditions=[BLANK], **opened) == {"Ada", "Cem"}
    assert found_by(api, email_activities=ACTIVITIES | clicked) == {"Ada", "Cem", "Dee"}
    both = ACTIVITIES | clicked | {"last_email_activity_match": "match_all"}
    assert found_by(api, email_activities=both) == {"Ada"}
    before = ACTIVITIES | {"last_email_open": {"value": 7, "operator": "<="}}
    assert found_by(api, email_activities=before) == {"Bob", "Dee"}


def test_it_takes_advanced_filters_instead(api: Api) -> None:
    SubscriberFactory.create(first_name="Ada", city="Leeds")
    SubscriberFactory.create(first_name="Bob")
    filters = [[{"source": ["subscriber", "city"], "operator": "is_null"}]]
    assert found_by(api, filters=filters) == {"Bob"}
    answer = api.post("/dynamic-segments", {"segment": {"title": "New", "filters": json.dumps(filters)}})
    assert (answer.json()["segment"]["filters"], answer.json()["segment"]["count"]) == (json.dumps(filters), 1)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"conditions": []},
        {"conditions": "x"},
        {"conditions": 7},
        {"conditions": ["x"]},
        {"conditions": [BLANK]},
        {"conditions": [LEEDS | {"field": "shoe_size"}]},
        {"conditions": [LEEDS | {"field": ["city"]}]},
        {"conditions": [LEEDS | {"operator": ">="}]},
        {"conditions": [LEEDS | {"operator": None}]},
        {"conditions": [LEEDS | {"value": ""}]},
        {"conditions": [LEEDS, LEEDS | {"value": []}]},
        {"conditions": [LEEDS] * 101},
        {"conditions": [{"field": "tags", "operator": "whereNotIn", "value": ["none such"]}]},
        {"conditions": [{"field": "tags", "operator": "whereIn", "value": [10**30]}]},
        {"conditions": [{"field": "status", "operator": "whereNotIn", "value": ["happy"]}]},
        {"conditions": [{"field": "created_at", "operator": ">=", "value": "soon"}]},
        {"conditions": [{"field": "created_at", "operator": ">=", "value": 10**9}]},
        {"conditions": [{"field": "created_at", "operator": ">=", "value": -1}]},
        {"conditions": [LEEDS], "condition_match": "some"},
        {"conditions": [LEEDS], "condition_match": ["match_all"]},
        {"conditions": [LEEDS], "email_activities": "x"},
        {"conditions": [LEEDS], "email_activities": ACTIVITIES | {"last_email_open": {"value": "x", "operator": ">="}}},
        {"conditions": [LEEDS], "email_activities": ACTIVITIES | {"last_email_open": {"value": 7, "operator": "="}}},
        {"conditions": [LEEDS], "email_activities": ACTIVITIES | {"last_email_open": 7}},
        {"conditions": [LEEDS], "email_activities": ACTIVITIES | {"last_email_activity_match": 1}},
        {"email_activities": ACTIVITIES | {"status": "no"}},
        {"email_activities": {"status": "yes"}},
        {"filters": [[]]},
        {"filters": [[{"source": ["subscriber", "city"], "operator": "=", "value": ""}]]},
        {"filters": "x"},
        {"filters": [[{"source": ["subscriber", "city"], "operator": "=", "value": "x"}]], "conditions": [LEEDS]},
    ],
    ids=str,
)
def test_it_refuses_conditions_that_would_find_others(api: Api, words: dict[str, Any]) -> None:
    segment = segment_of(Code("status", "in", ("bounced",)))
    before = segment.conditions
    for answer in (
        api.post("/dynamic-segments", {"segment": {"title": "New", **words}}),
        api.put(f"/dynamic-segments/{segment.pk}", {"segment": {"title": "New", "conditions": [], **words}}),
        api.post("/dynamic-segments/estimated-contacts", {"filters": {"conditions": [], **words}}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "rest_invalid_param"), answer.content
    [kept] = DynamicSegment.objects.all()
    assert (kept.title, kept.conditions) == (segment.title, before)


@pytest.mark.parametrize(
    "body", [{}, {"segment": ""}, {"segment": {"conditions": [LEEDS]}}, {"segment": {"title": " "}}]
)
def test_a_title_is_due(api: Api, body: Any) -> None:
    answer = api.post("/dynamic-segments", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "rest_missing_callback_param")


@pytest.mark.parametrize("sent", ["x", 7, ["x"], "\ud800", "[1]"])
def test_a_segment_is_an_object(api: Api, sent: Any) -> None:
    assert api.post("/dynamic-segments", {"segment": sent}).status_code in (400, 422)
    assert not DynamicSegment.objects.exists()


def test_texts_that_the_database_cannot_keep_are_cleaned(api: Api) -> None:
    segment = made(api, title="a\x00b", conditions=[LEEDS | {"value": "Le\x00eds"}])
    assert (segment.title, segment.filters["conditions"][0]["value"]) == ("ab", "Leeds")


def test_segments_cannot_ask_for_segments(api: Api) -> None:
    segment = DynamicSegmentFactory.create()
    filters = [[{"source": ["segment", "dynamic_segments"], "operator": "in", "value": [segment.pk]}]]
    answer = api.put(f"/dynamic-segments/{segment.pk}", {"segment": {"title": "New", "filters": filters}})
    assert (answer.status_code, answer.json()["message"]) == (
        422,
        "The conditions of a segment cannot ask for a segment.",
    )


def test_an_update_replaces_the_conditions_and_counts_again(api: Api) -> None:
    SubscriberFactory.create(city="Leeds")
    segment = made(api, conditions=[LEEDS], description="Kept")
    counted_at = segment.counted_at
    answer = api.put(f"/dynamic-segments/{segment.pk}", {"segment": {"title": "Renamed"}}).json()["segment"]
    assert (answer["title"], answer["conditions"], answer["description"]) == ("Renamed", [LEEDS], "Kept")
    assert DynamicSegment.objects.get().counted_at == counted_at
    words = {"conditions": [LEEDS | {"operator": "!="}]}
    answer = api.put(f"/dynamic-segments/{segment.pk}", {"segment": {"title": "Others", **words}}).json()
    assert answer["message"] == "Segment has been updated"
    assert (answer["segment"]["count"], answer["segment"]["conditions"]) == (0, words["conditions"])
    segment.refresh_from_db()
    assert (segment.contact_count, segment.filters) == (0, words)
    assert Change.objects.filter(event="dynamic_segment_updated").count() == 2


def test_a_count_that_takes_too_long_is_left_to_workers(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_too_long(self: Any) -> int:
        raise OperationalError

    monkeypatch.setattr(SubscriberQuerySet, "count", take_too_long)
    answer = api.post("/dynamic-segments", {"segment": {"title": "New", "conditions": [LEEDS]}})
    assert answer.status_code == 200
    assert (answer.json()["segment"]["count"], answer.json()["segment"]["counted_at"]) == (0, None)
    assert DynamicSegment.objects.get().tried_at is not None


def test_the_list_has_kept_counts(api: Api) -> None:
    first = DynamicSegmentFactory.create(description="Of all", contact_count=7, counted_at="2026-01-31T09:05:00Z")
    second = DynamicSegmentFactory.create()
    SubscriberFactory.create()
    assert api.get("/dynamic-segments").json() == {
        "dynamic_segments": [
            {
                "slug": "custom_segment",
                "title": second.title,
                "subtitle": "",
                "id": second.pk,
                "count": 0,
                "counted_at": None,
            },
            {
                "slug": "custom_segment",
                "title": first.title,
                "subtitle": "Of all",
                "id": first.pk,
                "count": 7,
                "counted_at": "2026-01-31 09:05:00",
            },
        ]
    }
    stats = {"stats": {f"custom_segment_{first.pk}": 7, f"custom_segment_{second.pk}": 0}}
    assert api.get("/dynamic-segments/stats").json() == stats


def test_without_segments_there_are_no_stats(api: Api) -> None:
    assert api.get("/dynamic-segments/stats").json() == {"stats": None}


@pytest.mark.parametrize("path", ["/dynamic-segments", "/dynamic-segments/stats"])
def test_lists_cost_as_many_statements_for_many_as_for_few(api: Api, path: str) -> None:
    api.get(path)  # the first use of the credentials is kept
    counts = []
    for size in (1, 20):
        DynamicSegmentFactory.create_batch(size)
        with CaptureQueriesContext(connection) as statements:
            api.get(path)
        counts.append(len(statements))
    # The credentials, and the segments.
    assert counts == [2, 2]


def test_a_copy_has_the_same_conditions(api: Api) -> None:
    SubscriberFactory.create(city="Leeds")
    segment = made(api, title="x" * 190, conditions=[LEEDS], description="Of the north")
    answer = api.post(f"/dynamic-segments/duplicate/{segment.pk}").json()
    copy = DynamicSegment.objects.exclude(pk=segment.pk).get()
    assert answer == {"message": "Segment has been duplicated", "segment_id": copy.pk}
    assert copy.title.startswith("[Duplicate] xxx")
    for name in ("description", "filters", "conditions", "contact_count"):
        assert getattr(copy, name) == getattr(segment, name)


def test_a_deletion_leaves_the_contacts(api: Api) -> None:
    contact = SubscriberFactory.create()
    segment = DynamicSegmentFactory.create()
    answer = api.delete(f"/dynamic-segments/{segment.pk}")
    assert answer.json() == {"message": "Selected segment has been deleted"}
    assert not DynamicSegment.objects.exists()
    assert Subscriber.objects.filter(pk=contact.pk).exists()
    assert Change.objects.get(event="dynamic_segment_deleted").details == {"title": segment.title}


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PUT", "/dynamic-segments/{}"),
        ("DELETE", "/dynamic-segments/{}"),
        ("POST", "/dynamic-segments/duplicate/{}"),
        ("GET", "/dynamic-segments/custom_segment/subscribers/{}"),
    ],
)
def test_it_knows_none_that_there_is_not(api: Api, verb: str, path: str) -> None:
    answer = api.send(verb, path.format(10**12), {"segment": {"title": "New", "conditions": [LEEDS]}})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_the_form_names_every_field_and_operator_that_conditions_take(api: Api) -> None:
    tag, one = TagFactory.create(), ContactListFactory.create()
    form = api.get("/dynamic-segments/custom-fields").json()
    [conditions, activities] = form["fields"]
    values = {"tags": [tag.pk], "lists": [one.pk], "status": ["bounced"], "created_at": 7, "last_activity": 7}
    for name, field in conditions["fields"].items():
        for operator in field.get("operators", {}):
            made(api, conditions=[{"field": name, "operator": operator, "value": values.get(name, "x")}])
    assert form["settings_defaults"].keys() == {"conditions", "condition_match", "email_activities"}
    assert activities["fields"].keys() == form["settings_defaults"]["email_activities"].keys()
    refused = api.post("/dynamic-segments", {"segment": {"title": "New", **form["settings_defaults"]}})
    assert refused.json()["message"] == "Add at least one condition."


def test_it_lists_the_contacts_as_they_are_now(api: Api) -> None:
    tag = TagFactory.create()
    segment = segment_of(Link("tags", "in", (tag.pk,)), contact_count=7)
    ada, bob = (SubscriberFactory.create(first_name=name, tags=[tag]) for name in ("Ada", "Bob"))
    SubscriberFactory.create()
    path = f"/dynamic-segments/custom_segment/subscribers/{segment.pk}"
    answer = api.get(f"{path}?sort_by=first_name&sort_type=DESC&per_page=1&custom_fields=true&has_commerce=1").json()
    assert (answer["segment"]["id"], answer["segment"]["count"]) == (segment.pk, 7)
    page = answer["subscribers"]
    assert (page["total"], page["per_page"], page["last_page"]) == (2, 1, 2)
    [row] = page["data"]
    assert (row["id"], [one["id"] for one in row["tags"]], row["custom_fields"]) == (bob.pk, [tag.pk], {})
    [row] = api.get(f"{path}?search=ada").json()["subscribers"]["data"]
    assert row["id"] == ada.pk
    assert api.get(path).json()["subscribers"]["per_page"] == 15


def test_the_page_costs_as_many_statements_for_many_contacts_as_for_few(api: Api) -> None:
    segment = DynamicSegmentFactory.create()
    api.get("/dynamic-segments")  # the first use of the credentials is kept
    counts = []
    for size in (1, 14):
        SubscriberFactory.create_batch(size, tags=TagFactory.create_batch(2))
        with CaptureQueriesContext(connection) as statements:
            api.get(f"/dynamic-segments/custom_segment/subscribers/{segment.pk}?per_page=20")
        counts.append(len(statements))
    # The credentials, the segment, the ids, and two for the rows.
    assert counts == [5, 5]


def test_there_is_one_kind_of_segment(api: Api) -> None:
    answer = api.get("/dynamic-segments/wordpress_users/subscribers/0")
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")

"""Segments where contacts are chosen: in the list, in bulk actions, in the background."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dynamic_segments.conditions import MOST_CONDITIONS, InSegment
from dynamic_segments.models import DynamicSegment
from subscribers.conditions import Code, Conditions
from subscribers.models import Subscriber
from tests.client import Api
from tests.dynamic_segments.factories import DynamicSegmentFactory, segment_of
from tests.factories import SubscriberFactory, TagFactory, UserFactory
from tests.jobs.queue import run_tasks

NO_SUCH_ID = 10**12


@pytest.fixture
def bounced(db: None) -> DynamicSegment:
    """Those who bounced: Ada in Leeds, and Bob. Cem did not."""
    SubscriberFactory.create(first_name="Ada", status="bounced", city="Leeds")
    SubscriberFactory.create(first_name="Bob", status="bounced")
    SubscriberFactory.create(first_name="Cem", city="Leeds")
    return segment_of(Code("status", "in", ("bounced",)))


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    page = answer.json()
    assert page["total"] == len(page["data"])
    return {row["first_name"] for row in page["data"]}


def advanced(operator: str, *ids: Any) -> str:
    condition = {"source": ["segment", "dynamic_segments"], "operator": operator, "value": list(ids)}
    return f"/subscribers?filter_type=advanced&advanced_filters={json.dumps([[condition]])}"


def test_the_list_of_contacts_is_narrowed(api: Api, bounced: DynamicSegment) -> None:
    path = f"/subscribers?dynamic_segments[]={bounced.pk}"
    assert names(api.get(path)) == {"Ada", "Bob"}
    assert names(api.get(f"{path}&search=leeds")) == {"Ada"}
    assert names(api.get(f"{path}&statuses=subscribed")) == set()
    other = segment_of(Code("status", "in", ("subscribed",)))
    assert names(api.get(f"/subscribers?dynamic_segments={bounced.pk},{other.pk}")) == {"Ada", "Bob", "Cem"}


def test_advanced_filters_ask_for_segments(api: Api, bounced: DynamicSegment) -> None:
    assert names(api.get(advanced("in", bounced.pk))) == {"Ada", "Bob"}
    assert names(api.get(advanced("in", str(bounced.pk)))) == {"Ada", "Bob"}
    assert names(api.get(advanced("not_in", bounced.pk))) == {"Cem"}


@pytest.mark.parametrize("sent", [NO_SUCH_ID, "x", 10**30, -1])
def test_a_segment_that_there_is_not_has_nobody(api: Api, bounced: DynamicSegment, sent: Any) -> None:
    assert names(api.get(f"/subscribers?dynamic_segments[]={sent}")) == set()
    assert names(api.get(advanced("in", sent))) == set()
    if sent == NO_SUCH_ID:
        assert names(api.get(advanced("not_in", sent))) == set()


def large_segment(size: int) -> DynamicSegment:
    groups = tuple((Code("status", "in", ("bounced",)),) for _ in range(size))
    return DynamicSegmentFactory.create(conditions=Conditions(groups).to_json())


def test_segments_have_as_many_conditions_together_as_the_database_can_nest(api: Api, bounced: DynamicSegment) -> None:
    fit = [large_segment(MOST_CONDITIONS - 1).pk, bounced.pk]
    assert names(api.get(advanced("in", *fit))) == {"Ada", "Bob"}
    assert names(api.get(advanced("not_in", *fit))) == {"Cem"}
    assert names(api.get(f"/subscribers?dynamic_segments={fit[0]},{fit[1]}")) == {"Ada", "Bob"}


def test_more_are_refused_where_they_are_asked_for(api: Api, bounced: DynamicSegment) -> None:
    many = [large_segment(MOST_CONDITIONS // 2).pk, large_segment(MOST_CONDITIONS // 2).pk, bounced.pk]
    message = f"The segments of a filter may have {MOST_CONDITIONS} conditions together."
    each = [{"source": ["segment", "dynamic_segments"], "operator": "in", "value": [pk]} for pk in many]
    for path in (
        advanced("in", *many),
        advanced("not_in", *many),
        f"/subscribers?filter_type=advanced&advanced_filters={json.dumps([each])}",
        f"/subscribers?filter_type=advanced&advanced_filters={json.dumps([[one] for one in each])}",
        f"/subscribers?dynamic_segments={','.join(map(str, many))}",
    ):
        answer = api.get(path)
        assert (answer.status_code, answer.json()["message"]) == (422, message)
    answer = api.post("/subscribers/do-bulk-action", everybody({"dynamic_segments": many}))
    assert (answer.status_code, answer.json()["message"]) == (422, message)


def test_nobody_is_in_segments_that_have_grown_beyond_that(bounced: DynamicSegment) -> None:
    ids = (large_segment(MOST_CONDITIONS).pk, bounced.pk)
    for operator in ("in", "not_in"):
        assert not Subscriber.objects.filter(InSegment("dynamic_segments", operator, ids).as_q()).exists()


def test_the_list_costs_as_many_statements_for_many_as_for_few(api: Api, bounced: DynamicSegment) -> None:
    path = f"/subscribers?per_page=100&dynamic_segments[]={bounced.pk}"
    api.get(path)
    counts = []
    for size in (1, 30):
        SubscriberFactory.create_batch(size, status="bounced", tags=[TagFactory.create()])
        with CaptureQueriesContext(connection) as statements:
            assert api.get(path).status_code == 200
        counts.append(len(statements))
    # The credentials, the segment, the ids, and two for the rows.
    assert counts == [5, 5]


def everybody(query: dict[str, Any], **more: Any) -> dict[str, Any]:
    tag = TagFactory.create()
    chosen = {"is_all": "yes", "contact_query": query}
    return {"action_name": "add_to_tags", "action_options": [tag.pk], **chosen, **more}


def tagged() -> set[str]:
    return set(Subscriber.objects.filter(tags__isnull=False).values_list("first_name", flat=True))


def test_a_bulk_action_takes_those_in_the_segment(api: Api, bounced: DynamicSegment) -> None:
    answer = api.post("/subscribers/do-bulk-action", everybody({"dynamic_segments": [bounced.pk]}))
    assert answer.status_code == 200
    assert tagged() == {"Ada", "Bob"}


@pytest.mark.parametrize("sent", [[NO_SUCH_ID], ["x"], [], "", [None]])
def test_a_bulk_action_refuses_a_segment_that_there_is_not(api: Api, bounced: DynamicSegment, sent: Any) -> None:
    answer = api.post("/subscribers/do-bulk-action", everybody({"dynamic_segments": sent}))
    assert answer.status_code == 400
    for operator in ("in", "not_in", "="):
        condition = {"source": ["segment", "dynamic_segments"], "operator": operator, "value": sent}
        query = {"filter_type": "advanced", "advanced_filters": [[condition]]}
        assert api.post("/subscribers/do-bulk-action", everybody(query)).status_code == 400
    assert tagged() == set()


def test_a_bulk_action_in_the_background_asks_for_the_segment_of_that_time(api: Api, bounced: DynamicSegment) -> None:
    body = everybody({"dynamic_segments": [bounced.pk]}, background=True)
    job = api.post("/subscribers/do-bulk-action", body).json()["job"]
    bounced.delete()
    run_tasks()
    assert api.get(f"/jobs/{job['id']}").json()["job"]["state"] == "failed"
    assert tagged() == set()


@pytest.mark.parametrize(
    ("permission", "verb", "path"),
    [
        ("view_dynamicsegment", "GET", "/dynamic-segments"),
        ("view_dynamicsegment", "GET", "/dynamic-segments/stats"),
        ("view_dynamicsegment", "GET", "/dynamic-segments/custom-fields"),
        ("add_dynamicsegment", "POST", "/dynamic-segments"),
        ("add_dynamicsegment", "POST", "/dynamic-segments/duplicate/{}"),
        ("change_dynamicsegment", "PUT", "/dynamic-segments/{}"),
        ("delete_dynamicsegment", "DELETE", "/dynamic-segments/{}"),
        ("view_subscriber", "POST", "/dynamic-segments/estimated-contacts"),
    ],
)
def test_each_route_takes_its_permission(bounced: DynamicSegment, permission: str, verb: str, path: str) -> None:
    words = {"conditions": [{"field": "city", "operator": "=", "value": "Leeds"}]}
    body = {"segment": {"title": "New", **words}, "filters": words} if verb != "GET" else None
    user = UserFactory.create()
    others = Permission.objects.filter(content_type__app_label__in=("dynamic_segments", "subscribers"))
    user.user_permissions.set(others.exclude(codename=permission))
    assert Api(user).send(verb, path.format(bounced.pk), body).status_code == 403
    alone = UserFactory.create()
    alone.user_permissions.set(others.filter(codename=permission))
    assert Api(alone).send(verb, path.format(bounced.pk), body).status_code == 200


def test_the_contacts_of_a_segment_take_both_permissions(bounced: DynamicSegment) -> None:
    path = f"/dynamic-segments/custom_segment/subscribers/{bounced.pk}"
    user = UserFactory.create()
    for codename, status in (("view_dynamicsegment", 403), ("view_subscriber", 200)):
        user.user_permissions.add(Permission.objects.get(codename=codename))
        assert Api(user).get(path).status_code == status

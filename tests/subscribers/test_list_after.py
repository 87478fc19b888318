"""GET /subscribers and /v1/contacts: pages that begin after a contact, and contacts since a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fluenzr.ids import CONTACT, encode
from subscribers.models import LastChange, Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr, error_of

MONDAY = datetime(2026, 1, 26, 9, 5, tzinfo=UTC)


def ids(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    return [contact["id"] for contact in answer.json()["data"]]


@pytest.mark.parametrize("query", ["", "&sort_by=email&sort_type=DESC", "&filter_type=advanced"])
def test_it_begins_after_a_contact_and_goes_upward(api: Api, query: str) -> None:
    made = [contact.pk for contact in SubscriberFactory.create_batch(5)]
    assert ids(api.get(f"/subscribers?after_id=0{query}")) == made
    assert ids(api.get(f"/subscribers?after_id={made[1]}&per_page=2{query}")) == made[2:4]
    assert ids(api.get(f"/subscribers?after_id={made[1]}&per_page=2&page=2{query}")) == made[4:]
    assert ids(api.get(f"/subscribers?after_id={made[-1]}{query}")) == []
    assert ids(api.get(f"/subscribers?after_id=0&page={2**62}{query}")) == []
    assert api.get(f"/subscribers?after_id={made[-1]}{query}").json()["total"] == 5


@pytest.mark.parametrize("query", ["tags[]={tag}", "lists[]={list}", "statuses[]=pending", "search=ada"])
def test_it_keeps_the_other_filters(api: Api, query: str) -> None:
    tag, one = TagFactory.create(), ContactListFactory.create()
    fitting = [
        contact.pk
        for _ in range(3)
        for contact in (
            SubscriberFactory.create(tags=[tag], lists=[one], status="pending", first_name="Ada"),
            SubscriberFactory.create(),
        )
    ][::2]
    path = "/subscribers?" + query.format(tag=tag.pk, list=one.pk)
    assert ids(api.get(f"{path}&after_id={fitting[0]}")) == fitting[1:]
    assert api.get(f"{path}&after_id={fitting[0]}").json()["total"] == 3


@pytest.mark.parametrize("value", ["x", "-1", "1.5", 2**63, "1,2"])
def test_it_refuses_what_is_no_id(api: Api, value: Any) -> None:
    answer = api.get(f"/subscribers?after_id={value}")
    assert answer.status_code == 400
    assert "after_id" in answer.json()["errors"]


def set_times(contact: Subscriber, at: datetime) -> None:
    Subscriber.objects.filter(pk=contact.pk).update(created_at=at)
    LastChange.objects.filter(pk=contact.pk).update(at=at)


@pytest.mark.parametrize("name", ["created_after", "updated_after"])
def test_it_has_contacts_since_a_time(api: Api, name: str) -> None:
    before, at, after = SubscriberFactory.create_batch(3)
    for contact, hours in ((before, -1), (at, 0), (after, 1)):
        set_times(contact, MONDAY + timedelta(hours=hours))
    for text in ("2026-01-26 09:05:00", "2026-01-26T10:05:00%2B01:00", "2026-01-26T09:05:00Z"):
        answer = api.get(f"/subscribers?{name}={text}&sort_type=ASC")
        assert ids(answer) == [at.pk, after.pk]
        assert answer.json()["total"] == 2
    assert ids(api.get(f"/subscribers?{name}=2026-01-26 09:05:01&filter_type=advanced")) == [after.pk]
    assert ids(api.get(f"/subscribers?{name}=2026-01-26&after_id={at.pk}")) == [after.pk]


@pytest.mark.parametrize("name", ["created_after", "updated_after"])
@pytest.mark.parametrize("value", ["soon", "2026-02-30", "0001-01-01T00:00:00%2B14:00", "5"])
def test_it_refuses_what_is_no_time(api: Api, name: str, value: str) -> None:
    answer = api.get(f"/subscribers?{name}={value}")
    assert answer.status_code == 400
    assert name in answer.json()["errors"]


def test_an_action_takes_the_times_and_no_place_to_begin(api: Api) -> None:
    old, new = SubscriberFactory.create_batch(2)
    set_times(old, MONDAY)
    body = {"action_name": "change_contact_status", "new_status": "pending", "is_all": "yes"}
    since = {"created_after": str(timezone.now() - timedelta(days=1))[:19]}
    assert api.put("/subscribers/do-bulk-action", body | {"contact_query": since}).status_code == 200
    assert list(Subscriber.objects.filter(status="pending")) == [new]
    refused = api.put("/subscribers/do-bulk-action", body | {"contact_query": {"after_id": 1}})
    assert refused.status_code == 400
    wrong = api.put("/subscribers/do-bulk-action", body | {"contact_query": {"created_after": "soon"}})
    assert wrong.status_code == 400


def test_fluenzrs_list_does_the_same(admin: User) -> None:
    fluenzr = Fluenzr(admin)
    contacts = SubscriberFactory.create_batch(3)
    for contact, hours in zip(contacts, (-1, 0, 1), strict=True):
        set_times(contact, MONDAY + timedelta(hours=hours))
    names = [encode(CONTACT, contact.pk) for contact in contacts]
    assert ids(fluenzr.get("/contacts?afterId=0&perPage=2")) == names[:2]
    answer = fluenzr.get(f"/contacts?afterId={names[1]}&perPage=2")
    assert ids(answer) == names[2:]
    assert answer.json()["meta"]["total"] == 3
    for name in ("createdAfter", "updatedAfter"):
        assert ids(fluenzr.get(f"/contacts?{name}=2026-01-26T09:05:00Z&order=asc")) == names[1:]
        assert ids(fluenzr.get(f"/contacts?{name}=2026-01-26T09:05:01&order=asc")) == names[2:]


@pytest.mark.parametrize(
    ("name", "value"),
    [("afterId", "x"), ("afterId", "1"), ("createdAfter", "soon"), ("updatedAfter", "0001-01-01T00:00:00%2B14:00")],
)
def test_fluenzrs_list_refuses_what_it_cannot_read(admin: User, name: str, value: str) -> None:
    status, code, _, details = error_of(Fluenzr(admin).get(f"/contacts?{name}={value}"))
    assert (status, code, list(details)) == (400, "VALIDATION_ERROR", [name])


@pytest.mark.parametrize("query", ["", "&updated_after=2020-01-01", "&tags[]={tag}"])
def test_it_takes_a_fixed_number_of_statements(api: Api, query: str) -> None:
    tag = TagFactory.create()
    api.get("/tags")  # The first use of a password is noted.
    counted = []
    for size in (2, 50):
        SubscriberFactory.create_batch(size, tags=[tag])
        with CaptureQueriesContext(connection) as captured:
            api.get(f"/subscribers?after_id=0&per_page=100{query.format(tag=tag.pk)}")
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 6

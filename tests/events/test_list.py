"""GET /subscribers/{id}/tracking-events."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from pytest_django import DjangoAssertNumQueries

from events.models import TrackedEvent
from tests.client import Api
from tests.events.factories import TrackedEventFactory
from tests.factories import SubscriberFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, NOT_FOUND, UNAUTHENTICATED


def titles(api: Api, path: str) -> list[str]:
    answer = api.get(path)
    assert answer.status_code == 200
    return [event["title"] for event in answer.json()["events"]["data"]]


def test_it_answers_the_events_newest_first_with_numbers_as_texts(api: Api) -> None:
    contact, author = SubscriberFactory.create(), UserFactory.create()
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        old = TrackedEventFactory.create(subscriber=contact, created_by=None, title="Old", value="3")
        new = TrackedEventFactory.create(subscriber=contact, created_by=author, title="New", provider="app")
    TrackedEventFactory.create()
    answer = api.get(f"/subscribers/{contact.pk}/tracking-events")
    dates = {"created_at": "2026-01-31 09:05:00", "updated_at": "2026-01-31 09:05:00"}
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "events": {
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
                        "id": new.pk,
                        "subscriber_id": str(contact.pk),
                        "counter": "1",
                        "created_by": str(author.pk),
                        "provider": "app",
                        "event_key": new.event_key,
                        "title": "New",
                        "value": None,
                        **dates,
                    },
                    {
                        "id": old.pk,
                        "subscriber_id": str(contact.pk),
                        "counter": "1",
                        "created_by": None,
                        "provider": "custom",
                        "event_key": old.event_key,
                        "title": "Old",
                        "value": "3",
                        **dates,
                    },
                ],
            }
        },
    )


def test_it_answers_the_page_asked_for_with_addresses_that_keep_the_parameters(api: Api) -> None:
    contact = SubscriberFactory.create()
    events = TrackedEventFactory.create_batch(3, subscriber=contact)
    page = api.get(f"/subscribers/{contact.pk}/tracking-events?per_page=1&page=2").json()["events"]
    path = f"/wp-json/fluent-crm/v2/subscribers/{contact.pk}/tracking-events?per_page=1&page="
    assert [event["id"] for event in page["data"]] == [events[1].pk]
    assert (page["total"], page["last_page"]) == (3, 3)
    assert (page["next_page_url"], page["prev_page_url"]) == (f"{path}3", f"{path}1")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sign", ["Signed up", "Other"]),
        ("ED%20UP", ["Signed up"]),
        ("%25", []),
        ("%00", ["Signed up", "Other", "Łódź"]),
    ],
)
def test_it_searches_key_and_title(api: Api, search: str, found: list[str]) -> None:
    contact = SubscriberFactory.create()
    TrackedEventFactory.create(subscriber=contact, event_key="k", title="Łódź")
    TrackedEventFactory.create(subscriber=contact, event_key="signup", title="Other")
    TrackedEventFactory.create(subscriber=contact, event_key="k", title="Signed up")
    assert titles(api, f"/subscribers/{contact.pk}/tracking-events?search={search}") == found


def test_it_searches_in_any_case_of_every_script(api: Api) -> None:
    event = TrackedEventFactory.create(title="ŁÓDŹ")
    assert titles(api, f"/subscribers/{event.subscriber_id}/tracking-events?search=%C5%82%C3%B3d%C5%BA") == ["ŁÓDŹ"]


def test_it_answers_under_contacts_too(api: Api) -> None:
    event = TrackedEventFactory.create(title="T")
    assert titles(api, f"/contacts/{event.subscriber_id}/tracking-events") == ["T"]


@pytest.mark.parametrize("pk", [0, 999_999])
def test_it_is_404_for_a_contact_that_is_not_there(api: Api, pk: int) -> None:
    answer = api.get(f"/subscribers/{pk}/tracking-events")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_takes_the_right_to_view_events(api: Api) -> None:
    path = f"/subscribers/{SubscriberFactory.create().pk}/tracking-events"
    answer = Api().get(path)
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(Permission.objects.exclude(codename="view_trackedevent"))
    answer = Api(without).get(path)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    alone.user_permissions.set(Permission.objects.filter(codename="view_trackedevent"))
    assert Api(alone).get(path).status_code == 200


def test_it_goes_with_the_contact(api: Api) -> None:
    gone, stays = TrackedEventFactory.create(), TrackedEventFactory.create()
    assert api.delete(f"/subscribers/{gone.subscriber_id}").status_code == 200
    assert list(TrackedEvent.objects.all()) == [stays]


@pytest.mark.parametrize("events", [2, 40])
def test_it_takes_four_statements_for_any_number_of_events(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, events: int
) -> None:
    contact = SubscriberFactory.create()
    TrackedEventFactory.create_batch(events, subscriber=contact)
    path = f"/subscribers/{contact.pk}/tracking-events?per_page=100"
    api.get(path)  # the first use of a password is written down
    with django_assert_num_queries(4):  # who asks, the contact, the count, the page
        assert len(titles(api, path)) == events

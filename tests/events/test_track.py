"""POST /subscribers/track-event."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from pytest_django import DjangoAssertNumQueries

from changes.models import Change
from events.models import TrackedEvent
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, HISTORY, UNAUTHENTICATED, missing, wrong

PATH = "/subscribers/track-event"
EVENT = {"event_key": "signup", "title": "Signed up", "value": "pro", "provider": "app"}
NOBODY = {
    "code": "rest_invalid_param",
    "message": "Subscriber not found",
    "data": {"status": 422},
    "error_code": "subscriber_not_found",
}


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="Person01@example.com")


@pytest.mark.parametrize("path", [PATH, "/contacts/track-event"])
def test_it_keeps_the_event_of_an_address(api: Api, admin: User, contact: Subscriber, path: str) -> None:
    answer = api.post(path, {"email": " person01@EXAMPLE.com ", **EVENT})
    event = TrackedEvent.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"message": "Event has been tracked", "id": event.pk})
    assert (event.subscriber, event.created_by, event.counter) == (contact, admin, 1)
    assert {name: getattr(event, name) for name in EVENT} == EVENT


@pytest.mark.parametrize("key", ["subscriber_id", "contact_id"])
def test_it_keeps_the_event_of_an_id_whatever_the_address(api: Api, contact: Subscriber, key: str) -> None:
    SubscriberFactory.create(email="other@example.com")
    answer = api.post(PATH, {key: str(contact.pk), "email": "other@example.com", "event_key": "k", "title": "T"})
    assert answer.status_code == 200
    event = TrackedEvent.objects.get()
    assert (event.subscriber, event.provider, event.value) == (contact, "custom", None)


@pytest.mark.parametrize("repeatable", [True, False])
def test_it_keeps_each_report_as_a_row_of_its_own(api: Api, contact: Subscriber, repeatable: bool) -> None:
    for _ in range(2):
        assert api.post(PATH, {"subscriber_id": contact.pk, **EVENT, "repeatable": repeatable}).status_code == 200
    assert list(TrackedEvent.objects.values_list("counter", flat=True)) == [1, 1]


@pytest.mark.parametrize(
    "who",
    [
        {"email": "nobody@example.com"},
        {"email": "a\x00@example.com"},
        {"email": ["person01@example.com"]},
        {"subscriber_id": 999_999},
        {"subscriber_id": 2**62},
        {"subscriber_id": -1},
        {"subscriber_id": 999_999, "email": "person01@example.com"},
        {},
    ],
    ids=str,
)
def test_it_refuses_the_event_of_a_contact_that_is_not_there(api: Api, contact: Subscriber, who: Any) -> None:
    answer = api.post(PATH, {**who, **EVENT})
    assert (answer.status_code, answer.json()) == (422, NOBODY)
    assert not TrackedEvent.objects.exists()


@pytest.mark.parametrize(
    ("event", "names"),
    [
        ({}, ["event_key", "title"]),
        ({"event_key": "k", "title": ""}, ["title"]),
        ({"event_key": " <b></b> ", "title": "T"}, ["event_key"]),
        ({"event_key": None, "title": None}, ["event_key", "title"]),
    ],
    ids=str,
)
def test_it_wants_a_key_and_a_title(api: Api, contact: Subscriber, event: Any, names: list[str]) -> None:
    answer = api.post(PATH, {"subscriber_id": contact.pk, **event})
    assert (answer.status_code, answer.json()) == (422, missing(*names))
    assert not TrackedEvent.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("event_key", "x" * 193, ("max", "The event_key may not be longer than 192 characters.")),
        ("title", ["x"], ("string", "The title must be a text.")),
        ("provider", "x" * 193, ("max", "The provider may not be longer than 192 characters.")),
        ("value", {"a": 1}, ("string", "The value must be a text.")),
        ("value", True, ("string", "The value must be a text.")),
        ("value", "x" * 65_536, ("max", "The value is too long.")),
    ],
)
def test_it_refuses_a_value_that_does_not_fit(
    api: Api, contact: Subscriber, field: str, value: Any, error: tuple[str, str]
) -> None:
    answer = api.post(PATH, {"subscriber_id": contact.pk, **EVENT, field: value})
    assert (answer.status_code, answer.json()) == (400, wrong(field, *error))
    assert not TrackedEvent.objects.exists()


@pytest.mark.parametrize(
    ("sent", "stored"), [("<b>two</b>\nlines\x00", "<b>two</b>\nlines"), (3, "3"), ("", ""), (None, None)]
)
def test_it_keeps_the_value_as_text_and_the_title_as_one_plain_line(
    api: Api, contact: Subscriber, sent: Any, stored: Any
) -> None:
    event = {"event_key": " k ", "title": "<b>Tom</b> &\nJerry", "value": sent, "provider": ""}
    assert api.post(PATH, {"subscriber_id": contact.pk, **event}).status_code == 200
    kept = TrackedEvent.objects.get()
    assert (kept.event_key, kept.title, kept.value, kept.provider) == ("k", "Tom & Jerry", stored, "custom")


def test_it_changes_nothing_of_the_contact(api: Api, contact: Subscriber) -> None:
    before = Subscriber.objects.values().get()
    api.post(PATH, {"subscriber_id": contact.pk, **EVENT})
    assert Subscriber.objects.values().get() == before


def test_history_tells_of_it_without_its_value(api: Api, contact: Subscriber) -> None:
    number = api.post(PATH, {"subscriber_id": contact.pk, **EVENT, "value": "secret"}).json()["id"]
    entry = Change.objects.get()
    assert (entry.event, entry.subject_kind, entry.subject_id) == ("event_tracked", "event", number)
    assert entry.details == {"event_key": EVENT["event_key"], "title": EVENT["title"], "provider": EVENT["provider"]}
    assert list(entry.changed.values_list("contact_id", flat=True)) == [contact.pk]


def test_it_takes_the_right_to_add_events(contact: Subscriber) -> None:
    body = {"subscriber_id": contact.pk, **EVENT}
    answer = Api().post(PATH, body)
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(Permission.objects.exclude(codename="add_trackedevent"))
    answer = Api(without).post(PATH, body)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert not TrackedEvent.objects.exists()
    alone.user_permissions.set(Permission.objects.filter(codename="add_trackedevent"))
    assert Api(alone).post(PATH, body).status_code == 200


def test_it_takes_few_statements(
    api: Api, contact: Subscriber, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(f"/subscribers/{contact.pk}/tracking-events")  # the first use of a password is written down
    # Who asks, whose address it is, the contact, the event, history, and two that bracket the transaction.
    with django_assert_num_queries(6 + HISTORY):
        assert api.post(PATH, {"email": contact.email, **EVENT}).status_code == 200

"""POST /subscribers/{id}/notes. One file, as it is one endpoint."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries, Settings

from notes.models import Note, Type
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.notes.test_list import NOT_THERE
from tests.subscribers.expected import HISTORY

NOTE = {"title": "New Note", "description": "<p>very important note</p>", "type": "note"}


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create()


def refusal(api: Api, contact: Subscriber, note: Any) -> tuple[int, dict[str, Any]]:
    """The status and body of an answer, after a look that nothing was written."""
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": note})
    assert not Note.objects.exists()
    return answer.status_code, answer.json()


def test_it_makes_a_note_as_the_guide_shows(api: Api, admin: User, contact: Subscriber) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": {**NOTE, "created_at": "2025-08-10 12:00:00"}})
    assert answer.status_code == 200
    note = Note.objects.get()
    assert answer.json() == {
        "note": {
            "id": note.pk,
            "subscriber_id": contact.pk,
            "parent_id": None,
            "created_by": admin.pk,
            "status": "open",
            "type": "note",
            "is_private": "1",
            "title": "New Note",
            "description": "<p>very important note</p>",
            "created_at": "2025-08-10 12:00:00",
            "updated_at": "2026-01-31 09:05:00",
        },
        "message": "Note successfully added",
    }
    assert (note.subscriber_id, note.created_by_id) == (contact.pk, admin.pk)
    assert note.created_at == datetime(2025, 8, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", Type.values)
def test_it_takes_each_of_the_15_types(api: Api, contact: Subscriber, kind: str) -> None:
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": {**NOTE, "type": kind}})
    assert answer.json()["note"]["type"] == kind
    assert Note.objects.get().type == kind


@pytest.mark.parametrize("date", [{}, {"created_at": ""}, {"created_at": None}])
def test_it_dates_a_note_without_a_date_now(api: Api, contact: Subscriber, date: dict[str, Any]) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": {**NOTE, **date}})
    assert answer.json()["note"]["created_at"] == "2026-01-31 09:05:00"


def test_it_reads_a_date_in_the_time_zone_of_the_site(api: Api, contact: Subscriber, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Dhaka"
    note = {**NOTE, "created_at": "2026-02-01 02:05:00"}
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": note})
    assert answer.json()["note"]["created_at"] == "2026-02-01 02:05:00"
    assert Note.objects.get().created_at == datetime(2026, 1, 31, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(NOTE), "application/json"),
        (json.dumps({"note": json.dumps(NOTE)}), "application/json"),
        ("note[title]=New Note&note[description]=<p>very important note</p>&note[type]=note", "form"),
        ("title=New Note&description=<p>very important note</p>&type=note", "form"),
        (json.dumps({"note": NOTE}), "form"),
    ],
    ids=["flat", "text", "brackets", "flat form", "JSON called a form"],
)
def test_it_reads_a_note_in_every_shape_that_clients_send(
    api: Api, contact: Subscriber, body: str, content_type: str
) -> None:
    kind = "application/x-www-form-urlencoded" if content_type == "form" else content_type
    answer = api.post(f"/subscribers/{contact.pk}/notes", body, content_type=kind)
    assert answer.status_code == 200
    note = Note.objects.get()
    assert {"title": note.title, "description": note.description, "type": note.type} == NOTE


def test_it_ignores_what_is_the_server_s(api: Api, contact: Subscriber) -> None:
    extra = {"id": 77, "subscriber_id": 78, "created_by": 79, "status": "closed", "is_private": "0", "parent_id": 5}
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": {**NOTE, **extra, "updated_at": "2001-01-01"}})
    assert answer.status_code == 200
    note = Note.objects.get()
    assert note.subscriber_id == contact.pk
    assert note.pk != 77
    assert (note.status, note.is_private, note.parent_id) == ("open", True, None)
    assert note.updated_at.year > 2001


def test_it_keeps_the_title_as_plain_text(api: Api, contact: Subscriber) -> None:
    note = {**NOTE, "title": " <b>Tom</b> & <script>x</script>Jerry\n "}
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": note})
    assert answer.json()["note"]["title"] == "Tom & Jerry"


def test_it_cleans_the_description(api: Api, contact: Subscriber) -> None:
    html = "<p onclick='x()'>ok<script>alert(1)</script><a href=\"javascript:alert(1)\">l</a>\x00</p>"
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": {**NOTE, "description": html}})
    cleaned = '<p>ok<a rel="noopener noreferrer">l</a></p>'
    assert answer.json()["note"]["description"] == cleaned
    assert Note.objects.get().description == cleaned


def test_it_takes_numbers_as_text(api: Api, contact: Subscriber) -> None:
    answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": {**NOTE, "title": 42, "description": 4.5}})
    assert (answer.json()["note"]["title"], answer.json()["note"]["description"]) == ("42", "4.5")


@pytest.mark.parametrize("body", [{}, {"note": {}}, {"note": []}, {"note": "no object"}, {"note": 5}, []])
def test_it_refuses_an_empty_note(api: Api, contact: Subscriber, body: Any) -> None:
    answer = api.post(f"/subscribers/{contact.pk}/notes", body)
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "rest_missing_callback_param",
        "message": "Missing parameter(s): title, description, type",
        "data": {"status": 422},
        "title": {"required": "The title field is required."},
        "description": {"required": "The description field is required."},
        "type": {"required": "The type field is required."},
        "errors": {
            "title": ["The title field is required."],
            "description": ["The description field is required."],
            "type": ["The type field is required."],
        },
    }
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", None),
        ("title", "  "),
        ("title", "<b></b>"),
        ("description", ""),
        ("description", None),
        ("description", "<script>alert(1)</script>"),
        ("type", ""),
        ("type", None),
    ],
)
def test_it_refuses_a_note_with_an_empty_field(api: Api, contact: Subscriber, field: str, value: Any) -> None:
    assert refusal(api, contact, {**NOTE, field: value}) == (
        422,
        {
            "code": "rest_missing_callback_param",
            "message": f"Missing parameter(s): {field}",
            "data": {"status": 422},
            field: {"required": f"The {field} field is required."},
            "errors": {field: [f"The {field} field is required."]},
        },
    )


def test_it_refuses_an_unknown_type(api: Api, contact: Subscriber) -> None:
    text = f"The type must be one of: {', '.join(Type.values)}."
    assert refusal(api, contact, {**NOTE, "type": "carrier_pigeon"}) == (
        400,
        {
            "code": "rest_invalid_param",
            "message": "Invalid parameter: type",
            "data": {"status": 400},
            "type": {"in": text},
            "errors": {"type": [text]},
        },
    )


@pytest.mark.parametrize("date", ["yesterday-ish", "2026-02-30 10:00:00", "0000-00-00 00:00:00", 5, True, {}, ["x"]])
def test_it_refuses_a_date_that_is_none(api: Api, contact: Subscriber, date: Any) -> None:
    text = "The created_at must be a date and time such as 2026-01-31 09:05:00."
    assert refusal(api, contact, {**NOTE, "created_at": date}) == (
        400,
        {
            "code": "rest_invalid_param",
            "message": "Invalid parameter: created_at",
            "data": {"status": 400},
            "created_at": {"date_time": text},
            "errors": {"created_at": [text]},
        },
    )


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_it_refuses_a_date_past_the_calendar_s_end(api: Api, contact: Subscriber, date: str) -> None:
    status, body = refusal(api, contact, {**NOTE, "created_at": date})
    assert (status, body["message"]) == (400, "Invalid parameter: created_at")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("title", "x" * 193, "The title may not be longer than 192 characters."),
        ("title", ["x"], "The title must be a text."),
        ("description", "x" * 65_536, "The description is too long."),
        ("description", "&" * 60_000, "The description is too long."),
        ("description", "<b>" * 2_001, "The description is too long."),
        ("description", {"html": "x"}, "The description must be a text."),
        ("description", True, "The description must be a text."),
        ("type", ["note"], "The type must be a text."),
    ],
)
def test_it_refuses_a_value_that_does_not_fit(api: Api, contact: Subscriber, field: str, value: Any, text: str) -> None:
    status, body = refusal(api, contact, {**NOTE, field: value})
    assert (status, body["code"], body["errors"]) == (400, "rest_invalid_param", {field: [text]})


@pytest.mark.parametrize("body", [{"note": NOTE}, {}])
@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
def test_it_is_404_for_a_contact_that_does_not_exist(api: Api, prefix: str, body: Any) -> None:
    answer = api.post(f"/{prefix}/999/notes", body)
    assert answer.status_code == 404
    assert answer.json() == NOT_THERE
    assert not Note.objects.exists()


def test_it_answers_under_contacts_too(api: Api, contact: Subscriber) -> None:
    assert api.post(f"/contacts/{contact.pk}/notes", {"note": NOTE}).status_code == 200
    assert Note.objects.get().subscriber == contact


def test_it_takes_few_statements(
    api: Api, contact: Subscriber, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(f"/subscribers/{contact.pk}/notes")  # the first use of a password is written down
    # Who asks, the contact, the note, and two that bracket the transaction.
    with django_assert_num_queries(5 + HISTORY):
        answer = api.post(f"/subscribers/{contact.pk}/notes", {"note": NOTE})
    assert answer.status_code == 200

"""PUT /subscribers/{id}/notes/{id}."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from notes.models import Note
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.notes.factories import NoteFactory
from tests.notes.test_list import NOT_THERE
from tests.subscribers.expected import HISTORY

CHANGED = {"title": "New Note updated", "description": "<p>changed</p>", "type": "call"}


@pytest.fixture
def note(db: None) -> Note:
    return NoteFactory.create(title="Old", created_at=datetime(2025, 8, 10, 12, tzinfo=UTC))


def path(note: Note) -> str:
    return f"/subscribers/{note.subscriber_id}/notes/{note.pk}"


def test_it_changes_a_note_as_the_guide_shows(api: Api, note: Note) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        answer = api.put(path(note), {"note": {**CHANGED, "created_at": "2025-09-10 12:00:00"}})
    assert answer.status_code == 200
    assert answer.json() == {
        "note": {
            "id": note.pk,
            "subscriber_id": str(note.subscriber_id),
            "parent_id": None,
            "created_by": str(note.created_by_id),
            "status": "open",
            "type": "call",
            "is_private": "1",
            "title": "New Note updated",
            "description": "<p>changed</p>",
            "created_at": "2025-09-10 12:00:00",
            "updated_at": "2026-01-31 09:05:00",
        },
        "message": "Note successfully updated",
    }
    kept = Note.objects.get()
    assert (kept.title, kept.description, kept.type) == tuple(CHANGED.values())
    assert kept.created_at == datetime(2025, 9, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize("date", [{}, {"created_at": ""}, {"created_at": None}])
def test_it_keeps_the_date_where_none_is_given(api: Api, note: Note, date: dict[str, Any]) -> None:
    answer = api.put(path(note), {"note": {**CHANGED, **date}})
    assert answer.json()["note"]["created_at"] == "2025-08-10 12:00:00"


def test_it_keeps_its_author_and_contact(api: Api, note: Note) -> None:
    other = SubscriberFactory.create()
    api.put(path(note), {"note": {**CHANGED, "id": 5, "created_by": 999, "subscriber_id": other.pk}})
    kept = Note.objects.get()
    assert (kept.pk, kept.created_by_id, kept.subscriber_id) == (note.pk, note.created_by_id, note.subscriber_id)


@pytest.mark.parametrize("body", [CHANGED, {"note": json.dumps(CHANGED)}], ids=["flat", "text"])
def test_it_reads_a_note_in_every_shape_that_clients_send(api: Api, note: Note, body: Any) -> None:
    assert api.put(path(note), body).json()["note"]["title"] == "New Note updated"


@pytest.mark.parametrize("override", [{"headers": {"X-HTTP-Method-Override": "PUT"}}, {}], ids=["header", "parameter"])
def test_it_answers_a_post_that_stands_for_put(api: Api, note: Note, override: Any) -> None:
    query = "" if override else "?_method=PUT"
    answer = api.post(path(note) + query, {"note": CHANGED}, **override)
    assert answer.json()["message"] == "Note successfully updated"
    assert Note.objects.get().title == "New Note updated"


def test_it_cleans_title_and_description(api: Api, note: Note) -> None:
    sent = {"title": "<b>T</b>", "description": "<p onclick='x()'>ok<script>alert(1)</script></p>", "type": "note"}
    shown = api.put(path(note), {"note": sent}).json()["note"]
    assert (shown["title"], shown["description"]) == ("T", "<p>ok</p>")


def test_it_refuses_a_note_with_a_title_alone(api: Api, note: Note) -> None:
    answer = api.put(path(note), {"note": {"title": "Only title"}})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "rest_missing_callback_param",
        "message": "Missing parameter(s): description, type",
        "data": {"status": 422},
        "description": {"required": "The description field is required."},
        "type": {"required": "The type field is required."},
        "errors": {
            "description": ["The description field is required."],
            "type": ["The type field is required."],
        },
    }
    assert Note.objects.get().title == "Old"


@pytest.mark.parametrize(("field", "value"), [("type", "carrier_pigeon"), ("created_at", "yesterday-ish")])
def test_it_refuses_an_unknown_type_and_a_bad_date(api: Api, note: Note, field: str, value: str) -> None:
    answer = api.put(path(note), {"note": {**CHANGED, field: value}})
    assert answer.status_code == 400
    assert answer.json()["code"] == "rest_invalid_param"
    assert answer.json()["message"] == f"Invalid parameter: {field}"
    assert Note.objects.get().title == "Old"


def test_it_is_404_through_another_contact(api: Api, note: Note) -> None:
    other = SubscriberFactory.create()
    answer = api.put(f"/subscribers/{other.pk}/notes/{note.pk}", {"note": CHANGED})
    assert answer.status_code == 404
    assert answer.json() == NOT_THERE
    assert Note.objects.get().title == "Old"


@pytest.mark.parametrize("body", [{"note": CHANGED}, {}])
def test_it_is_404_for_a_note_or_a_contact_that_does_not_exist(api: Api, note: Note, body: Any) -> None:
    for address in (f"/subscribers/{note.subscriber_id}/notes/999999", f"/subscribers/999999/notes/{note.pk}"):
        answer = api.put(address, body)
        assert answer.status_code == 404
        assert answer.json() == NOT_THERE


def test_it_answers_under_contacts_too(api: Api, note: Note) -> None:
    answer = api.put(f"/contacts/{note.subscriber_id}/notes/{note.pk}", {"note": CHANGED})
    assert answer.json()["note"]["title"] == "New Note updated"


def test_it_takes_few_statements(api: Api, note: Note, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    api.get(f"/subscribers/{note.subscriber_id}/notes")  # the first use of a password is written down
    # Who asks, the note, the note as it was, its change, and two that bracket the transaction.
    with django_assert_num_queries(6 + HISTORY):
        assert api.put(path(note), {"note": CHANGED}).status_code == 200

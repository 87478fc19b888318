"""GET /subscribers/{id}/notes. One file, as it is one endpoint."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries, Settings

from notes.models import Type
from tests.client import Api
from tests.factories import SubscriberFactory, UserFactory
from tests.notes.factories import NoteFactory

NOT_THERE = {"code": "rest_post_invalid_id", "message": "Invalid post ID.", "data": {"status": 404}}
FORM = {
    "fields": {
        "type": {
            "type": "input-option",
            "label": "Type",
            "id": "fc_note_type",
            "name": "type",
            "options": [
                {"id": "note", "label": "Note"},
                {"id": "call", "label": "Call"},
                {"id": "email", "label": "Email"},
                {"id": "meeting", "label": "Meeting"},
                {"id": "quote_sent", "label": "Quote: Sent"},
                {"id": "quote_accepted", "label": "Quote: Accepted"},
                {"id": "quote_refused", "label": "Quote: Refused"},
                {"id": "invoice_sent", "label": "Invoice: Sent"},
                {"id": "invoice_part_paid", "label": "Invoice: Part Paid"},
                {"id": "invoice_paid", "label": "Invoice: Paid"},
                {"id": "invoice_refunded", "label": "Invoice: Refunded"},
                {"id": "transaction", "label": "Transaction"},
                {"id": "feedback", "label": "Feedback"},
                {"id": "tweet", "label": "Tweet"},
                {"id": "facebook_post", "label": "Facebook Post"},
            ],
        },
        "created_at": {
            "type": "input-date",
            "data_type": "datetime",
            "name": "created_at",
            "label": "Date Time",
            "id": "fc_note_title",
            "value_format": "yyyy-MM-dd HH:mm:ss",
            "help": "keep blank for current time",
        },
        "title": {
            "type": "input-text",
            "name": "title",
            "label": "Title",
            "id": "fc_note_title",
            "placeholder": "Your Note Title",
        },
        "description": {"type": "wp-editor", "name": "description", "label": "Description", "id": "fc_note_desc"},
    }
}


def titles(api: Api, path: str) -> list[str]:
    answer = api.get(path)
    assert answer.status_code == 200
    return [note["title"] for note in answer.json()["notes"]["data"]]


def test_it_answers_a_page_of_notes_with_their_authors_and_the_form(api: Api) -> None:
    author = UserFactory.create(username="grace", first_name="Grace", last_name="Hopper")
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        note = NoteFactory.create(
            created_by=author, type=Type.CALL, title="Called", created_at=datetime(2025, 8, 10, 12, tzinfo=UTC)
        )
    answer = api.get(f"/subscribers/{note.subscriber_id}/notes")
    assert answer.status_code == 200
    assert answer.json() == {
        "notes": {
            "total": 1,
            "per_page": 10,
            "current_page": 1,
            "last_page": 1,
            "next_page_url": None,
            "prev_page_url": None,
            "from": 1,
            "to": 1,
            "data": [
                {
                    "id": note.pk,
                    "subscriber_id": str(note.subscriber_id),
                    "parent_id": None,
                    "created_by": str(author.pk),
                    "status": "open",
                    "type": "call",
                    "is_private": "1",
                    "title": "Called",
                    "description": "<p>very important note</p>",
                    "created_at": "2025-08-10 12:00:00",
                    "updated_at": "2026-01-31 09:05:00",
                    "added_by": {
                        "ID": author.pk,
                        "first_name": "Grace",
                        "last_name": "Hopper",
                        "display_name": "Grace Hopper",
                    },
                }
            ],
        },
        "fields": FORM,
    }


def test_it_answers_an_empty_page_for_a_contact_without_notes(api: Api) -> None:
    NoteFactory.create()
    contact = SubscriberFactory.create()
    assert api.get(f"/subscribers/{contact.pk}/notes").json() == {
        "notes": {
            "total": 0,
            "per_page": 10,
            "current_page": 1,
            "last_page": 0,
            "next_page_url": None,
            "prev_page_url": None,
            "from": None,
            "to": None,
            "data": [],
        },
        "fields": FORM,
    }


def test_it_shows_the_user_name_of_an_author_without_a_name(api: Api, admin: User) -> None:
    note = NoteFactory.create(created_by=admin)
    [shown] = api.get(f"/subscribers/{note.subscriber_id}/notes").json()["notes"]["data"]
    assert shown["added_by"] == {"ID": admin.pk, "first_name": "", "last_name": "", "display_name": "admin"}


def test_it_shows_no_author_once_that_user_is_gone(api: Api) -> None:
    author = UserFactory.create()
    note = NoteFactory.create(created_by=author)
    author.delete()
    [shown] = api.get(f"/subscribers/{note.subscriber_id}/notes").json()["notes"]["data"]
    assert shown["created_by"] is None
    assert shown["added_by"] is None


def test_it_lists_by_id_from_the_newest_whatever_their_dates(api: Api) -> None:
    contact = SubscriberFactory.create()
    for title, year in (("first", 2026), ("second", 2020), ("third", 2025)):
        NoteFactory.create(subscriber=contact, title=title, created_at=datetime(year, 1, 1, tzinfo=UTC))
    assert titles(api, f"/subscribers/{contact.pk}/notes") == ["third", "second", "first"]


def test_it_answers_the_page_asked_for_with_addresses_that_keep_the_parameters(api: Api) -> None:
    contact = SubscriberFactory.create()
    notes = NoteFactory.create_batch(5, subscriber=contact, title="Call")
    page = api.get(f"/subscribers/{contact.pk}/notes?per_page=2&page=2&search=call").json()["notes"]
    assert [note["id"] for note in page.pop("data")] == [notes[2].pk, notes[1].pk]
    path = f"/wp-json/fluent-crm/v2/subscribers/{contact.pk}/notes"
    assert page == {
        "total": 5,
        "per_page": 2,
        "current_page": 2,
        "last_page": 3,
        "next_page_url": f"{path}?per_page=2&search=call&page=3",
        "prev_page_url": f"{path}?per_page=2&search=call&page=1",
        "from": 3,
        "to": 4,
    }


@pytest.mark.parametrize("page", ["7", "9223372036854775807"])
def test_it_answers_an_empty_page_past_the_last(api: Api, page: str) -> None:
    note = NoteFactory.create()
    answer = api.get(f"/subscribers/{note.subscriber_id}/notes?page={page}").json()
    assert answer["notes"]["total"] == 1
    assert answer["notes"]["data"] == []
    assert answer["fields"] == FORM


@pytest.mark.parametrize("query", ["per_page=0", "per_page=-3", "per_page=many", "page=0", "page=x"])
def test_it_takes_ten_and_the_first_page_for_numbers_that_are_none(api: Api, query: str) -> None:
    contact = SubscriberFactory.create()
    NoteFactory.create_batch(11, subscriber=contact)
    page = api.get(f"/subscribers/{contact.pk}/notes?{query}").json()["notes"]
    assert (page["per_page"], page["current_page"], len(page["data"])) == (10, 1, 10)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["50 %", "a_b", "Łódź Call", "Invoice"]),
        ("invoice", ["Invoice"]),
        ("INV", ["Invoice"]),
        ("%20call%20", ["Łódź Call"]),
        ("%C5%82%C3%B3d%C5%B9", ["Łódź Call"]),
        ("%25", ["50 %"]),
        ("_", ["a_b"]),
        ("%5C", []),
        ("important", []),
        ("%00", ["50 %", "a_b", "Łódź Call", "Invoice"]),
        ("Inv%00oice", ["Invoice"]),
    ],
)
def test_it_searches_the_title_in_any_case_and_takes_wildcards_literally(
    api: Api, search: str, found: list[str]
) -> None:
    contact = SubscriberFactory.create()
    for title in ("Invoice", "Łódź Call", "a_b", "50 %"):
        NoteFactory.create(subscriber=contact, title=title)
    NoteFactory.create(title="Invoice of another contact")
    assert titles(api, f"/subscribers/{contact.pk}/notes?search={search}") == found


@pytest.mark.parametrize("search", ["search[]=a", "search[a][b]=c"])
def test_it_outlives_a_search_that_is_no_text(api: Api, search: str) -> None:
    note = NoteFactory.create()
    assert titles(api, f"/subscribers/{note.subscriber_id}/notes?{search}") == []


def test_it_writes_dates_in_the_time_zone_of_the_site(api: Api, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Dhaka"
    note = NoteFactory.create(created_at=datetime(2026, 1, 31, 20, 5, tzinfo=UTC))
    [shown] = api.get(f"/subscribers/{note.subscriber_id}/notes").json()["notes"]["data"]
    assert shown["created_at"] == "2026-02-01 02:05:00"


def test_it_answers_under_contacts_too(api: Api) -> None:
    note = NoteFactory.create(title="Called")
    assert titles(api, f"/contacts/{note.subscriber_id}/notes") == ["Called"]


@pytest.mark.parametrize("pk", ["999", "0", "999999999999999999"])
def test_it_is_404_for_a_contact_that_does_not_exist(api: Api, pk: str) -> None:
    answer = api.get(f"/subscribers/{pk}/notes")
    assert answer.status_code == 404
    assert answer.json() == NOT_THERE


@pytest.mark.parametrize("notes", [3, 60])
def test_it_takes_four_statements_for_any_number_of_notes(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, notes: int
) -> None:
    contact = SubscriberFactory.create()
    NoteFactory.create_batch(notes, subscriber=contact)
    path = f"/subscribers/{contact.pk}/notes?per_page=100&search=note"
    api.get(path)  # the first use of a password is written down
    with django_assert_num_queries(4):  # who asks, the contact, the count, the page
        answer = api.get(path)
    assert len(answer.json()["notes"]["data"]) == notes


def test_it_refuses_a_search_that_is_no_utf_8(api: Api) -> None:
    contact = SubscriberFactory.create()
    assert api.get(f"/subscribers/{contact.pk}/notes?search=%FF").status_code == 400

"""/companies/{id}/notes: as those of contacts (whose tests have the rules of a note), in other words."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from notes.models import Note
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory, UserFactory
from tests.notes.factories import NoteFactory
from tests.notes.test_list import FORM, NOT_THERE

NOTE = {"title": "Company note", "description": "<p>x</p>", "type": "call", "created_at": "2025-08-10 12:00:00"}


@pytest.fixture
def company(db: None) -> Company:
    return CompanyFactory.create()


def make_note(company: Company, **given: Any) -> Note:
    return NoteFactory.create(subscriber=None, company=company, status="_company_note_", **given)


def test_it_makes_a_note_of_the_company(api: Api, admin: User, company: Company) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        answer = api.post(f"/companies/{company.pk}/notes", {"note": NOTE})
    note = Note.objects.get()
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "note": {
                "id": note.pk,
                "subscriber_id": company.pk,
                "parent_id": None,
                "created_by": admin.pk,
                "status": "_company_note_",
                "type": "call",
                "is_private": "1",
                "title": "Company note",
                "description": "<p>x</p>",
                "created_at": "2025-08-10 12:00:00",
                "updated_at": "2026-01-31 09:05:00",
            },
            "message": "Note has been successfully added",
        },
    )
    assert (note.company, note.subscriber) == (company, None)


def test_it_lists_fifteen_newest_first_with_the_form(api: Api, company: Company) -> None:
    author = UserFactory.create(first_name="Grace", last_name="Hopper")
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        notes = [make_note(company, created_by=author, created_at=datetime.now(UTC)) for _ in range(16)]
    answer = api.get(f"/companies/{company.pk}/notes").json()
    page = answer["notes"]
    assert answer["fields"] == FORM
    assert [note["id"] for note in page["data"]] == [note.pk for note in notes[:0:-1]]
    assert (page["per_page"], page["total"], page["last_page"]) == (15, 16, 2)
    assert page["data"][0] == {
        "id": notes[-1].pk,
        "subscriber_id": str(company.pk),
        "parent_id": None,
        "created_by": str(author.pk),
        "status": "_company_note_",
        "type": "note",
        "is_private": "1",
        "title": notes[-1].title,
        "description": "<p>very important note</p>",
        "created_at": "2026-01-31 09:05:00",
        "updated_at": "2026-01-31 09:05:00",
        "added_by": {"ID": author.pk, "first_name": "Grace", "last_name": "Hopper", "display_name": "Grace Hopper"},
    }


def test_it_searches_the_title(api: Api, company: Company) -> None:
    make_note(company, title="Invoice")
    make_note(company, title="Call")
    [found] = api.get(f"/companies/{company.pk}/notes?search=INV").json()["notes"]["data"]
    assert found["title"] == "Invoice"


def test_it_changes_a_note_and_keeps_whose_it_is(api: Api, company: Company) -> None:
    note = make_note(company)
    answer = api.put(f"/companies/{company.pk}/notes/{note.pk}", {"note": NOTE | {"title": "Company note 2"}})
    assert (answer.status_code, answer.json()["message"]) == (200, "Note successfully updated")
    shown = answer.json()["note"]
    assert (shown["title"], shown["subscriber_id"], shown["status"]) == (
        "Company note 2",
        str(company.pk),
        "_company_note_",
    )
    note.refresh_from_db()
    assert (note.title, note.company, note.subscriber) == ("Company note 2", company, None)


def test_it_deletes_the_note_and_no_other(api: Api, company: Company) -> None:
    kept, gone = make_note(company), make_note(company)
    answer = api.delete(f"/companies/{company.pk}/notes/{gone.pk}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Note successfully deleted"})
    assert list(Note.objects.all()) == [kept]


def test_it_is_apart_from_the_notes_of_a_contact_of_the_same_id(api: Api, company: Company) -> None:
    contact = SubscriberFactory.create(pk=company.pk)
    of_contact, of_company = NoteFactory.create(subscriber=contact), make_note(company)
    for prefix, own, other in (("companies", of_company, of_contact), ("subscribers", of_contact, of_company)):
        path = f"/{prefix}/{company.pk}/notes"
        assert [note["id"] for note in api.get(path).json()["notes"]["data"]] == [own.pk]
        for answer in (api.put(f"{path}/{other.pk}", {"note": NOTE}), api.delete(f"{path}/{other.pk}")):
            assert (answer.status_code, answer.json()) == (404, NOT_THERE)
    assert Note.objects.count() == 2


def test_it_is_404_through_another_company_and_for_one_that_is_not_there(api: Api, company: Company) -> None:
    note = make_note(CompanyFactory.create())
    for answer in (
        api.put(f"/companies/{company.pk}/notes/{note.pk}", {"note": NOTE}),
        api.delete(f"/companies/{company.pk}/notes/{note.pk}"),
        api.get("/companies/999999/notes"),
        api.post("/companies/999999/notes", {"note": NOTE}),
    ):
        assert (answer.status_code, answer.json()) == (404, NOT_THERE)
    assert Note.objects.get() == note


@pytest.mark.parametrize(
    ("verb", "right"), [("GET", "view_note"), ("POST", "add_note"), ("PUT", "change_note"), ("DELETE", "delete_note")]
)
def test_it_takes_the_rights_of_notes(company: Company, verb: str, right: str) -> None:
    note = make_note(company)
    path = f"/companies/{company.pk}/notes" + (f"/{note.pk}" if verb in ("PUT", "DELETE") else "")
    body = {"note": NOTE} if verb in ("PUT", "POST") else None
    assert Api().send(verb, path, body).status_code == 401
    without, alone = UserFactory.create_batch(2)
    without.user_permissions.set(Permission.objects.exclude(codename=right))
    assert Api(without).send(verb, path, body).status_code == 403
    alone.user_permissions.set(Permission.objects.filter(codename=right))
    assert Api(alone).send(verb, path, body).status_code == 200


@pytest.mark.parametrize("notes", [2, 40])
def test_it_takes_four_statements_for_any_number_of_notes(
    api: Api, company: Company, django_assert_num_queries: DjangoAssertNumQueries, notes: int
) -> None:
    for _ in range(notes):
        make_note(company)
    path = f"/companies/{company.pk}/notes?per_page=100"
    api.get(path)  # the first use of a password is written down
    with django_assert_num_queries(4):  # who asks, the company, the count, the page
        assert len(api.get(path).json()["notes"]["data"]) == notes

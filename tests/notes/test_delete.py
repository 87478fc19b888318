"""DELETE /subscribers/{id}/notes/{id}, and what becomes of notes when their contact goes."""

import pytest
from pytest_django import DjangoAssertNumQueries

from notes.models import Note
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.notes.factories import NoteFactory
from tests.notes.test_list import NOT_THERE
from tests.subscribers.expected import HISTORY


@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
def test_it_deletes_the_note_and_no_other(api: Api, prefix: str) -> None:
    kept, gone = NoteFactory.create_batch(2, subscriber=SubscriberFactory.create())
    answer = api.delete(f"/{prefix}/{gone.subscriber_id}/notes/{gone.pk}")
    assert answer.status_code == 200
    assert answer.json() == {"message": "Note successfully deleted"}
    assert list(Note.objects.all()) == [kept]


def test_it_is_404_through_another_contact(api: Api) -> None:
    note = NoteFactory.create()
    answer = api.delete(f"/subscribers/{SubscriberFactory.create().pk}/notes/{note.pk}")
    assert answer.status_code == 404
    assert answer.json() == NOT_THERE
    assert Note.objects.exists()


def test_it_is_404_for_a_note_or_a_contact_that_does_not_exist(api: Api) -> None:
    note = NoteFactory.create()
    for address in (f"/subscribers/{note.subscriber_id}/notes/999999", f"/subscribers/999999/notes/{note.pk}"):
        answer = api.delete(address)
        assert answer.status_code == 404
        assert answer.json() == NOT_THERE
    assert Note.objects.exists()


def test_it_is_404_the_second_time(api: Api) -> None:
    note = NoteFactory.create()
    path = f"/subscribers/{note.subscriber_id}/notes/{note.pk}"
    assert api.delete(path).status_code == 200
    assert api.delete(path).status_code == 404


def test_it_loses_its_notes_with_the_contact(api: Api) -> None:
    note, other = NoteFactory.create(), NoteFactory.create()
    assert api.delete(f"/subscribers/{note.subscriber_id}").status_code == 200
    assert list(Note.objects.all()) == [other]


def test_it_takes_few_statements(api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    note = NoteFactory.create()
    api.get(f"/subscribers/{note.subscriber_id}/notes")  # the first use of a password is written down
    # Who asks, the note, its deletion, and two that bracket the transaction.
    with django_assert_num_queries(5 + HISTORY):
        assert api.delete(f"/subscribers/{note.subscriber_id}/notes/{note.pk}").status_code == 200

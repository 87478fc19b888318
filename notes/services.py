"""Recording notes. What somebody wrote in them stays out of history."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from changes.rows import changed_columns, stored
from changes.services import Entry, record
from notes.models import Note
from notes.querysets import NoteQuerySet


def record_created(note: Note) -> None:
    record([_entry("created", note)])


@contextmanager
def updating(note: Note) -> Iterator[None]:
    """Record the names of the columns that are changed in the block. One transaction; two statements."""
    with transaction.atomic(savepoint=False):
        before = stored(note)
        yield
        if changed := changed_columns(before, note):
            record([_entry("updated", note, columns=changed)])


@transaction.atomic
def delete_notes(notes: NoteQuerySet) -> int:
    """Delete notes and record each; returns how many. Two statements, and the entries'."""
    found = list(notes.select_related(None).order_by("pk").select_for_update())
    Note.objects.filter(pk__any_of=[note.pk for note in found]).delete()
    record([_entry("deleted", note) for note in found])
    return len(found)


def _entry(done: str, note: Note, **details: Any) -> Entry:
    """Of a contact's note the contact, too, is told; a company's names the company."""
    if note.company_id is not None:
        details["company"] = note.company_id
    contacts = None if note.subscriber_id is None else [note.subscriber_id]
    return Entry(f"note_{done}", contacts, details, ("note", note.pk))

"""Records changes of notes. Their content is not part of history."""

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
    """Record the names of the columns that the block changes. One transaction; two statements."""
    with transaction.atomic(savepoint=False):
        before = stored(note)
        yield
        if changed := changed_columns(before, note):
            record([_entry("updated", note, columns=changed)])


@transaction.atomic
def delete_notes(notes: NoteQuerySet) -> int:
    """Delete notes and record each; returns how many. Two statements, and those of history."""
    found = list(notes.select_related(None).order_by("pk").select_for_update())
    Note.objects.filter(pk__any_of=[note.pk for note in found]).delete()
    record([_entry("deleted", note) for note in found])
    return len(found)


def _entry(done: str, note: Note, **details: Any) -> Entry:
    """An entry for a note. It also has the contact of the note, or the id of its company."""
    if note.company_id is not None:
        details["company"] = note.company_id
    contacts = None if note.subscriber_id is None else [note.subscriber_id]
    return Entry(f"note_{done}", contacts, details, ("note", note.pk))

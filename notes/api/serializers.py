"""What a client may send of a note, and how one is shown (guide, 'Working with Notes'; notes.json)."""

from typing import Any, ClassVar

from rest_framework import serializers

from notes.models import Note, Type
from wp_rest.dates import write_datetime
from wp_rest.fields import ChoiceTextField, DateTimeField, PlainTextField, RichTextField

# FluentCRM's own screen builds its form from this; it is part of every page.
FORM: dict[str, Any] = {
    "fields": {
        "type": {
            "type": "input-option",
            "label": "Type",
            "id": "fc_note_type",
            "name": "type",
            "options": [{"id": value, "label": label} for value, label in Type.choices],
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


class NoteSerializer(serializers.ModelSerializer[Note]):
    """The guide calls `created_at` required. As recorded it may be missing or empty, and is then not changed."""

    title = PlainTextField(allow_blank=False)
    description = RichTextField()
    type = ChoiceTextField(tuple(Type.values), allow_blank=False)
    created_at = DateTimeField(required=False, allow_null=True)

    class Meta:
        model = Note
        fields: ClassVar = ["title", "description", "type", "created_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("created_at", True):
            del attrs["created_at"]
        return attrs


def show_note(note: Note) -> dict[str, Any]:
    """A note with the keys of the recording, in their order. Ids of other rows are texts, as recorded.

    A note of a company has the company's id in `subscriber_id`, as recorded in companies.json.
    """
    return {
        "id": note.pk,
        "subscriber_id": as_text(note.subscriber_id or note.company_id),
        "parent_id": as_text(note.parent_id),
        "created_by": as_text(note.created_by_id),
        "status": note.status,
        "type": note.type,
        "is_private": str(int(note.is_private)),
        "title": note.title,
        "description": note.description,
        "created_at": write_datetime(note.created_at),
        "updated_at": write_datetime(note.updated_at),
    }


def show_new_note(note: Note) -> dict[str, Any]:
    """A note in the answer to its creation. Ids of other rows are numbers, as recorded."""
    owner_id = note.subscriber_id or note.company_id
    return {**show_note(note), "subscriber_id": owner_id, "created_by": note.created_by_id}


def show_listed_note(note: Note) -> dict[str, Any]:
    """A note of a page, with its author; null if that user does not exist any more."""
    author = note.created_by
    added_by = author and {
        "ID": author.pk,
        "first_name": author.first_name,
        "last_name": author.last_name,
        "display_name": author.get_full_name() or author.username,
    }
    return {**show_note(note), "added_by": added_by}


def as_text(number: int | None) -> str | None:
    return None if number is None else str(number)

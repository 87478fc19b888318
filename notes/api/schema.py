"""What the routes of notes take and answer (see rest.openapi; guide, 'Working with Notes'; notes.json)."""

from typing import Any

from notes.api.filters import NoteFilter
from notes.api.serializers import FORM, NoteSerializer
from notes.api.viewsets import CompanyNoteViewSet, NoteViewSet
from notes.models import Type
from rest.openapi import (
    ANYTHING,
    ID,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    mapped,
    nullable,
    obj,
    one_of,
    ref,
    say,
    sent,
)
from wp_rest.filters import parameters_of
from wp_rest.openapi import (
    DATETIME,
    DIGIT_FLAG,
    DIGITS,
    INVALID,
    MISSING,
    NOT_FOUND,
    message,
    page_example,
    page_of,
    pages,
)

NOTE_TYPE = one_of(*Type.values, title="NoteType")
NOTE: dict[str, Schema] = {
    "id": ID,
    "subscriber_id": say(DIGITS, "The id of the contact or the company."),
    "parent_id": nullable(DIGITS),
    "created_by": say(nullable(DIGITS), "The id of the user who wrote the note."),
    "status": TEXT,
    "type": NOTE_TYPE,
    "is_private": DIGIT_FLAG,
    "title": TEXT,
    "description": say(TEXT, "HTML without scripts."),
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
AUTHOR = obj({"ID": ID, "first_name": TEXT, "last_name": TEXT, "display_name": TEXT}, title="NoteAuthor")
COMPONENTS: dict[str, Schema] = {
    "Note": obj(NOTE),
    "NewNote": obj(
        {**NOTE, "subscriber_id": ID, "created_by": ID},
        description="A note as the answer to its creation shows it: `subscriber_id` and `created_by` are numbers, not texts.",
    ),
    "ListedNote": obj(
        {**NOTE, "added_by": say(nullable(AUTHOR), "The user who wrote the note; null if the user no longer exists.")}
    ),
    "NoteToSave": body_of(
        NoteSerializer,
        {
            "description": "HTML. Scripts are removed.",
            "created_at": "The date as `YYYY-MM-DD HH:MM:SS`. Now, if you leave it out.",
        },
        {"type": NOTE_TYPE},
    ),
}
BODY: Schema = {
    "anyOf": [
        sent(
            {"note": {"anyOf": [ref("NoteToSave"), TEXT], "description": "The note, or the JSON text of one."}},
            ["note"],
            title="WrappedNote",
        ),
        ref("NoteToSave"),
    ]
}
BODY_EXAMPLE = {
    "note": {
        "title": "New Note",
        "description": "<p>very important note</p>",
        "type": "note",
        "created_at": "2025-08-10 12:00:00",
    }
}
EXAMPLE: dict[str, Any] = {
    "id": 47,
    "subscriber_id": "111",
    "parent_id": None,
    "created_by": "1",
    "status": "open",
    "is_private": "1",
    **BODY_EXAMPLE["note"],
    "updated_at": "2025-08-07 12:13:02",
}
LISTED_EXAMPLE = {
    **EXAMPLE,
    "added_by": {"ID": 1, "display_name": "Sheikh Hasib", "first_name": "Sheikh", "last_name": "Hasib"},
}


def note_routes(base: str, owner: str, viewset: type[NoteViewSet], suffix: str = "") -> Routes:
    """The routes of the notes of contacts, or of companies; `suffix` makes the names of the operations different."""
    ids = {"id": f"The {owner}'s id.", "note_id": "The note's id."}
    per_page = viewset.per_page
    return {
        base: {
            "GET": Operation(
                name=f"list{suffix}Notes",
                topic="Notes",
                summary=f"List the notes of a {owner}",
                description="Returns a page of notes, the newest first.",
                ids=ids,
                parameters=[*pages(per_page), *parameters_of(NoteFilter)],
                answer=obj(
                    {
                        "notes": page_of(ref("ListedNote")),
                        "fields": say(
                            obj({"fields": mapped(mapped(ANYTHING, title="FormField"))}, title="NoteForm"),
                            "A description of the form for a note.",
                        ),
                    }
                ),
                example={"notes": page_example(LISTED_EXAMPLE, per_page=per_page), "fields": FORM},
                refusals={404: NOT_FOUND},
            ),
            "POST": Operation(
                name=f"create{suffix}Note",
                topic="Notes",
                summary=f"Create a note for a {owner}",
                ids=ids,
                body=BODY,
                body_example=BODY_EXAMPLE,
                answer=obj({"note": ref("NewNote"), "message": TEXT}),
                example={"note": {**EXAMPLE, "subscriber_id": 111, "created_by": 1}, "message": viewset.created},
                refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
            ),
        },
        f"{base}/{{note_id}}": {
            "PUT": Operation(
                name=f"update{suffix}Note",
                topic="Notes",
                summary=f"Update a note of a {owner}",
                description=f"The note must belong to this {owner}.",
                ids=ids,
                body=BODY,
                body_example=BODY_EXAMPLE,
                answer=obj({"note": ref("Note"), "message": TEXT}),
                example={"note": EXAMPLE, "message": "Note successfully updated"},
                refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
            ),
            "DELETE": Operation(
                name=f"delete{suffix}Note",
                topic="Notes",
                summary=f"Delete a note of a {owner}",
                description=f"The note must belong to this {owner}.",
                ids=ids,
                answer=message("Note successfully deleted"),
                example={"message": "Note successfully deleted"},
                refusals={404: NOT_FOUND},
            ),
        },
    }


ROUTES: Routes = {
    **note_routes("/fluent-crm/v2/subscribers/{id}/notes", "contact", NoteViewSet),
    **note_routes("/fluent-crm/v2/companies/{id}/notes", "company", CompanyNoteViewSet, "Company"),
}

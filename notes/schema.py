"""What the routes of notes take and answer (see wp_rest.openapi; guide, 'Working with Notes'; notes.json)."""

from typing import Any

from notes.models import Type
from notes.serializers import FORM, NoteSerializer
from notes.views import CompanyNoteListView, NoteListView
from wp_rest.openapi import (
    DIGITS,
    ID,
    INVALID,
    MISSING,
    MOMENT,
    NOT_FOUND,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    mapped,
    message,
    nullable,
    obj,
    one_of,
    page_example,
    page_of,
    pages,
    query,
    ref,
    say,
    sent,
)

NOTE: dict[str, Schema] = {
    "id": ID,
    "subscriber_id": say(DIGITS, "Whose it is: the contact, or the company."),
    "parent_id": nullable(DIGITS),
    "created_by": say(nullable(DIGITS), "The id of the user who wrote it."),
    "status": TEXT,
    "type": one_of(*Type.values),
    "is_private": one_of("0", "1"),
    "title": TEXT,
    "description": say(TEXT, "HTML without anything that runs."),
    "created_at": MOMENT,
    "updated_at": MOMENT,
}
AUTHOR = obj({"ID": ID, "first_name": TEXT, "last_name": TEXT, "display_name": TEXT})
COMPONENTS: dict[str, Schema] = {
    "Note": obj(NOTE),
    "NewNote": obj({**NOTE, "subscriber_id": ID, "created_by": ID}, description="Its links are numbers, as recorded."),
    "ListedNote": obj({**NOTE, "added_by": say(nullable(AUTHOR), "Who wrote it; null when that user is gone.")}),
    "NoteToSave": body_of(
        NoteSerializer,
        {
            "description": "HTML; scripts and the like are taken out.",
            "created_at": "`YYYY-MM-DD HH:MM:SS`. Now, unless given.",
        },
    ),
}
BODY: Schema = {
    "anyOf": [
        sent(
            {"note": {"anyOf": [ref("NoteToSave"), TEXT], "description": "The note, or the JSON text of it."}}, ["note"]
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


def note_routes(base: str, owner: str, view: type[NoteListView], suffix: str = "") -> Routes:
    """The routes of the notes of contacts, or of companies: `suffix` tells the names of the latter apart."""
    ids = {"id": f"The {owner}'s id.", "note_id": "The note's id."}
    per_page = view.per_page
    return {
        base: {
            "GET": Operation(
                name=f"list{suffix}Notes",
                topic="Notes",
                summary=f"List the notes of a {owner}",
                description="A page of notes, newest first.",
                ids=ids,
                parameters=[
                    *pages(per_page),
                    query("search", TEXT, "Only those with this text in the title."),
                ],
                answer=obj(
                    {
                        "notes": page_of(ref("ListedNote")),
                        "fields": say(
                            obj({"fields": mapped({"type": "object"})}), "What FluentCRM's screen builds its form from."
                        ),
                    }
                ),
                example={"notes": page_example(LISTED_EXAMPLE, per_page=per_page), "fields": FORM},
                refusals={404: NOT_FOUND},
            ),
            "POST": Operation(
                name=f"create{suffix}Note",
                topic="Notes",
                summary=f"Create a note about a {owner}",
                ids=ids,
                body=BODY,
                body_example=BODY_EXAMPLE,
                answer=obj({"note": ref("NewNote"), "message": TEXT}),
                example={"note": {**EXAMPLE, "subscriber_id": 111, "created_by": 1}, "message": view.added},
                refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
            ),
        },
        f"{base}/{{note_id}}": {
            "PUT": Operation(
                name=f"update{suffix}Note",
                topic="Notes",
                summary=f"Update a note about a {owner}",
                description=f"A note is reached through its own {owner} alone.",
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
                summary=f"Delete a note about a {owner}",
                description=f"A note is reached through its own {owner} alone.",
                ids=ids,
                answer=message("Note successfully deleted"),
                example={"message": "Note successfully deleted"},
                refusals={404: NOT_FOUND},
            ),
        },
    }


ROUTES: Routes = {
    **note_routes("/fluent-crm/v2/subscribers/{id}/notes", "contact", NoteListView),
    **note_routes("/fluent-crm/v2/companies/{id}/notes", "company", CompanyNoteListView, "Company"),
}

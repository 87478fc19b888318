"""What the route of history takes and answers (see rest.openapi)."""

from dataclasses import replace

from changes.actors import ActorKind, Channel
from changes.api.filters import ChangeFilter
from changes.events import EVENTS, SUBJECTS
from rest.openapi import ANYTHING, ID, INTEGER, TEXT, Operation, Routes, Schema, mapped, nullable, obj, one_of, ref, say
from subscribers.api.schema.contact import CONTACT_ID, TOPIC
from wp_rest.filters import parameters_of
from wp_rest.openapi import DATETIME, INVALID, NOT_FOUND, page_example, page_of, pages

CHANGE_KIND = one_of(*EVENTS, title="ChangeKind")
CHANNEL = one_of(*Channel.values, title="ChangeChannel")
COMPONENTS: dict[str, Schema] = {
    "Change": obj(
        {
            "id": ID,
            "at": DATETIME,
            "user": say(
                nullable(obj({"ID": ID, "display_name": TEXT}, title="ChangeUser")),
                "The user who made the change; null if there was none, or the user no longer exists.",
            ),
            "actor": say(
                nullable(obj({"kind": one_of(*ActorKind.values), "id": nullable(INTEGER)}, title="ChangeActor")),
                "What acted for the user: the application password, API key, import or automation; or the contact itself.",
            ),
            "channel": say(
                CHANNEL, "The way the change came in. `system` is the server itself, or a command on the server."
            ),
            "change": say(CHANGE_KIND, "What happened."),
            "subject": say(
                obj({"kind": one_of(*SUBJECTS), "id": nullable(INTEGER)}, title="ChangeSubject"),
                "What the change is about, for example the tag that was attached. The id is null for `contact` (it is "
                "this contact) and for `status` (the status is in `details`).",
            ),
            "details": mapped(
                ANYTHING,
                description="What changed. `columns` has `[old, new]` for each field of one contact. For many contacts "
                "it has what changed for all of them, with the old value if it is kept. `targets` has the id of the tag or list, `companies` the id of "
                "the company that the contact got or lost. If that was deleted, its `title` or `name` is there as "
                "well. `status` has the new status, `previous` the old one if all of the contacts had the same. `consent_given` has "
                "what is kept as proof: `email`, `ip`, `user_agent`, the `subject` of the mail and the titles of the `lists`.",
            ),
            "contacts": say(INTEGER, "The number of contacts that were changed together."),
        }
    ),
}
ROUTES: Routes = {
    "/fluent-crm/v2/subscribers/{id}/history": {
        "GET": Operation(
            name="getHistory",
            topic=TOPIC,
            summary="Get the history of a contact",
            description="Returns a page of changes, the newest first: who changed what, and when. For a deleted contact only "
            "the deletion is kept. This route is an addition of this server.",
            ids=CONTACT_ID,
            parameters=[
                *parameters_of(ChangeFilter, {"change": CHANGE_KIND, "channel": CHANNEL}),
                *pages(),
            ],
            answer=obj({"history": page_of(ref("Change"))}),
            example={
                "history": page_example(
                    {
                        "id": 47,
                        "at": "2026-01-31 09:05:00",
                        "user": {"ID": 1, "display_name": "Grace Hopper"},
                        "actor": {"kind": "application_password", "id": 3},
                        "channel": "api",
                        "change": "updated",
                        "subject": {"kind": "contact", "id": None},
                        "details": {"columns": {"first_name": ["Jane", "Janet"]}},
                        "contacts": 1,
                    }
                )
            },
            refusals={400: replace(INVALID, when="A parameter has a wrong value."), 404: NOT_FOUND},
        )
    },
}

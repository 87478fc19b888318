"""The route of the feed."""

from feed.api.viewsets import CursorExpired
from feed.reading import DEFAULT_LIMIT, MAX_LIMIT
from rest.openapi import BOOLEAN, COUNT, ID, TEXT, Operation, Refusal, Routes, Schema, listed, obj, query, ref, say
from rest.waiting import MAX_SECONDS
from subscribers.api.schema.contact import BASE, JANE, OPTIONAL_TEXT, TOPIC
from wp_rest.openapi import INVALID, error, error_example

COMPONENTS: dict[str, Schema] = {
    "CursorExpired": error(410, CursorExpired.code),
    "DeletedContact": obj(
        {
            "id": ID,
            "email": say(OPTIONAL_TEXT, "The e-mail address; null when it is no longer kept."),
            "hash": say(OPTIONAL_TEXT, "The public id of the contact; null when it is no longer kept."),
        }
    ),
}
ROUTES: Routes = {
    f"{BASE}/changes": {
        "GET": Operation(
            name="listContactChanges",
            topic=TOPIC,
            summary="Follow the changes of contacts",
            description="Returns the contacts that were created, changed or deleted after a cursor, for programs that keep a "
            "copy of the contacts. Each contact is on a page once, as it is now; it may come again on a later page. Nothing is "
            "left out, in whatever order changes were saved.\n\nWithout a cursor the answer is empty and has the cursor of "
            "now: take it first, then copy all contacts with `after_id`, then follow the changes. This route is an "
            "addition of this server.",
            parameters=[
                query("cursor", TEXT, "The `cursor` of the last answer."),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
                    f"The largest number of contacts. A number above {MAX_LIMIT} means {MAX_LIMIT}; below 1, the default.",
                ),
                query(
                    "wait",
                    {"type": "integer", "minimum": 0, "maximum": MAX_SECONDS, "default": 0},
                    f"If there is nothing new, wait for up to this many seconds. A number above {MAX_SECONDS} means "
                    f"{MAX_SECONDS}. If too many clients wait already, the answer comes at once and `retry_after` says when "
                    "to ask again.",
                ),
            ],
            answer=obj(
                {
                    "contacts": say(
                        listed(ref("ListedContact")),
                        "The contacts that were created or changed, as they are now, with their custom values.",
                    ),
                    "deleted": say(
                        listed(ref("DeletedContact")),
                        "The contacts that were deleted. Delete them from your copy before you write `contacts`.",
                    ),
                    "cursor": say(TEXT, "Where this page ends. Send it with the next request."),
                    "has_more": say(BOOLEAN, "True if you can get the next page at once."),
                    "retry_after": say(COUNT, "The number of seconds after which to ask again. 0 means at once."),
                },
            ),
            example={
                "contacts": [JANE],
                "deleted": [{"id": 24, "email": "joe@example.com", "hash": "1f1e2d3c4b5a69788796a5b4c3d2e1f0"}],
                "cursor": "4711.25",
                "has_more": False,
                "retry_after": 5,
            },
            refusals={
                400: INVALID,
                410: Refusal(
                    "Changes after the cursor were removed.",
                    ["CursorExpired"],
                    {"CursorExpired": error_example(410, CursorExpired.code, CursorExpired.message)},
                ),
            },
        )
    },
}

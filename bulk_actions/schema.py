"""What do-bulk-action takes and answers (see wp_rest.openapi; guide, 'Bulk Operations'; bulk-actions.json)."""

from dataclasses import replace

from django.conf import settings

from bulk_actions.actions import ACTIONS, DONE
from subscribers.schema import ignored
from wp_rest.openapi import (
    ANYTHING,
    BOOLEAN,
    ENTRIES,
    FLAG,
    FORBIDDEN_TO,
    IDS,
    INTEGER,
    INVALID,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    obj,
    one_of,
    refused,
    say,
    sent,
)

COMPONENTS: dict[str, Schema] = {}
BODY = sent(
    {
        "action_name": one_of(*ACTIONS),
        "subscriber_ids": say(IDS, "The ids of the contacts."),
        "is_all": say(FLAG, "Instead of ids: every contact of `contact_query`."),
        "contact_query": {
            "type": ["object", "string"],
            "description": "The filters of the list of contacts as an object, or the JSON text of one; with `is_all`.",
        },
        "last_id": {
            "type": ["integer", "string"],
            "description": f"With `is_all`: go on after this id, {settings.BULK_CHUNK} contacts at a time.",
        },
        "action_options": say(ENTRIES, "Tags or lists: ids, slugs or titles."),
        "new_status": say(ANYTHING, "The status, the contact type or the company's id."),
        "reason": say(TEXT, "Why the contacts left, with a status. `unsubscribe_reason` is the same."),
        "company_id": {"type": ["integer", "string"], "description": "The company."},
        "custom_field": say(
            sent({"key": say(TEXT, "The slug."), "value": ANYTHING}, ["key", "value"]), "For `update_custom_fields`."
        ),
    },
    ["action_name"],
)
POST = Operation(
    name="actOnContacts",
    topic="Many contacts",
    summary="Do one thing to many contacts",
    description="All of it happens, or nothing. With `is_all` a client calls again with `last_id`, the "
    "`last_contact_id` of the answer, until `is_completed`.",
    body=BODY,
    body_example={"action_name": "add_to_tags", "action_options": [1], "subscriber_ids": [25, 26]},
    answer=obj(
        {
            "last_contact_id": say(INTEGER, "The largest id of this call."),
            "completed_contacts": say(INTEGER, "How many contacts there were."),
            "message": TEXT,
            "is_completed": say(BOOLEAN, "With `is_all` alone: whether these were the last ones."),
            "ignored": ignored("tags", "lists"),
        },
        optional=["is_completed", "ignored"],
    ),
    example={"last_contact_id": 26, "completed_contacts": 2, "message": DONE},
    refusals={
        400: INVALID,
        403: FORBIDDEN_TO,
        404: Refusal("There is no such company, e-mail sequence or automation.", ["NotFound"]),
        422: Refusal(
            "No contact is named, there is no such action, or what it needs is missing.",
            ["MissingFields", "Refused"],
            refused("", "Selected Action is not valid").examples,
        ),
    },
)
ROUTES: Routes = {
    "/fluent-crm/v2/subscribers/do-bulk-action": {
        "POST": POST,
        "PUT": replace(POST, name="actOnContactsByPut", description="The same as POST."),
    }
}

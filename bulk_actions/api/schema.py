"""What do-bulk-action takes and answers (see rest.openapi; guide, 'Bulk Operations'; bulk-actions.json)."""

from dataclasses import replace

from django.conf import settings

from bulk_actions.actions import ACTIONS
from bulk_actions.api.options import DONE
from bulk_actions.api.viewsets import IN_BACKGROUND
from jobs.api.schema import JOB
from rest.openapi import (
    ANYTHING,
    BOOLEAN,
    COUNT,
    INTEGER,
    TEXT,
    Answer,
    Operation,
    Refusal,
    Routes,
    Schema,
    obj,
    one_of,
    ref,
    say,
    sent,
)
from wp_rest.openapi import ENTRIES, FLAG, FORBIDDEN_TO, IDS, INVALID, JSON_OBJECT, ignored, refused

COMPONENTS: dict[str, Schema] = {}
START = {
    "state": "queued",
    "done": 0,
    "rate": None,
    "seconds_left": None,
    "result": {"last_contact_id": 0, "completed_contacts": 0},
    "started_at": None,
}
BODY = sent(
    {
        "action_name": one_of(*ACTIONS),
        "subscriber_ids": say(IDS, "The ids of the contacts."),
        "is_all": say(
            FLAG, "True runs the action on all contacts that `contact_query` finds, instead of `subscriber_ids`."
        ),
        "contact_query": {
            "anyOf": [JSON_OBJECT, TEXT],
            "description": "The filters of `GET /subscribers`, as an object or the JSON text of one. Only with `is_all`. "
            "Without it, or if it is empty, all contacts are meant. An unknown key or an empty condition is an error.",
        },
        "last_id": {
            "type": ["integer", "string"],
            "description": f"Continue after this id. Only with `is_all`, which changes up to {settings.BULK_CHUNK} contacts in one "
            "request.",
        },
        "action_options": say(ENTRIES, "The tags or lists for the action: ids, slugs or titles."),
        "new_status": say(
            ANYTHING, "The new status, the new contact type or the id of the company, the sequence or the automation."
        ),
        "reason": say(TEXT, "Why the contacts left. Only with a new status. You can also write `unsubscribe_reason`."),
        "company_id": {"type": ["integer", "string"], "description": "The id of the company."},
        "sequence_id": {
            "type": ["integer", "string"],
            "description": "The id of the e-mail sequence. You can also write it as `new_status`. Contacts enter it that "
            "are `subscribed` and were never in it.",
        },
        "automation_id": {
            "type": ["integer", "string"],
            "description": "The id of the automation. You can also write it as `funnel_id` or `new_status`. Of up to 100 "
            "contacts the first blocks run before the answer.",
        },
        "include_unsubscribed": say(
            FLAG,
            "True sends the mail also to contacts that are `unsubscribed`. Only for `send_double_optin`, which otherwise "
            "sends it to those that are `pending`, and only once in five minutes.",
        ),
        "custom_field": say(
            sent(
                {"key": say(TEXT, "The slug of the field."), "value": say(ANYTHING, "The new value.")},
                ["key", "value"],
                title="CustomFieldChange",
            ),
            "Only for `update_custom_fields`.",
        ),
        "background": say(
            FLAG,
            "True answers 202 with a job at once, and the action runs in the background, on any number of contacts. "
            "Ask `GET /jobs/{id}` for its progress.",
        ),
    },
    ["action_name"],
    title="ActOnContactsRequest",
)
POST = Operation(
    name="actOnContacts",
    topic="Many contacts",
    summary="Run an action on many contacts",
    description="If one contact cannot be changed, none is. With `is_all`, repeat the request with the "
    "`last_contact_id` of the answer as `last_id` until `is_completed` is true.\n\nWith `background`, everything that "
    "can be refused is refused at once. Then the contacts are changed "
    f"{settings.BULK_CHUNK} at a time, upward by id: those that exist now and, with `is_all`, still fit the query when their "
    "turn comes. What is changed stays changed if a later part fails.\n\nThe permission that the user needs depends "
    "on the action: to change contacts for most of them, to delete contacts for `delete_contacts`.",
    body=BODY,
    body_example={"action_name": "add_to_tags", "action_options": [1], "subscriber_ids": [25, 26]},
    answer=obj(
        {
            "last_contact_id": say(INTEGER, "The largest id that this request changed."),
            "completed_contacts": say(INTEGER, "The number of contacts in this request."),
            "message": TEXT,
            "is_completed": say(BOOLEAN, "True if no contacts are left. Only if `is_all` is sent."),
            "sent": say(COUNT, "The number of mails. Only for `send_double_optin`."),
            "ignored": ignored("tags", "lists"),
        },
        optional=["is_completed", "sent", "ignored"],
        title="ActOnContactsResponse",
    ),
    example={"last_contact_id": 26, "completed_contacts": 2, "message": DONE},
    also={
        202: Answer(
            "The action has started in the background. The header `Location` is the path of the job.",
            obj(
                {"message": TEXT, "job": ref("Job"), "ignored": ignored("tags", "lists")},
                optional=["ignored"],
                title="ActOnContactsInBackgroundResponse",
            ),
            {"message": IN_BACKGROUND, "job": JOB | START},
        )
    },
    refusals={
        400: INVALID,
        403: FORBIDDEN_TO,
        404: Refusal(
            "The company (then it is in `ignored`), e-mail sequence or automation does not exist.", ["NotFound"]
        ),
        422: Refusal(
            "No contact ids are sent, the action does not exist, or a value that it needs is missing or names nothing "
            "that exists (then it is in `ignored`), or the e-mail sequence is paused or has no mails, or the "
            "automation is a draft.",
            ["MissingFields", "Refused"],
            refused("", "Selected Action is not valid").examples,
        ),
    },
)
ROUTES: Routes = {
    "/fluent-crm/v2/subscribers/do-bulk-action": {
        "POST": POST,
        "PUT": replace(POST, name="actOnContactsByPut", description="Does the same as POST."),
    }
}

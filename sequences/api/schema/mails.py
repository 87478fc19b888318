"""The routes of the mails of sequences."""

from collections.abc import Mapping
from typing import Any

from emails.written_settings import UTM
from rest.openapi import (
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    listed,
    obj,
    one_of,
    query,
    ref,
    say,
    sent,
)
from sequences.api.schema.objects import (
    BASE,
    MAIL,
    MAIL_EXAMPLE,
    SENDER,
    TIMINGS_EXAMPLE,
    TIMINGS_TO_SAVE,
    TOPIC,
    WRITTEN_EXAMPLE,
)
from sequences.api.schema.sequences import SEQUENCE_ID
from sequences.api.serializers import SequenceMailSerializer
from sequences.api.viewsets.mails import CREATED, DELETED, DUPLICATED, METHODS, UPDATED
from wp_rest.openapi import ERROR_EXAMPLES, INVALID, JSON_OBJECT, MISSING, NOT_FOUND, error_example, message

MAIL_ID = {**SEQUENCE_ID, "email_id": "The mail's id."}
MAIL_COMPONENTS: dict[str, Schema] = {
    "SequenceMail": obj(MAIL),
    "SequenceMailToSave": body_of(
        SequenceMailSerializer,
        {
            "title": "The title; the subject if it is missing.",
            "email_subject": "The subject. It may have codes.",
            "email_pre_header": "What mailboxes show behind the subject.",
            "email_body": "The body: HTML with codes.",
            "design_template": "The frame: `simple`, or `raw_html` for a body that is a whole document.",
            "template_id": "The template that the mail was started from.",
            "settings": "When the mail leaves, and from whom it is. What you do not send stays as it is.",
            "utm_status": "1 if the addresses in the mail are to have the parameters below.",
            **{name: f"`{name}`." for name in UTM},
        },
        {
            "settings": sent(
                {
                    "timings": TIMINGS_TO_SAVE,
                    "mailer_settings": SENDER,
                    "template_config": JSON_OBJECT,
                    "action_triggers": listed(TEXT),
                },
                title="SequenceMailSettingsToSave",
            )
        },
    ),
}
EMAIL: Schema = {"anyOf": [ref("SequenceMailToSave"), TEXT], "description": "The mail, or the JSON text of one."}
WRAPPED = sent({"email": EMAIL}, ["email"], title="WrappedSequenceMail")
BODY_EXAMPLE = {"email": {**WRITTEN_EXAMPLE, "settings": {"timings": TIMINGS_EXAMPLE}}}
SAVED = obj({"message": TEXT, "email": ref("SequenceMail")}, title="SavedSequenceMail")
WHILE_ON_THE_WAY = (
    "Contacts that are on their way through the sequence get a mail only if they have not passed its place, at its new "
    "time, and never twice."
)
WRONG_METHOD = f"The route_method must be one of: {', '.join(METHODS)}"


def saved(done: str) -> dict[str, Any]:
    return {"message": done, "email": MAIL_EXAMPLE}


def saving(name: str, summary: str, done: str, ids: Mapping[str, str]) -> Operation:
    return Operation(
        name=name,
        topic=TOPIC,
        summary=summary,
        description=WHILE_ON_THE_WAY,
        ids=ids,
        body=WRAPPED,
        body_example=BODY_EXAMPLE,
        answer=SAVED,
        example=saved(done),
        refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
    )


MAIL_ROUTES: Routes = {
    f"{BASE}/{{id}}/email": {
        "POST": saving("createSequenceMail", "Add a mail to a sequence", CREATED, SEQUENCE_ID),
    },
    f"{BASE}/{{id}}/email/{{email_id}}": {
        "GET": Operation(
            name="getSequenceMail",
            topic=TOPIC,
            summary="Get a mail of a sequence",
            description="With the id 0 you get what a new mail starts from.",
            ids=MAIL_ID,
            parameters=[
                query(
                    "with[]",
                    listed(one_of("sequence", title="SequenceMailExtra")),
                    "`sequence` adds the sequence. Without it `sequence` is an empty list.",
                )
            ],
            answer=obj(
                {
                    "sequence": {"anyOf": [ref("EmailSequence"), listed(TEXT, maxItems=0)]},
                    "email": ref("SequenceMail"),
                },
                title="ShownSequenceMail",
            ),
            example={"sequence": [], "email": MAIL_EXAMPLE},
            refusals={404: NOT_FOUND},
        ),
        "PUT": saving("updateSequenceMail", "Update a mail of a sequence", UPDATED, MAIL_ID),
        "DELETE": Operation(
            name="deleteSequenceMail",
            topic=TOPIC,
            summary="Delete a mail of a sequence",
            description="If it has not left yet, it does not leave. Contacts that waited for it get the one after it.",
            ids=MAIL_ID,
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/{{id}}/email/duplicate": {
        "POST": Operation(
            name="duplicateSequenceMail",
            topic=TOPIC,
            summary="Copy a mail of a sequence",
            description="The copy has the same delay, and comes after the mail.",
            ids=SEQUENCE_ID,
            body=sent(
                {"email_id": {"type": ["integer", "string"], "description": "The id of the mail."}},
                ["email_id"],
                title="MailToCopy",
            ),
            body_example={"email_id": 12},
            answer=SAVED,
            example=saved(DUPLICATED),
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        )
    },
    f"{BASE}/sequence-email-update-create": {
        "POST": Operation(
            name="saveSequenceMail",
            topic=TOPIC,
            summary="Add or update a mail of a sequence",
            description=f"Does the same as the two routes for one of them. {WHILE_ON_THE_WAY}",
            body=sent(
                {
                    "route_method": say(one_of(*METHODS, title="SaveMethod"), "Whether the mail is new."),
                    "sequence_id": {"type": ["integer", "string"], "description": "The id of the sequence."},
                    "mail_id": {"type": ["integer", "string"], "description": "The id of the mail. Only for `update`."},
                    "email": EMAIL,
                },
                ["route_method", "sequence_id", "email"],
                title="MailOfSequenceToSave",
            ),
            body_example={"route_method": "create", "sequence_id": 3, **BODY_EXAMPLE},
            answer=SAVED,
            example=saved(CREATED),
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: Refusal(
                    "A required field is missing or empty, or the method is another one.",
                    ["MissingFields", "Refused"],
                    {
                        "MissingFields": ERROR_EXAMPLES["MissingFields"],
                        "Refused": error_example(422, "rest_invalid_param", WRONG_METHOD),
                    },
                ),
            },
        )
    },
}

"""The routes of sequences themselves."""

from rest.openapi import (
    INTEGER,
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
from sequences.api.filters import SequenceFilter
from sequences.api.schema.objects import (
    BASE,
    MAIL,
    MAIL_EXAMPLE,
    SEQUENCE,
    SEQUENCE_EXAMPLE,
    STATS,
    TOPIC,
)
from sequences.api.serializers import SequenceSerializer
from sequences.api.viewsets.sequences import DELETED_MANY, ORDERS, UP_TO_DATE, EmailSequenceViewSet
from wp_rest.filters import parameters_of
from wp_rest.openapi import (
    DATETIME,
    FLAG,
    IDS,
    INVALID,
    MISSING,
    NOT_FOUND,
    message,
    page_example,
    page_of,
    pages,
    refused,
)

SEQUENCE_ID = {"id": "The sequence's id."}
SAVED = obj({"sequence": ref("EmailSequence"), "message": TEXT}, title="SavedSequence")
SEQUENCE_COMPONENTS: dict[str, Schema] = {
    "EmailSequence": obj(SEQUENCE),
    "MailOfSequence": obj({**MAIL, "stats": STATS}, optional=["stats"]),
    "SequenceToSave": body_of(
        SequenceSerializer,
        {
            "title": "The title.",
            "status": "`working` or `published`, which is the default, takes contacts and sends. `draft` or `archived` "
            "pauses the sequence: nobody enters it, and nobody in it gets the next mail.",
            "settings": "`mailer_settings` says from whom the mails are. They are given to all mails of the sequence.",
        },
    ),
    "Reapplied": obj(
        {
            "next_email": obj({"id": INTEGER, "delay": INTEGER, "title": TEXT}, title="NextMail"),
            "last_completed": obj(
                {
                    "id": say(INTEGER, "0 if the mail was deleted, or there was none."),
                    "delay": INTEGER,
                    "title": TEXT,
                    "last_executed": DATETIME,
                },
                title="LastMail",
            ),
            "calculations": obj(
                {
                    "delay_offset": say(INTEGER, "The seconds between the two mails."),
                    "sequence_start_time": DATETIME,
                    "next_time_from_last_execution": say(DATETIME, "When the next mail comes."),
                    "next_time_from_start": say(DATETIME, "When it would have come, had it been there from the start."),
                    "time_difference": say(INTEGER, "The seconds from the second of these times to the first one."),
                },
                title="ReapplyTimes",
            ),
            "update_result": obj({"subscribers_updated": INTEGER}, title="ReapplyCount"),
        }
    ),
}


def saved(done: str) -> dict[str, object]:
    return {"sequence": SEQUENCE_EXAMPLE, "message": done}


SEQUENCE_ROUTES: Routes = {
    BASE: {
        "GET": Operation(
            name="listSequences",
            topic=TOPIC,
            summary="List the e-mail sequences",
            description="Returns a page of sequences, the newest first, with their numbers.",
            parameters=[
                *pages(),
                *parameters_of(SequenceFilter),
                query("orderBy", one_of(*ORDERS, default="id"), "The column to sort by."),
                query("order", one_of("asc", "desc", default="desc"), "The direction."),
            ],
            answer=obj({"sequences": page_of(ref("EmailSequence"))}),
            example={"sequences": page_example(SEQUENCE_EXAMPLE)},
        ),
        "POST": Operation(
            name="createSequence",
            topic=TOPIC,
            summary="Create an e-mail sequence",
            description="A new sequence takes contacts as soon as it has a mail.",
            body=ref("SequenceToSave"),
            body_example={"title": "Welcome"},
            answer=SAVED,
            example=saved(EmailSequenceViewSet.created),
            refusals={400: INVALID, 422: MISSING},
        ),
    },
    f"{BASE}/{{id}}": {
        "GET": Operation(
            name="getSequence",
            topic=TOPIC,
            summary="Get an e-mail sequence with its mails",
            ids=SEQUENCE_ID,
            parameters=[
                query(
                    "with[]",
                    listed(one_of("sequence_emails", "email_stats", title="SequenceExtra")),
                    "`email_stats` adds `stats` to each mail. The mails are always there.",
                )
            ],
            answer=obj({"sequence": ref("EmailSequence"), "sequence_emails": listed(ref("MailOfSequence"))}),
            example={"sequence": SEQUENCE_EXAMPLE, "sequence_emails": [MAIL_EXAMPLE]},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="updateSequence",
            topic=TOPIC,
            summary="Update an e-mail sequence",
            description="A paused sequence keeps its contacts. As it goes on, whoever became due meanwhile gets the next "
            "mail at once.",
            ids=SEQUENCE_ID,
            body=ref("SequenceToSave"),
            body_example={"title": "Welcome", "status": "draft"},
            answer=SAVED,
            example=saved(EmailSequenceViewSet.updated),
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        ),
        "DELETE": Operation(
            name="deleteSequence",
            topic=TOPIC,
            summary="Delete an e-mail sequence",
            description="Mails that have not left do not leave. Those that were sent stay in the history of the contacts.",
            ids=SEQUENCE_ID,
            answer=message(EmailSequenceViewSet.deleted),
            example={"message": EmailSequenceViewSet.deleted},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/{{id}}/duplicate": {
        "POST": Operation(
            name="duplicateSequence",
            topic=TOPIC,
            summary="Copy an e-mail sequence",
            description="The copy has the same mails, and no contacts.",
            ids=SEQUENCE_ID,
            answer=SAVED,
            example=saved(EmailSequenceViewSet.duplicated),
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/reapply": {
        "POST": Operation(
            name="reapplySequence",
            topic=TOPIC,
            summary="Send new mails to contacts that completed a sequence",
            description="Contacts that completed the sequence go on with the mails that were added behind since. Only "
            "those that are `subscribed`. The answer describes the next mail of the contact that completed it last.",
            ids=SEQUENCE_ID,
            answer=obj({"result": ref("Reapplied"), "message": TEXT}),
            example={
                "result": {
                    "next_email": {"id": 13, "delay": 259200, "title": "Third mail"},
                    "last_completed": {
                        "id": 12,
                        "delay": 172800,
                        "title": "Second mail",
                        "last_executed": "2026-02-02 09:05:00",
                    },
                    "calculations": {
                        "delay_offset": 86400,
                        "sequence_start_time": "2026-01-31 09:05:00",
                        "next_time_from_last_execution": "2026-02-03 09:05:00",
                        "next_time_from_start": "2026-02-03 09:05:00",
                        "time_difference": 0,
                    },
                    "update_result": {"subscribers_updated": 118},
                },
                "message": EmailSequenceViewSet.reapplied,
            },
            refusals={404: NOT_FOUND, 422: refused("Nobody has a further mail to get.", UP_TO_DATE)},
        )
    },
    f"{BASE}/do-bulk-action": {
        "POST": Operation(
            name="deleteSequences",
            topic=TOPIC,
            summary="Delete many e-mail sequences",
            body=sent(
                {
                    "action_name": one_of("delete_sequences", title="SequenceAction"),
                    "sequence_ids": say(IDS, "The ids of the sequences."),
                    "select_all": say(FLAG, "True means all sequences. No ids are needed."),
                },
                title="SequenceBulkAction",
            ),
            body_example={"sequence_ids": [3, 4]},
            answer=message(DELETED_MANY),
            example={"message": DELETED_MANY},
            refusals={
                400: INVALID,
                422: Refusal(
                    "No ids are sent, or the action is another one.",
                    ["Refused"],
                    refused("", "Please select sequences").examples,
                ),
            },
        )
    },
}

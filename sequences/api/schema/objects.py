"""The objects of sequences in the OpenAPI document, and examples of them."""

from typing import Any

from emails.written_settings import UTM
from rest.openapi import COUNT, ID, INTEGER, TEXT, Schema, constant, listed, nullable, obj, one_of, say, sent
from sequences.api.representation import NO_REVENUE, NO_SENDER, STATUSES
from sequences.models import SequenceTracker, Unit
from sequences.windows import DAYS
from wp_rest.openapi import DATETIME, FLAG, JSON_OBJECT

TOPIC = "Sequences"
BASE = "/fluent-crm/v2/sequences"
AUTHOR = say(COUNT, "The id of the user who made it; 0 if there is none.")
STAMPS = {"created_at": DATETIME, "updated_at": DATETIME}
YES_OR_NO = one_of("yes", "no", title="YesOrNo")
SENDER = {
    "type": "object",
    "properties": dict.fromkeys(NO_SENDER, TEXT),
    "required": list(NO_SENDER),
    "additionalProperties": TEXT,
    "title": "SequenceSender",
    "description": "From whom a mail is and whom an answer goes to, if `is_custom` is `yes`. Otherwise as set for all "
    "mails.",
}
SEQUENCE: dict[str, Schema] = {
    "id": ID,
    "title": TEXT,
    "slug": TEXT,
    "status": say(
        one_of(*STATUSES.values(), title="SequenceStatus"), "`working` takes contacts and sends; `draft` is paused."
    ),
    "type": constant("email_sequence"),
    "design_template": TEXT,
    "settings": {
        "type": "object",
        "properties": {"mailer_settings": SENDER},
        "required": ["mailer_settings"],
        "additionalProperties": {},
        "title": "SequenceSettings",
    },
    "created_by": AUTHOR,
    **STAMPS,
    "stats": obj(
        {
            "emails": say(COUNT, "The number of mails."),
            "subscribers": say(COUNT, "The number of contacts that ever entered."),
            "revenue": say(
                obj({"amount": TEXT, "currency": TEXT}, title="Revenue"), "Always zero: this server knows no orders."
            ),
        },
        title="SequenceStats",
    ),
}
TIMINGS: dict[str, Schema] = {
    "delay_unit": one_of(*Unit.values, title="DelayUnit"),
    "delay": say(COUNT, "How long after the contact entered the mail leaves."),
    "is_anytime": say(YES_OR_NO, "Whether the mail may leave at any time of day."),
    "sending_time": say(
        {"anyOf": [TEXT, listed(TEXT, minItems=2, maxItems=2)]},
        "From which time of day the mail may leave, for an hour, or from which to which, in the time zone of this site. "
        "Empty: at any time.",
    ),
    "selected_days_only": say(YES_OR_NO, "Whether the mail may leave only on some days of the week."),
    "allowed_days": say(listed(one_of(*DAYS, title="Weekday")), "These days."),
}
TIMINGS_TO_SAVE: Schema = sent(
    {
        **TIMINGS,
        "delay": {"type": ["integer", "string"], "description": "How long after the contact entered the mail leaves."},
        "is_anytime": FLAG,
        "selected_days_only": FLAG,
    },
    title="TimingsToSave",
)
MAIL: dict[str, Schema] = {
    "id": COUNT,
    "parent_id": say(ID, "The id of the sequence."),
    "title": TEXT,
    "slug": TEXT,
    "type": constant("sequence_mail"),
    "status": constant("published"),
    "design_template": TEXT,
    "template_id": say(COUNT, "The id of the template that the mail was started from; 0 if there is none."),
    "email_subject": TEXT,
    "email_pre_header": TEXT,
    "email_body": TEXT,
    "delay": say(COUNT, "The delay in seconds. It makes the order of the mails."),
    "settings": {
        "type": "object",
        "properties": {
            "action_triggers": listed(TEXT),
            "template_config": JSON_OBJECT,
            "timings": obj(TIMINGS, title="Timings"),
            "mailer_settings": SENDER,
        },
        "required": ["action_triggers", "template_config", "timings", "mailer_settings"],
        "additionalProperties": {},
        "title": "SequenceMailSettings",
    },
    "utm_status": {"type": "integer", "enum": [0, 1]},
    **dict.fromkeys(UTM, nullable(TEXT)),
    "created_by": AUTHOR,
    **STAMPS,
}
STATS = obj(
    {
        "total": say(COUNT, "The number of messages of this mail."),
        "sent": COUNT,
        "clicks": say(COUNT, "The number of messages in which a link was followed."),
        "views": say(COUNT, "The number of messages that were opened."),
        "unsubscribers": say(COUNT, "The number of contacts that left by this mail."),
    },
    title="SequenceMailStats",
)
TRACKER: dict[str, Schema] = {
    "id": ID,
    "campaign_id": say(ID, "The id of the sequence."),
    "subscriber_id": ID,
    "last_sequence_id": say(nullable(INTEGER), "The id of the last mail that the contact was given."),
    "next_sequence_id": say(nullable(INTEGER), "The id of the next mail."),
    "status": say(
        one_of(*SequenceTracker.Status.values, title="TrackerStatus"),
        "`cancelled`: the contact gets no more mails; `notes` says why.",
    ),
    "type": constant("sequence_tracker"),
    "last_executed_time": nullable(DATETIME),
    "next_execution_time": say(nullable(DATETIME), "When the next mail is due, or is looked at again."),
    "notes": listed(TEXT),
    **STAMPS,
}
SENDER_EXAMPLE = dict(NO_SENDER)
STAMPED = dict.fromkeys(STAMPS, "2026-01-31 09:05:00")
SEQUENCE_EXAMPLE: dict[str, Any] = {
    "id": 3,
    "title": "Welcome",
    "slug": "welcome",
    "status": "working",
    "type": "email_sequence",
    "design_template": "simple",
    "settings": {"mailer_settings": SENDER_EXAMPLE},
    "created_by": 1,
    **STAMPED,
    "stats": {"emails": 2, "subscribers": 120, "revenue": NO_REVENUE},
}
TIMINGS_EXAMPLE: dict[str, Any] = {
    "delay_unit": "days",
    "delay": 2,
    "is_anytime": "no",
    "sending_time": ["09:00", "17:00"],
    "selected_days_only": "yes",
    "allowed_days": ["Mon", "Tue", "Wed", "Thu", "Fri"],
}
WRITTEN_EXAMPLE: dict[str, Any] = {
    "email_subject": "Hello {{contact.first_name|there}}",
    "email_pre_header": "Good to have you",
    "email_body": "<p>How are you?</p>",
}
MAIL_EXAMPLE: dict[str, Any] = {
    "id": 12,
    "parent_id": 3,
    "title": "Second mail",
    "slug": "second-mail",
    "type": "sequence_mail",
    "status": "published",
    "design_template": "simple",
    "template_id": 0,
    **WRITTEN_EXAMPLE,
    "delay": 172800,
    "settings": {
        "action_triggers": [],
        "template_config": {},
        "timings": TIMINGS_EXAMPLE,
        "mailer_settings": SENDER_EXAMPLE,
    },
    "utm_status": 0,
    **dict.fromkeys(UTM),
    "created_by": 1,
    **STAMPED,
}
TRACKER_EXAMPLE: dict[str, Any] = {
    "id": 7,
    "campaign_id": 3,
    "subscriber_id": 25,
    "last_sequence_id": 11,
    "next_sequence_id": 12,
    "status": "active",
    "type": "sequence_tracker",
    "last_executed_time": "2026-01-31 09:05:00",
    "next_execution_time": "2026-02-02 09:05:00",
    "notes": [],
    **STAMPED,
}

"""The objects of mails in the OpenAPI document."""

from typing import Any

from emails.api.message_representation import CAMPAIGN_SETTINGS, STATUSES
from emails.api.serializers import MailingSerializer, MarkupField
from emails.models import State
from rest.openapi import ID as NUMBER
from rest.openapi import (
    INTEGER,
    TEXT,
    Refusal,
    Schema,
    body_of,
    constant,
    listed,
    nullable,
    obj,
    one_of,
    ref,
    say,
    schema_of,
)
from subscribers.api.schema.contact import CONTACT, JANE
from wp_rest.openapi import DATETIME, DIGIT_FLAG, DIGITS, ERROR_EXAMPLES, JSON_OBJECT, error_example


@schema_of.register
def _(sent_field: MarkupField) -> Schema:
    return {"type": "string", "maxLength": sent_field.max_length}


SHOWN_STATES = list(dict.fromkeys(STATUSES.get(state, state) for state in State.values))
NOTHING: Schema = {"type": "null"}
MESSAGE: dict[str, Schema] = {
    "id": NUMBER,
    "campaign_id": say(DIGITS, "The id of what was written."),
    "email_type": TEXT,
    "subscriber_id": DIGITS,
    "email_subject_id": NOTHING,
    "email_address": say(TEXT, "The address at the time."),
    "email_subject": TEXT,
    "email_body": constant(""),
    "email_headers": listed(TEXT, maxItems=0),
    "is_open": DIGIT_FLAG,
    "is_parsed": DIGIT_FLAG,
    "click_counter": nullable(DIGITS),
    "status": say(
        one_of(*SHOWN_STATES, title="MailStatus"),
        "`processing` also if the mail may have arrived, but the mail server did not confirm it.",
    ),
    "note": say(nullable(TEXT), "Why the mail was not sent, or not yet."),
    "scheduled_at": DATETIME,
    "email_hash": TEXT,
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
MAILING: dict[str, Schema] = {
    "id": NUMBER,
    "parent_id": NOTHING,
    "type": TEXT,
    "title": TEXT,
    "available_urls": NOTHING,
    "slug": TEXT,
    "status": TEXT,
    "template_id": NOTHING,
    "email_subject": TEXT,
    "email_pre_header": nullable(TEXT),
    "email_body": TEXT,
    "recipients_count": INTEGER,
    "delay": DIGITS,
    "utm_status": DIGIT_FLAG,
    "utm_source": NOTHING,
    "utm_medium": NOTHING,
    "utm_campaign": NOTHING,
    "utm_term": NOTHING,
    "utm_content": NOTHING,
    "design_template": TEXT,
    "scheduled_at": NOTHING,
    "settings": JSON_OBJECT,
    "created_by": DIGITS,
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
# What was written: a campaign, or a mail of another kind.
WRITTEN: Schema = {"anyOf": [ref("Mailing"), ref("Campaign")]}
WHOLE: dict[str, Schema] = {**MESSAGE, "campaign": WRITTEN, "subscriber": ref("Contact")}
NAMED = obj({"name": nullable(TEXT), "email": nullable(TEXT)}, title="MailAddress")
BLANK = (
    "id title status template_id email_subject email_pre_header email_body utm_source utm_medium utm_campaign utm_term"
)
MESSAGE_COMPONENTS: dict[str, Schema] = {
    "ListedMail": obj(MESSAGE),
    "Mailing": obj(MAILING),
    "WholeMail": obj(WHOLE),
    "MailedContact": obj({**CONTACT, "campaign_id": DIGITS}),
    "FollowedLink": obj({"url": TEXT, "count": DIGITS}),
    "MailToSend": body_of(
        MailingSerializer,
        {
            "email_subject": "The subject. It may have codes.",
            "email_pre_header": "What mailboxes show behind the subject.",
            "email_body": "The body: HTML with codes.",
            "design_template": "The frame: `simple`, or `raw_html` for a body that is a whole document.",
        },
    ),
    "BlankMail": obj(
        {
            **dict.fromkeys(BLANK.split(), TEXT),
            "utm_content": TEXT,
            "utm_status": INTEGER,
            "design_template": TEXT,
            "settings": obj({"template_config": JSON_OBJECT}, title="BlankMailSettings"),
        }
    ),
    "MailPreview": obj(
        {
            "info": obj({**WHOLE, "subscriber": ref("MailedContact")}, title="PreviewedMail"),
            "email": obj(
                {
                    "to": NAMED,
                    "from": NAMED,
                    "reply": nullable(NAMED),
                    "subject": TEXT,
                    "body": say(TEXT, "HTML, without the tracking picture and with the addresses that were written."),
                    "campaign_id": DIGITS,
                    "id": NUMBER,
                    "subscriber_id": DIGITS,
                    "clicks": listed(obj({"url": TEXT, "counter": DIGITS}, title="ClickedLink")),
                },
                title="RenderedMail",
            ),
        }
    ),
}
LISTED_MESSAGE = ref("ListedMail")
STAMPS = dict.fromkeys(("created_at", "updated_at"), "2026-01-31 09:05:00")
MESSAGE_EXAMPLE: dict[str, Any] = {
    "id": 1,
    "campaign_id": "1",
    "email_type": "campaign",
    "subscriber_id": "25",
    "email_subject_id": None,
    "email_address": "jane@example.com",
    "email_subject": "Hello Jane",
    "email_body": "",
    "email_headers": [],
    "is_open": "1",
    "is_parsed": "1",
    "click_counter": None,
    "status": "sent",
    "note": None,
    "scheduled_at": "2026-01-31 09:05:00",
    "email_hash": "f31e99d9-5af5-4ef7-9133-364522200995",
    **STAMPS,
}
WHOLE_EXAMPLE: dict[str, Any] = {
    **MESSAGE_EXAMPLE,
    "campaign": {
        **{name: None for name, schema in MAILING.items() if schema is NOTHING},
        "id": 1,
        "type": "custom_email_campaign",
        "title": "Hello",
        "slug": "hello",
        "status": "draft",
        "email_subject": "Hello {{contact.first_name|there}}",
        "email_pre_header": None,
        "email_body": "<p>How are you?</p>",
        "recipients_count": 1,
        "delay": "0",
        "utm_status": "0",
        "design_template": "simple",
        "settings": dict(CAMPAIGN_SETTINGS),
        "created_by": "1",
        **STAMPS,
    },
    "subscriber": JANE,
}
PREVIEW_EXAMPLE: dict[str, Any] = {
    "info": {**WHOLE_EXAMPLE, "subscriber": {**JANE, "campaign_id": "1"}},
    "email": {
        "to": {"name": "Jane Smith", "email": "jane@example.com"},
        "from": {"name": None, "email": None},
        "reply": None,
        "subject": "Hello Jane",
        "body": "<!DOCTYPE html><html><body><p>How are you?</p></body></html>",
        "campaign_id": "1",
        "id": 1,
        "subscriber_id": "25",
        "clicks": [{"url": "https://shop.example.com/a", "counter": "1"}],
    },
}
UNWANTED = "Subscriber's status need to be subscribed."
NOT_SENT = Refusal(
    "A required field is missing, or the contact is not subscribed.",
    ["MissingFields", "Refused"],
    {"MissingFields": ERROR_EXAMPLES["MissingFields"], "Refused": error_example(422, "rest_invalid_param", UNWANTED)},
)

"""The schemas that several routes of campaigns share, and their examples. One file, as they are made of each other."""

from typing import Any

from campaigns.api.recurring_serializers import RecurringMailSerializer, RunSerializer
from campaigns.api.serializers import CampaignSerializer, MailSettingsField, SubjectsField
from campaigns.models import Recurring, Status
from emails.api.message_schema import MESSAGE
from emails.design import DEFAULT_STYLE
from rest.openapi import (
    COUNT,
    ID,
    INTEGER,
    NULL,
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
    sent,
)
from subscribers.api.schema.contact import CONTACT
from wp_rest.openapi import DATETIME, DIGITS, ERROR_EXAMPLES, JSON_OBJECT, error, error_example

BASE = "/fluent-crm/v2"
CAMPAIGN_ID = {"id": "The campaign's id."}
RECURRING_ID = {"id": "The recurring campaign's id."}
STATUS = one_of(*Status.values, title="CampaignStatus")
MAYBE_DATETIME = nullable(DATETIME)
MAYBE_TEXT = nullable(TEXT)
SETTINGS = say(
    JSON_OBJECT,
    "How the mail looks and who sends it (`template_config`, `mailer_settings`, `footer_settings`), whom it goes to "
    "(`sending_filter`, `subscribers`, `excludedSubscribers`, `dynamic_segment`, `advanced_filters`), and how it is "
    "sent (`sending_type`, `schedule_range`).",
)
UTM: dict[str, Schema] = {
    "utm_status": say(one_of("0", "1"), "`1` if the UTM parameters are added to links."),
    **dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), MAYBE_TEXT),
}
ROW: dict[str, Schema] = {
    "id": ID,
    "parent_id": say(nullable(DIGITS), "The recurring campaign that it is a mail of."),
    "type": one_of("campaign", "recurring_mail", "recurring_campaign"),
    "title": TEXT,
    "available_urls": NULL,
    "slug": TEXT,
    "status": STATUS,
    "template_id": nullable(DIGITS),
    "email_subject": MAYBE_TEXT,
    "email_pre_header": say(MAYBE_TEXT, "What mailboxes show behind the subject."),
    "email_body": say(TEXT, "HTML with codes."),
    "recipients_count": say(COUNT, "The number of messages; 0 before the campaign has started."),
    "delay": constant("0"),
    **UTM,
    "design_template": TEXT,
    "scheduled_at": MAYBE_DATETIME,
    "settings": SETTINGS,
    "created_by": say(DIGITS, "The id of the user who made it; 0 if there is none."),
    "created_at": DATETIME,
    "updated_at": DATETIME,
}
STATS = obj(dict.fromkeys(("total", "sent", "clicks", "views", "unsubscribers"), COUNT), title="CampaignStats")
NEW = ("title", "email_body", "status", "type", "design_template", "slug", "settings", "updated_at", "created_at", "id")
LEFT_OUT_OF_COPIES = ("parent_id", "available_urls", "recipients_count", "delay", "scheduled_at")
FIGURE = obj(
    {
        "total": COUNT,
        "label": TEXT,
        "type": one_of("open", "click", "unsubscribe"),
        "is_percent": {"const": True},
        "icon_class": TEXT,
    },
    title="CampaignFigure",
)
RATE = obj(
    {"total": say(TEXT, "A percentage such as `12.50%`."), "label": TEXT, "type": constant("ctor"), "icon_class": TEXT},
    title="CampaignRate",
)
ANALYTICS: Schema = {
    "anyOf": [
        obj(
            {"open": FIGURE, "click": FIGURE, "ctor": RATE, "unsubscribe": FIGURE},
            optional=["open", "click", "ctor", "unsubscribe"],
            title="CampaignFigures",
        ),
        listed(TEXT, maxItems=0),
    ],
    "description": "Contacts who opened, clicked and left. An empty list if there is none.",
}
SUBJECT = obj(
    {
        "id": ID,
        "object_id": DIGITS,
        "key": say(TEXT, "The share of the messages with this subject."),
        "value": say(TEXT, "The subject."),
    },
    title="CampaignSubject",
)
RECIPIENTS: dict[str, Schema] = {
    "sending_filter": one_of("list_tag", "dynamic_segment", "advanced_filters", default="list_tag"),
    "subscribers": say(
        listed(JSON_OBJECT),
        'For `list_tag`: rows such as `{"list": "1", "tag": "all"}`. A contact is chosen if it is on the list and has '
        "the tag of at least one row. Without a row nobody is chosen.",
    ),
    "excludedSubscribers": say(listed(JSON_OBJECT), "Rows in the same form: who is in one of them is left out."),
    "dynamic_segment": say(JSON_OBJECT, 'For `dynamic_segment`: `{"id": 1}`.'),
    "advanced_filters": say(
        listed(listed(JSON_OBJECT)), "For `advanced_filters`: groups of conditions, as in the list of contacts."
    ),
}
RECURRING_SETTINGS = say(
    JSON_OBJECT,
    "The settings of a campaign, and `scheduling_settings` (`type`, `day`, `time`, `send_automatically`) and "
    "`subscribers_settings`.",
)
RECURRING_ROW: dict[str, Schema] = {
    **ROW,
    "status": one_of(*Recurring.Status.values, title="RecurringStatus"),
    "settings": RECURRING_SETTINGS,
}


@schema_of.register
def _(sent_field: MailSettingsField) -> Schema:
    return say(
        JSON_OBJECT,
        "`template_config` has colors and fonts, `mailer_settings` the sender (if `is_custom` is `yes`), "
        "`footer_settings` the footer (if `custom_footer` is `yes`).",
    )


@schema_of.register
def _(sent_field: SubjectsField) -> Schema:
    return listed(sent({"key": {"type": ["integer", "string"]}, "value": TEXT}, ["key", "value"], title="SubjectToTry"))


WRITTEN = {
    "email_body": "HTML with codes such as `{{contact.first_name|there}}`.",
    "email_pre_header": "What mailboxes show behind the subject.",
    "design_template": "The frame: `simple`, or `raw_html` for a body that is a whole document.",
    "utm_status": "If true, the UTM parameters are added to links.",
}
COMPONENTS: dict[str, Schema] = {
    "Campaign": obj(ROW),
    "MailOfRecurringCampaign": obj(ROW),
    "ListedCampaign": obj(
        {
            **ROW,
            "stats": STATS,
            "next_step": say({"type": ["integer", "boolean"]}, "The step of the editor; false if none was saved."),
            "labels": listed(ref("Label")),
        },
        optional=["stats", "next_step", "labels"],
    ),
    "NewCampaign": obj(
        {
            **{name: ROW[name] for name in NEW},
            "created_by": say(COUNT, "The id of the user who made it."),
            "template": NULL,
            "subjects": listed(TEXT, maxItems=0),
        }
    ),
    "CopiedCampaign": obj(
        {name: schema for name, schema in ROW.items() if name not in LEFT_OUT_OF_COPIES}
        | {"created_by": say(COUNT, "The id of the user who copied it.")}
    ),
    "WholeCampaign": obj(
        {
            **ROW,
            "server_time": DATETIME,
            "template": nullable(obj({"ID": ID, "post_title": TEXT}, title="TemplateOfCampaign")),
            "subjects": listed(SUBJECT),
        },
        optional=["template", "subjects"],
    ),
    "CampaignUnderWay": obj(
        {
            **ROW,
            "scheduling_range": nullable(obj({"start": DATETIME, "end": DATETIME}, title="SchedulingRange")),
            "sent_by": say(MAYBE_TEXT, "The user who made it."),
        },
        optional=["scheduling_range", "sent_by"],
    ),
    "RecurringCampaign": obj(RECURRING_ROW),
    "ListedRecurringCampaign": obj({**RECURRING_ROW, "labels": listed(ref("Label"))}),
    "ChosenContact": obj(CONTACT),
    "CampaignMail": obj(
        {
            **MESSAGE,
            "email_headers": {
                "anyOf": [obj({"From": TEXT}, title="MailSender"), listed(TEXT, maxItems=0)],
                "description": "The sender that staff chose; an empty list if they chose none.",
            },
            "subscriber": ref("Contact"),
        }
    ),
    "Unsubscriber": obj(
        {
            "id": ID,
            "url_id": NULL,
            "campaign_id": DIGITS,
            "subscriber_id": DIGITS,
            "type": constant("unsubscribe"),
            "ip_address": NULL,
            "country": NULL,
            "city": NULL,
            "counter": constant("1"),
            "created_at": say(DATETIME, "When the contact left."),
            "updated_at": DATETIME,
            "subscriber": obj({**CONTACT, "reason": say(TEXT, "Why the contact left.")}, title="LeftContact"),
        }
    ),
    "CampaignToSave": body_of(
        CampaignSerializer,
        {
            **WRITTEN,
            "next_step": "The step of the editor.",
            "update_subjects": "If true, `subjects` replaces the subjects that the campaign tries.",
            "subjects": "Subjects to try, each with its share as `key`.",
        },
        {"template_id": ID, "next_step": INTEGER},
    ),
    "RecurringMailToSave": body_of(RecurringMailSerializer, WRITTEN, {"template_id": ID}),
    "RunToSave": body_of(RunSerializer, WRITTEN | {"status": "The new status."}, {"template_id": ID}),
    "NoWayOut": error(422, "rest_invalid_param")
    | {
        "properties": {
            **error(422, "rest_invalid_param")["properties"],
            "compliance_failed": {"const": True},
        },
        "required": ["code", "message", "data", "compliance_failed"],
    },
}
EXAMPLE: dict[str, Any] = {
    "id": 7,
    "parent_id": None,
    "type": "campaign",
    "title": "Spring sale",
    "available_urls": None,
    "slug": "spring-sale",
    "status": "draft",
    "template_id": None,
    "email_subject": "Hello {{contact.first_name|there}}",
    "email_pre_header": "Only this week",
    "email_body": '<p>Hi, <a href="https://shop.example.com/offer">the offer</a></p>',
    "recipients_count": 0,
    "delay": "0",
    "utm_status": "1",
    "utm_source": "mail",
    "utm_medium": None,
    "utm_campaign": "spring",
    "utm_term": None,
    "utm_content": None,
    "design_template": "simple",
    "scheduled_at": None,
    "settings": {
        "sending_filter": "list_tag",
        "subscribers": [{"list": "1", "tag": "all"}],
        "excludedSubscribers": [],
        "dynamic_segment": None,
        "advanced_filters": [],
        "template_config": dict(DEFAULT_STYLE),
        "sending_type": "instant",
    },
    "created_by": "1",
    "created_at": "2026-01-31 09:05:00",
    "updated_at": "2026-01-31 09:05:00",
}
NEW_EXAMPLE = {name: EXAMPLE[name] for name in NEW} | {"created_by": 1, "template": None, "subjects": []}
COPY_EXAMPLE = {name: value for name, value in EXAMPLE.items() if name not in LEFT_OUT_OF_COPIES} | {"created_by": 1}
RECURRING_EXAMPLE = EXAMPLE | {
    "type": "recurring_campaign",
    "title": "Monday news",
    "slug": "monday-news",
    "status": "active",
    "settings": {
        "scheduling_settings": {"type": "weekly", "day": "mon", "time": "09:00", "send_automatically": "yes"},
        "subscribers_settings": {"sending_filter": "list_tag", "subscribers": [{"list": "1", "tag": "all"}]},
    },
}
CHOICE: dict[str, Any] = {"sending_filter": "list_tag", "subscribers": [{"list": "1", "tag": "all"}]}


def refusal(when: str, *bodies: str, message: str = "") -> Refusal:
    """A 422 with one of those bodies."""
    examples: dict[str, Any] = {}
    for body in bodies:
        match body:
            case "Refused":
                examples[body] = error_example(422, "rest_invalid_param", message)
            case "NoWayOut":
                examples[body] = error_example(422, "rest_invalid_param", "No link to leave.", compliance_failed=True)
            case _:
                examples[body] = ERROR_EXAMPLES[body]
    return Refusal(when, list(bodies), examples)

"""A dynamic segment as the answers show it and as clients send it, and its form."""

from typing import Any

from dynamic_segments.api.form_fields import MATCHES
from dynamic_segments.api.saved_filters import FIELDS, MAX_CONDITIONS, OF_DAYS, OF_TEXTS, SETTINGS_DEFAULTS
from dynamic_segments.api.serializers import MAX_DESCRIPTION, SLUG
from rest.openapi import (
    ANYTHING,
    BOOLEAN,
    COUNT,
    ID,
    TEXT,
    Refusal,
    Schema,
    constant,
    listed,
    mapped,
    nullable,
    obj,
    one_of,
    ref,
    say,
    sent,
)
from wp_rest.openapi import (
    DATETIME,
    FLAG,
    refused,
)

TOPIC = "Dynamic segments"
COUNTED = {
    "count": say(COUNT, "The number of contacts at the time `counted_at`."),
    "counted_at": say(
        nullable(DATETIME),
        "When the contacts were counted. They are counted when the conditions change, some minutes after contacts "
        "have changed, and every hour. Null if they were not counted yet; `count` is 0 then.",
    ),
}
MATCH = one_of(*MATCHES, title="ConditionMatch")
AGE = sent(
    {
        "value": say(ANYTHING, "A number of days. With 0 it does not matter."),
        "operator": say(one_of(*OF_DAYS), "`>=`: within the last days. `<=`: before them, and not since."),
    },
    title="MailAge",
)
CONDITION = sent(
    {
        "field": one_of(*FIELDS),
        "operator": say(
            one_of(*OF_TEXTS, *OF_DAYS),
            "Texts: `=`, `!=`, `LIKE` (contains), `NOT LIKE`, `whereIn`, `whereNotIn`. Status, tags and lists: `=`, `!=`, "
            "`whereIn`, `whereNotIn`. Dates: `>=` (within the last days) and `<=` (before them).",
        ),
        "value": say(ANYTHING, "A text, a list of texts, ids or statuses, or a number of days."),
    },
    ["field", "operator", "value"],
)
WORDS: dict[str, Schema] = {
    "conditions": say(
        {"anyOf": [listed(ref("SegmentCondition")), TEXT]}, f"At most {MAX_CONDITIONS}. Blank conditions are left out."
    ),
    "condition_match": say(MATCH, "Whether all conditions must be true, or one. Default: `match_all`."),
    "email_activities": say(ref("MailActivities"), "What contacts did with their mails. It must be true as well."),
    "filters": say(
        ref("AdvancedFilters"), "The conditions as advanced filters of contacts. Send it instead of `conditions`."
    ),
}
COMPONENTS: dict[str, Schema] = {
    "SegmentCondition": CONDITION,
    "MailActivities": sent(
        {
            "status": say(FLAG, "`yes` if the other keys are used."),
            "last_email_open": AGE,
            "last_email_link_click": AGE,
            "last_email_activity_match": say(MATCH, "Whether both must be true, or one. Default: `match_any`."),
        }
    ),
    "SegmentFilters": sent(WORDS),
    "DynamicSegmentToSave": sent(
        {
            "title": say({"type": ["string", "number"], "minLength": 1, "maxLength": 192}, "Plain text."),
            "description": say({"type": ["string", "number", "null"], "maxLength": MAX_DESCRIPTION}, "Plain text."),
            **WORDS,
        },
        ["title"],
    ),
    "DynamicSegment": obj(
        {
            "id": ID,
            "slug": constant(SLUG),
            "title": TEXT,
            "description": TEXT,
            "conditions": say(ANYTHING, "As it was sent."),
            "condition_match": say(ANYTHING, "As it was sent, else `match_all`."),
            "email_activities": say(ANYTHING, "As it was sent."),
            "filters": say(ANYTHING, "As it was sent."),
            **COUNTED,
            "created_at": DATETIME,
            "updated_at": DATETIME,
        }
    ),
    "ListedDynamicSegment": obj(
        {"slug": constant(SLUG), "title": TEXT, "subtitle": say(TEXT, "The description."), "id": ID, **COUNTED}
    ),
}
IDS = {"id": "The segment's id."}
COUNT_EXAMPLE = {"count": 120, "counted_at": "2026-01-31 09:05:00"}
CONDITIONS_EXAMPLE = [{"field": "city", "operator": "=", "value": "Leeds"}]
EXAMPLE: dict[str, Any] = {
    "id": 1,
    "slug": SLUG,
    "title": "In Leeds",
    "description": "",
    "conditions": CONDITIONS_EXAMPLE,
    "condition_match": "match_all",
    "email_activities": SETTINGS_DEFAULTS["email_activities"],
    "filters": [],
    **COUNT_EXAMPLE,
    "created_at": "2026-01-31 09:05:00",
    "updated_at": "2026-01-31 09:05:00",
}
LISTED_EXAMPLE = {"slug": SLUG, "title": "In Leeds", "subtitle": "", "id": 1, **COUNT_EXAMPLE}
BODY = sent(
    {"segment": say({"anyOf": [ref("DynamicSegmentToSave"), TEXT]}, "The segment, or its JSON text.")}, ["segment"]
)
BODY_EXAMPLE = {"segment": {"title": "In Leeds", "conditions": CONDITIONS_EXAMPLE}}
UNREADABLE_CONDITIONS = refused("The conditions cannot be read, or there are none.", "Add at least one condition.")
REFUSED = Refusal(
    "The segment, its title or its conditions are missing, or the conditions cannot be read.",
    ["Refused", "MissingFields"],
    dict(UNREADABLE_CONDITIONS.examples),
)
FORM_FIELD = obj(
    {
        "type": TEXT,
        "label": TEXT,
        "operators": say(mapped(TEXT), "The operators, with their names."),
        "options": say(mapped(TEXT), "The values to choose from. For tags and lists, see `/reports/options`."),
        "value": say(ANYTHING, "The default."),
        "is_multiple": BOOLEAN,
        "description": TEXT,
        "inline_help": TEXT,
    },
    optional=["operators", "options", "is_multiple", "description", "inline_help"],
    title="SegmentFormField",
)
DEFAULT_AGE = obj({"value": COUNT, "operator": one_of(*OF_DAYS)}, title="DefaultMailAge")
DEFAULTS = obj(
    {
        "conditions": listed(
            obj({"field": TEXT, "operator": TEXT, "value": TEXT}, title="BlankCondition"),
            description="A blank condition.",
        ),
        "condition_match": MATCH,
        "email_activities": obj(
            {
                "status": constant("no"),
                "last_email_open": DEFAULT_AGE,
                "last_email_link_click": DEFAULT_AGE,
                "last_email_activity_match": MATCH,
            }
        ),
    },
    title="SegmentDefaults",
)
FORM = obj(
    {
        "fields": listed(
            obj(
                {
                    "type": one_of("condition_blocks", "activities_blocks"),
                    "key": TEXT,
                    "heading": TEXT,
                    "label": TEXT,
                    "fields": mapped(FORM_FIELD),
                },
                title="SegmentFormBlock",
            )
        ),
        "settings_defaults": say(DEFAULTS, "What a form starts with."),
    }
)

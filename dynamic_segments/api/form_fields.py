"""What FluentCRM's form of a segment is made of, as GET /dynamic-segments/custom-fields answers it."""

from typing import Any

from dynamic_segments.api.saved_filters import DATES, SETTINGS_DEFAULTS, TEXTS
from subscribers.models import Status

OF_TEXTS = {
    "=": "Equal",
    "!=": "Not equal",
    "LIKE": "Contains",
    "NOT LIKE": "Does not contain",
    "whereIn": "One of",
    "whereNotIn": "None of",
}
OF_SETS = {"whereIn": "One of", "whereNotIn": "None of"}
OF_DAYS = {">=": "Within the last days", "<=": "Before the last days"}
MATCHES = {"match_all": "All", "match_any": "At least one"}
LABELS = {"email": "E-mail address"}


def form_fields() -> list[dict[str, Any]]:
    """The two blocks of the form."""
    conditions = {
        **{name: {"type": "text", "label": label(name), "operators": OF_TEXTS, "value": ""} for name in TEXTS},
        "status": {
            "type": "select",
            "label": "Status",
            "operators": OF_SETS,
            "options": dict(Status.choices),
            "is_multiple": True,
            "value": [],
        },
        **{
            name: {
                "type": "option-selector",
                "label": label(name),
                "operators": OF_SETS,
                "is_multiple": True,
                "value": [],
            }
            for name in ("tags", "lists")
        },
        **{
            name: {
                "type": "days_ago_with_operator",
                "label": label(name),
                "operators": OF_DAYS,
                "value": 0,
                "inline_help": "A number of days before today.",
            }
            for name in DATES
        },
    }
    activity = {"type": "days_ago_with_operator", "operators": OF_DAYS, "value": 0}
    match = {"type": "select", "options": MATCHES}
    activities = {
        "status": {"type": "yes_no_check", "label": "Ask for opens and clicks", "value": "no"},
        "last_email_open": {"label": "Last open", "description": "0 days: it does not matter.", **activity},
        "last_email_link_click": {"label": "Last click", "description": "0 days: it does not matter.", **activity},
        "last_email_activity_match": {"label": "Which of the two", **match, "value": "match_any"},
    }
    return [
        {
            "type": "condition_blocks",
            "key": "conditions",
            "heading": "Conditions",
            "label": "Who is in the segment",
            "fields": {**conditions, "condition_match": {"label": "Which of them", **match, "value": "match_all"}},
        },
        {
            "type": "activities_blocks",
            "key": "email_activities",
            "heading": "Mails",
            "label": "What they did with their mails",
            "fields": activities,
        },
    ]


def label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def show_form() -> dict[str, Any]:
    return {"fields": form_fields(), "settings_defaults": SETTINGS_DEFAULTS}

"""The figures of campaigns in FluentCRM's words (campaign-sending.json, campaign-pause.json)."""

from collections.abc import Mapping
from typing import Any

from campaigns.models import Campaign, Status
from emails.models import Mailing
from emails.services.numbers import Numbers, numbers_by_subject

# FluentCRM's words for the states of messages, in the order of its figures.
STATES: Mapping[str, tuple[str, ...]] = {
    "processing": ("sending", "unsure"),
    "scheduled": ("scheduled",),
    "sent": ("sent",),
    "failed": ("failed",),
    "bounced": ("bounced",),
    "cancelled": ("cancelled",),
}
ICONS = {
    "open": "dashicons dashicons-buddicons-pm",
    "click": "el-icon el-icon-position",
    "ctor": "el-icon el-icon-chat-dot-square",
    "unsubscribe": "el-icon el-icon-warning-outline",
}
LABELS = {"open": "Open Rate", "click": "Click Rate", "unsubscribe": "Unsubscribe"}


def show_stats(numbers: Numbers) -> dict[str, int]:
    return {
        "total": numbers.total,
        "sent": numbers.sent,
        "clicks": numbers.clicked,
        "views": numbers.opened,
        "unsubscribers": numbers.unsubscribed,
    }


def show_overview(campaign: Campaign, numbers: Numbers) -> dict[str, Any]:
    return {
        "sent_count": numbers.sent,
        "stat": show_states(numbers, paused=campaign.status == Status.PAUSED),
        "analytics": show_analytics(numbers),
    }


def show_states(numbers: Numbers, *, paused: bool) -> list[dict[str, str]]:
    """Messages by state; those that wait in a paused campaign are `paused`."""
    counted = {word: sum(getattr(numbers, state) for state in states) for word, states in STATES.items()}
    if paused:
        counted = {"paused": counted.pop("scheduled"), **counted}
    return [{"status": word, "total": str(number)} for word, number in counted.items() if number]


def show_analytics(numbers: Numbers) -> Any:
    """What contacts did, each figure only where there is one; PHP's empty list for none."""
    counted = {"open": numbers.opened, "click": numbers.clicked, "unsubscribe": numbers.unsubscribed}
    shown: dict[str, Any] = {
        name: {
            "total": number,
            "label": f"{LABELS[name]} ({number})",
            "type": name,
            "is_percent": True,
            "icon_class": ICONS[name],
        }
        for name, number in counted.items()
        if number
    }
    if numbers.opened and numbers.clicked:
        shown["ctor"] = {
            "total": f"{numbers.clicked / numbers.opened:.2%}",
            "label": "Click To Open Rate",
            "type": "ctor",
            "icon_class": ICONS["ctor"],
        }
    return shown or []


def show_subjects(mailing: Mailing) -> list[dict[str, Any]]:
    """The subjects that a campaign tries beside its first one, each with its share."""
    return [
        {"id": subject["id"], "object_id": str(mailing.pk), "key": str(subject["key"]), "value": subject["value"]}
        for subject in mailing.settings.get("subjects") or []
    ]


def show_subject_numbers(mailing: Mailing) -> Any:
    """The figures of each subject; PHP's empty list where there is one subject alone."""
    subjects = mailing.settings.get("subjects") or []
    if not subjects:
        return []
    numbers = numbers_by_subject(mailing.pk)
    return {
        "subjects": [
            {**shown, "stats": show_stats(numbers.get(shown["id"], Numbers()))} for shown in show_subjects(mailing)
        ]
    }

"""The lists of GET /reports/options, by name (recording reports-and-options.json)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.conf import settings

from custom_fields.services import definitions, show_field
from reports.countries import COUNTRIES
from reports.roles import ROLES
from segments.counts import counts_by_status
from segments.models import ContactList, Tag
from sequences.models import EmailSequence
from subscribers.models import Status
from webhooks.models import STATUSES

PROFILE_SECTIONS = {
    "subscriber": {"name": "subscriber", "title": "Overview", "handler": "route"},
    "subscriber_emails": {"name": "subscriber_emails", "title": "Emails", "handler": "route"},
    "subscriber_notes": {"name": "subscriber_notes", "title": "Notes & Activities", "handler": "route"},
}


def words(*values: str) -> list[dict[str, str]]:
    return [{"id": value, "slug": value, "title": value.capitalize()} for value in values]


def tags(counted: Collection[str]) -> list[dict[str, Any]]:
    """One statement."""
    rows = Tag.objects.order_by("pk").values("pk", "slug", "title")
    return [
        {"id": row["pk"], "slug": row["slug"], "title": row["title"], "value": str(row["pk"]), "label": row["title"]}
        for row in rows
    ]


def lists(counted: Collection[str]) -> list[dict[str, Any]]:
    """One statement, and one more for the numbers of contacts if `with_count` has lists."""
    rows = list(ContactList.objects.order_by("pk").values("pk", "slug", "title"))
    counts = counts_by_status("list", [row["pk"] for row in rows]) if "lists" in counted else None
    return [
        {"id": row["pk"], "slug": row["slug"], "title": row["title"]}
        | ({} if counts is None else {"subscribersCount": counts.get(row["pk"], {}).get(Status.SUBSCRIBED, 0)})
        for row in rows
    ]


def custom_fields(counted: Collection[str]) -> list[dict[str, Any]]:
    return [show_field(field) for field in definitions()]


def countries(counted: Collection[str]) -> list[dict[str, str]]:
    return [{"code": code, "title": title, "id": code, "slug": code} for code, title in COUNTRIES]


def email_sequences(counted: Collection[str]) -> list[dict[str, Any]]:
    """One statement."""
    rows = EmailSequence.objects.order_by("pk").values("pk", "title")
    return [{"id": row["pk"], "title": row["title"]} for row in rows]


def fixed(value: Any) -> Callable[[Collection[str]], Any]:
    def same(counted: Collection[str]) -> Any:
        return value

    return same


OPTIONS: Mapping[str, Callable[[Collection[str]], Any]] = {
    "tags": tags,
    "lists": lists,
    "custom_fields": custom_fields,
    "countries": countries,
    "statuses": fixed(words(*Status.values)),
    "editable_statuses": fixed(words(*(status for status in Status.values if status in STATUSES))),
    "contact_types": fixed(words(*settings.CONTACT_TYPES)),
    "profile_sections": fixed(PROFILE_SECTIONS),
    "roles": fixed(ROLES),
    # This does not exist yet.
    "campaigns": fixed([]),
    "email_sequences": email_sequences,
}

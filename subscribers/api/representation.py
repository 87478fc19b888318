"""A contact as FluentCRM's answers show it (contract.md, 'A contact'). No other module knows its keys."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from companies.api.representation import show_row
from database.sql import as_datetime
from subscribers.models import Subscriber
from subscribers.reading import COLUMNS, COMPANY_ID, Contact, Link, Membership, as_degrees, read_contacts
from wp_rest.dates import write_datetime, write_utc

MODEL_NAMES = {
    "tag": r"FluentCrm\App\Models\Tag",
    "list": r"FluentCrm\App\Models\Lists",
    "company": r"FluentCrm\App\Models\Company",
}


def show_contacts(
    contacts: Sequence[Contact],
    *,
    custom_fields: Collection[str] | None = None,
    custom_keys: Sequence[str] = ("custom_fields", "custom_values"),
) -> list[dict[str, Any]]:
    """The contacts with the keys of the recordings, in their order.

    With `custom_fields`, the slugs of the existing fields, their values are added under `custom_keys`.
    """
    segments: dict[tuple[str, int], dict[str, Any]] = {}
    return [show_contact(contact, segments, custom_fields, custom_keys) for contact in contacts]


def show_contact(
    contact: Contact,
    segments: dict[tuple[str, int], dict[str, Any]],
    custom_fields: Collection[str] | None,
    custom_keys: Sequence[str],
) -> dict[str, Any]:
    shown: dict[str, Any] = dict(zip(COLUMNS, contact.values, strict=True))
    for name in ("latitude", "longitude"):
        shown[name] = as_degrees(shown[name])
    # The reference writes these as texts.
    for name in ("user_id", "contact_owner", "company_id", "total_points", "life_time_value", "latitude", "longitude"):
        if shown[name] is not None:
            # Written out, as str() of a Decimal 0 with eight places is 0E-8.
            shown[name] = format(shown[name], "f") if isinstance(shown[name], Decimal) else str(shown[name])
    if shown["date_of_birth"] is not None:
        shown["date_of_birth"] = str(shown["date_of_birth"])
    for name in ("created_at", "last_activity", "updated_at"):
        shown[name] = write_utc(shown[name])
    if custom_fields is not None:
        kept = contact.custom_values or {}
        custom = {slug: kept[slug] for slug in custom_fields if kept.get(slug) is not None}
        for key in custom_keys:
            shown[key] = custom
    first, last = shown["first_name"], shown["last_name"]
    shown["full_name"] = f"{first} {last}".strip() if first and last else (first or last or "")
    shown["photo"] = shown["avatar"] or gravatar(shown["email"])
    shown["tags"] = [show_link(link, segments) for link in contact.tags]
    shown["lists"] = [show_link(link, segments) for link in contact.lists]
    companies = [show_membership(membership) for membership in contact.companies]
    primary = contact.values[COMPANY_ID]
    shown["company"] = next((company for company in companies if company["id"] == primary), None)
    shown["companies"] = companies
    return shown


def show_membership(membership: Membership) -> dict[str, Any]:
    """A company of a contact."""
    company = show_row(
        membership.values,
        membership.custom_values,
        as_datetime(membership.created_at),
        as_datetime(membership.updated_at),
    )
    linked_at = write_datetime(as_datetime(membership.linked_at))
    company["pivot"] = {
        "subscriber_id": str(membership.subscriber_id),
        "object_id": str(membership.company_id),
        "object_type": MODEL_NAMES["company"],
        "created_at": linked_at,
        "updated_at": linked_at,
    }
    return company


def show_link(link: Link, segments: dict[tuple[str, int], dict[str, Any]]) -> dict[str, Any]:
    """A tag or list of a contact. Each is made only once for a page (`segments`)."""
    segment = segments.get((link.kind, link.id))
    if segment is None:
        public = {} if link.is_public is None else {"is_public": "1" if link.is_public else "0"}
        segment = segments[link.kind, link.id] = {
            "id": link.id,
            "title": link.title,
            "slug": link.slug,
            "description": link.description,
            **public,
            "created_at": write_utc(link.created_at),
            "updated_at": write_utc(link.updated_at),
        }
    linked_at = write_utc(link.linked_at)
    pivot = {
        "subscriber_id": str(link.subscriber_id),
        "object_id": str(link.id),
        "object_type": MODEL_NAMES[link.kind],
        "created_at": linked_at,
        "updated_at": linked_at,
    }
    return {**segment, "pivot": pivot}


def gravatar(email: str) -> str:
    """The Gravatar address of an e-mail address (128 pixels, as in the guide)."""
    digest = sha256(email.lower().encode()).hexdigest()
    return f"https://www.gravatar.com/avatar/{digest}?s=128"


def show_leaving(pk: int) -> dict[str, str]:
    """When and why a contact left. As recorded in contact-show.json, both are empty without a reason. One statement."""
    row = Subscriber.objects.filter(pk=pk).values_list("unsubscribe_reason", "unsubscribe_date").first()
    reason, left_at = row or (None, None)
    date = write_datetime(left_at) if reason else None
    return {"unsubscribe_reason": reason or "", "unsubscribe_date": date or ""}


def show_one(pk: int) -> dict[str, Any] | None:
    """One contact by its id, as answers to writes show it; None if it does not exist. Two statements."""
    shown = show_contacts(read_contacts([pk]))
    return shown[0] if shown else None

"""Contacts, groups and webhooks as FluenzR's answers show them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from companies.models import COLUMNS as COMPANY_COLUMNS
from database.sql import as_datetime
from fluenzr.ids import CONTACT, GROUP, LOG, STAGE, WEBHOOK, encode
from fluenzr.words import STATUS_OF
from segments.models import ContactList
from subscribers.reading import COLUMNS, Contact, read_contacts
from webhooks.models import Attempt, Delivery, Endpoint, State

SHOWN = "id email first_name last_name phone status company_id created_at updated_at".split()
shown_values = itemgetter(*(COLUMNS.index(name) for name in SHOWN))
COMPANY_NAME = COMPANY_COLUMNS.index("name")


def write_datetime(value: Any) -> str:
    """ISO 8601 in UTC, whole seconds."""
    utc: datetime = as_datetime(value)  # type: ignore[assignment]
    return utc.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def show_contacts(ids: Sequence[int], custom_fields: Collection[str]) -> list[dict[str, Any]]:
    """The contacts of these ids, in this order; `custom_fields` are the slugs of the existing fields.

    Two statements, and one more if one of them belongs to a company.
    """
    return [show(contact, custom_fields) for contact in read_contacts(ids, custom_values=True, further=True)]


def show(contact: Contact, custom_fields: Collection[str]) -> dict[str, Any]:
    pk, email, first_name, last_name, phone, status, company_id, created_at, updated_at = shown_values(contact.values)
    further, custom = contact.further, contact.custom_values or {}
    if further is None:
        raise ValueError("read_contacts(further=True) is needed")
    stage = {"id": STAGE + further.stage_slug, "name": further.stage_name} if further.stage_slug else None
    primary = (membership for membership in contact.companies if membership.company_id == company_id)
    company = next(primary, None)
    return {
        "id": encode(CONTACT, pk),
        "email": email,
        "firstName": first_name,
        "lastName": last_name,
        "company": company.values[COMPANY_NAME] if company else None,
        "jobTitle": further.job_title,
        "phone": phone,
        "website": further.website,
        "status": STATUS_OF[status],
        "groups": [{"id": encode(GROUP, group.id), "name": group.title} for group in contact.lists],
        "tags": [tag.title for tag in contact.tags],
        "customFields": {slug: custom[slug] for slug in custom_fields if custom.get(slug) is not None},
        "pipelineStage": stage,
        "createdAt": write_datetime(created_at),
        "updatedAt": write_datetime(updated_at),
    }


def show_group(group: ContactList, counts: Mapping[int, Mapping[str, int]]) -> dict[str, Any]:
    """A group; `counts` are segments.counts.counts_by_status of it."""
    return {
        "id": encode(GROUP, group.pk),
        "name": group.title,
        "description": group.description,
        "contactsCount": sum(counts.get(group.pk, {}).values()),
        "createdAt": write_datetime(group.created_at),
        "updatedAt": write_datetime(group.updated_at),
    }


def show_webhook(endpoint: Endpoint) -> dict[str, Any]:
    """A webhook, without its secret; its lane is joined."""
    failing = getattr(endpoint, "lane", None) is not None and endpoint.lane.pauses > 0
    return {
        "id": encode(WEBHOOK, endpoint.pk),
        "url": endpoint.url,
        "events": endpoint.events,
        "status": "disabled" if endpoint.is_disabled else "failed" if failing else "active",
        "description": endpoint.description or None,
        "batch": endpoint.batch,
        "createdAt": write_datetime(endpoint.created_at),
        "updatedAt": write_datetime(endpoint.updated_at),
    }


def show_delivery(delivery: Delivery) -> dict[str, Any]:
    """A row of the log: what the last attempt came to; its event is joined."""
    return {
        "id": encode(LOG, delivery.pk),
        "eventId": delivery.event.name,
        "eventType": delivery.event.type,
        "status": delivery.state,
        "statusCode": delivery.status_code,
        "responseTime": delivery.milliseconds,
        "timestamp": write_datetime(delivery.attempted_at or delivery.event.at),
        "error": delivery.error or None,
        "attempts": delivery.attempts,
        "nextAttempt": write_datetime(delivery.due) if delivery.state == State.PENDING else None,
    }


def show_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "timestamp": write_datetime(attempt.at),
        "statusCode": attempt.status_code,
        "responseTime": attempt.milliseconds,
        "error": attempt.error or None,
        "answer": attempt.answer,
    }

"""The contacts of a list or a search."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from custom_fields.services import types_by_slug
from custom_fields.types import TYPES, InvalidValue, Kind, check_value
from fluenzr.errors import ApiError, NotFound, invalid
from fluenzr.ids import CONTACT, GROUP, decode
from fluenzr.words import STATUSES
from rest.text import plain_line
from segments.models import Tag
from segments.services import existing_lists, ids_by_title
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet
from subscribers.selection import Selection

SEARCH_FILTERS = ("status", "groups", "customFields")


def select_contacts(query: Mapping[str, str]) -> Selection:
    """GET /contacts: email (contains), status, groupId (also `group`), tag, createdAfter, updatedAfter, and where pages
    begin (afterId).

    One statement for a group, one for a tag. Raises the 400 for an unknown status and the 404 for an unknown group.
    With an unknown tag no contact matches.
    """
    contacts = Subscriber.objects.all()
    segment: tuple[str, int] | None = None
    counted = True
    if created := read_time(query, "createdAfter"):
        contacts, counted = contacts.created_since(created), False
    if updated := read_time(query, "updatedAfter"):
        contacts, counted = contacts.changed_since(updated), False
    if email := query.get("email", "").strip():
        contacts, counted = contacts.with_email_containing(email), False
    field = "groupId" if query.get("groupId") else "group"
    if group := query.get(field):
        [pk] = read_groups([group], field)
        contacts, segment = contacts.on_any_list([pk]), ("lists", pk)
    if tag := plain_line(query.get("tag", "")):
        ids = ids_by_title(Tag, [tag]).get(tag, [])
        contacts = contacts.tagged_with_any(ids) if ids else contacts.none()
        counted = counted and segment is None and len(ids) == 1
        segment = segment or (("tags", ids[0]) if ids else None)
    selection = with_status(contacts, query.get("status"), segment, counted=counted)
    return replace(selection, after=read_after(query))


def read_time(query: Mapping[str, str], name: str) -> datetime | None:
    """The time of a filter, in UTC where no offset is sent; None if none is sent. Raises the 400."""
    text = query.get(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid(name, f"{name} must be a time such as 2026-01-31T09:05:00Z") from None


def read_after(query: Mapping[str, str]) -> int | None:
    """The contact after which pages begin, 0 for the beginning; None if none is sent. Raises the 400."""
    sent = query.get("afterId")
    if not sent:
        return None
    pk = 0 if sent == "0" else decode(CONTACT, sent)
    if pk is None:
        raise invalid("afterId", "afterId must be the id of a contact, or 0 for the beginning")
    return pk


def search_contacts(body: Mapping[str, Any]) -> Selection:
    """POST /contacts/search: a text in names, addresses and phone number, and filters that must all match.

    One statement for groups, one for the types of custom fields. Raises the 400 for a filter that cannot be applied:
    without it, too many contacts would match.
    """
    contacts = Subscriber.objects.all()
    text = body.get("query")
    if text is not None and not isinstance(text, str):
        raise invalid("query", "query must be a string")
    counted = True
    if words := " ".join((text or "").replace("\x00", "").split()):
        contacts, counted = contacts.matching(words), False
    filters = body.get("filters")
    if filters is None:
        filters = {}
    if not isinstance(filters, dict):
        raise invalid("filters", "filters must be an object")
    if unknown := [name for name in filters if name not in SEARCH_FILTERS]:
        text = f"filters may have: {', '.join(SEARCH_FILTERS)}"
        raise ApiError(text, {f"filters.{name[:64]}": [text] for name in unknown})
    segment: tuple[str, int] | None = None
    if groups := filters.get("groups"):
        ids = read_groups(groups, "filters.groups")
        contacts = contacts.on_any_list(ids)
        segment, counted = ("lists", ids[0]), counted and len(ids) == 1
    if values := filters.get("customFields"):
        contacts, counted = with_custom_values(contacts, values), False
    return with_status(contacts, filters.get("status"), segment, counted=counted, field="filters.status")


def with_status(
    contacts: SubscriberQuerySet,
    word: Any,
    segment: tuple[str, int] | None,
    *,
    counted: bool,
    field: str = "status",
) -> Selection:
    """The selection, with only the contacts of a status of FluenzR, if one is sent."""
    if word in (None, ""):
        return Selection(lambda: contacts, segment, counted=counted)
    if not isinstance(word, str) or word not in STATUSES:
        raise invalid(field, f"status must be one of: {', '.join(STATUSES)}")
    statuses = STATUSES[word]
    if not statuses:
        return Selection(contacts.none)
    return Selection(lambda: contacts.with_status(statuses), segment, statuses, counted=counted)


def read_groups(sent: Any, field: str) -> list[int]:
    """The groups of these ids. One statement. Raises the 400, and the 404 for an unknown group."""
    if not isinstance(sent, list) or not all(isinstance(entry, str) for entry in sent):
        raise invalid(field, "groups must be an array of group ids")
    ids = {entry: decode(GROUP, entry) for entry in sent}
    known = existing_lists({pk for pk in ids.values() if pk is not None})
    if unknown := [entry for entry, pk in ids.items() if pk not in known]:
        raise NotFound(
            f"Group not found: {unknown[0][:64]}", {field: [f"Group not found: {id_[:64]}" for id_ in unknown]}
        )
    return [pk for pk in ids.values() if pk is not None]


def with_custom_values(contacts: SubscriberQuerySet, values: Any) -> SubscriberQuerySet:
    """The contacts with all of the values. With an unknown field no contact matches."""
    if not isinstance(values, dict):
        raise invalid("filters.customFields", "customFields must be an object")
    types = types_by_slug()
    for slug, value in values.items():
        field = f"filters.customFields.{slug[:64]}"
        if (isinstance(value, Sequence) and not isinstance(value, str)) or not isinstance(value, str | int | float):
            raise invalid(field, f"{slug[:64]} must be a text or a number")
        kind = types.get(slug)
        if kind is None:
            contacts = contacts.none()
            continue
        try:
            checked = check_value(Kind("text") if TYPES[kind.name].is_list else kind, value)
        except InvalidValue as problem:
            raise invalid(field, f"{slug} {problem}") from None
        contacts = contacts.with_custom_value(slug, str(checked), kind.name) if checked != "" else contacts.none()
    return contacts

"""The filters of contacts, which all routes with these parameters share."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Self

from rest_framework.exceptions import APIException

from custom_fields.services import types_by_slug
from rest.exceptions import InvalidJSON
from rest.json import parse_json
from rest.numbers import as_integer
from subscribers import selection
from subscribers.api.advanced_filters import AdvancedFilters, read_saved, refuse_too_many
from subscribers.api.comparisons import refuse
from subscribers.models import Status, Subscriber
from subscribers.querysets import SubscriberQuerySet
from subscribers.registry import Unreadable
from subscribers.resolve import MODELS, resolve_for_filter
from subscribers.selection import Selection
from wp_rest.dates import read_datetime
from wp_rest.exceptions import invalid
from wp_rest.parameters import CONTROL_PARAMETERS, as_list, as_search, is_empty, readable_ids, without_nul

SORTABLE = frozenset(
    "id email first_name last_name prefix phone status contact_type city state country postal_code source "
    "date_of_birth created_at updated_at last_activity total_points life_time_value".split()
)
SIMPLE = ("tags", "lists", "statuses", "company_ids", "dynamic_segments")
TIMES = ("created_after", "updated_after")
CONDITIONS = frozenset({"search", *SIMPLE, *TIMES, "filter_type", "advanced_filters"})
# Other parameters of the list, which do not filter.
HARMLESS = CONTROL_PARAMETERS | frozenset(
    "page per_page sort_by order_by sort_type sort_order order_type order with custom_fields".split()
)


class Order(selection.Order):
    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Self:
        """The order; by id for an unknown column, and descending unless "asc" is sent."""
        column = params.get("sort_by") or params.get("order_by")
        direction = next(
            (params[name] for name in ("sort_type", "sort_order", "order_type", "order") if params.get(name)), ""
        )
        known = column if isinstance(column, str) and column in SORTABLE else "id"
        return cls(known, str(direction).lower() != "asc")


def select_to_change(query: Mapping[str, Any]) -> Selection:
    """The contacts of the query of an action. Without any condition, all contacts.

    Raises FieldErrors (400) and Unprocessable (422) for everything that the list would ignore, as with fewer
    conditions the action would change more contacts: an unknown key, an empty condition, one that the
    kind of filter does not use, and one that cannot be read.
    """
    for name, value in query.items():
        if name not in CONDITIONS and name not in HARMLESS:
            raise invalid(f"contact_query.{name[:64]}", f"The list has no filter {name[:64]}.", "unknown")
        if name in CONDITIONS and is_empty(value):
            raise invalid(f"contact_query.{name}", f"The {name} may not be empty.", "empty")
    kind = query.get("filter_type", "simple")
    if kind not in ("simple", "advanced"):
        raise invalid("contact_query.filter_type", "The filter_type must be simple or advanced.", "in")
    if kind == "advanced" and "advanced_filters" not in query:
        raise invalid("contact_query.advanced_filters", "The advanced_filters may not be empty.", "empty")
    for name in SIMPLE if kind == "advanced" else ["advanced_filters"]:
        if name in query:
            raise invalid(f"contact_query.{name}", f"A {kind} filter does not use {name}.", "unused")
    search = query.get("search", "")
    if isinstance(search, bool) or not isinstance(search, str | int | float):
        raise invalid("contact_query.search", "The search must be a text.", "string")
    for name in SIMPLE:
        if name in query and is_empty(as_list(query[name], f"contact_query.{name}")):
            raise invalid(f"contact_query.{name}", f"The {name} may not be empty.", "empty")
    return select_contacts(query, strict=True)


def contacts_meeting(groups: Any) -> SubscriberQuerySet:
    """The contacts who meet the kept groups of advanced filters now. Raises Unreadable for what an action refuses."""
    try:
        return select_contacts({"filter_type": "advanced", "advanced_filters": groups}, strict=True).contacts
    except APIException as error:
        raise Unreadable(error.detail) from error


def select_contacts(params: Mapping[str, Any], *, strict: bool = False) -> Selection:
    """The contacts that match the parameters of the list: search, tags, lists, statuses, company_ids, dynamic_segments,
    or `filter_type=advanced` with `advanced_filters`.

    created_after and updated_after narrow both kinds; after_id says where pages begin.

    Raises Unprocessable (422) for wrong advanced filters, and FieldErrors (400) for wrong times. At most three
    statements: for names of tags, names of lists, and the types of custom fields; and those of saved segments.
    """
    search = as_search(params.get("search"))
    created, updated = (read_time(name, params.get(name)) for name in TIMES)
    plain = not (search or created or updated)

    def found() -> SubscriberQuerySet:
        contacts = Subscriber.objects.all()
        if created:
            contacts = contacts.created_since(created)
        if updated:
            contacts = contacts.changed_since(updated)
        return contacts.matching(search) if search else contacts

    after = None if strict else read_after(params.get("after_id"))
    if params.get("filter_type") == "advanced":
        groups = read_groups(params.get("advanced_filters"))
        if groups or strict:
            # Only called for names in conditions.
            find = partial(resolve_for_filter, exact=strict)
            filters = AdvancedFilters(types_by_slug(), find, strict)
            advanced = filters.read(groups).narrow(found())
            return Selection(lambda: advanced, after=after)
        return Selection(found, counted=plain, after=after)
    named = {
        relation: resolve_for_filter(relation, entries, exact=False).ids
        for relation in MODELS
        if (entries := as_list(params.get(relation), relation))
    }
    if company_ids := as_list(params.get("company_ids"), "company_ids"):
        named["companies"] = readable_ids(company_ids)
    saved = as_list(params.get("dynamic_segments"), "dynamic_segments")
    in_saved = read_saved("in", saved, "dynamic_segments", strict=strict) if saved else None
    refuse_too_many([in_saved] if in_saved else [])
    statuses = list(dict.fromkeys(str(status) for status in as_list(params.get("statuses"), "statuses")))
    # No contact has an unknown status, so one of these is enough.
    statuses = [status for status in statuses if status in Status.values] or without_nul(statuses[:1])

    def narrow() -> SubscriberQuerySet:
        contacts = found()
        for relation, ids in named.items():
            # No contact has a tag, list or company that does not exist.
            contacts = contacts.filter(contacts.link_exists(relation, ids)) if ids else contacts.none()
        if in_saved:
            contacts = contacts.filter(in_saved.as_q())
        return contacts.with_status(statuses) if statuses else contacts

    chosen = [(relation, pk) for relation, ids in named.items() for pk in ids]
    counted = plain and not in_saved and all(named.values()) and "companies" not in named and len(chosen) < 2
    return Selection(narrow, chosen[0] if counted and chosen else None, statuses or None, counted, after)


def read_time(name: str, sent: Any) -> datetime | None:
    """The time of a filter; None if none is sent. Raises FieldErrors (400)."""
    if sent in (None, ""):
        return None
    at = read_datetime(sent)
    if at is None:
        raise invalid(name, f"The {name} must be a date and time such as 2026-01-31 09:05:00.")
    return at


def read_after(sent: Any) -> int | None:
    """The id after which pages begin; None if none is sent. Raises FieldErrors (400)."""
    if sent in (None, ""):
        return None
    pk = as_integer(sent)
    if pk is None or pk < 0:
        raise invalid("after_id", "The after_id must be an id, or 0 for the beginning.")
    return pk


def read_groups(sent: Any) -> Any:
    """The groups of advanced filters, from a JSON text or from PHP brackets."""
    if isinstance(sent, str):
        if not sent.strip():
            return []
        try:
            return parse_json(sent.encode())
        except (InvalidJSON, UnicodeEncodeError):
            raise refuse() from None
    return sent or []

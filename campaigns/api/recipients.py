"""Whom a campaign goes to, as clients send it: read whole or refused, since a part that is left out widens the set."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from campaigns.selection import ADVANCED, FILTERS, LIST_TAG, SEGMENT, Unreadable, contacts_of_choice, read_id, read_rows
from custom_fields.services import types_by_slug
from dynamic_segments.models import DynamicSegment
from subscribers.api.advanced_filters import AdvancedFilters
from subscribers.api.filters import read_groups
from subscribers.querysets import SubscriberQuerySet
from subscribers.resolve import resolve_for_filter
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import as_objects, is_empty, kept
from wp_rest.parsers import as_object

KEYS = ("sending_filter", "subscribers", "excludedSubscribers", "dynamic_segment", "advanced_filters")
NOBODY = "Choose whom the campaign goes to: lists, tags, a dynamic segment or conditions."


class Choice(NamedTuple):
    """A choice as it is kept (campaigns.models.Chosen)."""

    recipients: dict[str, Any]
    conditions: Any

    @property
    def contacts(self) -> SubscriberQuerySet:
        return contacts_of_choice(self.recipients, self.conditions)

    @property
    def is_nobody(self) -> bool:
        """Whether nothing is chosen at all."""
        match self.recipients["sending_filter"]:
            case "list_tag":
                return not read_rows(self.recipients["subscribers"], "subscribers")
            case "advanced_filters":
                return not self.conditions
        return False


def read_choice(params: Mapping[str, Any]) -> Choice:
    """The choice of a request. Raises FieldErrors (400) and Unprocessable (422).

    Three statements at most, and one for each condition with names of tags or lists.
    """
    kind = params.get("sending_filter") or LIST_TAG
    if kind not in FILTERS:
        raise invalid("sending_filter", f"The sending_filter must be one of: {', '.join(FILTERS)}.", "in")
    recipients = {
        "subscribers": read_objects(params, "subscribers", chosen=True),
        "excludedSubscribers": read_objects(params, "excludedSubscribers", chosen=False),
        "sending_filter": kind,
        "dynamic_segment": read_segment(params.get("dynamic_segment"), required=kind == SEGMENT),
        # As clients get it from a new campaign: a group without conditions.
        "advanced_filters": [[]] if params.get("advanced_filters") == [[]] else [],
    }
    conditions: Any = []
    if kind == ADVANCED:
        groups = read_groups(params.get("advanced_filters"))
        recipients["advanced_filters"] = kept(groups)
        if not is_empty(groups):
            filters = AdvancedFilters(types_by_slug(), partial(resolve_for_filter, exact=True), strict=True)
            conditions = filters.read(groups).to_json()
    try:
        for name in ("subscribers", "excludedSubscribers"):
            read_rows(recipients[name], name)
    except Unreadable as error:
        raise invalid(error.name, str(error), "rows") from None
    return Choice(recipients, conditions)


def read_objects(params: Mapping[str, Any], name: str, *, chosen: bool) -> list[Any]:
    """Rows of a list and a tag; `{"lists": [1], "tags": [2]}`, as FluentCRM documents them, becomes such rows."""
    sent = params.get(name)
    documented = as_object(sent) if sent else None
    if documented and documented.keys() & {"lists", "tags"}:
        lists, tags = (as_values(documented.get(key)) for key in ("lists", "tags"))
        if chosen and lists and tags:
            return [{"list": one, "tag": tag} for one in lists for tag in tags]
        return [*({"list": one, "tag": "all"} for one in lists), *({"list": "all", "tag": tag} for tag in tags)]
    rows = as_objects(sent)
    if rows is None:
        raise invalid(name, f'The {name} must be rows such as {{"list": "1", "tag": "all"}}.', "rows")
    # What else is in a row is not kept.
    return [{key: row.get(key) for key in ("list", "tag")} if isinstance(row, Mapping) else row for row in rows]


def as_values(sent: Any) -> list[Any]:
    return sent if isinstance(sent, list) else [] if sent in (None, "") else [sent]


def read_segment(sent: Any, *, required: bool) -> Any:
    """A dynamic segment by its id. Raises Unprocessable for one that does not exist, if it is what is chosen."""
    named = as_object(sent or {})
    if not required:
        return as_kept(named) if named else None
    try:
        pk = read_id((named or {}).get("id"), "dynamic_segment")
    except Unreadable as error:
        raise invalid("dynamic_segment", "The dynamic_segment must have the id of a segment.", "id") from error
    if not pk or not DynamicSegment.objects.filter(pk=pk).exists():
        raise Unprocessable("There is no such dynamic segment.")
    return as_kept(named or {})


def as_kept(named: Mapping[str, Any]) -> dict[str, Any]:
    """The id and the slug of a segment."""
    return {key: kept(named[key]) for key in ("id", "slug") if key in named}

"""Conditions on contacts in FluentCRM's words (advanced filters), as staff put them into automations.

They are kept as they were sent and read when they are needed, as the query of a bulk action is: a tag of that name
that is made later counts from then on.
"""

from collections.abc import Collection, Mapping
from typing import Any

from automations.registry import BlockFailed
from custom_fields.services import types_by_slug
from subscribers.registry import Unreadable, contacts_meant_by


def groups_of(sent: Any, *, every: bool = True) -> list[Any]:
    """Groups of conditions: given as such, or as one list of conditions, all or any of which must be true.

    A condition may also be {data_key, operator, data_value}.
    """
    rows = sent if isinstance(sent, list) else []
    if rows and all(isinstance(row, list) for row in rows):
        return [[as_condition(one) for one in group] for group in rows]
    conditions = [as_condition(row) for row in rows]
    return [conditions] if every else [[one] for one in conditions]


def as_condition(sent: Any) -> Any:
    if not isinstance(sent, Mapping) or "data_key" not in sent:
        return sent
    name = str(sent["data_key"])
    kind = "custom_fields" if name in types_by_slug() else "segment" if name in ("tags", "lists") else "subscriber"
    return {"source": [kind, name], "operator": sent.get("operator", "="), "value": sent.get("data_value")}


def who_meets(groups: list[Any], contacts: Collection[int]) -> set[int]:
    """Those of the contacts who meet the conditions now. A fixed number of statements. Raises BlockFailed."""
    try:
        found = contacts_meant_by("advanced_filters", groups)
    except Unreadable as error:
        raise BlockFailed(f"The conditions cannot be read: {error}") from error
    return set(found.filter(pk__any_of=contacts).values_list("pk", flat=True))


def problem_of(groups: list[Any]) -> str:
    """Why conditions cannot be read; empty if they can. The statements are those of reading them."""
    try:
        who_meets(groups, ())
    except BlockFailed as failure:
        return str(failure)
    return ""

"""The conditions of a segment in FluentCRM's words, read into subscribers.conditions.

`conditions` is a list of `{field, operator, value}`, joined by `condition_match`; `email_activities` says when mails were
last opened or clicked in, joined by `last_email_activity_match`. A contact must meet both parts. `filters` may have
advanced filters of the list of contacts instead. A condition that cannot be read is refused: without it more contacts
would match.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

from custom_fields.services import types_by_slug
from dynamic_segments.conditions import InSegment
from rest.numbers import as_integer
from subscribers.api.advanced_filters import ACTIVITIES, AdvancedFilters
from subscribers.api.comparisons import MAX_DAYS, refuse
from subscribers.api.filters import read_groups
from subscribers.conditions import Condition, Conditions
from subscribers.resolve import resolve_for_filter
from wp_rest.exceptions import FieldErrors, Unprocessable
from wp_rest.parameters import as_objects, is_empty, is_true, kept
from wp_rest.parsers import as_object

# The keys of a segment that say who is in it; they come back as they were sent.
WORDS = ("conditions", "condition_match", "email_activities", "filters")
MATCHES = ("match_all", "match_any")
TEXTS = ("email", "first_name", "last_name", "city", "state", "country", "source")
DATES = ("created_at", "last_activity")
# FluentCRM's operators, as those of advanced filters.
OF_TEXTS = {
    "=": "=",
    "!=": "!=",
    "LIKE": "contains",
    "NOT LIKE": "not_contains",
    "whereIn": "in",
    "whereNotIn": "not_in",
}
OF_SETS = {"=": "in", "!=": "not_in", "whereIn": "in", "whereNotIn": "not_in"}
# Of ages in days: at most so many days ago, or more.
OF_DAYS = {">=": "days_within", "<=": "days_before"}
IN_DAYS = {meant: word for word, meant in OF_DAYS.items()}
FIELDS: Mapping[str, tuple[tuple[str, str], Mapping[str, str]]] = {
    **{name: (("subscriber", name), OF_TEXTS) for name in TEXTS},
    **{name: (("subscriber", name), OF_DAYS) for name in DATES},
    "status": (("segment", "status"), OF_SETS),
    "tags": (("segment", "tags"), OF_SETS),
    "lists": (("segment", "lists"), OF_SETS),
}
MAX_CONDITIONS = 100
SETTINGS_DEFAULTS: dict[str, Any] = {
    "conditions": [{"field": "", "operator": "", "value": ""}],
    "condition_match": "match_all",
    "email_activities": {
        "status": "no",
        "last_email_open": {"value": 0, "operator": ">="},
        "last_email_link_click": {"value": 0, "operator": ">="},
        "last_email_activity_match": "match_any",
    },
}


def kept_words(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent of the conditions, as JSON keeps it: no NUL, and numbers with all their digits."""
    return dict(kept({name: sent[name] for name in WORDS if name in sent}))


def read_words(sent: Mapping[str, Any]) -> Conditions:
    """The conditions. Raises Unprocessable (422) if they cannot be read, or if there is none.

    A statement for the custom fields, and one for each condition with names of tags, lists or companies.
    """
    # Only called for names in conditions.
    reader = AdvancedFilters(types_by_slug(), partial(resolve_for_filter, exact=True), strict=True)
    try:
        if has_filters(sent):
            alternatives: Iterable[Sequence[Condition]] = reader.read(read_groups(sent["filters"])).groups
        else:
            alternatives = joined([reader.read_condition(one) for one in advanced_conditions(sent)], match_of(sent))
        activities = [reader.read_condition(one) for one in advanced_activities(sent)]
    except FieldErrors as error:
        # The keys of advanced filters are not those of a segment.
        raise Unprocessable(" ".join(text for texts in error.beside["errors"].values() for text in texts)) from None
    read = Conditions(tuple(map(tuple, together(alternatives, joined(activities, activity_match_of(sent))))))
    if not read.groups:
        raise Unprocessable("Add at least one condition.")
    if any(isinstance(condition, InSegment) for group in read.groups for condition in group):
        raise Unprocessable("The conditions of a segment cannot ask for a segment.")
    return read


def as_groups(kept: Mapping[str, Any]) -> list[list[Any]]:
    """The conditions as groups of advanced filters, of which one must be met. Raises Unprocessable."""
    if has_filters(kept):
        groups = read_groups(kept["filters"])
        if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
            raise refuse()
    else:
        groups = joined(advanced_conditions(kept), match_of(kept))
    return together(groups, joined(advanced_activities(kept), activity_match_of(kept)))


def as_words(groups: Sequence[Sequence[Mapping[str, Any]]], before: Mapping[str, Any]) -> dict[str, Any]:
    """Groups of advanced filters in the words of a segment: `filters`. Of a segment that had `conditions` before, which
    clients may know how to show, they are `conditions` again as far as these can say it.
    """
    filled = [group for group in groups if group]
    if not before or not is_empty(before.get("filters")):
        return {"filters": filled}
    if len(filled) == 1:
        asked = [one for one in filled[0] if one["source"][0] != "activities"]
        done = {one["source"][1]: one for one in filled[0] if one["source"][0] == "activities"}
        match = MATCHES[0]
        if len(asked) + len(done) < len(filled[0]):  # one of them twice
            return {"filters": filled}
    else:
        asked, done, match = [group[0] for group in filled if len(group) == 1], {}, MATCHES[1]
        if len(asked) < len(filled):
            return {"filters": filled}
    rows = [row for one in asked if (row := as_row(one))]
    # 0 days would be read as "does not matter".
    says_days = all(one["operator"] in IN_DAYS and as_integer(one["value"]) for one in done.values())
    if len(rows) < len(asked) or len(rows) > MAX_CONDITIONS or not says_days:
        return {"filters": filled}
    words: dict[str, Any] = {"conditions": rows, "condition_match": match}
    if done:
        ages = {name: {"value": one["value"], "operator": IN_DAYS[one["operator"]]} for name, one in done.items()}
        words["email_activities"] = {"status": "yes", **ages, "last_email_activity_match": MATCHES[0]}
    return words


def as_row(one: Mapping[str, Any]) -> dict[str, Any] | None:
    """An advanced filter as a row of `conditions`; None if they have no word for it."""
    for field, (source, operators) in FIELDS.items():
        if list(source) == one["source"]:
            words = {meant: word for word, meant in operators.items()}
            if one["operator"] in words:
                return {"field": field, "operator": words[one["operator"]], "value": one["value"]}
    return None


def has_filters(sent: Mapping[str, Any]) -> bool:
    """Whether the conditions are advanced filters. Raises Unprocessable if they are also `conditions`."""
    if is_empty(sent.get("filters")):
        return False
    if not is_empty(sent.get("conditions")):
        raise Unprocessable("Send conditions or filters, not both.")
    return True


def match_of(sent: Mapping[str, Any]) -> Any:
    return sent.get("condition_match", "match_all")


def activity_match_of(sent: Mapping[str, Any]) -> Any:
    activities = as_object(sent.get("email_activities") or {}) or {}
    return (
        activities.get("last_email_activity_match", "match_any") if is_true(activities.get("status")) else "match_all"
    )


def joined(conditions: list[Any], match: Any) -> list[list[Any]]:
    """Conditions as the groups of which one must be met; without conditions the one group that everybody meets."""
    if match not in MATCHES:
        raise Unprocessable(f"Conditions are joined by {' or '.join(MATCHES)}.")
    if match == "match_any" and conditions:
        return [[condition] for condition in conditions]
    return [conditions]


def together(groups: Iterable[Sequence[Any]], others: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """The groups of which one must be met by who meets one of the groups and one of the others."""
    return [[*one, *other] for one, other in product(groups, others) if one or other]


def advanced_conditions(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `conditions` as advanced filters."""
    rows = as_objects(sent.get("conditions"))
    if rows is None or len(rows) > MAX_CONDITIONS:
        raise Unprocessable(f"The conditions must be a list of at most {MAX_CONDITIONS} conditions.")
    # FluentCRM's form starts with a blank condition.
    return [advanced_condition(row) for row in rows if not is_empty(row)]


def advanced_condition(row: Any) -> dict[str, Any]:
    field = row.get("field") if isinstance(row, Mapping) else None
    if not isinstance(field, str) or field not in FIELDS:
        raise Unprocessable(f"The field of a condition must be one of: {', '.join(FIELDS)}.")
    source, operators = FIELDS[field]
    operator = row.get("operator")
    if not isinstance(operator, str) or operator not in operators:
        raise Unprocessable(f"The operator of {field} must be one of: {', '.join(operators)}.")
    value = row.get("value")
    if operators is OF_DAYS and as_integer(value) is None:
        raise Unprocessable(f"The value of {field} must be a number of days.")
    return {"source": list(source), "operator": operators[operator], "value": value}


def advanced_activities(sent: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the contacts did with their mails, as advanced filters."""
    activities = as_object(sent.get("email_activities") or {})
    if activities is None:
        raise Unprocessable("The email_activities must be an object.")
    if not is_true(activities.get("status")):
        return []
    read = []
    for key in ACTIVITIES:
        part = as_object(activities.get(key) or {})
        if part is None:
            raise Unprocessable(f"The {key} must be an object.")
        value = part.get("value")
        if is_empty(value) or value in (0, "0"):
            continue
        days, operator = as_integer(value), part.get("operator", ">=")
        if days is None or not 0 < days <= MAX_DAYS or not isinstance(operator, str) or operator not in OF_DAYS:
            raise Unprocessable(f"The {key} needs a number of days, and the operator {' or '.join(OF_DAYS)}.")
        read.append({"source": ["activities", key], "operator": OF_DAYS[operator], "value": days})
    return read

"""The conditions of the API's advanced filters as the builder offers them and names them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateField

from companies.models import Company
from custom_fields.models import CustomField, Scope
from custom_fields.services import definitions
from custom_fields.types import TYPES
from dynamic_segments.conditions import InSegment
from dynamic_segments.models import DynamicSegment
from emails.conditions import Activity
from segments.models import ContactList, Tag
from segments.services import is_id
from subscribers.api.advanced_filters import ACTIVITIES, COLUMNS, OF_CHOICES
from subscribers.api.comparisons import OF_DAYS
from subscribers.conditions import EMPTY, Choice, Code, Day, Link, Number, Text
from subscribers.models import Status
from wp_rest.exceptions import FieldErrors
from wp_rest.parameters import as_list

# The kinds of fields, with the operators of their conditions.
KINDS: Mapping[str, frozenset[str]] = {
    "text": Text.OPERATORS,
    "number": Number.OPERATORS,
    "day": Day.OPERATORS,
    "choice": Choice.OPERATORS,
    "code": Code.OPERATORS,
    "tags": Link.OPERATORS,
    "lists": Link.OPERATORS,
    "companies": Link.OPERATORS,
    "dynamic_segments": InSegment.OPERATORS,
    "activity": Activity.OPERATORS,
}
# The API's other words for some operators. The builder shows a condition with one as it is meant.
SYNONYMS: Mapping[str, Mapping[str, str]] = {"day": OF_DAYS, "choice": {**OF_CHOICES, "=": "in", "contains": "in"}}
# The operators in words, in the order in which they are offered; some kinds have words of their own.
WORDS = {
    "=": "is",
    "!=": "is not",
    "contains": "contains",
    "not_contains": "does not contain",
    ">": "is more than",
    ">=": "is at least",
    "<": "is less than",
    "<=": "is at most",
    "before": "is before",
    "after": "is after",
    "days_within": "is within the last (days)",
    "days_before": "is longer ago than (days)",
    "in": "is any of",
    "not_in": "is none of",
    "in_all": "has all of",
    "not_in_all": "has not all of",
    "is_null": "is empty",
    "not_null": "is not empty",
}
# What is chosen by its title, and the column of the title.
CHOSEN: Mapping[str, tuple[Any, str]] = {
    "tags": (Tag, "title"),
    "lists": (ContactList, "title"),
    "companies": (Company, "name"),
    "dynamic_segments": (DynamicSegment, "title"),
}
LABELS = {
    "contact_type": "Type",
    "dynamic_segments": "Segments",
    "last_email_open": "Last open of a mail",
    "last_email_link_click": "Last click in a mail",
}


@dataclass(frozen=True)
class Source:
    """A field that conditions ask about. `key` is what the form sends: "subscriber/city"."""

    key: str
    label: str
    kind: str
    options: Sequence[tuple[str, str]] = ()


def sources(fields: Iterable[CustomField] | None = None) -> dict[str, list[Source]]:
    """The fields under their headings. One statement, unless the custom fields are given."""
    columns = [
        Source(f"subscriber/{name}", label(name), kind_of(column))
        for name, column in COLUMNS.items()
        if name not in ("status", "contact_type")
    ]
    statuses = [(str(value), str(text)) for value, text in Status.choices]
    types = [(name, name.capitalize()) for name in settings.CONTACT_TYPES]
    belongs = [
        *(Source(f"segment/{name}", label(name), name) for name in ("tags", "lists", "companies")),
        Source("segment/status", label("status"), "code", statuses),
        Source("segment/contact_type", label("contact_type"), "code", types),
        Source("segment/dynamic_segments", label("dynamic_segments"), "dynamic_segments"),
    ]
    activities = [Source(f"activities/{name}", label(name), "activity") for name in ACTIVITIES]
    found: dict[str, list[Source]] = {
        "Belongs to": belongs,
        "Contact": sorted(columns, key=lambda one: one.label),
        "Mails": activities,
    }
    kept = definitions() if fields is None else fields
    own = [custom_source(one) for one in kept if one.scope == Scope.CONTACT]
    return {**found, "Custom fields": own} if own else found


def label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def kind_of(column: Any) -> str:
    if isinstance(column, DateField):  # a DateTimeField too
        return "day"
    return "text" if isinstance(column, CharField) else "number"


def custom_source(one: CustomField) -> Source:
    kind = TYPES[one.type]
    key = f"custom_fields/{one.slug}"
    if kind.is_list:
        return Source(key, one.label, "choice", [(option, option) for option in one.options])
    return Source(key, one.label, {"numeric": "number", "date": "day", "datetime": "day"}.get(kind.value_type, "text"))


def operators(kind: str) -> list[tuple[str, str]]:
    """The operators of a kind in words."""
    return [(name, word) for name, word in WORDS.items() if name in KINDS[kind]]


def shown(
    one: Any, offered: Mapping[str, Source], titles: Mapping[str, Mapping[str, str]], error: str
) -> dict[str, Any]:
    """A condition as the form of its field has it. One that there is no form for is `locked`: it can only be taken away."""
    condition: Mapping[str, Any] = one if isinstance(one, Mapping) else {}
    source = offered.get(key_of(condition))
    operator, value = condition.get("operator"), condition.get("value", "")
    kind = source.kind if source else ""
    operator = SYNONYMS.get(kind, {}).get(str(operator), operator)
    is_option = source is not None and value in [option for option, _ in source.options]  # it may have commas
    entries = [str(value)] if is_option else entries_of(condition)
    named = titles.get(name_of(condition), {})
    several = operator in ("in", "not_in") and kind in ("text", "number")
    return {
        "key": key_of(condition),
        "operator": operator,
        "value": ", ".join(entries) if isinstance(value, list) else "" if value is None else str(value),
        "chosen": [{"value": entry, "text": named.get(entry, entry)} for entry in entries],
        "error": error,
        "kept": one,
        "locked": source is None
        or not isinstance(operator, str)
        or operator not in KINDS[kind]
        or (several and isinstance(value, list) and any("," in entry for entry in entries)),
        "says": one_in_words(condition, titles) if condition else str(one),
    }


def key_of(one: Mapping[str, Any]) -> str:
    """What a condition asks about; empty if it does not say so as the API does."""
    source = one.get("source")
    is_key = isinstance(source, list) and len(source) == 2 and all(isinstance(part, str) for part in source)
    return "/".join(source) if is_key and source else ""


def name_of(one: Mapping[str, Any]) -> str:
    return key_of(one).partition("/")[2]


def titles_of(groups: Sequence[Sequence[Any]]) -> dict[str, dict[str, str]]:
    """The titles of tags, lists, companies and segments that conditions name by id. One statement for each kind."""
    named: dict[str, set[int]] = {}
    for one in (one for group in groups for one in group if isinstance(one, Mapping)):
        kind, _, name = key_of(one).partition("/")
        if kind == "segment" and name in CHOSEN:
            named.setdefault(name, set()).update(int(value) for value in entries_of(one) if is_id(value))
    return {name: titles_by_id(*CHOSEN[name], ids) for name, ids in named.items()}


def titles_by_id(model: Any, column: str, ids: Collection[int]) -> dict[str, str]:
    found = model.objects.filter(pk__any_of=list(ids)).values_list("pk", column)
    return {str(pk): title for pk, title in found}


def entries_of(one: Mapping[str, Any]) -> list[str]:
    try:
        return [str(value) for value in as_list(one.get("value"), "value")]
    except FieldErrors:
        return [str(one.get("value"))]


def in_words(groups: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    """Conditions as a line: "City is Leeds and Tags is any of VIP, or Status is any of bounced"."""
    titles = titles_of(groups)
    return ", or ".join(" and ".join(one_in_words(one, titles) for one in group) for group in groups if group)


def one_in_words(one: Mapping[str, Any], titles: Mapping[str, Mapping[str, str]]) -> str:
    name, operator = name_of(one), str(one.get("operator"))
    words = f"{label(name)} {WORDS.get(operator, operator)}"
    if operator in EMPTY:
        return words
    return f"{words} {', '.join(titles.get(name, {}).get(entry, entry) for entry in entries_of(one))}"

"""Reads `filter_type=advanced`, the conditions of FluentCRM's own filter screen, into subscribers.conditions.

`advanced_filters` is a list of groups, each a list of conditions `{source: [kind, name], operator,
value}`. An operator that FluentCRM does not know compares for equality, as recorded in
contact-list-advanced.json. An unknown source is refused: without its condition more contacts would match.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateField, DateTimeField

from custom_fields.types import TYPES, Kind
from dynamic_segments.conditions import MOST_CONDITIONS, InSegment
from dynamic_segments.services import are_too_many, existing_ids
from emails.conditions import Activity
from rest.numbers import as_integer
from segments.services import Named
from subscribers.api.comparisons import (
    OF_DAYS,
    OF_LISTS,
    as_texts,
    datetime_condition,
    day_condition,
    number_condition,
    read_days,
    refuse,
    text_condition,
)
from subscribers.conditions import EMPTY, Choice, Code, Condition, Conditions, Day, Link, Number, Text
from subscribers.models import LastChange, Status, Subscriber
from wp_rest.exceptions import FieldErrors, Unprocessable, invalid
from wp_rest.parameters import as_list, is_empty, without_nul

CODES = {"status": frozenset(Status.values), "contact_type": frozenset(settings.CONTACT_TYPES)}
COLUMNS: dict[str, Any] = {
    field.name: field
    for field in Subscriber._meta.concrete_fields
    if field.name
    not in ("hash", "user", "company", "custom_values", "search_text", "job_title", "website", "pipeline_stage")
} | {"updated_at": LastChange._meta.get_field("at")}
LINKS = ("tags", "lists", "companies")
# What contacts did with their mails, in the words of a segment's email_activities.
ACTIVITIES = {"last_email_open": "opened", "last_email_link_click": "clicked"}
# What may be named of each kind of source, beside the slugs of custom fields.
SOURCES: Mapping[str, Collection[str]] = {
    "subscriber": COLUMNS,
    "segment": (*LINKS, *CODES, "dynamic_segments"),
    "activities": ACTIVITIES,
}
MAX_CONDITIONS = 200
OPERATORS = EMPTY | frozenset(
    "= != > < >= <= contains not_contains in not_in in_all not_in_all before after days_before days_within "
    "startsWith endsWith".split()
)
# FluentCRM's other words for the operators of choices.
OF_CHOICES = {"not_contains": "not_in", "!=": "not_in"}
# The operators of each kind of source. An action refuses others: read as "=", "not_contains" would mean the opposite.
DATE_OPERATORS = Day.OPERATORS | OF_DAYS.keys()
CHOICE_OPERATORS = Choice.OPERATORS | OF_CHOICES.keys() | {"=", "contains"}


@dataclass(frozen=True)
class AdvancedFilters:
    """Reads the conditions of one request."""

    custom_types: Mapping[str, Kind]  # by slug
    find_segments: Callable[[str, list[Any]], Named]  # (one of LINKS, names)
    strict: bool = False  # for an action: unknown names and conditions that match all contacts are refused

    def read(self, groups: Any) -> Conditions:
        """Raises Unprocessable (422) if `groups` are not conditions, and with `strict` FieldErrors (400).

        One statement for each condition with names of tags, lists or companies, and one if segments are named.
        """
        if (
            not isinstance(groups, list)
            or sum(count_conditions(group) for group in groups if isinstance(group, list)) > MAX_CONDITIONS
        ):
            raise refuse()
        read: list[tuple[Condition, ...]] = []
        for group in groups:
            if not isinstance(group, list):
                raise refuse()
            conditions = tuple(self.read_condition(condition) for condition in group)
            if self.strict and not conditions:
                raise invalid("advanced_filters", "A group of conditions is empty.", "empty")
            if conditions:
                read.append(conditions)
        if self.strict and not read:
            raise invalid("advanced_filters", "There is no condition.", "empty")
        refuse_too_many(condition for group in read for condition in group)
        return Conditions(tuple(read))

    def read_condition(self, condition: Any) -> Condition:
        if not isinstance(condition, Mapping):
            raise refuse()
        source = condition.get("source")
        operator = condition.get("operator")
        if not (isinstance(source, list) and len(source) == 2 and all(isinstance(part, str) for part in source)):
            raise refuse()
        if not isinstance(operator, str):
            raise refuse()
        kind, name = source
        value = without_nul(condition.get("value"))
        if self.strict and (operator not in OPERATORS or (operator not in EMPTY and is_empty(value))):
            raise needs_a_value(name)
        if name not in (self.custom_types if kind == "custom_fields" else SOURCES.get(kind, ())):
            raise refuse()
        match kind:
            case "subscriber":
                return self.read_column(name, operator, value)
            case "segment":
                return self.read_segment(name, operator, value)
            case "activities":
                return self.read_activity(name, operator, value)
        return self.read_custom_field(name, operator, value)

    def read_segment(self, name: str, operator: str, value: Any) -> Condition:
        """What a contact belongs to."""
        if name in LINKS:
            return self.read_link(name, operator, value)
        if name == "dynamic_segments":
            return read_saved(operator, as_list(value, "value"), "advanced_filters", strict=self.strict)
        # As recorded, every operator but "in" means "not_in", also "=".
        if self.strict and operator not in Code.OPERATORS:
            raise invalid("advanced_filters", f"The condition on {name} must be in or not_in.", "operator")
        codes = tuple(str(entry) for entry in as_list(value, "value"))
        if self.strict and (not codes or not CODES[name].issuperset(codes)):
            raise invalid("advanced_filters", f"The condition on {name} has values that do not exist.", "in")
        return Code(name, "in" if operator == "in" else "not_in", codes)

    def read_link(self, relation: str, operator: str, value: Any) -> Link:
        named = self.find_segments(relation, as_list(value, "value"))
        if self.strict and (named.ignored or not named.ids or operator not in Link.OPERATORS):
            raise invalid("advanced_filters", f"The condition on {relation} has values that do not exist.", "in")
        return Link(relation, operator if operator in Link.OPERATORS else "in", tuple(named.ids), bool(named.ignored))

    def read_activity(self, name: str, operator: str, value: Any) -> Activity:
        self.refuse_others(name, operator, [value], Activity.OPERATORS)
        if operator not in Activity.OPERATORS:
            raise refuse()
        return Activity(ACTIVITIES[name], operator, read_days(value))

    def read_column(self, name: str, operator: str, value: Any) -> Condition:
        field = COLUMNS[name]
        if isinstance(field, DateField):  # a DateTimeField too
            self.refuse_others(name, operator, [value], DATE_OPERATORS)
            if isinstance(field, DateTimeField):
                return datetime_condition(name, operator, value)
            return day_condition(name, "column", operator, value)
        if isinstance(field, CharField):
            self.refuse_others(name, operator, as_texts(operator, value), Text.OPERATORS)
            return text_condition(name, "column", operator, value)
        self.refuse_others(name, operator, as_list(value, "value"), Number.OPERATORS)
        return number_condition(name, "column", operator, value)

    def read_custom_field(self, slug: str, operator: str, value: Any) -> Condition:
        field = self.custom_types[slug]
        kind = TYPES[field.name]
        if isinstance(value, str) and value in field.options:
            value = [value]  # an option may have commas
        if kind.is_list:
            if self.strict and (operator not in CHOICE_OPERATORS or lacks_value(operator, as_list(value, "value"))):
                raise needs_a_value(slug)
            operator = OF_CHOICES.get(operator, operator)
            options = () if operator in EMPTY else tuple(str(option) for option in as_list(value, "value"))
            return Choice(slug, operator if operator in Choice.OPERATORS else "in", options)
        match kind.value_type:
            case "numeric":
                self.refuse_others(slug, operator, as_list(value, "value"), Number.OPERATORS)
                return number_condition(slug, "custom", operator, value)
            case "date" | "datetime":
                self.refuse_others(slug, operator, [value], DATE_OPERATORS)
                return day_condition(slug, "custom", operator, value)
        self.refuse_others(slug, operator, as_texts(operator, value), Text.OPERATORS)
        return text_condition(slug, "custom", operator, value)

    def refuse_others(self, name: str, operator: str, entries: list[Any], known: Collection[str]) -> None:
        """For an action, refuse an unknown operator of the source, and a value that would be ignored in part."""
        if not self.strict:
            return
        if operator not in known:
            raise invalid("advanced_filters", f"The condition on {name} may not be {operator}.", "operator")
        if operator in EMPTY:
            return
        if lacks_value(operator, entries):
            raise needs_a_value(name)
        if operator not in OF_LISTS and len(entries) > 1:
            raise invalid("advanced_filters", f"The condition on {name} takes one value.", "max")


def read_saved(operator: str, entries: list[Any], parameter: str, *, strict: bool) -> InSegment:
    """The condition of being in saved segments, by their ids. With `strict` it raises FieldErrors for any other entry
    and for segments that do not exist, by one statement; else nobody is in them.
    """
    ids = [as_integer(entry) for entry in entries]
    known = tuple(dict.fromkeys(pk for pk in ids if pk is not None and pk > 0))
    if strict and (None in ids or operator not in InSegment.OPERATORS or len(existing_ids(known)) != len(known)):
        raise invalid(parameter, "The condition on dynamic_segments has values that do not exist.", "in")
    return InSegment("dynamic_segments", operator if operator in InSegment.OPERATORS else "in", known)


def refuse_too_many(conditions: Iterable[Condition]) -> None:
    if are_too_many(conditions):
        raise Unprocessable(f"The segments of a filter may have {MOST_CONDITIONS} conditions together.")


def needs_a_value(name: str) -> FieldErrors:
    return invalid("advanced_filters", f"The condition on {name} needs an operator and a value.", "empty")


def lacks_value(operator: str, entries: list[Any]) -> bool:
    return operator not in EMPTY and is_empty(entries)


def count_conditions(group: list[Any]) -> int:
    """The number of conditions in a group: one that compares with all of some values counts once for each value."""
    return sum(
        len(as_list(condition.get("value"), "value"))
        if isinstance(condition, Mapping) and condition.get("operator") in ("in_all", "not_in_all")
        else 1
        for condition in group
    )

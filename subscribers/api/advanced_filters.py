"""`filter_type=advanced`: conditions as FluentCRM's own filter screen sends them, read into subscribers.conditions.

`advanced_filters` is a list of groups, each a list of conditions `{source: [kind, name], operator,
value}`. An operator that FluentCRM does not know compares for equality, as recorded in
contact-list-advanced.json. A source that there is not is refused: left out, it would widen the set.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db.models import CharField, DateField, DateTimeField
from django.utils import timezone

from custom_fields.types import TYPES, Kind
from rest.numbers import as_integer
from segments.services import Named
from subscribers.conditions import (
    AGES,
    EMPTY,
    Choice,
    Code,
    Condition,
    Conditions,
    Day,
    Link,
    Moment,
    Number,
    Source,
    Text,
)
from subscribers.models import LastChange, Status, Subscriber
from subscribers.querysets import MAX_NUMBER
from wp_rest.dates import read_date, read_datetime
from wp_rest.exceptions import FieldErrors, Unprocessable, invalid
from wp_rest.parameters import as_list, is_empty, without_nul

CODES = {"status": frozenset(Status.values), "contact_type": frozenset(settings.CONTACT_TYPES)}
COLUMNS: dict[str, Any] = {
    field.name: field
    for field in Subscriber._meta.concrete_fields
    if field.name
    not in ("hash", "user", "company", "custom_values", "search_text", "job_title", "website", "pipeline_stage")
} | {"updated_at": LastChange._meta.get_field("at")}
MAX_CONDITIONS = 200
OPERATORS = EMPTY | frozenset(
    "= != > < >= <= contains not_contains in not_in in_all not_in_all before after days_before days_within "
    "startsWith endsWith".split()
)
# FluentCRM's other words for the operators of days, and of choices.
OF_DAYS = {"<": "before", ">": "after"}
OF_CHOICES = {"not_contains": "not_in", "!=": "not_in"}
# What each kind of source knows. An action refuses others: compared for equality, "not_contains" would mean its opposite.
DATE_OPERATORS = Day.OPERATORS | OF_DAYS.keys()
CHOICE_OPERATORS = Choice.OPERATORS | OF_CHOICES.keys() | {"=", "contains"}
# Operators whose value is a list.
OF_LISTS = frozenset({"in", "not_in", "in_all", "not_in_all"})
# Past this many days a date before or after today is no date any more.
MAX_DAYS = 100_000


def refuse() -> Unprocessable:
    return Unprocessable("Invalid Advanced Filters")


@dataclass(frozen=True)
class AdvancedFilters:
    """Reads the conditions of one request."""

    custom_types: Mapping[str, Kind]  # by slug
    find_segments: Callable[[str, list[Any]], Named]  # ("tags" | "lists", names)
    strict: bool = False  # for an action: what is not resolved, and what holds for everybody, is refused

    def read(self, groups: Any) -> Conditions:
        """Raises Unprocessable (422) where `groups` are not conditions, and FieldErrors (400) where `strict`.

        A statement for each condition on tags or lists whose names have to be looked up.
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
        match kind:
            case "subscriber" if name in COLUMNS:
                return self.read_column(name, operator, value)
            case "segment" if name in ("tags", "lists"):
                return self.read_link(name, operator, value)
            case "segment" if name in ("status", "contact_type"):
                # As recorded: only "in" means in; every other operator, "=" too, means not in.
                if self.strict and operator not in Code.OPERATORS:
                    raise invalid("advanced_filters", f"The condition on {name} must be in or not_in.", "operator")
                codes = tuple(str(entry) for entry in as_list(value, "value"))
                if self.strict and (not codes or not CODES[name].issuperset(codes)):
                    raise invalid("advanced_filters", f"The condition on {name} names some that do not exist.", "in")
                return Code(name, "in" if operator == "in" else "not_in", codes)
            case "custom_fields" if name in self.custom_types:
                return self.read_custom_field(name, operator, value)
        raise refuse()

    def read_link(self, relation: str, operator: str, value: Any) -> Link:
        named = self.find_segments(relation, as_list(value, "value"))
        if self.strict and (named.ignored or not named.ids or operator not in Link.OPERATORS):
            raise invalid("advanced_filters", f"The condition on {relation} names some that do not exist.", "in")
        return Link(relation, operator if operator in Link.OPERATORS else "in", tuple(named.ids), bool(named.ignored))

    def read_column(self, name: str, operator: str, value: Any) -> Condition:
        field = COLUMNS[name]
        if isinstance(field, DateField):  # a DateTimeField too
            self.refuse_others(name, operator, [value], DATE_OPERATORS)
            if isinstance(field, DateTimeField):
                return read_moment(name, operator, value)
            return read_day(name, "column", operator, value)
        if isinstance(field, CharField):
            self.refuse_others(name, operator, as_texts(operator, value), Text.OPERATORS)
            return read_text(name, "column", operator, value)
        self.refuse_others(name, operator, as_list(value, "value"), Number.OPERATORS)
        return read_numbers(name, "column", operator, value)

    def read_custom_field(self, slug: str, operator: str, value: Any) -> Condition:
        field = self.custom_types[slug]
        kind = TYPES[field.name]
        if isinstance(value, str) and value in field.options:
            value = [value]  # commas and all
        if kind.is_list:
            if self.strict and (operator not in CHOICE_OPERATORS or lacks_value(operator, as_list(value, "value"))):
                raise needs_a_value(slug)
            operator = OF_CHOICES.get(operator, operator)
            options = () if operator in EMPTY else tuple(str(option) for option in as_list(value, "value"))
            return Choice(slug, operator if operator in Choice.OPERATORS else "in", options)
        match kind.value_type:
            case "numeric":
                self.refuse_others(slug, operator, as_list(value, "value"), Number.OPERATORS)
                return read_numbers(slug, "custom", operator, value)
            case "date" | "datetime":
                self.refuse_others(slug, operator, [value], DATE_OPERATORS)
                return read_day(slug, "custom", operator, value)
        self.refuse_others(slug, operator, as_texts(operator, value), Text.OPERATORS)
        return read_text(slug, "custom", operator, value)

    def refuse_others(self, name: str, operator: str, entries: list[Any], known: Collection[str]) -> None:
        """Refuse, for an action, an operator that does not go with the source, and a value of which part is left out."""
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


def needs_a_value(name: str) -> FieldErrors:
    return invalid("advanced_filters", f"The condition on {name} needs an operator and a value.", "empty")


def lacks_value(operator: str, entries: list[Any]) -> bool:
    return operator not in EMPTY and is_empty(entries)


def as_texts(operator: str, value: Any) -> list[Any]:
    """The texts that a text is compared with: of operators on lists a list in any shape, else the text as it is."""
    if operator in OF_LISTS:
        return as_list(value, "value")
    return value if isinstance(value, list) else [value or ""]


def count_conditions(group: list[Any]) -> int:
    """How many conditions a group is: one that holds for each of some values is one a value."""
    return sum(
        len(as_list(condition.get("value"), "value"))
        if isinstance(condition, Mapping) and condition.get("operator") in ("in_all", "not_in_all")
        else 1
        for condition in group
    )


def read_text(name: str, source: Source, operator: str, value: Any) -> Text:
    texts = tuple(str(entry) for entry in as_texts(operator, value))
    if operator in EMPTY:
        texts = ()
    elif operator not in ("in", "not_in"):
        texts = texts[:1] or ("",)
    return Text(name, operator if operator in Text.OPERATORS else "=", source, texts)


def read_numbers(name: str, source: Source, operator: str, value: Any) -> Number:
    if operator in EMPTY:
        return Number(name, operator, source)
    numbers = tuple(read_number(entry) for entry in as_list(value, "value"))
    if operator not in ("in", "not_in"):
        if not numbers:
            raise refuse()
        numbers = numbers[:1]
    return Number(name, operator if operator in Number.OPERATORS else "=", source, numbers)


def read_number(entry: Any) -> Decimal:
    """A number as JSON or a text has it, with its digits; one that no field can have is some other such number.

    Raises Unprocessable.
    """
    try:
        number = Decimal(str(entry))
    except InvalidOperation:
        raise refuse() from None
    if number.is_nan():
        raise refuse()
    if number.is_infinite() or number.adjusted() > MAX_NUMBER:
        return Decimal(10).scaleb(MAX_NUMBER).copy_sign(number)
    return number if number.adjusted() > -MAX_NUMBER else Decimal(0)


def read_day(name: str, source: Source, operator: str, value: Any) -> Day:
    """A comparison of whole days."""
    if operator in EMPTY:
        return Day(name, operator, source)
    if operator in AGES:
        return Day(name, operator, source, days=read_days(value))
    day = read_date(str(value or "").strip()[:10])
    if day is None:
        raise refuse()
    operator = OF_DAYS.get(operator, operator)
    return Day(name, operator if operator in Day.OPERATORS else "=", source, day)


def read_moment(name: str, operator: str, value: Any) -> Moment:
    """A comparison of moments; a date alone stands for its whole day in the site's time zone."""
    if operator in EMPTY:
        return Moment(name, operator)
    if operator in AGES:
        return Moment(name, operator, days=read_days(value))
    text = str(value or "").strip()
    begin = read_datetime(text)
    if begin is None:
        raise refuse()
    end = None
    if (day := read_date(text)) and day < date.max:
        tomorrow = datetime.combine(day, time.min) + timedelta(days=1)
        end = timezone.make_aware(tomorrow, timezone.get_default_timezone())
    operator = OF_DAYS.get(operator, operator)
    return Moment(name, operator if operator in Moment.OPERATORS else "=", begin, end)


def read_days(value: Any) -> int:
    number = as_integer(value)
    if number is None or not 0 <= number <= MAX_DAYS:
        raise refuse()
    return number

"""`filter_type=advanced`: conditions as FluentCRM's own filter screen sends them.

`advanced_filters` is a list of groups, each a list of conditions `{source: [kind, name], operator,
value}`; a contact is in when all conditions of at least one group hold. What each operator does is
recorded in contact-list-advanced.json; an operator that FluentCRM does not know compares for
equality, as there. A source that there is not is refused: left out, it would widen the set.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    F,
    Q,
    TextField,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)
from django.utils import timezone

from custom_fields.types import TYPES, Kind
from database.expressions import AmongFolded, ContainsFolded, Fold, folded_text
from rest.numbers import as_integer
from segments.services import Named
from subscribers.models import Status, Subscriber
from subscribers.querysets import (
    MAX_NUMBER,
    ExactNumber,
    HasOption,
    SubscriberQuerySet,
    custom_day,
    custom_number,
    custom_text,
)
from wp_rest.dates import read_date, read_datetime
from wp_rest.exceptions import FieldErrors, Unprocessable, invalid
from wp_rest.parameters import as_list, is_empty, without_nul

WORDS = {"status": frozenset(Status.values), "contact_type": frozenset(settings.CONTACT_TYPES)}
COLUMNS: dict[str, Any] = {
    field.name: field
    for field in Subscriber._meta.concrete_fields
    if field.name
    not in ("hash", "user", "company", "custom_values", "search_text", "job_title", "website", "pipeline_stage")
}
MAX_CONDITIONS = 200
WITHOUT_VALUE = frozenset({"is_null", "not_null"})
OPERATORS = WITHOUT_VALUE | frozenset(
    "= != > < >= <= contains not_contains in not_in in_all not_in_all before after days_before days_within "
    "startsWith endsWith".split()
)
# What each kind of source knows. An action refuses others: compared for equality, "not_contains" would mean its opposite.
TEXT_OPERATORS = frozenset("= != contains not_contains in not_in".split()) | WITHOUT_VALUE
NUMBER_OPERATORS = frozenset("= != > < >= <= in not_in".split()) | WITHOUT_VALUE
DATE_OPERATORS = frozenset("= != > < before after days_before days_within".split()) | WITHOUT_VALUE
CHOICE_OPERATORS = frozenset("= != contains not_contains in not_in in_all not_in_all".split()) | WITHOUT_VALUE
# Operators whose value is a list.
OF_LISTS = frozenset("in not_in in_all not_in_all".split())
# Past this many days a date before or after today is no date any more.
MAX_DAYS = 100_000


def refuse() -> Unprocessable:
    return Unprocessable("Invalid Advanced Filters")


@dataclass(frozen=True)
class AdvancedFilters:
    """The conditions of one request, narrowing a set of contacts."""

    contacts: SubscriberQuerySet
    custom_types: Mapping[str, Kind]  # by slug
    find_segments: Callable[[str, list[Any]], Named]  # ("tags" | "lists", names)
    strict: bool = False  # for an action: what is not understood, and what holds for everybody, is refused

    def narrow(self, groups: Any) -> SubscriberQuerySet:
        """Raises Unprocessable (422) where `groups` are not conditions."""
        if (
            not isinstance(groups, list)
            or sum(count_conditions(group) for group in groups if isinstance(group, list)) > MAX_CONDITIONS
        ):
            raise refuse()
        alternatives = Q()
        narrowed = False
        for group in groups:
            if not isinstance(group, list):
                raise refuse()
            together = Q()
            for condition in group:
                together &= self.condition(condition)
            if self.strict and not group:
                raise invalid("advanced_filters", "A group of conditions is empty.", "empty")
            if group:
                alternatives |= together
                narrowed = True
        if self.strict and not narrowed:
            raise invalid("advanced_filters", "There is no condition.", "empty")
        return self.contacts.filter(alternatives) if narrowed else self.contacts

    def condition(self, condition: Any) -> Q:
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
        if self.strict and (operator not in OPERATORS or (operator not in WITHOUT_VALUE and is_empty(value))):
            raise needs_a_value(name)
        match kind:
            case "subscriber" if name in COLUMNS:
                return self.column(name, operator, value)
            case "segment" if name in ("tags", "lists"):
                return self.segment(name, operator, value)
            case "segment" if name in ("status", "contact_type"):
                # As recorded: only "in" means in; every other operator, "=" too, means not in.
                if self.strict and operator not in ("in", "not_in"):
                    raise invalid("advanced_filters", f"The condition on {name} must be in or not_in.", "operator")
                words = [str(entry) for entry in as_list(value, "value")]
                if self.strict and (not words or not WORDS[name].issuperset(words)):
                    raise invalid("advanced_filters", f"The condition on {name} names some that do not exist.", "in")
                inside = Q(**{f"{name}__in": words})
                return inside if operator == "in" else ~inside
            case "custom_fields" if name in self.custom_types:
                return self.custom_field(name, operator, value)
        raise refuse()

    def segment(self, relation: str, operator: str, value: Any) -> Q:
        """in: any of them; in_all: all; not_in: none; not_in_all: not all."""
        named = self.find_segments(relation, as_list(value, "value"))
        ids = named.ids
        if self.strict and (named.ignored or not ids or operator not in ("in", "not_in", "in_all", "not_in_all")):
            raise invalid("advanced_filters", f"The condition on {relation} names some that do not exist.", "in")
        if operator in ("in_all", "not_in_all"):
            every = Q()
            for pk in ids:
                every &= Q(self.contacts.link_exists(relation, [pk]))
            # A tag that does not exist is had by nobody.
            if named.ignored or not ids:
                every = Q(pk__in=[])
            return every if operator == "in_all" else ~every
        some = Q(self.contacts.link_exists(relation, ids)) if ids else Q(pk__in=[])
        return ~some if operator == "not_in" else some

    def column(self, name: str, operator: str, value: Any) -> Q:
        field = COLUMNS[name]
        if isinstance(field, DateField):  # a DateTimeField too
            self.refuse_others(name, operator, [value], DATE_OPERATORS)
        elif isinstance(field, CharField):
            self.refuse_others(name, operator, as_texts(operator, value), TEXT_OPERATORS)
        else:
            self.refuse_others(name, operator, as_list(value, "value"), NUMBER_OPERATORS)
        if isinstance(field, DateTimeField):
            return moments(F(name), operator, value)
        if isinstance(field, DateField):
            return days(F(name), operator, value, as_value=lambda day: day)
        if isinstance(field, CharField):
            return texts(F(name), operator, value)
        return numbers(Cast(F(name), ExactNumber()), operator, value)

    def custom_field(self, slug: str, operator: str, value: Any) -> Q:
        kind = TYPES[self.custom_types[slug].name]
        if isinstance(value, str) and value in self.custom_types[slug].options:
            value = [value]  # commas and all
        if kind.is_list:
            if self.strict and (operator not in CHOICE_OPERATORS or lacks_value(operator, as_list(value, "value"))):
                raise needs_a_value(slug)
            return choices(slug, operator, value)
        match kind.value_type:
            case "numeric":
                self.refuse_others(slug, operator, as_list(value, "value"), NUMBER_OPERATORS)
                return numbers(custom_number(slug), operator, value)
            case "date" | "datetime":
                self.refuse_others(slug, operator, [value], DATE_OPERATORS)
                return days(custom_day(slug), operator, value, as_value=date.isoformat)
        self.refuse_others(slug, operator, as_texts(operator, value), TEXT_OPERATORS)
        return texts(custom_text(slug), operator, value)

    def refuse_others(self, name: str, operator: str, entries: list[Any], known: frozenset[str]) -> None:
        """Refuse, for an action, an operator that does not go with the source, and a value of which part is left out."""
        if not self.strict:
            return
        if operator not in known:
            raise invalid("advanced_filters", f"The condition on {name} may not be {operator}.", "operator")
        if operator in WITHOUT_VALUE:
            return
        if lacks_value(operator, entries):
            raise needs_a_value(name)
        if operator not in OF_LISTS and len(entries) > 1:
            raise invalid("advanced_filters", f"The condition on {name} takes one value.", "max")


def needs_a_value(name: str) -> FieldErrors:
    return invalid("advanced_filters", f"The condition on {name} needs an operator and a value.", "empty")


def lacks_value(operator: str, entries: list[Any]) -> bool:
    return operator not in WITHOUT_VALUE and is_empty(entries)


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


def texts(column: Combinable, operator: str, value: Any) -> Q:
    """Text as `fold` compares. An empty field counts as an empty text, so that "!=" and "not_contains" hold for it."""
    text = Coalesce(Fold(column), Value(""), output_field=TextField())
    wanted = [str(entry) for entry in as_texts(operator, value)]
    first = wanted[0] if wanted else ""
    match operator:
        case "contains" | "not_contains":
            # An empty text is in every other one.
            holds = Q(Coalesce(ContainsFolded(text, first), False)) if first.strip() else ~Q(pk__in=[])
            return holds if operator == "contains" else ~holds
        case "in":
            return Q(AmongFolded(text, wanted)) if wanted else Q(pk__in=[])
        case "not_in":
            return ~Q(AmongFolded(text, wanted)) if wanted else Q()
        case "!=":
            return ~Q(Exact(text, folded_text(first)))
        case "is_null":
            return Q(Exact(text, Value("")))
        case "not_null":
            return ~Q(Exact(text, Value("")))
    return Q(Exact(text, folded_text(first)))


def numbers(column: Combinable, operator: str, value: Any) -> Q:
    """A comparison of numbers; an empty field is less, more and equal to nothing."""
    if operator in ("is_null", "not_null"):
        return Q(IsNull(column, operator == "is_null"))
    wanted = [read_number(entry) for entry in as_list(value, "value")]
    if operator in ("in", "not_in"):
        inside = Q(In(column, wanted)) if wanted else Q(pk__in=[])
        return inside if operator == "in" else ~inside | Q(IsNull(column, True))
    if not wanted:
        raise refuse()
    lookups = {">": GreaterThan, "<": LessThan, ">=": GreaterThanOrEqual, "<=": LessThanOrEqual}
    if operator == "!=":
        return ~Q(Exact(column, wanted[0])) | Q(IsNull(column, True))
    return Q(lookups.get(operator, Exact)(column, wanted[0]))


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


def days(column: Combinable, operator: str, value: Any, as_value: Callable[[date], Any]) -> Q:
    """A comparison of whole days; `days_before: 3` is longer ago than 3 days, `days_within: 3` since then."""
    if operator in ("is_null", "not_null"):
        return Q(IsNull(column, operator == "is_null"))
    today = timezone.localdate()
    if operator in ("days_before", "days_within"):
        start = today - timedelta(days=read_days(value))
        if operator == "days_before":
            return Q(LessThan(column, as_value(start)))
        return Q(GreaterThanOrEqual(column, as_value(start))) & Q(LessThanOrEqual(column, as_value(today)))
    day = read_date(str(value or "").strip()[:10])
    if day is None:
        raise refuse()
    match operator:
        case "before" | "<":
            return Q(LessThan(column, as_value(day)))
        case "after" | ">":
            return Q(GreaterThan(column, as_value(day)))
        case "!=":
            return ~Q(Exact(column, as_value(day))) | Q(IsNull(column, True))
    return Q(Exact(column, as_value(day)))


def moments(column: F, operator: str, value: Any) -> Q:
    """A comparison of moments; a date alone stands for its whole day in the site's time zone."""
    if operator in ("is_null", "not_null"):
        return Q(IsNull(column, operator == "is_null"))
    if operator in ("days_before", "days_within"):
        start = timezone.now() - timedelta(days=read_days(value))
        return Q(LessThan(column, start)) if operator == "days_before" else Q(GreaterThanOrEqual(column, start))
    text = str(value or "").strip()
    begin = read_datetime(text)
    if begin is None:
        raise refuse()
    end = begin
    if (day := read_date(text)) and day < date.max:
        tomorrow = datetime.combine(day, time.min) + timedelta(days=1)
        end = timezone.make_aware(tomorrow, timezone.get_default_timezone())
    match operator:
        case "before" | "<":
            return Q(LessThan(column, begin))
        case "after" | ">":
            return Q(GreaterThanOrEqual(column, end)) if end > begin else Q(GreaterThan(column, begin))
    within = Q(GreaterThanOrEqual(column, begin)) & Q(LessThan(column, end)) if end > begin else Q(Exact(column, begin))
    return ~within | Q(IsNull(column, True)) if operator == "!=" else within


def choices(slug: str, operator: str, value: Any) -> Q:
    """Choices of a list: contains and in: any of them; in_all: all; not_...: the opposite."""
    if operator in ("is_null", "not_null"):
        text = Coalesce(custom_text(slug), Value("[]"), output_field=CharField())
        empty = Q(In(text, ["", "[]"]))
        return empty if operator == "is_null" else ~empty
    options = [str(option) for option in as_list(value, "value")]
    if operator in ("in_all", "not_in_all"):
        every = Q() if options else Q(pk__in=[])
        for option in options:
            every &= Q(HasOption(slug, [option]))
        return every if operator == "in_all" else ~every
    some = Q(HasOption(slug, options))
    return ~some if operator in ("not_in", "not_contains", "!=") else some


def read_days(value: Any) -> int:
    number = as_integer(value)
    if number is None or not 0 <= number <= MAX_DAYS:
        raise refuse()
    return number

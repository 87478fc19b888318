"""Conditions on contacts as data. One file, as the ways to compare are read beside each other.

A face builds them from what a client sends; they can be stored as JSON and put into a query. A contact matches
`Conditions` if all conditions of at least one group are true. What each operator does is recorded in
contact-list-advanced.json. A condition does not depend on how a client writes it: tags and lists are ids, and
each class has its own few operators.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self

from django.db.models import CharField, F, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, In, IsNull, LessThan, LessThanOrEqual
from django.utils import timezone

from custom_fields.expressions import custom_day, custom_number, custom_text, has_option
from database.expressions import AnyOfFolded, ContainsFolded, Fold, few_joins, folded_text
from database.json_values import ExactNumber
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet, column_of_contact

Source = Literal["column", "custom"]
EMPTY = frozenset({"is_null", "not_null"})
AGES = frozenset({"days_before", "days_within"})
ALL = frozenset({"in_all", "not_in_all"})
NOBODY: dict[str, Any] = {"pk__in": []}  # for Q(**NOBODY)
NUMBER_LOOKUPS: Mapping[str, Any] = MappingProxyType(
    {">": GreaterThan, "<": LessThan, ">=": GreaterThanOrEqual, "<=": LessThanOrEqual, "=": Exact}
)


@dataclass(frozen=True)
class Condition:
    """The base of all conditions: the name of a column, field or relation, and one of the class's OPERATORS."""

    OPERATORS: ClassVar[frozenset[str]]

    name: str
    operator: str

    def __post_init__(self) -> None:
        if self.operator not in self.OPERATORS:
            raise ValueError(f"{type(self).__name__} has no operator {self.operator!r}.")

    def as_q(self) -> Q:
        """The condition for a query on contacts. Days count from today."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """How much a query has to ask for it: as many as there are values, if it compares with all of them."""
        return 1

    def to_json(self) -> dict[str, Any]:
        """The condition as plain JSON; `from_json` makes an equal condition of it."""
        kept = {one.name: getattr(self, one.name) for one in fields(self)}
        return {"compares": NAMES[type(self)], **{name: to_plain(value) for name, value in kept.items()}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The condition of what `to_json` wrote. A class with other types than JSON's overrides this."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
        }
        return cls(**values)


@dataclass(frozen=True)
class Text(Condition):
    """A text as `fold` compares. An empty field counts as an empty text, so "!=" and "not_contains" are true for it."""

    OPERATORS = EMPTY | {"=", "!=", "contains", "not_contains", "in", "not_in"}

    source: Source = "column"
    texts: tuple[str, ...] = ()  # only the first one is used, except by in and not_in

    def as_q(self) -> Q:
        column = F(self.name) if self.source == "column" else custom_text(self.name)
        text = Coalesce(Fold(column), Value(""), output_field=TextField())
        first = self.texts[0] if self.texts else ""
        match self.operator:
            case "contains" | "not_contains":
                # Every text contains the empty text.
                holds = Q(Coalesce(ContainsFolded(text, first), False)) if first.strip() else ~Q(**NOBODY)
                return holds if self.operator == "contains" else ~holds
            case "in":
                return Q(AnyOfFolded(text, self.texts)) if self.texts else Q(**NOBODY)
            case "not_in":
                return ~Q(AnyOfFolded(text, self.texts)) if self.texts else Q()
            case "!=":
                return ~Q(Exact(text, folded_text(first)))
            case "is_null":
                return Q(Exact(text, Value("")))
            case "not_null":
                return ~Q(Exact(text, Value("")))
        return Q(Exact(text, folded_text(first)))


@dataclass(frozen=True)
class Number(Condition):
    """A number. An empty field is neither less than, greater than nor equal to any number."""

    OPERATORS = EMPTY | {*NUMBER_LOOKUPS, "!=", "in", "not_in"}

    source: Source = "column"
    numbers: tuple[Decimal, ...] = ()  # only the first one is used, except by in and not_in

    def as_q(self) -> Q:
        column = Cast(F(self.name), ExactNumber()) if self.source == "column" else custom_number(self.name)
        if self.operator in EMPTY:
            return Q(IsNull(column, self.operator == "is_null"))
        wanted = list(self.numbers)
        if self.operator in ("in", "not_in"):
            inside = Q(In(column, wanted)) if wanted else Q(**NOBODY)
            return inside if self.operator == "in" else ~inside | Q(IsNull(column, True))
        if self.operator == "!=":
            return ~Q(Exact(column, wanted[0])) | Q(IsNull(column, True))
        return Q(NUMBER_LOOKUPS[self.operator](column, wanted[0]))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return super().from_json({**kept, "numbers": [Decimal(number) for number in kept["numbers"]]})


@dataclass(frozen=True)
class Day(Condition):
    """A day. `days_before` is true for days more than `days` days ago, `days_within` from then until today."""

    OPERATORS = EMPTY | AGES | {"=", "!=", "before", "after"}

    source: Source = "column"
    day: date | None = None
    days: int = 0

    def as_q(self) -> Q:
        # A custom date is compared as its text, which sorts as days do.
        column: Combinable = F(self.name) if self.source == "column" else custom_day(self.name)
        if self.operator in EMPTY:
            return Q(IsNull(column, self.operator == "is_null"))
        today = timezone.localdate()
        start = self.as_value(today - timedelta(days=self.days))
        match self.operator:
            case "days_before":
                return Q(LessThan(column, start))
            case "days_within":
                return Q(GreaterThanOrEqual(column, start)) & Q(LessThanOrEqual(column, self.as_value(today)))
        day = self.as_value(self.day)
        match self.operator:
            case "before":
                return Q(LessThan(column, day))
            case "after":
                return Q(GreaterThan(column, day))
            case "!=":
                return ~Q(Exact(column, day)) | Q(IsNull(column, True))
        return Q(Exact(column, day))

    def as_value(self, day: date | None) -> Any:
        return day if self.source == "column" or day is None else day.isoformat()

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return super().from_json({**kept, "day": kept["day"] and date.fromisoformat(kept["day"])})


@dataclass(frozen=True)
class DateTime(Condition):
    """A date and time: from `begin` to before `end`; without `end`, exactly `begin`."""

    OPERATORS = EMPTY | AGES | {"=", "!=", "before", "after"}

    begin: datetime | None = None
    end: datetime | None = None
    days: int = 0

    def as_q(self) -> Q:
        column, begin, end = column_of_contact(self.name), self.begin, self.end
        start = timezone.now() - timedelta(days=self.days)
        match self.operator:
            case "is_null" | "not_null":
                return Q(IsNull(column, self.operator == "is_null"))
            case "days_before":
                return Q(LessThan(column, start))
            case "days_within":
                return Q(GreaterThanOrEqual(column, start))
            case "before":
                return Q(LessThan(column, begin))
            case "after":
                return Q(GreaterThanOrEqual(column, end)) if end else Q(GreaterThan(column, begin))
        within = Q(GreaterThanOrEqual(column, begin)) & Q(LessThan(column, end)) if end else Q(Exact(column, begin))
        return ~within | Q(IsNull(column, True)) if self.operator == "!=" else within

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        times = {name: kept[name] and datetime.fromisoformat(kept[name]) for name in ("begin", "end")}
        return super().from_json({**kept, **times})


@dataclass(frozen=True)
class Choice(Condition):
    """The options of a custom field. in: one of them; in_all: all of them; not_...: the opposite."""

    OPERATORS = EMPTY | {"in", "not_in", "in_all", "not_in_all"}

    options: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return len(self.options) if self.operator in ALL else 1

    def as_q(self) -> Q:
        if self.operator in EMPTY:
            text = Coalesce(custom_text(self.name), Value("[]"), output_field=CharField())
            empty = Q(In(text, ["", "[]"]))
            return empty if self.operator == "is_null" else ~empty
        if self.operator in ALL:
            every = Q() if self.options else Q(**NOBODY)
            for option in self.options:
                every &= Q(has_option(self.name, [option]))
            return every if self.operator == "in_all" else ~every
        some = Q(has_option(self.name, list(self.options)))
        return ~some if self.operator == "not_in" else some


@dataclass(frozen=True)
class Code(Condition):
    """One of the server's own values: status or contact_type."""

    OPERATORS = frozenset({"in", "not_in"})

    codes: tuple[str, ...] = ()

    def as_q(self) -> Q:
        inside = Q(**{f"{self.name}__in": list(self.codes)})
        return inside if self.operator == "in" else ~inside


@dataclass(frozen=True)
class Link(Condition):
    """Tags, lists or companies, by id. in: one of them; in_all: all; not_in: none; not_in_all: not all."""

    OPERATORS = frozenset({"in", "not_in", "in_all", "not_in_all"})

    ids: tuple[int, ...] = ()
    missing: bool = False  # some names do not exist: no contact has all of them

    @property
    def size(self) -> int:
        return len(self.ids) if self.operator in ALL else 1

    def as_q(self) -> Q:
        contacts = Subscriber.objects.all()
        if self.operator in ALL:
            every = contacts.has_every_link(self.name, self.ids)
            if self.missing or not self.ids:
                every = Q(**NOBODY)
            return every if self.operator == "in_all" else ~every
        some = Q(contacts.link_exists(self.name, self.ids)) if self.ids else Q(**NOBODY)
        return ~some if self.operator == "not_in" else some


# The name of each class in stored JSON: never change one. Other apps add theirs with `register_condition`.
CLASSES: dict[str, type[Condition]] = {
    "text": Text,
    "number": Number,
    "day": Day,
    "datetime": DateTime,
    "choice": Choice,
    "code": Code,
    "link": Link,
}
NAMES = {kind: word for word, kind in CLASSES.items()}


def register_condition(word: str, kind: type[Condition]) -> None:
    """Let JSON keep conditions of a class of another app, under that word. To be called as the app starts."""
    CLASSES[word], NAMES[kind] = kind, word


@dataclass(frozen=True)
class Conditions:
    """Groups of conditions. A contact matches if all conditions of at least one group are true, or without groups."""

    groups: tuple[tuple[Condition, ...], ...] = ()

    @property
    def size(self) -> int:
        return sum(condition.size for group in self.groups for condition in group)

    def narrow(self, contacts: SubscriberQuerySet) -> SubscriberQuerySet:
        """The contacts that match."""
        return contacts.filter(self.as_q()) if self.groups else contacts

    def as_q(self) -> Q:
        """The conditions for a query on contacts. Days count from today."""
        alternatives = Q()
        for group in self.groups:
            together = Q()
            for condition in group:
                together &= condition.as_q()
            alternatives |= together
        return few_joins(alternatives)

    def to_json(self) -> list[list[dict[str, Any]]]:
        return [[condition.to_json() for condition in group] for group in self.groups]

    @classmethod
    def from_json(cls, kept: list[list[dict[str, Any]]]) -> Self:
        """What `to_json` wrote. Raises ValueError, TypeError or KeyError for anything else."""
        return cls(tuple(tuple(condition_from_json(one) for one in group) for group in kept))


def condition_from_json(kept: Mapping[str, Any]) -> Condition:
    named = dict(kept)
    condition: Condition = CLASSES[named.pop("compares")].from_json(named)
    return condition


def to_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    if isinstance(value, date):  # a datetime, too
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value

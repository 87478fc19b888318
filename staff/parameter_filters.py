"""Filters of several values, and of days, for the lists of the admin: each with the chips of what is set."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.http import HttpRequest
from django.utils import timezone

from segments.services import is_id
from staff.dates import day

# The number of tags (or lists, companies, labels) that a filter offers.
FILTER_CHOICES = 30
# A filter takes no more values than this.
MOST_VALUES = 50


class Offer(NamedTuple):
    """A value that a filter offers, with the number of its rows where that is kept."""

    value: str
    text: str
    number: str
    chosen: bool


class Chip(NamedTuple):
    """What is set, in words, and the parameters that go when it is taken away: all of a name, or one value of it."""

    text: str
    names: tuple[str, ...]
    value: str | None = None


class ParameterFilter(admin.ListFilter):
    """A filter that takes some parameters of the address, each with all of its values."""

    names: ClassVar[tuple[str, ...]]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.sent = {name: params.pop(name) for name in self.names if name in params}
        # The form of the filters leaves these out: another choice begins with the first page.
        self.used_parameters = {**self.sent, PAGE_VAR: []}

    def has_output(self) -> bool:
        # Django does not apply a filter without options: after the last tag was deleted, its contacts would be all.
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.names)

    def chips(self) -> list[Chip]:
        """What is set, in words."""
        raise NotImplementedError


class Several(ParameterFilter):
    """Rows with at least one of some values."""

    template = "staff/filters/several.html"
    # Whether the values can be joined in other ways: all of them, none of them.
    modes: ClassVar[dict[str, str]] = {}

    @property
    def values(self) -> list[str]:
        return list(dict.fromkeys(self.sent.get(self.names[0], [])))

    def offers(self) -> Sequence[tuple[str, str, int | None]]:
        raise NotImplementedError

    def ids(self) -> tuple[int, ...]:
        """The values of a filter by ids; raises IncorrectLookupParameters for others."""
        if len(self.values) > MOST_VALUES or not all(map(is_id, self.values)):
            raise IncorrectLookupParameters
        return tuple(map(int, self.values))

    def missing(self, offered: Iterable[int]) -> set[int]:
        """The chosen ids that are not among the first ones: a filter offers these too."""
        return {int(value) for value in self.values if is_id(value)}.difference(offered)

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {
            "name": self.names[0],
            "offers": [
                Offer(value, text, "" if count is None else f"{count:,}", value in self.values)
                for value, text, count in self.lookup_choices
            ],
            "modes": self.modes,
            "mode": self.mode,
        }

    @property
    def mode(self) -> str:
        return "".join(self.sent.get(self.names[1], [])[-1:]) if self.modes else ""

    @property
    def lookup_choices(self) -> Sequence[tuple[str, str, int | None]]:
        if not hasattr(self, "_offered"):
            self._offered = self.offers()
        return self._offered

    def chips(self) -> list[Chip]:
        texts = {value: text for value, text, _ in self.lookup_choices}
        word = {"all": "has ", "none": "not "}.get(self.mode, "")
        return [
            Chip(f"{self.title}: {word}{texts.get(value, value)}", (self.names[0],), value) for value in self.values
        ]


class DayFilter(ParameterFilter):
    """Contacts with a time from one day to another, both included."""

    template = "staff/filters/days.html"
    column: ClassVar[str]

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        yield {"days": [(name, text, self.text(name)) for name, text in zip(self.names, ("From", "To"), strict=True)]}

    def text(self, name: str) -> str:
        return "".join(self.sent.get(name, [])[-1:])

    def day(self, name: str) -> date | None:
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise IncorrectLookupParameters from None

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        first, last = map(self.day, self.names)
        if first:
            queryset = queryset.filter(**{f"{self.column}__gte": begin_of(first)})
        if last and last < date.max:
            queryset = queryset.filter(**{f"{self.column}__lt": begin_of(last + timedelta(days=1))})
        return queryset

    def chips(self) -> list[Chip]:
        words = zip(self.names, ("from", "to"), strict=True)
        return [Chip(f"{self.title} {word} {day(on)}", (name,)) for name, word in words if (on := self.day(name))]


def begin_of(day: date) -> datetime:
    """The start of a day in the site's time zone."""
    try:
        return timezone.make_aware(datetime.combine(day, time.min))
    except OverflowError:
        raise IncorrectLookupParameters from None

"""What GET /subscribers/{id}/history is narrowed by."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters import ChoiceFilter, Filter, FilterSet

from changes.actors import Channel
from changes.events import EVENTS
from changes.models import Change
from changes.querysets import ChangeQuerySet
from rest.numbers import as_integer
from wp_rest.dates import read_datetime
from wp_rest.exceptions import FieldErrors


class ReadField(forms.Field):
    """A value as every other route reads it; Django's own fields take other forms of dates and numbers."""

    def __init__(self, *, read: Callable[[Any], Any], **kwargs: Any) -> None:
        self.read = read
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        understood = self.read(value)
        if understood is None:
            raise forms.ValidationError(self.error_messages["invalid"])
        return understood


class ReadFilter(Filter):
    field_class = ReadField

    def __init__(self, name: str, lookup: str, read: Callable[[Any], Any], error: str) -> None:
        super().__init__(name, lookup, read=read, error_messages={"invalid": error})


def moment_filter(name: str, lookup: str) -> ReadFilter:
    error = f"The {name} must be a date and time such as 2026-01-31 09:05:00."
    return ReadFilter("at", lookup, read_datetime, error)


def word_filter(name: str, field: str, words: Sequence[str], **kwargs: Any) -> ChoiceFilter:
    error = f"The {name} must be one of: {', '.join(words)}."
    choices = [(word, word) for word in words]
    return ChoiceFilter(field, choices=choices, error_messages={"invalid_choice": error}, **kwargs)


class ChangeFilter(FilterSet):
    """By what was done, through which channel, by whom, and when: `until` itself is left out."""

    change = word_filter("change", "event", EVENTS)
    channel = word_filter("channel", "channel", Channel.values)
    # As earlier versions called it, with their word for what no request did.
    door = word_filter("door", "channel", [*Channel.values, "command"], method="through_door")
    user = ReadFilter("user", "exact", as_integer, "The user must be an id.")
    since = moment_filter("since", "gte")
    until = moment_filter("until", "lt")

    class Meta:
        model = Change
        fields = ()

    def through_door(self, changes: Any, name: str, door: str) -> Any:
        return changes.filter(channel=Channel.SYSTEM if door == "command" else door)


def narrow_history(changes: ChangeQuerySet, params: dict[str, Any]) -> QuerySet[Any]:
    """The changes that fit the parameters. Raises FieldErrors (400)."""
    chosen = ChangeFilter(params, changes)
    if not chosen.is_valid():
        raise FieldErrors({name: {"invalid": str(errors[0])} for name, errors in chosen.errors.items()})
    return chosen.qs

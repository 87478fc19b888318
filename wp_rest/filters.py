"""Filters of lists. They read values as every route does, and describe themselves in the OpenAPI document.

An app declares a FilterSet of them in its `api/filters.py`, names it in its viewset (`filterset_class`), and
calls `parameters_of` in its schema. A filter without a help text works but is not described (an old name).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django_filters import ChoiceFilter, Filter, FilterSet
from django_filters.rest_framework import DjangoFilterBackend

from rest.numbers import as_integer
from rest.openapi import INTEGER, TEXT, Schema, listed, one_of, query
from wp_rest.dates import read_datetime
from wp_rest.exceptions import FieldErrors
from wp_rest.parameters import as_list, as_search


class ReadField(forms.Field):
    """A value as every other route reads it. Django's form fields accept other forms of dates and numbers."""

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
    """A filter whose value `read` reads. If it returns None, the answer is `error`."""

    field_class = ReadField
    schema: ClassVar[Schema] = TEXT

    def __init__(self, field: str, lookup: str, read: Callable[[Any], Any], error: str, **kwargs: Any) -> None:
        super().__init__(field, lookup, read=read, error_messages={"invalid": error}, **kwargs)


class DateTimeFilter(ReadFilter):
    """A date and time, as wp_rest.dates reads it."""

    def __init__(self, name: str, field: str, lookup: str, **kwargs: Any) -> None:
        error = f"The {name} must be a date and time such as 2026-01-31 09:05:00."
        super().__init__(field, lookup, read_datetime, error, **kwargs)


class IdFilter(ReadFilter):
    schema = INTEGER

    def __init__(self, name: str, field: str, **kwargs: Any) -> None:
        super().__init__(field, "exact", as_integer, f"The {name} must be an id.", **kwargs)


class WordFilter(ChoiceFilter):
    """One of the words, written exactly like that."""

    def __init__(self, name: str, field: str, words: Sequence[str], **kwargs: Any) -> None:
        error = f"The {name} must be one of: {', '.join(words)}."
        choices = [(word, word) for word in words]
        super().__init__(field, choices=choices, error_messages={"invalid_choice": error}, **kwargs)
        self.schema = one_of(*words)


class SearchField(forms.Field):
    """Any value is a text to search for."""

    def clean(self, value: Any) -> str:
        return as_search(value)


class SearchFilter(Filter):
    """The rows with a text, found by `matching` of their queryset."""

    field_class = SearchField

    def filter(self, qs: Any, value: str) -> Any:
        return qs.matching(value) if value else qs


class ListField(forms.Field):
    """A list in any form that a list may have. Raises FieldErrors for what cannot be read."""

    def __init__(self, *, read: Callable[[Any], list[Any]], **kwargs: Any) -> None:
        self.read = read
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[Any]:
        return self.read(value)


class ListFilter(Filter):
    """A filter with several values, which `read` reads. `several` gives its parameter a name with `[]`."""

    field_class = ListField
    several = True
    schema: ClassVar[Schema] = listed(TEXT)

    def __init__(self, field: str, read: Callable[[Any], list[Any]], **kwargs: Any) -> None:
        super().__init__(field, read=read, **kwargs)


class WordsFilter(ListFilter):
    """The rows with any of the words. Words that are not in `words` are left out; if none is left, no row fits."""

    def __init__(self, name: str, field: str, words: Sequence[str], **kwargs: Any) -> None:
        super().__init__(field, partial(as_list, name=name), **kwargs)
        self.words = words

    def filter(self, qs: Any, value: list[Any]) -> Any:
        sent = {str(word) for word in value}
        return qs.filter(**{f"{self.field_name}__in": [word for word in self.words if word in sent]}) if sent else qs


class SentFilters(DjangoFilterBackend):
    """Filters rows by the viewset's `filterset_class`, with parameters from the address or the body."""

    def filter_queryset(self, request: Any, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that match. Raises FieldErrors (400)."""
        if not (filterset_class := self.get_filterset_class(view, queryset)):
            return queryset
        chosen = filterset_class(view.params, queryset)
        if not chosen.is_valid():
            raise FieldErrors({name: {"invalid": str(errors[0])} for name, errors in chosen.errors.items()})
        narrowed: QuerySet[Any] = chosen.qs
        return narrowed


def parameters_of(filterset: type[FilterSet], schemas: Mapping[str, Schema] | None = None) -> list[Schema]:
    """The filters of a FilterSet, as parameters of the OpenAPI document.

    `schemas` replaces the schema of a filter, for values that have a component of their own.
    """
    named = schemas or {}
    if unknown := named.keys() - filterset.base_filters.keys():
        raise KeyError(f"{filterset.__name__} has no filter {', '.join(sorted(unknown))}.")
    return [
        query(
            f"{name}[]" if getattr(one, "several", False) else name,
            named.get(name) or getattr(one, "schema", TEXT),
            one.extra["help_text"],
        )
        for name, one in filterset.base_filters.items()
        if one.extra.get("help_text")
    ]

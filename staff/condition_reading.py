"""Conditions as the builder sends them, as an address keeps them, and as the API reads them."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rest_framework.exceptions import APIException

from custom_fields.services import types_by_slug
from dynamic_segments.api.saved_filters import as_groups, read_words
from rest.numbers import storable
from subscribers.api.advanced_filters import MAX_CONDITIONS, AdvancedFilters, count_conditions, refuse_too_many
from subscribers.api.filters import read_groups
from subscribers.conditions import Condition, Conditions
from subscribers.resolve import resolve_for_filter
from wp_rest.exceptions import FieldErrors
from wp_rest.parameters import without_nul
from wp_rest.parsers import as_object

# The longest address that conditions make, and the longest text that they may be.
MAX_ADDRESS = 6000
MAX_TEXT = 60_000
UNREADABLE = "This cannot be read: look at the operator and the value."
NO_OBJECT = "This is not the JSON text of an object."


class Unreadable(ValueError):
    """A text that has no conditions."""


@dataclass
class Read:
    """Groups, and what was read of them. Without errors `conditions` are all of them."""

    groups: Sequence[Sequence[Mapping[str, Any]]] = ()
    conditions: Conditions = field(default_factory=Conditions)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # by the places of group and condition
    problem: str = ""
    words: dict[str, Any] | None = None  # of a segment that says it in its own

    @property
    def says(self) -> str:
        """What is wrong, all together."""
        wrong = dict.fromkeys(self.errors.values())
        return self.problem or " ".join(["Some conditions need a look.", *wrong] if wrong else [])


def pack(groups: Sequence[Any]) -> str:
    """Groups as a short text for an address. Raises Unreadable if it would be too long."""
    short = [[[*one["source"], one["operator"], one.get("value", "")] for one in group] for group in groups]
    packed = zlib.compress(json.dumps(storable(short), separators=(",", ":")).encode(), 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > MAX_ADDRESS:
        raise Unreadable("These are too many conditions for the list: save them as a segment.")
    return text


def unpack(text: str) -> list[list[dict[str, Any]]]:
    """What `pack` was given. Raises Unreadable for another text."""
    try:
        packed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        inflating = zlib.decompressobj()
        plain = inflating.decompress(packed, MAX_TEXT)
        if not inflating.eof:
            raise Unreadable
        short = read_groups(plain.decode())
        return [
            [{"source": [kind, name], "operator": operator, "value": value} for kind, name, operator, value in group]
            for group in short
        ]
    except (ValueError, TypeError, zlib.error, APIException):
        raise Unreadable from None


def read_text(text: str) -> list[list[dict[str, Any]]]:
    """The groups of a form: a JSON list of lists of conditions as the API has them. Raises Unreadable."""
    if len(text) > MAX_TEXT:
        raise Unreadable
    try:
        groups = [
            [{**one, "operator": one.get("operator", ""), "value": one.get("value", "")} for one in group]
            for group in read_groups(text)
            if group != []
        ]
    except (APIException, TypeError, AttributeError):
        raise Unreadable from None
    if any(not isinstance(one.get("source"), list) for group in groups for one in group):
        raise Unreadable
    kept: list[list[dict[str, Any]]] = storable(without_nul(groups))
    return kept


def read_sent(text: str) -> Read:
    """What the box of a form has: the groups of the builder, or the words of a segment."""
    if text.lstrip().startswith("["):
        try:
            return read_by_place(read_text(text))
        except Unreadable:
            return Read(problem="The conditions cannot be read.")
    sent = as_object(text)
    if sent is None:
        return Read(problem=NO_OBJECT)
    try:
        return Read(as_groups(sent), read_words(sent), words=dict(sent))
    except APIException as error:
        return Read(problem=str(error.detail))


def read_by_place(groups: Sequence[Sequence[Mapping[str, Any]]]) -> Read:
    """Groups as conditions, by the reader of the API, with each error at its condition.

    One statement for the custom fields, and one for each condition on tags, lists, companies or segments.
    """
    reader = AdvancedFilters(types_by_slug(), partial(resolve_for_filter, exact=True), strict=True)
    filled = [group for group in groups if group]
    if not filled:
        return Read(groups, problem="Add at least one condition.")
    try:
        many = sum(count_conditions(list(group)) for group in filled)
    except FieldErrors:
        return Read(groups, problem=UNREADABLE)
    if many > MAX_CONDITIONS:
        return Read(groups, problem=f"There may be {MAX_CONDITIONS} conditions at most.")
    read, errors = [], {}
    for place, group in enumerate(groups):
        conditions: list[Condition] = []
        for inner, one in enumerate(group):
            try:
                conditions.append(reader.read_condition(one))
            except FieldErrors as error:
                errors[place, inner] = " ".join(text for texts in error.beside["errors"].values() for text in texts)
            except APIException:
                errors[place, inner] = UNREADABLE
        if conditions:
            read.append(tuple(conditions))
    try:
        refuse_too_many(condition for group in read for condition in group)
    except APIException as error:
        return Read(groups, problem=str(error.detail))
    return Read(groups, Conditions(tuple(read)), errors)

"""The nine types of custom fields (guide, 'custom_field.type'), and what a value of each must be."""

import csv
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import orjson
from django.utils import timezone

from database.letters import composed

MAX_TEXT = 65_535
NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,20})?|\.\d{1,20})")
# Very small and very large numbers; written out before they are checked.
EXPONENT = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})[eE][+-]?\d{1,3}")

# fromisoformat() also knows weeks (2026-W05-6) and dates without hyphens.
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Value = str | list[str] | None


class InvalidValue(ValueError):
    """A value that is not of its field's type. The message says what it must be."""


class Kind(NamedTuple):
    """The type of a field: the name of one of TYPES, and the field's own options as stored."""

    name: str
    kept_options: Any = ()

    @property
    def options(self) -> Sequence[str]:
        kept = self.kept_options
        return orjson.loads(kept) if isinstance(kept, str | bytes) else kept


def check_text(value: Any, options: Sequence[str] = ()) -> Value:
    """Text as it is, with markup and line breaks: escape it to show it. Numbers become text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list) and not any(isinstance(entry, list) for entry in value):
        texts = [check_text(entry) for entry in value if entry is not None]
        value = ", ".join(text for text in texts if isinstance(text, str))
    if not isinstance(value, str | int | float):
        raise InvalidValue("must be a text")
    text = composed(str(value).replace("\x00", ""))  # PostgreSQL stores no NUL
    if len(text) > MAX_TEXT:
        raise InvalidValue(f"may not be longer than {MAX_TEXT} characters")
    return text


def check_number(value: Any, options: Sequence[str] = ()) -> Value:
    """A number as a text, with all digits that were sent. An exponent is written out: 1e-7 is 0.0000001."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidValue("must be a number")
    text = str(value).strip()
    if text.isascii() and EXPONENT.fullmatch(text):
        text = format(Decimal(text), "f")
    if not NUMBER.fullmatch(text) or not text.isascii():
        raise InvalidValue("must be a number")
    return text


def check_choices(value: Any, options: Sequence[str] = ()) -> Value:
    """A list of texts, sent as a list or as the text of one. Other choices than the options are allowed."""
    if isinstance(value, str):
        value = split_choices(value, options)
    elif isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, list):
        value = [value]
    if any(isinstance(entry, list) for entry in value):
        raise InvalidValue("must be a text")
    return [text for text in (check_text(entry) for entry in value) if isinstance(text, str)]


def split_choices(text: str, options: Sequence[str]) -> list[Any]:
    """The choices in a text: one option, commas included; a JSON list; or values with commas between, as in CSV."""
    text = text.strip()
    if text in options:
        return [text]
    parts: Any = text.split(",")
    try:
        if text.startswith("["):
            orjson.loads(text)  # which is stricter, and rounds numbers
            return list(json.loads(text, parse_float=str, parse_int=str))
        if '"' in text:
            [parts] = csv.reader([text], skipinitialspace=True, strict=True)
    except (ValueError, csv.Error):
        raise InvalidValue("must be a list of texts") from None
    return [part for part in (part.strip() for part in parts) if part]


def check_date(value: Any, options: Sequence[str] = ()) -> Value:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if not DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InvalidValue("must be a date such as 2026-01-31") from None


def check_date_time(value: Any, options: Sequence[str] = ()) -> Value:
    """A date and time in the site's time zone. One with an offset is converted to it."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        if not DAY.match(text):
            raise ValueError
        whole_day = DAY.fullmatch(text) is not None
        return local_time(datetime.fromisoformat(text), whole_day=whole_day).isoformat(" ", "seconds")
    except (ValueError, OverflowError):
        raise InvalidValue("must be a date and time such as 2026-01-31 09:05:00") from None


def local_time(sent: datetime, *, whole_day: bool = False) -> datetime:
    """A date and time as the site's clocks show it, without an offset.

    Raises ValueError for a time that the clocks skip. With `whole_day` it is the start of that day instead.
    """
    zone = timezone.get_default_timezone()
    if sent.tzinfo is not None:
        return sent.astimezone(zone).replace(tzinfo=None)
    # As in wp_rest.dates, which an engine must not import.
    shown = sent.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    if shown != sent and not whole_day:
        raise ValueError("There is no such time.")
    return shown


@dataclass(frozen=True)
class FieldType:
    key: str  # the type's key in `field_types`, kept in a definition as `field_key`
    label: str
    value_type: str
    check: Callable[[Any, Sequence[str]], Value]

    @property
    def is_list(self) -> bool:
        return self.value_type == "array"


TYPES = {
    "text": FieldType("text", "Single Line Text", "string", check_text),
    "textarea": FieldType("textarea", "Multi Line Text", "string", check_text),
    "number": FieldType("number", "Numeric Field", "numeric", check_number),
    "select-one": FieldType("single-select", "Select choice", "string", check_text),
    "select-multi": FieldType("multi-select", "Multiple Select choice", "array", check_choices),
    "radio": FieldType("radio", "Radio Choice", "string", check_text),
    "checkbox": FieldType("checkbox", "Checkboxes", "array", check_choices),
    "date": FieldType("date", "Date", "date", check_date),
    "date_time": FieldType("date_time", "Date and Time", "datetime", check_date_time),
}
TYPE_BY_KEY = {kind.key: name for name, kind in TYPES.items()}


def check_value(kind: Kind, value: Any) -> Value:
    """The value as it is stored. An empty text and null are not changed. Raises InvalidValue."""
    field_type = TYPES[kind.name]
    if isinstance(value, str) and not value.strip():
        return [] if field_type.is_list else ""
    return None if value is None else field_type.check(value, kind.options if field_type.is_list else ())

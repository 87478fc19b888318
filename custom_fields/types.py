"""The nine types of custom fields (guide, 'custom_field.type'), and what a value of each must be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

MAX_TEXT = 65_535
NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,20})?|\.\d{1,20})")

# fromisoformat() also knows weeks (2026-W05-6) and dates without hyphens.
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Value = str | list[str] | None


class DoesNotFit(ValueError):
    """A value that is not of its field's type; the message says what is."""


def check_text(value: Any) -> Value:
    """Text as it is, markup and line breaks included: whoever shows it escapes it. Numbers become text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        value = ", ".join(str(entry) for entry in value if isinstance(entry, str | int | float))
    if not isinstance(value, str | int | float):
        raise DoesNotFit("must be a text")
    text = str(value).replace("\x00", "")  # PostgreSQL stores no NUL
    if len(text) > MAX_TEXT:
        raise DoesNotFit(f"may not be longer than {MAX_TEXT} characters")
    return text


def check_number(value: Any) -> Value:
    """A number's text: as it was written when it came as text ("12.50"), else as JSON writes it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DoesNotFit("must be a number")
    text = str(value).strip()
    if not NUMBER.fullmatch(text) or not text.isascii():
        raise DoesNotFit("must be a number")
    return text


def check_choices(value: Any) -> Value:
    """A list of texts; a comma string is split. Choices outside the options are welcome."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    elif isinstance(value, dict):
        value = list(value.values())
    elif not isinstance(value, list):
        value = [value]
    return [text for text in (check_text(entry) for entry in value) if isinstance(text, str)]


def check_date(value: Any) -> Value:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if not DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise DoesNotFit("must be a date such as 2026-01-31") from None


def check_date_time(value: Any) -> Value:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if not DAY.match(text):
            raise ValueError
        return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(" ", "seconds")
    except ValueError:
        raise DoesNotFit("must be a date and time such as 2026-01-31 09:05:00") from None


@dataclass(frozen=True)
class FieldType:
    key: str  # the type's key in `field_types`, kept in a definition as `field_key`
    label: str
    value_type: str
    check: Callable[[Any], Value]

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


def check_value(type_name: str, value: Any) -> Value:
    """The value as it is stored; an empty text or null stays as it is. Raises DoesNotFit."""
    if value is None or value == "":
        return [] if value == "" and TYPES[type_name].is_list else value
    if isinstance(value, str) and not value.strip():
        return [] if TYPES[type_name].is_list else ""
    return TYPES[type_name].check(value)

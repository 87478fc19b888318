"""Serializer fields that accept values in every form that WordPress clients send."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from rest.fields import InputField
from rest.rich_text import TooLarge, clean_html
from rest.text import MAX_RAW_LENGTH, is_web_address, plain_line, plain_lines
from wp_rest.dates import read_date, read_datetime
from wp_rest.exceptions import FieldErrors
from wp_rest.parameters import as_entries, as_ids, is_true, kept
from wp_rest.parsers import as_object


class PlainTextField(InputField):
    """One line of plain text, at most `max_length` characters; numbers become text. See rest.text."""

    default_error_messages = {
        "string": "The {name} must be a text.",
        "max": "The {name} may not be longer than {max_length} characters.",
    }

    clean = staticmethod(plain_line)

    def __init__(self, *, max_length: int = 192, allow_blank: bool = True, **kwargs: Any) -> None:
        self.max_length = max_length
        self.allow_blank = allow_blank
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("string")
        text = str(data)
        if len(text) > MAX_RAW_LENGTH:
            self.fail("max", max_length=self.max_length)
        text = self.clean(text)
        if len(text) > self.max_length:
            self.fail("max", max_length=self.max_length)
        if not text and not self.allow_blank:
            raise serializers.ValidationError(f"The {self.field_name} field is required.", code="required")
        return text


def optional_text(max_length: int = 192) -> PlainTextField:
    """An optional line of text; null is allowed."""
    return PlainTextField(required=False, allow_null=True, max_length=max_length)


class LinesField(PlainTextField):
    """Plain text of several lines, at most `max_length` characters; numbers become text."""

    clean = staticmethod(plain_lines)


class AddressField(PlainTextField):
    """The http or https address of a picture or a page."""

    default_error_messages = {"url": "The {name} must be an address that starts with http:// or https://."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not is_web_address(text):
            self.fail("url")
        return text


def optional_address(max_length: int = 500) -> AddressField:
    """An optional address; null is allowed."""
    return AddressField(required=False, allow_null=True, max_length=max_length)


class ChoiceTextField(PlainTextField):
    """One of the `choices`, written exactly like that."""

    default_error_messages = {"in": "The {name} must be one of: {choices}."}

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        self.choices = choices
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and text not in self.choices:
            self.fail("in", choices=", ".join(self.choices))
        return text


class DateField(InputField):
    """`YYYY-MM-DD`; None for an empty text."""

    default_error_messages = {"date": "The {name} must be a date such as 1990-04-05."}

    def to_internal_value(self, data: Any) -> date | None:
        if data == "":
            return None
        value = read_date(data)
        if value is None:
            self.fail("date")
        return value


class DateTimeField(InputField):
    """`YYYY-MM-DD HH:MM:SS` in the site's time zone, or ISO 8601; None for an empty text."""

    default_error_messages = {"date_time": "The {name} must be a date and time such as 2026-01-31 09:05:00."}

    def to_internal_value(self, data: Any) -> datetime | None:
        if data == "":
            return None
        value = read_datetime(data)
        if value is None:
            self.fail("date_time")
        return value


class FlagField(InputField):
    """True for "yes", "true", "1", 1 and true; false for everything else."""

    def to_internal_value(self, data: Any) -> bool:
        return is_true(data)


class EntriesField(InputField):
    """A list in any form that as_list reads; objects in it are left out."""

    def to_internal_value(self, data: Any) -> list[Any]:
        return read(as_entries, data, self.field_name)


class IdsField(InputField):
    """A list of ids in any form that as_list reads."""

    def to_internal_value(self, data: Any) -> list[int]:
        return read(as_ids, data, self.field_name)


def read(reader: Callable[[Any, str], list[Any]], sent: Any, name: str | None) -> list[Any]:
    """Read a list; turns FieldErrors into the serializer's ValidationError."""
    try:
        return reader(sent, str(name))
    except FieldErrors as error:
        [(rule, text)] = error.beside[str(name)].items()
        raise serializers.ValidationError(text, code=rule) from None


class ObjectField(InputField):
    """An object, or the JSON text of one."""

    default_error_messages = {"object": "The {name} must be an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value = as_object(data)
        if value is None:
            self.fail("object")
        return dict(value)


class KeptObjectField(ObjectField):
    """An object that is kept as it was sent, as far as both databases can (wp_rest.parameters.kept)."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        return dict(kept(super().to_internal_value(data)))


class RichTextField(InputField):
    """HTML, cleaned (rest.rich_text); numbers become text. HTML that is empty after cleaning counts as empty."""

    default_error_messages = {
        "string": "The {name} must be a text.",
        "max": "The {name} is too long.",
    }

    def __init__(self, *, allow_blank: bool = False, **kwargs: Any) -> None:
        self.allow_blank = allow_blank
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("string")
        try:
            html = clean_html(str(data))
        except TooLarge:
            self.fail("max")
        if not html and not self.allow_blank:
            raise serializers.ValidationError(f"The {self.field_name} field is required.", code="required")
        return html

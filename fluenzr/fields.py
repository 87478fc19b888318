"""The serializer fields of this face. Their messages have the field's name. One file, as each field is a few lines."""

import re
from typing import Any

from django.conf import settings
from rest_framework import serializers

from fluenzr.ids import CONTACT, GROUP, STAGE, decode
from rest.fields import InputField
from rest.text import MAX_RAW_LENGTH, is_web_address, plain_line, plain_lines
from subscribers.addresses import is_address
from webhooks.addresses import Unreachable, check_address
from webhooks.events import EVENTS
from webhooks.signing import is_secret

MAX_IDS = MAX_TAGS = 1000
# A key of customFields becomes a slug: letters of any script, digits, _, - and spaces, but not only digits.
CUSTOM_KEY = re.compile(r"(?!\d+$)[\w-](?:[\w -]{0,62}[\w-])?")


class NamedField(InputField):
    """A field with FluenzR's messages."""

    default_error_messages = {"null": "{name} may not be null", "required": "{name} is required"}


class Text(NamedField):
    """One line of plain text; null and "" both clear it."""

    default_error_messages = {
        "string": "{name} must be a string",
        "max": "{name} may not be longer than {max_length} characters",
    }

    clean = staticmethod(plain_line)

    def __init__(self, max_length: int = 192, **options: Any) -> None:
        self.max_length = max_length
        super().__init__(required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("string")
        text = self.clean(data) if len(data) <= MAX_RAW_LENGTH else data
        if len(text) > self.max_length:
            self.fail("max", max_length=self.max_length)
        return text


class Lines(Text):
    """Plain text of several lines."""

    clean = staticmethod(plain_lines)


class WebAddress(Text):
    """The http or https address of a page."""

    default_error_messages = {"url": "{name} must be an address that starts with http:// or https://"}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not is_web_address(text):
            self.fail("url")
        return text


class Email(NamedField):
    default_error_messages = {"required": "Email is required", "email": "Invalid email format"}

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        if data is None or (isinstance(data, str) and not data.strip()):
            self.fail("required")
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not is_address(data.strip()):
            self.fail("email")
        return data.strip()


class GroupIds(NamedField):
    """The ids of lists as numbers, each once."""

    prefix = GROUP
    default_error_messages = {
        "array": "{name} must be an array of group ids",
        "not_found": "Group not found: {id}",
        "max": "{name} may not have more than {max_length} entries",
    }

    def to_internal_value(self, data: Any) -> list[int]:
        if not isinstance(data, list) or not all(isinstance(entry, str) for entry in data):
            self.fail("array")
        if len(data) > MAX_IDS:
            self.fail("max", max_length=MAX_IDS)
        numbers: dict[int, None] = {}
        for entry in data:
            number = decode(self.prefix, entry)
            if number is None:
                self.fail("not_found", id=entry[:64])
            else:
                numbers[number] = None
        return list(numbers)


class ContactIds(GroupIds):
    """The ids of contacts as numbers, each once."""

    prefix = CONTACT
    default_error_messages = {
        "array": "{name} must be an array of contact ids",
        "not_found": "Contact not found: {id}",
    }


class Tags(NamedField):
    default_error_messages = {
        "array": "{name} must be an array of strings",
        "blank": "{name} may not hold an empty tag",
        "max": "{name} may not have more than {max_length} entries",
        "long": "A tag may not be longer than {max_length} characters",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not all(isinstance(entry, str) for entry in data):
            self.fail("array")
        if len(data) > MAX_TAGS:
            self.fail("max", max_length=MAX_TAGS)
        titles: dict[str, None] = {}
        for entry in data:
            title = plain_line(entry) if len(entry) <= MAX_RAW_LENGTH else entry
            if not title:
                self.fail("blank")
            if len(title) > 192:
                self.fail("long", max_length=192)
            titles[title] = None
        return list(titles)


class WebhookAddress(NamedField):
    """Where events are sent: http or https, and no private address unless the server allows that."""

    max_length = 2000
    default_error_messages = {
        "string": "{name} must be a string",
        "max": "{name} may not be longer than {max_length} characters",
        "address": "{name} is refused: {why}",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("string")
        if len(data) > self.max_length:
            self.fail("max", max_length=self.max_length)
        try:
            check_address(data, only_public=not settings.WEBHOOKS_ALLOW_PRIVATE)
        except Unreachable as error:
            self.fail("address", why=str(error))
        return data


class EventNames(NamedField):
    """Events, each once, in the order of EVENTS."""

    default_error_messages = {
        "array": "{name} must be an array of events, with one at least",
        "unknown": "Unknown event: {event}",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or not data or not all(isinstance(entry, str) for entry in data):
            self.fail("array")
        for entry in data:
            if entry not in EVENTS:
                self.fail("unknown", event=entry[:64])
        return [event for event in EVENTS if event in data]


class Secret(NamedField):
    """`whsec_` and base64, or any text of printable ASCII."""

    least, max_length = 16, 255
    default_error_messages = {
        "secret": "{name} must have {least} to {max_length} printable ASCII characters; after whsec_, base64 of 16 bytes "
        "or more",
    }

    def to_internal_value(self, data: Any) -> str:
        usable = isinstance(data, str) and data.isascii() and data.isprintable() and " " not in data
        if not usable or not self.least <= len(data) <= self.max_length or not is_secret(data):
            self.fail("secret", least=self.least, max_length=self.max_length)
        return str(data)


class Number(NamedField):
    """A whole number of a range."""

    default_error_messages = {"range": "{name} must be an integer from {least} to {most}"}

    def __init__(self, least: int, most: int, **options: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int) or not self.least <= data <= self.most:
            self.fail("range", least=self.least, most=self.most)
        return int(data)


class Word(NamedField):
    """One of some words."""

    default_error_messages = {"word": "{name} must be one of: {words}"}

    def __init__(self, *words: str, **options: Any) -> None:
        self.words = words
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if data not in self.words:
            self.fail("word", words=", ".join(self.words))
        return str(data)


class CustomFields(NamedField):
    default_error_messages = {"object": "{name} must be an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("object")
        wrong = {key: [f"{key[:64]!r} cannot be the key of a custom field"] for key in data if not is_custom_key(key)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return dict(data)


class StageId(NamedField):
    """The slug of a stage; None for null and ""."""

    default_error_messages = {"not_found": "Pipeline stage not found: {id}", "string": "{name} must be a string"}

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> str | None:
        if not isinstance(data, str):
            self.fail("string")
        if data and not data.startswith(STAGE):
            self.fail("not_found", id=data[:64])
        return data.removeprefix(STAGE).replace("\x00", "") or None


def is_custom_key(key: str) -> bool:
    return CUSTOM_KEY.fullmatch(key) is not None

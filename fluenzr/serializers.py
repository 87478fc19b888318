"""What a client may send of contacts and groups. Keys that are not named here are ignored."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from fluenzr.errors import ApiError, NotFound
from fluenzr.ids import CONTACT, GROUP, STAGE, decode
from fluenzr.services import ContactInput, Problem
from rest.text import MAX_RAW_LENGTH, is_web_address, plain_line, plain_lines
from subscribers.addresses import is_address

MAX_IDS = MAX_TAGS = 1000
# A key of customFields becomes a slug: letters of any script, digits, _ - and spaces, not digits alone.
CUSTOM_KEY = re.compile(r"(?!\d+$)[\w-](?:[\w -]{0,62}[\w-])?")


class InputField(serializers.Field[Any, Any, Any, Any]):
    """A field that is only ever read, and that names itself in its messages."""

    default_error_messages = {"null": "{name} may not be null", "required": "{name} is required"}

    def fail(self, key: str, **kwargs: Any) -> Any:
        super().fail(key, name=self.field_name, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return value


class Text(InputField):
    """One line of plain text; null and "" both empty a field."""

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


class Email(InputField):
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


class GroupIds(InputField):
    """The numbers of the lists that are meant, each once."""

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
    """The numbers of the contacts that are meant, each once."""

    prefix = CONTACT
    default_error_messages = {
        "array": "{name} must be an array of contact ids",
        "not_found": "Contact not found: {id}",
    }


class Tags(InputField):
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


class CustomFields(InputField):
    default_error_messages = {"object": "{name} must be an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("object")
        wrong = {key: [f"{key[:64]!r} cannot be the key of a custom field"] for key in data if not is_custom_key(key)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return dict(data)


class StageId(InputField):
    """The slug of the stage that is meant; null and "" are none."""

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


class ContactSerializer(serializers.Serializer[Any]):
    email = Email(required=False)
    firstName = Text(source="first_name")  # noqa: N815 - the wire's word
    lastName = Text(source="last_name")  # noqa: N815
    company = Text()
    jobTitle = Text(source="job_title")  # noqa: N815
    phone = Text(50)
    website = WebAddress(500)
    groupIds = GroupIds(source="group_ids", required=False, allow_null=True)  # noqa: N815
    tags = Tags(required=False, allow_null=True)
    customFields = CustomFields(source="custom_fields", required=False, allow_null=True)  # noqa: N815
    pipelineStageId = StageId(source="stage")  # noqa: N815


class NewContactSerializer(ContactSerializer):
    email = Email()


class GroupSerializer(serializers.Serializer[Any]):
    name = Text(source="title")
    description = Lines(5000)


COLUMNS = ("email", "first_name", "last_name", "job_title", "phone", "website")


def read_contact(body: Any, *, new: bool) -> ContactInput | Problem:
    """A contact as it was sent, or what is wrong with it by field."""
    if not isinstance(body, Mapping):
        return Problem({"contact": ["The contact must be an object"]})
    serializer = (NewContactSerializer if new else ContactSerializer)(data=body)
    if not serializer.is_valid():
        return problem_of(serializer.errors)
    valid = serializer.validated_data
    return ContactInput(
        columns={name: valid[name] for name in COLUMNS if name in valid},
        stage=valid.get("stage", ...),
        company=(valid["company"] or "") if "company" in valid else None,
        group_ids=valid.get("group_ids"),
        tags=valid.get("tags"),
        custom_fields=valid.get("custom_fields") or {},
    )


def problem_of(errors: Any) -> Problem:
    """A serializer's errors as details; it is a 404 when all that is wrong are ids of nothing."""
    details: dict[str, list[str]] = {}
    codes = set()
    for name, messages in errors.items():
        nested = messages.items() if isinstance(messages, Mapping) else [("", messages)]
        for key, texts in nested:
            details[f"{name}.{key}" if key else name] = [str(text) for text in texts]
            codes |= {text.code for text in texts}
    return Problem(details, missing=codes == {"not_found"})


def refusal(problem: Problem) -> ApiError:
    """The answer to a request whose only contact, or whose own fields, do not fit."""
    return (NotFound if problem.missing else ApiError)(problem.message, problem.details)


def read_group(body: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """The columns of a group. Raises the 400."""
    serializer = GroupSerializer(data=body)
    details: Mapping[str, Sequence[str]] = {}
    if not serializer.is_valid():
        details = problem_of(serializer.errors).details
    elif (new or "name" in body) and not serializer.validated_data.get("title"):
        details = {"name": ["Name is required"]}
    if details:
        raise refusal(Problem(details))
    return dict(serializer.validated_data)


def read_field(field: InputField, name: str, body: Mapping[str, Any]) -> Any:
    """One required field of a body that has no other. Raises the 400, or the 404 for an id of nothing."""
    field.bind(name, None)  # type: ignore[arg-type]  # there is no serializer
    if body.get(name) is None:
        raise ApiError(f"{name} is required", {name: [f"{name} is required"]})
    try:
        return field.run_validation(body[name])
    except serializers.ValidationError as error:
        raise refusal(problem_of({name: error.detail})) from None

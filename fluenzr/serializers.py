"""What a client may send of contacts and groups. Keys that are not named here are ignored."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from fluenzr.errors import ApiError, NotFound
from fluenzr.fields import (
    CustomFields,
    Email,
    EventNames,
    GroupIds,
    Lines,
    NamedField,
    Number,
    Secret,
    StageId,
    Tags,
    Text,
    WebAddress,
    WebhookAddress,
    Word,
)
from fluenzr.services import ContactInput, Problem
from webhooks.models.outgoing import MAX_BATCH


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


class WebhookSerializer(serializers.Serializer[Any]):
    url = WebhookAddress(required=False)
    events = EventNames(required=False)
    secret = Secret(required=False, allow_null=True)
    description = Text()
    batch = Number(1, MAX_BATCH, required=False)
    status = Word("active", "disabled", required=False)


class NewWebhookSerializer(WebhookSerializer):
    url = WebhookAddress()
    events = EventNames()


COLUMNS = ("email", "first_name", "last_name", "job_title", "phone", "website")


def read_contact(body: Any, *, new: bool) -> ContactInput | Problem:
    """A contact as it was sent, or what is wrong with each field."""
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
    """A serializer's errors as a Problem; it is a 404 if all errors are unknown ids."""
    details: dict[str, list[str]] = {}
    codes = set()
    for name, messages in errors.items():
        nested = messages.items() if isinstance(messages, Mapping) else [("", messages)]
        for key, texts in nested:
            details[f"{name}.{key}" if key else name] = [str(text) for text in texts]
            codes |= {text.code for text in texts}
    return Problem(details, missing=codes == {"not_found"})


def refusal(problem: Problem) -> ApiError:
    """The error for a request with a wrong contact or wrong fields of its own."""
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


def read_webhook(body: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """The columns of a webhook, and `secret`, as far as they were sent. Raises the 400."""
    serializer = (NewWebhookSerializer if new else WebhookSerializer)(data=body)
    if not serializer.is_valid():
        raise refusal(problem_of(serializer.errors))
    valid = dict(serializer.validated_data)
    if "status" in valid:
        valid["is_disabled"] = valid.pop("status") == "disabled"
    if valid.get("description", "") is None:
        valid["description"] = ""
    return valid


def read_field(field: NamedField, name: str, body: Mapping[str, Any]) -> Any:
    """The only field of a body; it is required. Raises the 400, or the 404 for an unknown id."""
    field.bind(name, None)  # type: ignore[arg-type]  # there is no serializer
    if body.get(name) is None:
        raise ApiError(f"{name} is required", {name: [f"{name} is required"]})
    try:
        return field.run_validation(body[name])
    except serializers.ValidationError as error:
        raise refusal(problem_of({name: error.detail})) from None

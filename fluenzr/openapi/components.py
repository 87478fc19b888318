"""What FluenzR's routes take and answer, as schemas (see rest.openapi; FluenzR's page on contacts)."""

from collections.abc import Mapping
from typing import Any

from fluenzr import serializers
from fluenzr.errors import error_body
from fluenzr.serializers import MAX_IDS, MAX_TAGS
from fluenzr.words import CONTACT_SORTS, GROUP_SORTS, STATUSES
from rest.openapi import (
    ANYTHING,
    COUNT,
    NULL,
    TEXT,
    Schema,
    body_of,
    listed,
    mapped,
    nullable,
    obj,
    one_of,
    ref,
    say,
    schema_of,
    sent,
)
from subscribers.addresses import EMAIL_LENGTH

ID_FORM = "([0-9a-z]{6}|[0-9a-z]{13})"
MOMENT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
TEXT_OR_NULL = nullable(TEXT)
CONTACT_ID: Schema = {"type": "string", "pattern": f"^con_{ID_FORM}$", "examples": ["con_maiga1"]}
GROUP_ID: Schema = {"type": "string", "pattern": f"^grp_{ID_FORM}$", "examples": ["grp_maiga1"]}
STAGE_ID: Schema = {"type": "string", "pattern": "^stg_.+$", "examples": ["stg_qualified"]}
STATUS = one_of(*STATUSES, title="ContactStatus")
CONTACT_SORT = one_of(*CONTACT_SORTS, title="ContactSortField")
GROUP_SORT = one_of(*GROUP_SORTS, title="GroupSortField")
ORDER = one_of("asc", "desc", title="SortOrder")
GROUP_IDS = listed(GROUP_ID, maxItems=MAX_IDS)
CONTACT_IDS = listed(CONTACT_ID, maxItems=MAX_IDS)
EMAIL: Schema = {
    "type": "string",
    "minLength": EMAIL_LENGTH.start,
    "maxLength": EMAIL_LENGTH.stop - 1,
    "description": "The e-mail address. Only one contact can have it; case does not matter.",
    "examples": ["mary.johnson@startup.io"],
}
TAGS = listed({"type": "string", "minLength": 1, "maxLength": 192}, maxItems=MAX_TAGS)
DETAILS = mapped(listed(TEXT), title="ErrorDetails", description="The messages for each wrong field.")


@schema_of.register
def _(sent_field: serializers.Text) -> Schema:
    return {"type": "string", "maxLength": sent_field.max_length}


@schema_of.register
def _(sent_field: serializers.Email) -> Schema:
    return EMAIL


@schema_of.register
def _(sent_field: serializers.GroupIds) -> Schema:
    return GROUP_IDS


@schema_of.register
def _(sent_field: serializers.Tags) -> Schema:
    return TAGS


@schema_of.register
def _(sent_field: serializers.CustomFields) -> Schema:
    return mapped(ANYTHING, title="CustomFieldsToSave")


@schema_of.register
def _(sent_field: serializers.StageId) -> Schema:
    return {"type": "string", "examples": ["stg_qualified"]}


FIELDS = {
    "company": "The name of the primary company. A company is created if none has this name. An empty text removes the "
    "contact from its primary company.",
    "groupIds": "The ids of the groups. An update replaces the contact's groups.",
    "tags": "The titles of the tags. A tag is created if none has the title. An update replaces the contact's tags.",
    "customFields": "Values by the key of their field. An update changes only the keys you send. A text field is created "
    "for an unknown key, unless this server refuses unknown keys.",
    "pipelineStageId": "The id of the pipeline stage: `stg_` and the name of the stage. Null or an empty text removes the "
    "contact from its stage.",
}


def with_address(schema: Schema) -> Schema:
    # The field takes null only to refuse it in words of its own.
    return schema | {"properties": schema["properties"] | {"email": EMAIL}}


GROUP_BODY: Mapping[str, Schema] = body_of(
    serializers.GroupSerializer, {"name": "The name. Each group has its own; case does not matter."}
)["properties"]
GROUP_NAME = GROUP_BODY["name"] | {"type": "string", "minLength": 1}
COMPONENTS: dict[str, Schema] = {
    "Contact": obj(
        {
            "id": CONTACT_ID,
            "email": TEXT,
            "firstName": TEXT_OR_NULL,
            "lastName": TEXT_OR_NULL,
            "company": say(TEXT_OR_NULL, "The name of the primary company."),
            "jobTitle": TEXT_OR_NULL,
            "phone": TEXT_OR_NULL,
            "website": TEXT_OR_NULL,
            "status": STATUS,
            "groups": listed(obj({"id": GROUP_ID, "name": TEXT}, title="ContactGroup")),
            "tags": say(listed(TEXT), "The titles of the tags."),
            "customFields": mapped(
                {"type": ["string", "array"], "items": TEXT},
                title="CustomFields",
                description="Values by the key of their field. Fields without a value are left out.",
            ),
            "pipelineStage": {"anyOf": [obj({"id": STAGE_ID, "name": TEXT}, title="PipelineStage"), NULL]},
            "createdAt": MOMENT,
            "updatedAt": MOMENT,
        }
    ),
    "Group": obj(
        {
            "id": GROUP_ID,
            "name": TEXT,
            "description": TEXT_OR_NULL,
            "contactsCount": say(COUNT, "The number of contacts in the group."),
            "createdAt": MOMENT,
            "updatedAt": MOMENT,
        }
    ),
    "Meta": obj(
        {
            "page": {"type": "integer", "minimum": 1},
            "perPage": COUNT,
            "total": say(COUNT, "The number of rows on all pages."),
            "totalPages": COUNT,
        }
    ),
    "Error": obj(
        {
            "success": {"type": "boolean", "const": False},
            "error": obj(
                {
                    "code": one_of(
                        "VALIDATION_ERROR",
                        "UNAUTHORIZED",
                        "FORBIDDEN",
                        "NOT_FOUND",
                        "CONFLICT",
                        "RATE_LIMITED",
                        "INTERNAL_ERROR",
                        title="ErrorCode",
                    ),
                    "message": say(TEXT, "What is wrong, as a sentence."),
                    "details": DETAILS,
                },
                title="ErrorContent",
            ),
        },
        examples=[
            error_body("VALIDATION_ERROR", "Invalid email format", {"email": ["Invalid email format"]}),
        ],
    ),
    "NewContact": with_address(body_of(serializers.NewContactSerializer, FIELDS)),
    "ContactChanges": with_address(body_of(serializers.ContactSerializer, FIELDS)),
    "NewGroup": sent({**GROUP_BODY, "name": GROUP_NAME}, ["name"]),
    "GroupChanges": sent({**GROUP_BODY, "name": GROUP_NAME}),
    "Bulk": sent(
        {
            "contacts": listed(ref("NewContact"), maxItems=1000),
            "groupIds": say(nullable(GROUP_IDS), "Groups to add all the contacts to."),
            "onDuplicate": one_of(
                "skip",
                "update",
                default="skip",
                title="OnDuplicate",
                description="What to do if a contact with this address exists: leave it as it is, or update it. An "
                "update adds tags and groups; an empty value changes nothing.",
            ),
        },
        ["contacts"],
    ),
    "BulkResult": obj(
        {
            "created": say(COUNT, "The number of new contacts."),
            "updated": say(COUNT, "The number of updated contacts."),
            "skipped": say(COUNT, "The number of contacts that exist and were left as they are."),
            "errors": say(
                listed(
                    obj(
                        {
                            "index": say(COUNT, "The position in `contacts`, from 0."),
                            "email": TEXT_OR_NULL,
                            "message": TEXT,
                            "details": DETAILS,
                        },
                        title="BulkError",
                    )
                ),
                "The contacts with errors; they were not saved.",
            ),
        }
    ),
    "Search": sent(
        {
            "query": say(TEXT_OR_NULL, "A text to find in name, e-mail address, phone number or address."),
            "filters": obj(
                {
                    "status": STATUS,
                    "groups": say(listed(GROUP_ID), "Only contacts in at least one of these groups."),
                    "customFields": mapped(
                        {"type": ["string", "number", "boolean"]},
                        title="CustomFieldFilters",
                        description="Only contacts with all these values, by the key of their field.",
                    ),
                },
                optional=("status", "groups", "customFields"),
                title="SearchFilters",
                description="A contact must match all filters.",
            ),
            "sort": sent({"field": CONTACT_SORT, "order": ORDER}, title="SearchSort"),
            "page": {"type": "integer", "minimum": 1, "default": 1},
            "perPage": {
                "type": "integer",
                "minimum": 1,
                "default": 20,
                "description": "The number of contacts on a page. A number above 100 means 100.",
            },
        }
    ),
    "GroupIds": sent({"groupIds": GROUP_IDS}, ["groupIds"]),
    "Tags": sent({"tags": say(TAGS, "The titles of the tags.")}, ["tags"]),
    "ContactIds": sent({"contactIds": CONTACT_IDS}, ["contactIds"]),
}


def envelope(name: str, content: Schema) -> Schema:
    """The answer of a route that returns one thing."""
    return obj({"success": {"type": "boolean", "const": True}, "data": content}, title=f"{name}Response")


def page(name: str, content: Schema) -> Schema:
    """The answer of a route that returns a page."""
    properties = {"success": {"type": "boolean", "const": True}, "data": listed(content), "meta": ref("Meta")}
    return obj(properties, title=f"{name}ListResponse")


def deleted(name: str, pattern: Schema) -> Schema:
    done = obj({"id": pattern, "deleted": {"type": "boolean", "const": True}}, title=f"Deleted{name}")
    return envelope(f"Deleted{name}", done)


def enveloped(content: Any) -> dict[str, Any]:
    """An example of an answer."""
    return {"success": True, "data": content}

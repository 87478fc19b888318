"""The face as OpenAPI 3.1. Written by hand and held to the real answers by tests/fluenzr/test_openapi.py."""

from typing import Any

from fluenzr.words import CONTACT_SORTS, GROUP_SORTS, STATUSES

Schema = dict[str, Any]

MOMENT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
ID_FORM = "([0-9a-z]{6}|[0-9a-z]{13})"
CONTACT_ID: Schema = {"type": "string", "pattern": f"^con_{ID_FORM}$"}
GROUP_ID: Schema = {"type": "string", "pattern": f"^grp_{ID_FORM}$"}
STAGE_ID: Schema = {"type": "string", "pattern": "^stg_.+$"}
STATUS: Schema = {"type": "string", "enum": list(STATUSES)}
COUNT: Schema = {"type": "integer", "minimum": 0}
CUSTOM_VALUE: Schema = {"type": ["string", "array"], "items": {"type": "string"}}
GROUP_IDS: Schema = {"type": "array", "maxItems": 1000, "items": GROUP_ID}
TAGS: Schema = {"type": "array", "maxItems": 1000, "items": {"type": "string", "minLength": 1, "maxLength": 192}}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def obj(properties: Schema, *, optional: tuple[str, ...] | None = None) -> Schema:
    """An object of exactly these properties, all there unless `optional`."""
    required = [name for name in properties if name not in (optional or ())]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def body(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    """A request's body; keys that it does not name are ignored."""
    schema: Schema = {"type": "object", "properties": properties}
    return schema | ({"required": list(required)} if required else {})


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def said(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


CONTACT_BODY: Schema = {
    "email": {"type": "string", "minLength": 6, "maxLength": 190, "description": "Unique, whatever its case."},
    "firstName": {**TEXT_OR_NULL, "maxLength": 192},
    "lastName": {**TEXT_OR_NULL, "maxLength": 192},
    "company": {
        **TEXT_OR_NULL,
        "maxLength": 192,
        "description": "The name of the primary company; made where there is none. Empty: leave the primary company.",
    },
    "jobTitle": {**TEXT_OR_NULL, "maxLength": 192},
    "phone": {**TEXT_OR_NULL, "maxLength": 50},
    "website": {**TEXT_OR_NULL, "maxLength": 500},
    "groupIds": {**GROUP_IDS, "type": ["array", "null"]},
    "tags": {**TAGS, "type": ["array", "null"], "description": "By title; made where there is none."},
    "customFields": {
        "type": ["object", "null"],
        "description": "Values by key; a key that is not known makes a text field.",
    },
    "pipelineStageId": {**TEXT_OR_NULL, "examples": ["stg_qualified"]},
}
SCHEMAS: dict[str, Schema] = {
    "Contact": obj(
        {
            "id": CONTACT_ID,
            "email": {"type": "string"},
            "firstName": TEXT_OR_NULL,
            "lastName": TEXT_OR_NULL,
            "company": said(TEXT_OR_NULL, "The name of the primary company."),
            "jobTitle": TEXT_OR_NULL,
            "phone": TEXT_OR_NULL,
            "website": TEXT_OR_NULL,
            "status": STATUS,
            "groups": many(obj({"id": GROUP_ID, "name": {"type": "string"}})),
            "tags": many({"type": "string"}),
            "customFields": {"type": "object", "additionalProperties": CUSTOM_VALUE},
            "pipelineStage": {"anyOf": [obj({"id": STAGE_ID, "name": {"type": "string"}}), {"type": "null"}]},
            "createdAt": MOMENT,
            "updatedAt": MOMENT,
        }
    ),
    "Group": obj(
        {
            "id": GROUP_ID,
            "name": {"type": "string"},
            "description": TEXT_OR_NULL,
            "contactsCount": COUNT,
            "createdAt": MOMENT,
            "updatedAt": MOMENT,
        }
    ),
    "Meta": obj({"page": {"type": "integer", "minimum": 1}, "perPage": COUNT, "total": COUNT, "totalPages": COUNT}),
    "Error": obj(
        {
            "success": {"const": False},
            "error": obj(
                {
                    "code": {
                        "type": "string",
                        "enum": [
                            "VALIDATION_ERROR",
                            "UNAUTHORIZED",
                            "FORBIDDEN",
                            "NOT_FOUND",
                            "CONFLICT",
                            "RATE_LIMITED",
                            "INTERNAL_ERROR",
                        ],
                    },
                    "message": {"type": "string"},
                    "details": {
                        "type": "object",
                        "description": "The messages of each field that is wrong.",
                        "additionalProperties": many({"type": "string"}),
                    },
                }
            ),
        }
    ),
    "NewContact": body(CONTACT_BODY, ("email",)),
    "ContactChanges": body(CONTACT_BODY),
    "GroupBody": body(
        {
            "name": {"type": "string", "minLength": 1, "maxLength": 192},
            "description": {**TEXT_OR_NULL, "maxLength": 5000},
        }
    ),
    "Bulk": body(
        {
            "contacts": {"type": "array", "maxItems": 1000, "items": ref("NewContact")},
            "groupIds": said({**GROUP_IDS, "type": ["array", "null"]}, "Groups for all of them."),
            "onDuplicate": {"type": "string", "enum": ["skip", "update"], "default": "skip"},
        },
        ("contacts",),
    ),
    "BulkResult": obj(
        {
            "created": COUNT,
            "updated": COUNT,
            "skipped": COUNT,
            "errors": many(
                obj(
                    {
                        "index": said(COUNT, "The row's position, from 0."),
                        "email": TEXT_OR_NULL,
                        "message": {"type": "string"},
                        "details": {"type": "object", "additionalProperties": many({"type": "string"})},
                    }
                )
            ),
        }
    ),
    "Search": body(
        {
            "query": said(TEXT_OR_NULL, "In name, address, e-mail address and phone."),
            "filters": {
                **obj(
                    {
                        "status": STATUS,
                        "groups": said(many(GROUP_ID), "In any of them."),
                        "customFields": {
                            "type": "object",
                            "additionalProperties": {"type": ["string", "number", "boolean"]},
                            "description": "Each of the values.",
                        },
                    },
                    optional=("status", "groups", "customFields"),
                ),
                "description": "All must hold.",
            },
            "sort": body(
                {
                    "field": {"type": "string", "enum": list(CONTACT_SORTS)},
                    "order": {"type": "string", "enum": ["asc", "desc"]},
                }
            ),
            "page": {"type": "integer", "minimum": 1, "default": 1},
            "perPage": {"type": "integer", "minimum": 1, "default": 20, "description": "100 at most."},
        }
    ),
    "GroupIds": body({"groupIds": GROUP_IDS}, ("groupIds",)),
    "Tags": body({"tags": TAGS}, ("tags",)),
    "ContactIds": body({"contactIds": {"type": "array", "maxItems": 1000, "items": CONTACT_ID}}, ("contactIds",)),
}

LIMITS = {name: {"$ref": f"#/components/headers/{name}"} for name in ("Limit", "Remaining", "Reset")}
HEADERS = {f"X-RateLimit-{name}": reference for name, reference in LIMITS.items()}
ERRORS = {
    400: "What was sent is wrong.",
    401: "Invalid or missing API key.",
    403: "The key is read-only, or its user may not do that.",
    404: "There is none of that id.",
    409: "It exists already.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    429: "Too many requests this minute.",
    500: "The server failed.",
}


def answer(schema: Schema, description: str = "Done.") -> Schema:
    return {"description": description, "headers": HEADERS, "content": {"application/json": {"schema": schema}}}


def data(schema: Schema) -> Schema:
    return obj({"success": {"const": True}, "data": schema})


def page(schema: Schema) -> Schema:
    return obj({"success": {"const": True}, "data": many(schema), "meta": ref("Meta")})


def deleted(pattern: Schema) -> Schema:
    return data(obj({"id": pattern, "deleted": {"const": True}}))


def operation(
    name: str,
    summary: str,
    shown: Schema,
    *,
    status: int = 200,
    sent: str = "",
    parameters: tuple[Schema, ...] = (),
    errors: tuple[int, ...] = (),
) -> Schema:
    """One operation. What every one of them may answer need not be named in `errors`."""
    expected = sorted({*errors, 401, 403, 404, 429, 500, *((400, 413, 415) if sent else ())})
    described: Schema = {
        "operationId": name,
        "summary": summary,
        "tags": ["Groups" if "Group" in name and "Contact" not in name else "Contacts"],
        "responses": {
            str(status): answer(shown),
            **{str(code): {"$ref": f"#/components/responses/{code}"} for code in expected},
        },
    }
    if parameters:
        described["parameters"] = list(parameters)
    if sent:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref(sent)}}}
    return described


def in_query(name: str, schema: Schema, description: str = "") -> Schema:
    return {"name": name, "in": "query", "schema": schema} | ({"description": description} if description else {})


def in_path(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


PAGING = (
    in_query("page", {"type": "integer", "minimum": 1, "default": 1}),
    in_query("perPage", {"type": "integer", "minimum": 1, "default": 20}, "100 at most."),
    in_query("order", {"type": "string", "enum": ["asc", "desc"]}),
)
CONTACT, GROUP, ONE_CONTACT, ONE_GROUP = ref("Contact"), ref("Group"), data(ref("Contact")), data(ref("Group"))
PATHS: Schema = {
    "/contacts": {
        "get": operation(
            "listContacts",
            "List contacts",
            page(CONTACT),
            parameters=(
                *PAGING,
                in_query("sort", {"type": "string", "enum": list(CONTACT_SORTS)}, "Newest first without one."),
                in_query("email", {"type": "string"}, "Contained in the address."),
                in_query("status", STATUS),
                in_query("groupId", GROUP_ID),
                in_query("group", GROUP_ID, "The same as groupId."),
                in_query("tag", {"type": "string"}, "A tag's title."),
            ),
            errors=(400,),
        ),
        "post": operation(
            "createContact", "Create a contact", ONE_CONTACT, status=201, sent="NewContact", errors=(409,)
        ),
    },
    "/contacts/bulk": {
        "post": operation("createContacts", "Create many contacts", data(ref("BulkResult")), sent="Bulk"),
    },
    "/contacts/search": {"post": operation("searchContacts", "Search contacts", page(CONTACT), sent="Search")},
    "/contacts/{contact}": {
        "parameters": [in_path("contact", CONTACT_ID)],
        "get": operation("getContact", "Get a contact", ONE_CONTACT),
        "put": operation("updateContact", "Update a contact", ONE_CONTACT, sent="ContactChanges", errors=(409,)),
        "delete": operation("deleteContact", "Delete a contact", deleted(CONTACT_ID)),
    },
    "/contacts/{contact}/groups": {
        "parameters": [in_path("contact", CONTACT_ID)],
        "post": operation("addContactToGroups", "Add to groups", ONE_CONTACT, sent="GroupIds"),
        "delete": operation("removeContactFromGroups", "Remove from groups", ONE_CONTACT, sent="GroupIds"),
    },
    "/contacts/{contact}/tags": {
        "parameters": [in_path("contact", CONTACT_ID)],
        "post": operation("addContactTags", "Add tags", ONE_CONTACT, sent="Tags"),
        "delete": operation("removeContactTags", "Remove tags", ONE_CONTACT, sent="Tags"),
    },
    "/groups": {
        "get": operation(
            "listGroups",
            "List groups",
            page(GROUP),
            parameters=(
                *PAGING,
                in_query("sort", {"type": "string", "enum": list(GROUP_SORTS)}, "Newest first without one."),
            ),
            errors=(400,),
        ),
        "post": operation("createGroup", "Create a group", ONE_GROUP, status=201, sent="GroupBody", errors=(409,)),
    },
    "/groups/{group}": {
        "parameters": [in_path("group", GROUP_ID)],
        "get": operation("getGroup", "Get a group", ONE_GROUP),
        "put": operation("updateGroup", "Update a group", ONE_GROUP, sent="GroupBody", errors=(409,)),
        "delete": operation("deleteGroup", "Delete a group; its contacts stay", deleted(GROUP_ID)),
    },
    "/groups/{group}/contacts": {
        "parameters": [in_path("group", GROUP_ID)],
        "post": operation("addContactsToGroup", "Add contacts", ONE_GROUP, sent="ContactIds"),
    },
    "/openapi.json": {
        "get": {
            "operationId": "getDocument",
            "summary": "This description",
            "tags": ["This API"],
            "security": [],
            "responses": {"200": answer({"type": "object", "required": ["openapi", "info", "paths"]})},
        }
    },
}
DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "FluenzR's API",
        "version": "1",
        "description": "Contacts and groups in FluenzR's words, over the same rows as the FluentCRM face.",
    },
    "servers": [{"url": "/v1"}],
    "security": [{"apiKey": []}],
    "paths": PATHS,
    "components": {
        "securitySchemes": {
            "apiKey": {"type": "http", "scheme": "bearer", "description": "flz_sk_ and 32 letters and digits."}
        },
        "headers": {
            "Limit": {"description": "Requests a minute.", "schema": {"type": "integer"}},
            "Remaining": {"description": "What is left of them.", "schema": {"type": "integer"}},
            "Reset": {"description": "When the minute ends, in unix seconds.", "schema": {"type": "integer"}},
        },
        "responses": {str(code): answer(ref("Error"), text) for code, text in ERRORS.items()},
        "schemas": SCHEMAS,
    },
}
DOCUMENT["components"]["responses"]["429"] = {
    **DOCUMENT["components"]["responses"]["429"],
    "headers": {**HEADERS, "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
}

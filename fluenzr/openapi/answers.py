"""What the routes answer: contacts, groups, pages and errors (see rest.openapi)."""

from typing import Any

from fluenzr.errors import error_body
from fluenzr.openapi.fields import CONTACT_ID, DATETIME, GROUP_ID, ORDER, STAGE_ID, STATUS, TEXT_OR_NULL
from rest.openapi import BOOLEAN, COUNT, NULL, TEXT, Refusal, Schema, listed, mapped, obj, one_of, query, ref, say

DETAILS = mapped(listed(TEXT), title="ErrorDetails", description="The messages for each wrong field.")
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
            "createdAt": DATETIME,
            "updatedAt": DATETIME,
        }
    ),
    "Group": obj(
        {
            "id": GROUP_ID,
            "name": TEXT,
            "description": TEXT_OR_NULL,
            "contactsCount": say(COUNT, "The number of contacts in the group."),
            "createdAt": DATETIME,
            "updatedAt": DATETIME,
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
                        "CURSOR_EXPIRED",
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
    "Changes": obj(
        {
            "contacts": say(listed(ref("Contact")), "The contacts that were created or changed, as they are now."),
            "deleted": say(
                listed(
                    obj(
                        {
                            "id": CONTACT_ID,
                            "email": say(TEXT_OR_NULL, "The e-mail address; null when it is no longer kept."),
                            "hash": say(TEXT_OR_NULL, "The public id of the contact; null when it is no longer kept."),
                        },
                        title="DeletedContactKeys",
                    )
                ),
                "The contacts that were deleted. Delete them from your copy before you write `contacts`.",
            ),
            "cursor": say(TEXT, "Where this page ends. Send it with the next request."),
            "hasMore": say(BOOLEAN, "True if you can get the next page at once."),
            "retryAfter": say(COUNT, "The number of seconds after which to ask again. 0 means at once."),
        }
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


def refused(when: str, code: str, message: str, **details: list[str]) -> Refusal:
    return Refusal(when, ["Error"], {code: error_body(code, message, details)})


INVALID = refused("The request is wrong.", "VALIDATION_ERROR", "Invalid email format", email=["Invalid email format"])
NO_GROUP = refused("The group does not exist.", "NOT_FOUND", "Group not found")
META = {"page": 1, "perPage": 20, "total": 1, "totalPages": 1}
PAGES = [
    query("page", {"type": "integer", "minimum": 1, "default": 1}, "The page to show."),
    query(
        "perPage",
        {"type": "integer", "minimum": 1, "default": 20},
        "The number of rows on a page. A number above 100 means 100.",
    ),
    query("order", ORDER, "The direction. With `sort` the default is `asc`, without it the newest row comes first."),
]

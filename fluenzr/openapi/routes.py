"""The routes of FluenzR's API in words (see rest.openapi)."""

from typing import Any

from fluenzr.errors import error_body
from fluenzr.openapi.components import (
    CONTACT_ID,
    CONTACT_SORT,
    GROUP_ID,
    GROUP_SORT,
    ORDER,
    STATUS,
    deleted,
    envelope,
    enveloped,
    page,
)
from rest.openapi import TEXT, Operation, Refusal, Routes, query, ref

CONTACTS, GROUPS, ABOUT = "Contacts", "Groups", "This API"
TOPICS = {
    CONTACTS: "People, with their groups, tags and custom fields.",
    GROUPS: "Groups that contacts belong to.",
    ABOUT: "The description of this API.",
}


def refused(when: str, code: str, message: str, **details: list[str]) -> Refusal:
    return Refusal(when, ["Error"], {code: error_body(code, message, details)})


INVALID = refused("The request is wrong.", "VALIDATION_ERROR", "Invalid email format", email=["Invalid email format"])
NO_CONTACT = refused("The contact does not exist.", "NOT_FOUND", "Contact not found")
NO_GROUP = refused("The group does not exist.", "NOT_FOUND", "Group not found")
NO_FILTER_GROUP = refused("The group of a filter does not exist.", "NOT_FOUND", "Group not found: grp_maiga1")
SOMETHING_MISSING = refused(
    "The contact, a group or the pipeline stage does not exist.", "NOT_FOUND", "Contact not found"
)
ADDRESS_TAKEN = refused(
    "Another contact has this e-mail address.", "CONFLICT", "Email already exists", email=["Email already exists"]
)
NAME_TAKEN = refused(
    "Another group has this name.", "CONFLICT", "Group name already exists", name=["Group name already exists"]
)
CONTACT: dict[str, Any] = {
    "id": "con_maiga1",
    "email": "mary.johnson@startup.io",
    "firstName": "Mary",
    "lastName": "Johnson",
    "company": "StartupIO",
    "jobTitle": "CEO",
    "phone": None,
    "website": None,
    "status": "active",
    "groups": [{"id": "grp_maiga1", "name": "Leads"}],
    "tags": ["prospect", "saas"],
    "customFields": {"sector": "SaaS"},
    "pipelineStage": {"id": "stg_qualified", "name": "Qualified"},
    "createdAt": "2026-01-31T09:05:00Z",
    "updatedAt": "2026-01-31T09:05:00Z",
}
GROUP: dict[str, Any] = {
    "id": "grp_maiga1",
    "name": "Leads",
    "description": None,
    "contactsCount": 12,
    "createdAt": "2026-01-31T09:05:00Z",
    "updatedAt": "2026-01-31T09:05:00Z",
}
META = {"page": 1, "perPage": 20, "total": 1, "totalPages": 1}
NEW_CONTACT = {
    "email": "mary.johnson@startup.io",
    "firstName": "Mary",
    "lastName": "Johnson",
    "company": "StartupIO",
    "jobTitle": "CEO",
    "groupIds": ["grp_maiga1"],
    "tags": ["prospect", "saas"],
    "customFields": {"sector": "SaaS"},
    "pipelineStageId": "stg_qualified",
}
ONE_CONTACT: dict[str, Any] = {"answer": envelope("Contact", ref("Contact")), "example": enveloped(CONTACT)}
ONE_GROUP: dict[str, Any] = {"answer": envelope("Group", ref("Group")), "example": enveloped(GROUP)}
PAGES = [
    query("page", {"type": "integer", "minimum": 1, "default": 1}, "The page to show."),
    query(
        "perPage",
        {"type": "integer", "minimum": 1, "default": 20},
        "The number of rows on a page. A number above 100 means 100.",
    ),
    query("order", ORDER, "The direction. With `sort` the default is `asc`, without it the newest row comes first."),
]
CONTACT_ROUTES: Routes = {
    "/contacts": {
        "get": Operation(
            name="listContacts",
            topic=CONTACTS,
            summary="List contacts",
            description="Returns a page of contacts, the newest first unless you sort them. If you send several filters, a "
            "contact must match all of them.",
            parameters=[
                *PAGES,
                query("sort", CONTACT_SORT, "The field to sort by."),
                query("email", TEXT, "Only contacts with this text in the e-mail address."),
                query("status", STATUS, "Only contacts with this status."),
                query("groupId", GROUP_ID, "Only contacts in this group."),
                query("group", GROUP_ID, "Means the same as `groupId`."),
                query("tag", TEXT, "Only contacts with the tag of this title. Case does not matter."),
            ],
            answer=page("Contact", ref("Contact")),
            example={**enveloped([CONTACT]), "meta": META},
            refusals={400: INVALID, 404: NO_FILTER_GROUP},
        ),
        "post": Operation(
            name="createContact",
            topic=CONTACTS,
            summary="Create a contact",
            status=201,
            body=ref("NewContact"),
            body_example=NEW_CONTACT,
            **ONE_CONTACT,
            refusals={404: SOMETHING_MISSING, 409: ADDRESS_TAKEN},
        ),
    },
    "/contacts/bulk": {
        "post": Operation(
            name="createContacts",
            topic=CONTACTS,
            summary="Create many contacts",
            description="Creates up to 1,000 contacts, and updates existing ones with `onDuplicate: update`. Contacts with "
            "errors are listed in `errors`; the others are saved. To update contacts, the user also needs the permission to "
            "change contacts.",
            body=ref("Bulk"),
            body_example={"contacts": [NEW_CONTACT], "onDuplicate": "update"},
            answer=envelope("Bulk", ref("BulkResult")),
            example=enveloped({"created": 1, "updated": 0, "skipped": 0, "errors": []}),
            refusals={404: NO_GROUP},
        )
    },
    "/contacts/search": {
        "post": Operation(
            name="searchContacts",
            topic=CONTACTS,
            summary="Search contacts",
            description="Returns a page of contacts that match the text and all filters. A read-only key may use it.",
            body=ref("Search"),
            body_example={
                "query": "mary",
                "filters": {"status": "active", "customFields": {"sector": "SaaS"}},
                "sort": {"field": "lastName", "order": "asc"},
                "page": 1,
                "perPage": 20,
            },
            answer=page("Contact", ref("Contact")),
            example={**enveloped([CONTACT]), "meta": META},
            refusals={404: NO_FILTER_GROUP},
        )
    },
    "/contacts/{contact}": {
        "get": Operation(
            name="getContact", topic=CONTACTS, summary="Get a contact", **ONE_CONTACT, refusals={404: NO_CONTACT}
        ),
        "put": Operation(
            name="updateContact",
            topic=CONTACTS,
            summary="Update a contact",
            description="Changes only the keys you send. Null or an empty text clears a field. `tags` and `groupIds` replace "
            "those of the contact; `customFields` changes only the fields you send.",
            body=ref("ContactChanges"),
            body_example={"jobTitle": "CTO", "tags": ["customer"]},
            **ONE_CONTACT,
            refusals={404: SOMETHING_MISSING, 409: ADDRESS_TAKEN},
        ),
        "delete": Operation(
            name="deleteContact",
            topic=CONTACTS,
            summary="Delete a contact",
            description="Deletes the contact with its notes, events and custom fields.",
            answer=deleted("Contact", CONTACT_ID),
            example=enveloped({"id": "con_maiga1", "deleted": True}),
            refusals={404: NO_CONTACT},
        ),
    },
    "/contacts/{contact}/groups": {
        "post": Operation(
            name="addContactToGroups",
            topic=CONTACTS,
            summary="Add a contact to groups",
            body=ref("GroupIds"),
            body_example={"groupIds": ["grp_maiga1"]},
            **ONE_CONTACT,
            refusals={404: SOMETHING_MISSING},
        ),
        "delete": Operation(
            name="removeContactFromGroups",
            topic=CONTACTS,
            summary="Remove a contact from groups",
            body=ref("GroupIds"),
            body_example={"groupIds": ["grp_maiga1"]},
            **ONE_CONTACT,
            refusals={404: SOMETHING_MISSING},
        ),
    },
    "/contacts/{contact}/tags": {
        "post": Operation(
            name="addContactTags",
            topic=CONTACTS,
            summary="Add tags to a contact",
            description="A tag is created if none has the title.",
            body=ref("Tags"),
            body_example={"tags": ["customer"]},
            **ONE_CONTACT,
            refusals={404: NO_CONTACT},
        ),
        "delete": Operation(
            name="removeContactTags",
            topic=CONTACTS,
            summary="Remove tags from a contact",
            description="Titles that the contact does not have are ignored.",
            body=ref("Tags"),
            body_example={"tags": ["prospect"]},
            **ONE_CONTACT,
            refusals={404: NO_CONTACT},
        ),
    },
}
GROUP_ROUTES: Routes = {
    "/groups": {
        "get": Operation(
            name="listGroups",
            topic=GROUPS,
            summary="List groups",
            description="Returns a page of groups, the newest first unless you sort them.",
            parameters=[*PAGES, query("sort", GROUP_SORT, "The field to sort by.")],
            answer=page("Group", ref("Group")),
            example={**enveloped([GROUP]), "meta": META},
            refusals={400: INVALID},
        ),
        "post": Operation(
            name="createGroup",
            topic=GROUPS,
            summary="Create a group",
            status=201,
            body=ref("NewGroup"),
            body_example={"name": "Leads"},
            **ONE_GROUP,
            refusals={409: NAME_TAKEN},
        ),
    },
    "/groups/{group}": {
        "get": Operation(name="getGroup", topic=GROUPS, summary="Get a group", **ONE_GROUP, refusals={404: NO_GROUP}),
        "put": Operation(
            name="updateGroup",
            topic=GROUPS,
            summary="Update a group",
            description="Changes only the keys you send.",
            body=ref("GroupChanges"),
            body_example={"description": "People who asked for an offer"},
            **ONE_GROUP,
            refusals={404: NO_GROUP, 409: NAME_TAKEN},
        ),
        "delete": Operation(
            name="deleteGroup",
            topic=GROUPS,
            summary="Delete a group",
            description="Removes the group from all contacts. The contacts are kept.",
            answer=deleted("Group", GROUP_ID),
            example=enveloped({"id": "grp_maiga1", "deleted": True}),
            refusals={404: NO_GROUP},
        ),
    },
    "/groups/{group}/contacts": {
        "post": Operation(
            name="addContactsToGroup",
            topic=GROUPS,
            summary="Add contacts to a group",
            body=ref("ContactIds"),
            body_example={"contactIds": ["con_maiga1"]},
            **ONE_GROUP,
            refusals={404: refused("The group or a contact does not exist.", "NOT_FOUND", "Group not found")},
        )
    },
}
ROUTES: Routes = {
    **CONTACT_ROUTES,
    **GROUP_ROUTES,
    "/openapi.json": {
        "get": Operation(
            name="getDocument",
            topic=ABOUT,
            summary="Get the OpenAPI document",
            description="Returns this description as OpenAPI 3.1, for client generators and tools such as Postman.",
            answer={"type": "object", "required": ["openapi", "info", "paths"]},
        )
    },
    "/docs": {
        "get": Operation(
            name="getPage",
            topic=ABOUT,
            summary="Read the documentation",
            description="Returns an HTML page that shows this description and can try the routes.",
            answer=TEXT,
            media_type="text/html",
        )
    },
}

"""The routes of contacts."""

from typing import Any

from fluenzr.errors import CursorExpired
from fluenzr.openapi.answers import INVALID, META, NO_GROUP, PAGES, deleted, envelope, enveloped, page, refused
from fluenzr.openapi.fields import CONTACT_ID, CONTACT_SORT, GROUP_ID, STATUS
from rest.openapi import TEXT, Operation, Routes, Schema, query, ref

TOPIC = "Contacts"
NO_CONTACT = refused("The contact does not exist.", "NOT_FOUND", "Contact not found")
NO_FILTER_GROUP = refused("The group of a filter does not exist.", "NOT_FOUND", "Group not found: grp_maiga1")
SOMETHING_MISSING = refused(
    "The contact, a group or the pipeline stage does not exist.", "NOT_FOUND", "Contact not found"
)
ADDRESS_TAKEN = refused(
    "Another contact has this e-mail address.", "CONFLICT", "Email already exists", email=["Email already exists"]
)
EXPIRED = refused("Changes after the cursor were removed.", CursorExpired.code, CursorExpired.message)
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
GROUPS_OF_CONTACT: dict[str, Any] = {
    **ONE_CONTACT,
    "topic": TOPIC,
    "body": ref("GroupIds"),
    "body_example": {"groupIds": ["grp_maiga1"]},
    "refusals": {404: SOMETHING_MISSING},
}
TAGS_OF_CONTACT: dict[str, Any] = {
    **ONE_CONTACT,
    "topic": TOPIC,
    "body": ref("Tags"),
    "refusals": {404: NO_CONTACT},
}
SINCE: Schema = {"type": "string", "format": "date-time"}
ROUTES: Routes = {
    "/contacts": {
        "get": Operation(
            name="listContacts",
            topic=TOPIC,
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
                query("createdAfter", SINCE, "Only contacts that were created at this time or later."),
                query("updatedAfter", SINCE, "Only contacts that were changed at this time or later."),
                query(
                    "afterId",
                    TEXT,
                    "Pages begin after the contact of this id, and contacts come in the order in which they were created. "
                    "Send 0 first, then the last id of each page: so a copy of all contacts skips none, and the last page "
                    "is as fast as the first. `total` and `totalPages` are those of the whole list.",
                ),
                query("tag", TEXT, "Only contacts with the tag of this title. Case does not matter."),
            ],
            answer=page("Contact", ref("Contact")),
            example={**enveloped([CONTACT]), "meta": META},
            refusals={400: INVALID, 404: NO_FILTER_GROUP},
        ),
        "post": Operation(
            name="createContact",
            topic=TOPIC,
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
            topic=TOPIC,
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
    "/contacts/changes": {
        "get": Operation(
            name="listChanges",
            topic=TOPIC,
            summary="Follow the changes of contacts",
            description="Returns the contacts that were created, changed or deleted after a cursor, for programs that keep a "
            "copy of the contacts. Each contact is on a page once, as it is now; it may come again on a later page. Nothing is "
            "left out, in whatever order changes were saved.\n\nWithout a cursor the answer is empty and has the cursor of "
            "now: take it first, then copy all contacts with `afterId`, then follow the changes.",
            parameters=[
                query("cursor", TEXT, "The `cursor` of the last answer."),
                query(
                    "limit",
                    {"type": "integer", "minimum": 1, "default": 100},
                    "The largest number of contacts. A number above 1000 means 1000.",
                ),
                query(
                    "wait",
                    {"type": "integer", "minimum": 0, "default": 0},
                    "If there is nothing new, wait for up to this many seconds. A number above 25 means 25. If too many "
                    "clients wait already, the answer comes at once and `retryAfter` says when to ask again.",
                ),
            ],
            answer=envelope("Changes", ref("Changes")),
            example=enveloped(
                {"contacts": [CONTACT], "deleted": [], "cursor": "4711.25", "hasMore": False, "retryAfter": 0}
            ),
            refusals={400: INVALID, 410: EXPIRED},
        )
    },
    "/contacts/search": {
        "post": Operation(
            name="searchContacts",
            topic=TOPIC,
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
            name="getContact", topic=TOPIC, summary="Get a contact", **ONE_CONTACT, refusals={404: NO_CONTACT}
        ),
        "put": Operation(
            name="updateContact",
            topic=TOPIC,
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
            topic=TOPIC,
            summary="Delete a contact",
            description="Deletes the contact with its notes, events and custom fields.",
            answer=deleted("Contact", CONTACT_ID),
            example=enveloped({"id": "con_maiga1", "deleted": True}),
            refusals={404: NO_CONTACT},
        ),
    },
    "/contacts/{contact}/groups": {
        "post": Operation(name="addContactToGroups", summary="Add a contact to groups", **GROUPS_OF_CONTACT),
        "delete": Operation(
            name="removeContactFromGroups", summary="Remove a contact from groups", **GROUPS_OF_CONTACT
        ),
    },
    "/contacts/{contact}/tags": {
        "post": Operation(
            name="addContactTags",
            summary="Add tags to a contact",
            description="A tag is created if none has the title.",
            body_example={"tags": ["customer"]},
            **TAGS_OF_CONTACT,
        ),
        "delete": Operation(
            name="removeContactTags",
            summary="Remove tags from a contact",
            description="Titles that the contact does not have are ignored.",
            body_example={"tags": ["prospect"]},
            **TAGS_OF_CONTACT,
        ),
    },
}

"""The routes of groups."""

from typing import Any

from fluenzr.openapi.answers import INVALID, META, NO_GROUP, PAGES, deleted, envelope, enveloped, page, refused
from fluenzr.openapi.fields import GROUP_ID, GROUP_SORT
from rest.openapi import Operation, Routes, query, ref

TOPIC = "Groups"
NAME_TAKEN = refused(
    "Another group has this name.", "CONFLICT", "Group name already exists", name=["Group name already exists"]
)
GROUP: dict[str, Any] = {
    "id": "grp_maiga1",
    "name": "Leads",
    "description": None,
    "contactsCount": 12,
    "createdAt": "2026-01-31T09:05:00Z",
    "updatedAt": "2026-01-31T09:05:00Z",
}
ONE_GROUP: dict[str, Any] = {"answer": envelope("Group", ref("Group")), "example": enveloped(GROUP)}
ROUTES: Routes = {
    "/groups": {
        "get": Operation(
            name="listGroups",
            topic=TOPIC,
            summary="List groups",
            description="Returns a page of groups, the newest first unless you sort them.",
            parameters=[*PAGES, query("sort", GROUP_SORT, "The field to sort by.")],
            answer=page("Group", ref("Group")),
            example={**enveloped([GROUP]), "meta": META},
            refusals={400: INVALID},
        ),
        "post": Operation(
            name="createGroup",
            topic=TOPIC,
            summary="Create a group",
            status=201,
            body=ref("NewGroup"),
            body_example={"name": "Leads"},
            **ONE_GROUP,
            refusals={409: NAME_TAKEN},
        ),
    },
    "/groups/{group}": {
        "get": Operation(name="getGroup", topic=TOPIC, summary="Get a group", **ONE_GROUP, refusals={404: NO_GROUP}),
        "put": Operation(
            name="updateGroup",
            topic=TOPIC,
            summary="Update a group",
            description="Changes only the keys you send.",
            body=ref("GroupChanges"),
            body_example={"description": "People who asked for an offer"},
            **ONE_GROUP,
            refusals={404: NO_GROUP, 409: NAME_TAKEN},
        ),
        "delete": Operation(
            name="deleteGroup",
            topic=TOPIC,
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
            topic=TOPIC,
            summary="Add contacts to a group",
            body=ref("ContactIds"),
            body_example={"contactIds": ["con_maiga1"]},
            **ONE_GROUP,
            refusals={404: refused("The group or a contact does not exist.", "NOT_FOUND", "Group not found")},
        )
    },
}

"""All routes of FluenzR's API (see rest.openapi)."""

from fluenzr.openapi import answers, bodies, contacts, groups, webhooks
from rest.openapi import TEXT, Operation, Routes, Schema

ABOUT = "This API"
TOPICS = {
    contacts.TOPIC: "People, with their groups, tags and custom fields.",
    groups.TOPIC: "Groups that contacts belong to.",
    webhooks.TOPIC: "Addresses that are told what happens to contacts, and what was sent to them.",
    ABOUT: "The description of this API.",
}
COMPONENTS: dict[str, Schema] = {**answers.COMPONENTS, **bodies.COMPONENTS, **webhooks.COMPONENTS}
ROUTES: Routes = {
    **contacts.ROUTES,
    **groups.ROUTES,
    **webhooks.ROUTES,
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

"""Describes the routes of incoming hooks (see rest.openapi; recording webhooks.json)."""

from typing import Any

from rest.openapi import (
    ID,
    NULL,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    constant,
    listed,
    mapped,
    obj,
    one_of,
    ref,
    say,
)
from webhooks.api.filters import WebhookFilter
from webhooks.api.serializers import WebhookSerializer
from webhooks.api.viewsets import SERVICES
from webhooks.models import STATUSES
from wp_rest.filters import parameters_of
from wp_rest.openapi import DATETIME, INVALID, MISSING, NOT_FOUND

VALUE: dict[str, Schema] = {
    "name": TEXT,
    "lists": say(listed(ID), "The ids of the lists that contacts are added to, unless a contact names other lists."),
    "tags": say(listed(ID), "The ids of the tags that contacts get, unless a contact names other tags."),
    "status": one_of(*STATUSES, title="HookStatus"),
    "url": say(TEXT, "The address to post contacts to. It needs no credentials: keep it secret."),
    "companies": say(listed(ID), "The ids of the companies that contacts are added to."),
}
COMPONENTS: dict[str, Schema] = {
    "HookValue": obj(VALUE),
    "Webhook": obj(
        {
            "id": ID,
            "object_type": constant("webhook"),
            "object_id": NULL,
            "key": say(TEXT, "The secret in the address."),
            "value": ref("HookValue"),
            "created_at": DATETIME,
            "updated_at": DATETIME,
        }
    ),
    "WebhookToSave": body_of(
        WebhookSerializer,
        {
            "name": "The name of the hook. Plain text.",
            "status": "The status that contacts get. Contacts that bounced, complained or were marked as spam keep theirs.",
            "lists": "The ids of lists.",
            "tags": "The ids of tags.",
            "companies": "The ids of companies.",
        },
    ),
    "WebhookChanges": body_of(
        WebhookSerializer, {"name": "The name of the hook. Keys that you leave out do not change."}
    )
    | {"required": []},
}
ADDRESS = "https://crm.example.com/?fluentcrm=1&route=contact&hash=0c284d0e-4c0e-4f19-89a4-0a2d20e21252"
EXAMPLE_VALUE: dict[str, Any] = {
    "name": "Shop",
    "lists": [1],
    "tags": [1],
    "status": "subscribed",
    "url": ADDRESS,
    "companies": [],
}
EXAMPLE: dict[str, Any] = {
    "id": 1,
    "object_type": "webhook",
    "object_id": None,
    "key": "0c284d0e-4c0e-4f19-89a4-0a2d20e21252",
    "value": EXAMPLE_VALUE,
    "created_at": "2026-01-31 09:05:00",
    "updated_at": "2026-01-31 09:05:00",
}
BODY_EXAMPLE = {"name": "Shop", "lists": [1], "tags": [1], "status": "subscribed"}
ALL = {"webhooks": say(listed(ref("Webhook")), "All hooks.")}
KEYS = listed(ref("HookField"))
COMPONENTS["HookField"] = obj({"key": say(TEXT, "The key to post."), "field": say(TEXT, "The name of the key.")})
IDS = {"id": "The hook's id."}
BOUNCE = obj(
    {
        "label": say(TEXT, "The name of the service."),
        "webhook_url": say(TEXT, "The address for the service. It needs no credentials: keep it secret."),
        "doc_url": TEXT,
        "input_title": TEXT,
        "input_info": say(TEXT, "What to do with the address."),
    },
    title="BounceHandler",
)
BOUNCE_EXAMPLE = {
    "label": "Mailgun",
    "webhook_url": "https://crm.example.com/wp-json/fluent-crm/v2/public/bounce_handler/mailgun/handle/fcrm_0123456789",
    "doc_url": "https://crm.example.com/wp-json/fluent-crm/v2/docs",
    "input_title": "Mailgun Bounce Handler URL",
    "input_info": "Add this address as a webhook for permanent failures and spam complaints.",
}
TOPIC = "Hooks"

ROUTES: Routes = {
    "/fluent-crm/v2/webhooks": {
        "GET": Operation(
            name="listWebhooks",
            topic=TOPIC,
            summary="List the incoming hooks",
            description="Returns all hooks, and the keys that you can post to them.",
            parameters=parameters_of(WebhookFilter),
            answer=obj(
                {
                    "webhooks": listed(ref("Webhook")),
                    "fields": say(KEYS, "The keys of a contact."),
                    "custom_fields": say(KEYS, "The custom fields. Post them beside the other keys."),
                    "lists": listed(ref("List")),
                    "tags": listed(ref("Tag")),
                }
            ),
            example={
                "webhooks": [EXAMPLE],
                "fields": [{"key": "email", "field": "Email"}],
                "custom_fields": [{"key": "plan", "field": "Plan"}],
                "lists": [],
                "tags": [],
            },
        ),
        "POST": Operation(
            name="createWebhook",
            topic=TOPIC,
            summary="Create an incoming hook",
            description="Contacts that are posted to the `url` in the answer are created or updated. It needs no "
            "credentials and accepts JSON and forms.",
            body=ref("WebhookToSave"),
            body_example=BODY_EXAMPLE,
            answer=obj({"id": ID, "webhook": ref("HookValue"), **ALL, "message": TEXT}),
            example={
                "id": 1,
                "webhook": EXAMPLE_VALUE,
                "webhooks": [EXAMPLE],
                "message": "Successfully created the WebHook",
            },
            refusals={400: INVALID, 422: MISSING},
        ),
    },
    "/fluent-crm/v2/webhooks/{id}": {
        "PUT": Operation(
            name="updateWebhook",
            topic=TOPIC,
            summary="Update an incoming hook",
            description="The address does not change.",
            ids=IDS,
            body=ref("WebhookChanges"),
            body_example=BODY_EXAMPLE,
            answer=obj({**ALL, "message": TEXT}),
            example={"webhooks": [EXAMPLE], "message": "Successfully updated the webhook"},
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        ),
        "DELETE": Operation(
            name="deleteWebhook",
            topic=TOPIC,
            summary="Delete an incoming hook",
            description="Its address no longer works. The contacts stay.",
            ids=IDS,
            answer=obj({**ALL, "message": TEXT}),
            example={"webhooks": [], "message": "Successfully deleted the webhook"},
            refusals={404: NOT_FOUND},
        ),
    },
    "/fluent-crm/v2/setting/bounce_configs": {
        "GET": Operation(
            name="getBounceConfigs",
            topic=TOPIC,
            summary="Get the addresses for bounces",
            description="Returns the addresses at which mail services report bounces and complaints. A hard bounce sets "
            "the status `bounced`, a complaint the status `complained`.",
            answer=obj(
                {
                    "bounce_settings": say(
                        mapped(BOUNCE), f"By service: {', '.join(f'`{name}`' for name, *_ in SERVICES)}."
                    ),
                    "fluentsmtp_info": {"type": "boolean", "const": False},
                }
            ),
            example={"bounce_settings": {"mailgun": BOUNCE_EXAMPLE}, "fluentsmtp_info": False},
        ),
    },
}

"""The routes of webhooks."""

from typing import Any

from fluenzr import serializers
from fluenzr.openapi.answers import INVALID, META, PAGES, deleted, envelope, enveloped, page, refused
from fluenzr.openapi.fields import DATETIME, EVENT, EVENT_ID, LOG_ID, TEXT_OR_NULL, WEBHOOK_ID
from rest.openapi import (
    ANYTHING,
    COUNT,
    TEXT,
    Operation,
    Routes,
    Schema,
    body_of,
    listed,
    mapped,
    nullable,
    obj,
    one_of,
    ref,
    say,
)

TOPIC = "Webhooks"
FIELDS = {
    "url": "The address that events are posted to: http or https. Private addresses are refused, unless this server allows "
    "them.",
    "events": "The events to send. `contact.updated` is also sent for changes of status, tags, groups and companies that the "
    "webhook has not asked for by their own events.",
    "secret": "The key of the signatures: `whsec_` and base64, or any text. One is made if none is sent. A new one replaces "
    "the current one, which stays valid for a day.",
    "description": "A name for people.",
    "batch": "The largest number of events in one request. With 2 or more, a request has the type `batch` and its events in "
    "`data.events`.",
    "status": "`disabled`: nothing is sent. Events that happen meanwhile are not sent later.",
}
WEBHOOK_PROPERTIES: dict[str, Schema] = {
    "id": WEBHOOK_ID,
    "url": TEXT,
    "events": listed(EVENT),
    "status": say(
        one_of("active", "failed", "disabled", title="WebhookStatus"),
        "`failed`: the address does not answer, and is tried again later. After days it is `disabled`.",
    ),
    "description": TEXT_OR_NULL,
    "batch": say(COUNT, "The largest number of events in one request."),
    "createdAt": DATETIME,
    "updatedAt": DATETIME,
}
STATUS_CODE = say(nullable(COUNT), "The status of the answer; null if there was none.")
RESPONSE_TIME = say(nullable(COUNT), "The milliseconds that the answer took.")
ERROR = say(TEXT_OR_NULL, "Why there was no answer.")
LOG_PROPERTIES: dict[str, Schema] = {
    "id": LOG_ID,
    "eventId": say(EVENT_ID, "The `id` of the event, also in the header `webhook-id`."),
    "eventType": TEXT,
    "status": one_of("delivered", "pending", "failed", title="DeliveryStatus"),
    "statusCode": STATUS_CODE,
    "responseTime": RESPONSE_TIME,
    "timestamp": say(DATETIME, "When it was last sent; before that, when it happened."),
    "error": ERROR,
    "attempts": COUNT,
    "nextAttempt": say(nullable(DATETIME), "When it is sent next, if it is pending."),
}
COMPONENTS: dict[str, Schema] = {
    "Webhook": obj(WEBHOOK_PROPERTIES),
    "WebhookWithSecret": obj(
        {**WEBHOOK_PROPERTIES, "secret": say(TEXT, "The key of the signatures. No other answer has it.")}
    ),
    "NewWebhook": body_of(serializers.NewWebhookSerializer, FIELDS),
    "WebhookChanges": body_of(serializers.WebhookSerializer, FIELDS),
    "Log": obj(LOG_PROPERTIES),
    "LogWithAttempts": obj(
        {
            **LOG_PROPERTIES,
            "data": say(mapped(ANYTHING, title="EventData"), "The `data` that is sent."),
            "tried": say(
                listed(
                    obj(
                        {
                            "timestamp": DATETIME,
                            "statusCode": STATUS_CODE,
                            "responseTime": say(COUNT, "The milliseconds that it took."),
                            "error": ERROR,
                            "answer": say(TEXT, "How the answer begins."),
                        },
                        title="Attempt",
                    )
                ),
                "The attempts, the newest first.",
            ),
        }
    ),
}
WEBHOOK: dict[str, Any] = {
    "id": "whk_maiga1",
    "url": "https://example.com/hook",
    "events": ["contact.created"],
    "status": "active",
    "description": None,
    "batch": 1,
    "createdAt": "2026-01-31T09:05:00Z",
    "updatedAt": "2026-01-31T09:05:00Z",
}
LOG: dict[str, Any] = {
    "id": "log_maiga1",
    "eventId": "evt_5f0c3a91d27b4e6f8a1c2d3e",
    "eventType": "contact.created",
    "status": "delivered",
    "statusCode": 200,
    "responseTime": 87,
    "timestamp": "2026-01-31T09:05:00Z",
    "error": None,
    "attempts": 1,
    "nextAttempt": None,
}
TRIED = {"timestamp": "2026-01-31T09:05:00Z", "statusCode": 200, "responseTime": 87, "error": None, "answer": "ok"}
SECRET = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
NO_WEBHOOK = refused("The webhook does not exist.", "NOT_FOUND", "Webhook not found")
NO_LOG = refused("The webhook or the row of its log does not exist.", "NOT_FOUND", "Log not found")
ONE_WEBHOOK: dict[str, Any] = {"answer": envelope("Webhook", ref("Webhook")), "example": enveloped(WEBHOOK)}
WITH_SECRET: dict[str, Any] = {
    "answer": envelope("WebhookWithSecret", ref("WebhookWithSecret")),
    "example": enveloped({**WEBHOOK, **SECRET}),
}
ONE_LOG: dict[str, Any] = {"answer": envelope("Log", ref("Log")), "example": enveloped(LOG)}
# A page that has no order of its own.
PAGE = [parameter for parameter in PAGES if parameter["name"] != "order"]
ROUTES: Routes = {
    "/webhooks": {
        "get": Operation(
            name="listWebhooks",
            topic=TOPIC,
            summary="List webhooks",
            description="Returns a page of webhooks, the newest first.",
            parameters=PAGE,
            answer=page("Webhook", ref("Webhook")),
            example={**enveloped([WEBHOOK]), "meta": META},
            refusals={400: INVALID},
        ),
        "post": Operation(
            name="createWebhook",
            topic=TOPIC,
            summary="Create a webhook",
            description="Sends what happens from now on. Each request is signed as Standard Webhooks does it, and with the "
            "headers `X-FluenzR-Timestamp` and `X-FluenzR-Signature`.",
            status=201,
            body=ref("NewWebhook"),
            body_example={"url": "https://example.com/hook", "events": ["contact.created"]},
            **WITH_SECRET,
        ),
    },
    "/webhooks/{webhook}": {
        "get": Operation(
            name="getWebhook", topic=TOPIC, summary="Get a webhook", **ONE_WEBHOOK, refusals={404: NO_WEBHOOK}
        ),
        "put": Operation(
            name="updateWebhook",
            topic=TOPIC,
            summary="Update a webhook",
            description="Changes only the keys you send.",
            body=ref("WebhookChanges"),
            body_example={"events": ["contact.created", "contact.deleted"]},
            **ONE_WEBHOOK,
            refusals={404: NO_WEBHOOK},
        ),
        "delete": Operation(
            name="deleteWebhook",
            topic=TOPIC,
            summary="Delete a webhook",
            description="Nothing more is sent, including events that wait to be sent.",
            answer=deleted("Webhook", WEBHOOK_ID),
            example=enveloped({"id": "whk_maiga1", "deleted": True}),
            refusals={404: NO_WEBHOOK},
        ),
    },
    "/webhooks/{webhook}/secret": {
        "post": Operation(
            name="rotateSecret",
            topic=TOPIC,
            summary="Make a new secret",
            description="For a day, requests are signed with the new and the former secret.",
            **WITH_SECRET,
            refusals={404: NO_WEBHOOK},
        ),
    },
    "/webhooks/{webhook}/test": {
        "post": Operation(
            name="testWebhook",
            topic=TOPIC,
            summary="Send a test event",
            description="Sends an event `webhook.test` now, once, and returns what came of it. Waits 10 seconds at most. If an "
            "`Idempotency-Key` is sent, the event is sent after the answer is kept, which shows it as pending.",
            **ONE_LOG,
            refusals={404: NO_WEBHOOK},
        ),
    },
    "/webhooks/{webhook}/logs": {
        "get": Operation(
            name="listLogs",
            topic=TOPIC,
            summary="List what was sent",
            description="Returns a page of events that were sent or wait to be sent, the newest first.",
            parameters=PAGE,
            answer=page("Log", ref("Log")),
            example={**enveloped([LOG]), "meta": META},
            refusals={400: INVALID, 404: NO_WEBHOOK},
        ),
    },
    "/webhooks/{webhook}/logs/{log}": {
        "get": Operation(
            name="getLog",
            topic=TOPIC,
            summary="Get an event and its attempts",
            answer=envelope("LogWithAttempts", ref("LogWithAttempts")),
            example=enveloped({**LOG, "data": {"contact": {"id": "con_maiga1"}}, "tried": [TRIED]}),
            refusals={404: NO_LOG},
        ),
    },
    "/webhooks/{webhook}/logs/{log}/resend": {
        "post": Operation(
            name="resendEvent",
            topic=TOPIC,
            summary="Send an event again",
            description="Sends it soon, with the same id.",
            **ONE_LOG,
            refusals={
                404: NO_LOG,
                409: refused(
                    "The event waits to be sent already.", "CONFLICT", "The event is waiting to be sent already"
                ),
            },
        ),
    },
}

"""What the routes of events take and answer (see rest.openapi; recording events.json)."""

from custom_fields.types import MAX_TEXT
from events.api.filters import EventFilter
from events.api.serializers import TrackedEventSerializer, ValueField
from rest.openapi import (
    ID,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    nullable,
    obj,
    one_of,
    ref,
    say,
    schema_of,
)
from wp_rest.filters import parameters_of
from wp_rest.openapi import DATETIME, DIGITS, INVALID, NOT_FOUND, error, error_example, page_example, page_of, pages


@schema_of.register
def _(sent_field: ValueField) -> Schema:
    return {"type": ["string", "number"], "maxLength": MAX_TEXT}


REPORTED = body_of(
    TrackedEventSerializer, {"event_key": "The kind of event.", "provider": "The system that reports the event."}
)
WHOSE: dict[str, Schema] = {
    "subscriber_id": {
        "type": ["integer", "string"],
        "description": "The id of the contact. You can also write `contact_id`.",
    },
    "email": say(TEXT, "The e-mail address of the contact, if you send no id. Case and accents do not matter."),
}
COMPONENTS: dict[str, Schema] = {
    "Event": obj(
        {
            "id": ID,
            "subscriber_id": DIGITS,
            "counter": say(DIGITS, "Always 1: each report is a new event."),
            "created_by": say(nullable(DIGITS), "The id of the user who reported the event."),
            "provider": TEXT,
            "event_key": TEXT,
            "title": TEXT,
            "value": nullable(TEXT),
            "created_at": DATETIME,
            "updated_at": DATETIME,
        }
    ),
    "EventToTrack": {**REPORTED, "properties": {**WHOSE, **REPORTED["properties"]}},
    "ContactNotFound": obj(
        {**error(422, "rest_invalid_param")["properties"], "error_code": one_of("subscriber_not_found")}
    ),
}
SENT = {"event_key": "signup", "title": "Signed up", "value": "pro", "provider": "app"}
EXAMPLE = {
    "id": 7,
    "subscriber_id": "25",
    "counter": "1",
    "created_by": "1",
    **SENT,
    "created_at": "2026-01-31 09:05:00",
    "updated_at": "2026-01-31 09:05:00",
}
NOBODY = error_example(422, "rest_invalid_param", "Subscriber not found", error_code="subscriber_not_found")
BASE = "/fluent-crm/v2/subscribers"
ROUTES: Routes = {
    f"{BASE}/track-event": {
        "POST": Operation(
            name="trackEvent",
            topic="Events",
            summary="Report an event",
            description="Stores something that a contact did. Each report is a new event.",
            body=ref("EventToTrack"),
            body_example={"email": "jane@example.com", **SENT},
            answer=obj({"message": TEXT, "id": ID}),
            example={"message": "Event has been tracked", "id": 7},
            refusals={
                400: INVALID,
                422: Refusal(
                    "A required field is missing, or the contact does not exist.",
                    ["MissingFields", "ContactNotFound"],
                    {"ContactNotFound": NOBODY},
                ),
            },
        )
    },
    f"{BASE}/{{id}}/tracking-events": {
        "GET": Operation(
            name="listEvents",
            topic="Events",
            summary="List the events of a contact",
            description="Returns a page of events, the newest first.",
            ids={"id": "The contact's id."},
            parameters=[*pages(), *parameters_of(EventFilter)],
            answer=obj({"events": page_of(ref("Event"))}),
            example={"events": page_example(EXAMPLE)},
            refusals={404: NOT_FOUND},
        )
    },
}

"""What the routes of events take and answer (see wp_rest.openapi; recording events.json)."""

from custom_fields.types import MAX_TEXT
from events.serializers import TrackedEventSerializer, ValueField
from wp_rest.openapi import (
    DIGITS,
    ID,
    INVALID,
    MOMENT,
    NOT_FOUND,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    error,
    error_example,
    nullable,
    obj,
    one_of,
    page_example,
    page_of,
    pages,
    query,
    ref,
    say,
    schema_of,
)


@schema_of.register
def _(sent_field: ValueField) -> Schema:
    return {"type": ["string", "number"], "maxLength": MAX_TEXT}


REPORTED = body_of(TrackedEventSerializer, {"event_key": "What kind of event it is.", "provider": "Who reports it."})
WHOSE: dict[str, Schema] = {
    "subscriber_id": {"type": ["integer", "string"], "description": "The contact. `contact_id` is the same."},
    "email": say(TEXT, "The contact's address, in any case, when no id is given."),
}
COMPONENTS: dict[str, Schema] = {
    "Event": obj(
        {
            "id": ID,
            "subscriber_id": DIGITS,
            "counter": say(DIGITS, "Always 1: each report is an event of its own."),
            "created_by": say(nullable(DIGITS), "The id of the user who reported it."),
            "provider": TEXT,
            "event_key": TEXT,
            "title": TEXT,
            "value": nullable(TEXT),
            "created_at": MOMENT,
            "updated_at": MOMENT,
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
            summary="Report what a contact did",
            description="Each report is an event of its own.",
            body=ref("EventToTrack"),
            body_example={"email": "jane@example.com", **SENT},
            answer=obj({"message": TEXT, "id": ID}),
            example={"message": "Event has been tracked", "id": 7},
            refusals={
                400: INVALID,
                422: Refusal(
                    "A field that is due is missing, or there is no such contact.",
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
            description="A page of events, newest first.",
            ids={"id": "The contact's id."},
            parameters=[*pages(), query("search", TEXT, "Only those with this text, in any case.")],
            answer=obj({"events": page_of(ref("Event"))}),
            example={"events": page_example(EXAMPLE)},
            refusals={404: NOT_FOUND},
        )
    },
}

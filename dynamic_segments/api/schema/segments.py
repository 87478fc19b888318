"""Describes the routes of dynamic segments (see rest.openapi)."""

from dynamic_segments.api.form_fields import show_form
from dynamic_segments.api.schema.segment import (
    BODY,
    BODY_EXAMPLE,
    CONDITIONS_EXAMPLE,
    EXAMPLE,
    FORM,
    IDS,
    LISTED_EXAMPLE,
    REFUSED,
    TOPIC,
)
from dynamic_segments.api.serializers import SLUG
from rest.openapi import (
    COUNT,
    ID,
    TEXT,
    Operation,
    Routes,
    listed,
    mapped,
    nullable,
    obj,
    query,
    ref,
    say,
    sent,
)
from subscribers.api.filters import SORTABLE
from subscribers.api.schema.contact import JANE
from wp_rest.openapi import (
    FLAG,
    INVALID,
    NOT_FOUND,
    message,
    page_example,
    page_of,
    pages,
    sorting,
)

ROUTES: Routes = {
    "/fluent-crm/v2/dynamic-segments": {
        "GET": Operation(
            name="listDynamicSegments",
            topic=TOPIC,
            summary="List the dynamic segments",
            description="Returns all segments, newest first.",
            answer=obj({"dynamic_segments": listed(ref("ListedDynamicSegment"))}),
            example={"dynamic_segments": [LISTED_EXAMPLE]},
        ),
        "POST": Operation(
            name="createDynamicSegment",
            topic=TOPIC,
            summary="Create a dynamic segment",
            description="Saves conditions. The contacts who meet them are found each time the segment is used. A condition that "
            "names something that was deleted (a tag, a list, a custom field) is true for nobody.",
            body=BODY,
            body_example=BODY_EXAMPLE,
            answer=obj({"message": TEXT, "segment": ref("DynamicSegment")}),
            example={"message": "Segment has been created", "segment": EXAMPLE},
            refusals={400: INVALID, 422: REFUSED},
        ),
    },
    "/fluent-crm/v2/dynamic-segments/{id}": {
        "PUT": Operation(
            name="updateDynamicSegment",
            topic=TOPIC,
            summary="Update a dynamic segment",
            description="Replaces the conditions, if any are sent.",
            ids=IDS,
            body=BODY,
            body_example=BODY_EXAMPLE,
            answer=obj({"message": TEXT, "segment": ref("DynamicSegment")}),
            example={"message": "Segment has been updated", "segment": EXAMPLE},
            refusals={400: INVALID, 404: NOT_FOUND, 422: REFUSED},
        ),
        "DELETE": Operation(
            name="deleteDynamicSegment",
            topic=TOPIC,
            summary="Delete a dynamic segment",
            description="The contacts stay. Whatever names the segment finds nobody from now on.",
            ids=IDS,
            answer=message(),
            example={"message": "Selected segment has been deleted"},
            refusals={404: NOT_FOUND},
        ),
    },
    "/fluent-crm/v2/dynamic-segments/custom-fields": {
        "GET": Operation(
            name="getDynamicSegmentFields",
            topic=TOPIC,
            summary="Get the fields of the form of a segment",
            description="Returns the fields that conditions may have, with their operators, and a segment's defaults.",
            answer=FORM,
            example=show_form(),
        ),
    },
    "/fluent-crm/v2/dynamic-segments/duplicate/{id}": {
        "POST": Operation(
            name="duplicateDynamicSegment",
            topic=TOPIC,
            summary="Copy a dynamic segment",
            ids=IDS,
            answer=obj({"message": TEXT, "segment_id": ID}),
            example={"message": "Segment has been duplicated", "segment_id": 2},
            refusals={404: NOT_FOUND},
        ),
    },
    "/fluent-crm/v2/dynamic-segments/estimated-contacts": {
        "POST": Operation(
            name="estimateDynamicSegment",
            topic=TOPIC,
            summary="Count the contacts who meet conditions",
            description="Counts exactly, and saves nothing.",
            body=sent({"filters": say({"anyOf": [ref("SegmentFilters"), TEXT]}, "The conditions.")}, ["filters"]),
            body_example={"filters": {"conditions": CONDITIONS_EXAMPLE}},
            answer=obj({"count": COUNT}),
            example={"count": 120},
            refusals={422: REFUSED},
        ),
    },
    "/fluent-crm/v2/dynamic-segments/stats": {
        "GET": Operation(
            name="getDynamicSegmentStats",
            topic=TOPIC,
            summary="Get the number of contacts of each dynamic segment",
            description="Returns the same counts as the list of segments.",
            answer=obj(
                {
                    "stats": nullable(
                        mapped(COUNT, description=f"By `{SLUG}_` and the segment's id. Null without segments.")
                    )
                }
            ),
            example={"stats": {f"{SLUG}_1": 120}},
        ),
    },
    f"/fluent-crm/v2/dynamic-segments/{SLUG}/subscribers/{{id}}": {
        "GET": Operation(
            name="listDynamicSegmentContacts",
            topic=TOPIC,
            summary="List the contacts of a dynamic segment",
            description="Finds and counts the contacts as they are now.",
            ids=IDS,
            parameters=[
                query(
                    "search",
                    TEXT,
                    "Only contacts with every word of this text in the name, e-mail address, phone number or address.",
                ),
                query("custom_fields", FLAG, "Whether to show custom values."),
                *sorting("Contact", SORTABLE),
                *pages(),
            ],
            answer=obj({"segment": ref("DynamicSegment"), "subscribers": page_of(ref("ListedContact"))}),
            example={"segment": EXAMPLE, "subscribers": page_example(JANE)},
            refusals={404: NOT_FOUND},
        ),
    },
}

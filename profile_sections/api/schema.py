"""What the profile sections of a contact answer (see rest.openapi; recording contact-side-views.json)."""

from typing import Any

from profile_sections.api.viewsets import EXTERNAL_VIEW, PURCHASES, SUBMISSIONS, TICKET_COLUMNS, TICKETS, Section
from rest.openapi import ANYTHING, INTEGER, TEXT, Operation, Routes, Schema, listed, mapped, obj, query, say
from wp_rest.openapi import NOT_FOUND

TOPIC = "Profile sections"
CONTACT_ID = {"id": "The contact's id."}
PROVIDER = query(
    "provider", TEXT, "The name of the system to ask. Without it, or if it is unknown, the answer is empty."
)
ROWS = listed(ANYTHING)
TOTAL = say(INTEGER, "The number of rows.")


def describe(section: Section, name: str, summary: str, keys: dict[str, Schema]) -> Operation:
    """The answer of a section. A provider may add keys."""
    shown = obj(keys, additionalProperties=True)
    example: Any = dict(section.empty)
    return Operation(
        name=name,
        topic=TOPIC,
        summary=summary,
        description="Returns what an app of this site knows about the contact. Empty if there is no such app.",
        ids=CONTACT_ID,
        parameters=[PROVIDER],
        answer=obj({section.key: shown}) if section.key else shown,
        example={section.key: example} if section.key else example,
        refusals={404: NOT_FOUND},
    )


COMPONENTS: dict[str, Schema] = {}
BASE = "/fluent-crm/v2/subscribers/{id}"
ROUTES: Routes = {
    f"{BASE}/purchase-history": {
        "GET": describe(PURCHASES, "getPurchases", "Get the purchases of a contact", {"orders": ROWS, "total": TOTAL})
    },
    f"{BASE}/form-submissions": {
        "GET": describe(
            SUBMISSIONS,
            "getSubmissions",
            "Get the form submissions of a contact",
            {"data": ROWS, "total": TOTAL},
        )
    },
    f"{BASE}/support-tickets": {
        "GET": describe(
            TICKETS,
            "getTickets",
            "Get the support tickets of a contact",
            {
                "data": ROWS,
                "total": TOTAL,
                "columns_config": mapped(
                    obj({"label": TEXT, "width": TEXT}), description=f"The columns: {', '.join(TICKET_COLUMNS)}."
                ),
            },
        )
    },
    f"{BASE}/external_view": {
        "GET": describe(
            EXTERNAL_VIEW,
            "getExternalView",
            "Get a section of another system about a contact",
            {"heading": TEXT, "content_html": TEXT},
        )
    },
    f"{BASE}/info-widgets": {
        "GET": Operation(
            name="getWidgets",
            topic=TOPIC,
            summary="Get the widgets of a contact",
            description="Returns the widgets that apps of this site add to the contact's page. Empty if there are none.",
            ids=CONTACT_ID,
            answer=obj({"widgets": obj({"top_widgets": ROWS, "other_widgets": ROWS, "widgets_count": INTEGER})}),
            example={"widgets": {"top_widgets": [], "other_widgets": [], "widgets_count": 0}},
            refusals={404: NOT_FOUND},
        )
    },
}

"""What the side views of a contact answer (see wp_rest.openapi; recording contact-side-views.json)."""

from typing import Any

from profile_sections.views import (
    TICKET_COLUMNS,
    ExternalViewView,
    FormSubmissionsView,
    PurchaseHistoryView,
    SectionView,
    SupportTicketsView,
)
from wp_rest.openapi import (
    ANYTHING,
    INTEGER,
    NOT_FOUND,
    TEXT,
    Operation,
    Routes,
    Schema,
    listed,
    mapped,
    obj,
    query,
    say,
)

TOPIC = "Profile sections"
CONTACT_ID = {"id": "The contact's id."}
PROVIDER = query("provider", TEXT, "The system whose answer is asked for. Without one, or an unknown one: nothing.")
ROWS = listed(ANYTHING)
TOTAL = say(INTEGER, "How many rows there are.")


def section(view: type[SectionView], name: str, summary: str, keys: dict[str, Schema]) -> Operation:
    """A section; a provider may add keys of its own."""
    shown = obj(keys, additionalProperties=True)
    example: Any = dict(view.empty)
    return Operation(
        name=name,
        topic=TOPIC,
        summary=summary,
        description="Empty unless an app of this site provides it.",
        ids=CONTACT_ID,
        parameters=[PROVIDER],
        answer=obj({view.key: shown}) if view.key else shown,
        example={view.key: example} if view.key else example,
        refusals={404: NOT_FOUND},
    )


COMPONENTS: dict[str, Schema] = {}
BASE = "/fluent-crm/v2/subscribers/{id}"
ROUTES: Routes = {
    f"{BASE}/purchase-history": {
        "GET": section(
            PurchaseHistoryView, "getPurchases", "Get what a contact bought", {"orders": ROWS, "total": TOTAL}
        )
    },
    f"{BASE}/form-submissions": {
        "GET": section(
            FormSubmissionsView, "getSubmissions", "Get the forms a contact filled in", {"data": ROWS, "total": TOTAL}
        )
    },
    f"{BASE}/support-tickets": {
        "GET": section(
            SupportTicketsView,
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
        "GET": section(
            ExternalViewView,
            "getExternalView",
            "Get another system's page about a contact",
            {"heading": TEXT, "content_html": TEXT},
        )
    },
    f"{BASE}/info-widgets": {
        "GET": Operation(
            name="getWidgets",
            topic=TOPIC,
            summary="Get the small boxes beside a contact",
            description="Empty unless apps of this site provide some; every one adds its own.",
            ids=CONTACT_ID,
            answer=obj({"widgets": obj({"top_widgets": ROWS, "other_widgets": ROWS, "widgets_count": INTEGER})}),
            example={"widgets": {"top_widgets": [], "other_widgets": [], "widgets_count": 0}},
            refusals={404: NOT_FOUND},
        )
    },
}

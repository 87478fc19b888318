"""What the routes of labels take and answer (see rest.openapi)."""

from typing import Any

from labels.api.serializers import LabelSerializer
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
    nullable,
    obj,
    ref,
    say,
    sent,
)
from wp_rest.openapi import DATETIME, INVALID, NOT_FOUND, message

COLOR = say(nullable(TEXT), "The color, as it was sent.")
COMPONENTS: dict[str, Schema] = {
    "Label": obj(
        {
            "id": ID,
            "parent_id": NULL,
            "slug": TEXT,
            "title": TEXT,
            "position": constant("1.00"),
            "description": NULL,
            "settings": obj({"color": COLOR}),
            "created_at": DATETIME,
            "updated_at": DATETIME,
        }
    ),
    "ShortLabel": obj({"id": ID, "slug": TEXT, "title": TEXT, "color": COLOR}),
    "LabelToSave": body_of(LabelSerializer, {"color": "The color, such as `#ff0000`."}),
}
BODY: Schema = sent(
    {"label": {"anyOf": [ref("LabelToSave"), TEXT], "description": "The label, or the JSON text of one."}},
    title="WrappedLabel",
)
LABEL: dict[str, Any] = {
    "id": 3,
    "parent_id": None,
    "slug": "promo",
    "title": "Promotions",
    "position": "1.00",
    "description": None,
    "settings": {"color": "#ff0000"},
    "created_at": "2026-01-31 09:05:00",
    "updated_at": "2026-01-31 09:05:00",
}
SHORT_LABEL: dict[str, Any] = {"id": 3, "slug": "promo", "title": "Promotions", "color": "#ff0000"}
SAVED = "Labels has been Updated successfully"
DELETED = "Label has been deleted successfully"
SENT = {"label": {"title": "Promotions", "slug": "promo", "color": "#ff0000"}}
LABEL_ID = {"id": "The label's id."}
ROUTES: Routes = {
    "/fluent-crm/v2/labels": {
        "GET": Operation(
            name="listLabels",
            topic="Labels",
            summary="List the labels",
            description="Returns all labels, in the order in which they were made.",
            answer=obj({"labels": listed(ref("Label"))}),
            example={"labels": [LABEL]},
        ),
        "POST": Operation(
            name="createLabel",
            topic="Labels",
            summary="Create a label",
            description="Titles and slugs need not be unique. What is not sent is empty.",
            body=BODY,
            body_example=SENT,
            answer=obj({"message": constant(SAVED), "label": ref("Label")}, title="SavedLabel"),
            example={"message": SAVED, "label": LABEL},
            refusals={400: INVALID},
        ),
    },
    "/fluent-crm/v2/labels/{id}": {
        "PUT": Operation(
            name="updateLabel",
            topic="Labels",
            summary="Update a label",
            description="Changes what is sent and keeps the rest.",
            ids=LABEL_ID,
            body=BODY,
            body_example=SENT,
            answer=obj({"message": constant(SAVED), "label": ref("Label")}, title="SavedLabel"),
            example={"message": SAVED, "label": LABEL},
            refusals={400: INVALID, 404: NOT_FOUND},
        ),
        "DELETE": Operation(
            name="deleteLabel",
            topic="Labels",
            summary="Delete a label",
            description="Deletes the label and takes it off everything that has it.",
            ids=LABEL_ID,
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={404: NOT_FOUND},
        ),
    },
}

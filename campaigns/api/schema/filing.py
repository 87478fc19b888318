"""Routes that campaigns and recurring ones have in the same words: their labels, and what is done to many at once."""

from collections.abc import Mapping

from campaigns.api.schema.components import refusal
from rest.openapi import Operation, one_of, say, sent
from wp_rest.openapi import FLAG, IDS, INVALID, NOT_FOUND, message

CHOSEN = {
    "campaign_ids": say(IDS, "The ids of the campaigns."),
    "select_all": say(FLAG, "True means all campaigns. No ids are needed."),
}


def labelling(title: str, topic: str, ids: Mapping[str, str]) -> Operation:
    """PUT .../update-labels of what is named `title` in the document."""
    return Operation(
        name=f"label{title}",
        topic=topic,
        summary="Attach or detach labels",
        ids=ids,
        body=sent(
            {"action": one_of("attach", "detach"), "label_ids": IDS},
            ["action", "label_ids"],
            title=f"LabelsOf{title}",
        ),
        body_example={"action": "attach", "label_ids": [1]},
        answer=message("Labels has been updated"),
        example={"message": "Labels has been updated"},
        refusals={400: INVALID, 404: NOT_FOUND},
    )


def bulk_action(title: str, topic: str) -> Operation:
    """POST .../do-bulk-action."""
    return Operation(
        name=f"change{title}s",
        topic=topic,
        summary=f"Label or delete many {topic.lower()}",
        body=sent(
            {
                "action_name": one_of("delete_campaigns", "apply_labels"),
                **CHOSEN,
                "labels": say(IDS, "The labels to attach, for `apply_labels`."),
            },
            ["action_name"],
            title=f"{title}BulkAction",
        ),
        body_example={"action_name": "apply_labels", "campaign_ids": [7], "labels": [1]},
        answer=message(),
        example={"message": "Labels has been applied successfully"},
        refusals={
            400: INVALID,
            422: refusal("The action is unknown, or no campaign is chosen.", "Refused", message="invalid bulk action"),
        },
    )

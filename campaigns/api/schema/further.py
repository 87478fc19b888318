"""Routes of what follows from campaigns."""

from campaigns.api.schema.components import BASE, CAMPAIGN_ID, refusal
from campaigns.services.following import ACTIVITIES
from rest.openapi import BOOLEAN, COUNT, ID, INTEGER, TEXT, Operation, Routes, listed, obj, one_of, say, sent
from wp_rest.openapi import IDS, INVALID, NOT_FOUND, message

PRO = f"{BASE}/campaigns-pro"
NONE = "There is no email to send again."


def again(name: str, summary: str, description: str, refused: str, **more: object) -> dict[str, Operation]:
    return {
        "POST": Operation(
            name=name,
            topic="Campaigns",
            summary=summary,
            description=description,
            ids=CAMPAIGN_ID,
            answer=message(),
            example={"message": "3 emails will be sent again."},
            refusals={404: NOT_FOUND, 422: refusal("There is nothing to send.", "Refused", message=refused)}
            | ({400: INVALID} if more else {}),
            **more,  # type: ignore[arg-type]
        )
    }


FURTHER_ROUTES: Routes = {
    f"{PRO}/{{id}}/resend-emails": again(
        "resendMails",
        "Send messages of a campaign again",
        "Sends the messages that failed or were stopped, and those that may not have arrived.",
        NONE,
        body=sent({"email_ids": IDS}, ["email_ids"], title="MailsToResend"),
        body_example={"email_ids": [1, 2, 3]},
    ),
    f"{PRO}/{{id}}/resend-failed-emails": again(
        "resendFailedMails", "Send the messages of a campaign again that failed", "", NONE
    ),
    f"{PRO}/{{id}}/resend-unopened-emails": again(
        "resendUnopenedMails",
        "Send a campaign again to those who have not opened it",
        "Makes a new campaign in the same words and sends it now.",
        "Everybody has opened this campaign, or nobody has got it yet.",
    ),
    f"{PRO}/{{id}}/tag-actions": {
        "POST": Operation(
            name="tagRecipients",
            topic="Campaigns",
            summary="Attach or detach tags of those who opened or clicked",
            description="Works on one page of messages; ask for the next one while `has_more` is true.",
            ids=CAMPAIGN_ID,
            body=sent(
                {
                    "action_type": one_of("add_tags", "remove_tags"),
                    "tags": IDS,
                    "activity_type": one_of(*ACTIVITIES),
                    "processing_page": say(INTEGER, "The page, from 1.", minimum=1),
                    "link_ids": say(IDS, "For `email_clicked`: only who followed one of these links."),
                },
                ["action_type", "tags", "activity_type", "processing_page"],
                title="TagAction",
            ),
            body_example={"action_type": "add_tags", "tags": [1], "activity_type": "email_open", "processing_page": 1},
            answer=obj(
                {
                    "processed_page": INTEGER,
                    "processed_contacts": COUNT,
                    "has_more": BOOLEAN,
                    "total_count": say(
                        {"type": ["integer", "boolean"]},
                        "The number of messages. Only on the first page; false on the others.",
                    ),
                    "subscriber_ids": listed(ID),
                },
                title="TaggedPage",
            ),
            example={
                "processed_page": 1,
                "processed_contacts": 2,
                "has_more": False,
                "total_count": 2,
                "subscriber_ids": [1, 2],
            },
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal("No tag is named.", "Refused", message="Please provide tags"),
            },
        )
    },
    f"{PRO}/posts": {
        "GET": Operation(
            name="listPosts",
            topic="Campaigns",
            summary="List posts for a mail",
            description="Always empty: this server has no posts.",
            answer=obj({"posts": listed(TEXT, maxItems=0), "post_types": listed(TEXT, maxItems=0)}, title="NoPosts"),
            example={"posts": [], "post_types": []},
        )
    },
    f"{PRO}/posts/taxonomies": {
        "GET": Operation(
            name="listTaxonomies",
            topic="Campaigns",
            summary="List categories of posts",
            description="Always empty: this server has no posts.",
            answer=obj({"taxonomies": obj({}, title="NoTaxonomies")}),
            example={"taxonomies": {}},
        )
    },
    f"{PRO}/products": {
        "GET": Operation(
            name="listProducts",
            topic="Campaigns",
            summary="List products for a mail",
            description="Always empty: this server has no products.",
            answer=obj({"products": listed(TEXT, maxItems=0), "taxonomies": obj({}, title="NoTaxonomies")}),
            example={"products": [], "taxonomies": {}},
        )
    },
}

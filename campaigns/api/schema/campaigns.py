"""Routes of what is written in campaigns, and to whom they go. One file, as each part is used once."""

from campaigns.api.filters import CampaignFilter
from campaigns.api.recipients import NOBODY
from campaigns.api.schema.components import (
    BASE,
    CAMPAIGN_ID,
    CHOICE,
    COPY_EXAMPLE,
    EXAMPLE,
    NEW_EXAMPLE,
    RECIPIENTS,
    STATUS,
    refusal,
)
from campaigns.api.schema.filing import bulk_action, labelling
from rest.openapi import BOOLEAN, COUNT, ID, TEXT, Operation, Routes, listed, obj, one_of, query, ref, say, sent
from subscribers.api.schema.contact import JANE
from wp_rest.filters import parameters_of
from wp_rest.openapi import FLAG, INVALID, MISSING, NOT_FOUND, message, page_example, page_of, pages, sorting

TITLE = sent({"title": TEXT}, ["title"], title="CampaignTitle")
CHOSEN = sent(RECIPIENTS, title="Recipients")
COUNTED = obj({"message": {"const": "Recipient settings has been updated"}, "count": COUNT}, title="ChosenRecipients")
COUNTED_EXAMPLE = {"message": "Recipient settings has been updated", "count": 1200}
STARTED = "the campaign is being sent or was sent."
CHANGED = "The campaign cannot be changed any more: it is being sent, or was sent. Pause it or copy it."
REFUSED_CHANGE = refusal(
    f"The title is missing, the mail has no link to leave, or {STARTED}",
    "MissingFields",
    "Refused",
    "NoWayOut",
    message=CHANGED,
)
SAVED = obj({"campaign": ref("Campaign")}, title="SavedCampaign")
PREVIEWED = sent(
    {
        "campaign_id": say(ID, "The campaign to show."),
        "campaign": say(ref("CampaignToSave"), "Changes that are not saved yet."),
        "contact_id": say(ID, "The contact whose values are shown."),
        "disable_subscriber": say(FLAG, "If true, the mail is shown without the values of a contact."),
    },
    title="CampaignToShow",
)
TESTED = sent(
    {
        "campaign_id": ID,
        "campaign": say(ref("CampaignToSave"), "What is sent if `test_campaign` is `yes`."),
        "test_campaign": FLAG,
        "email": say(TEXT, "Where the test goes; your own address if none is sent."),
    },
    title="CampaignToTest",
)
CAMPAIGN_ROUTES: Routes = {
    f"{BASE}/campaigns": {
        "GET": Operation(
            name="listCampaigns",
            topic="Campaigns",
            summary="List the campaigns",
            description="Returns a page of campaigns, the newest first. The mails of recurring campaigns are not in it.",
            parameters=[
                *pages(),
                *parameters_of(CampaignFilter, {"statuses": listed(STATUS)}),
                *sorting(
                    "Campaign",
                    ["id", "title", "status", "created_at", "updated_at", "scheduled_at", "recipients_count"],
                ),
                query("with[]", listed(one_of("stats")), "Also return figures, labels and the step of the editor."),
            ],
            answer=obj({"campaigns": page_of(ref("ListedCampaign"))}),
            example={"campaigns": page_example(EXAMPLE)},
        ),
        "POST": Operation(
            name="createCampaign",
            topic="Campaigns",
            summary="Create a campaign",
            description="The new campaign is a draft. Write it, choose its recipients, then schedule it. A title that "
            "another campaign has is refused here, but not when a campaign is changed or copied.",
            body=TITLE,
            body_example={"title": "Spring sale"},
            answer=ref("NewCampaign"),
            example=NEW_EXAMPLE,
            refusals={422: MISSING, 400: INVALID},
        ),
    },
    f"{BASE}/campaigns/{{id}}": {
        "GET": Operation(
            name="getCampaign",
            topic="Campaigns",
            summary="Get a campaign",
            ids=CAMPAIGN_ID,
            parameters=[
                query("with[]", listed(one_of("template", "subjects")), "Also return its template or its subjects.")
            ],
            answer=obj(
                {
                    "campaign": ref("WholeCampaign"),
                    "templates": say(
                        listed(obj({"ID": ID, "post_title": TEXT}, title="TemplateTitle")), "All published templates."
                    ),
                },
                title="CampaignWithTemplates",
            ),
            example={"campaign": {**EXAMPLE, "server_time": "2026-01-31 09:05:00"}, "templates": []},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="updateCampaign",
            topic="Campaigns",
            summary="Change a campaign",
            description="Changes only what you send. A campaign that is being sent, or was sent, keeps its text.",
            ids=CAMPAIGN_ID,
            body=ref("CampaignToSave"),
            body_example={"title": "Spring sale", "email_subject": "Hello", "email_body": "<p>Hi</p>"},
            answer=SAVED,
            example={"campaign": EXAMPLE},
            refusals={400: INVALID, 404: NOT_FOUND, 422: REFUSED_CHANGE},
        ),
        "DELETE": Operation(
            name="deleteCampaign",
            topic="Campaigns",
            summary="Delete a campaign",
            description="Nothing of it leaves any more. Its messages are deleted, those of a large one in the "
            "background. Links in mails that have left still lead on.",
            ids=CAMPAIGN_ID,
            answer=obj({"success": BOOLEAN}, title="Success"),
            example={"success": True},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/campaigns/update-single-campaign": {
        "POST": Operation(
            name="updateNamedCampaign",
            topic="Campaigns",
            summary="Change a campaign that the body names",
            body={"allOf": [ref("CampaignToSave"), sent({"campaign_id": ID}, ["campaign_id"])]},
            body_example={"campaign_id": 7, "title": "Spring sale", "email_subject": "Hello"},
            answer=SAVED,
            example={"campaign": EXAMPLE},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal("The id or the title is missing.", "MissingFields"),
            },
        )
    },
    f"{BASE}/campaigns/{{id}}/title": {
        "PUT": Operation(
            name="renameCampaign",
            topic="Campaigns",
            summary="Rename a campaign",
            ids=CAMPAIGN_ID,
            body=TITLE,
            body_example={"title": "Spring sale 2026"},
            answer=obj({"message": {"const": "Campaign has been updated"}, "campaign": ref("Campaign")}),
            example={"message": "Campaign has been updated", "campaign": EXAMPLE},
            refusals={400: INVALID, 404: NOT_FOUND, 422: MISSING},
        )
    },
    f"{BASE}/campaigns/{{id}}/step": {
        "POST": Operation(
            name="saveCampaignStep",
            topic="Campaigns",
            summary="Save the step of the editor",
            ids=CAMPAIGN_ID,
            body=sent({"next_step": COUNT}, ["next_step"], title="CampaignStep"),
            body_example={"next_step": 2},
            answer=message("step saved"),
            example={"message": "step saved"},
            refusals={400: INVALID, 404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/duplicate": {
        "POST": Operation(
            name="duplicateCampaign",
            topic="Campaigns",
            summary="Copy a campaign",
            description="The copy is a draft, to the same choice of recipients.",
            ids=CAMPAIGN_ID,
            answer=obj({"campaign": ref("CopiedCampaign"), "message": TEXT}),
            example={"campaign": COPY_EXAMPLE, "message": "Campaign has been successfully duplicated"},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/update-labels": {"PUT": labelling("Campaign", "Campaigns", CAMPAIGN_ID)},
    f"{BASE}/campaigns/do-bulk-action": {"POST": bulk_action("Campaign", "Campaigns")},
    f"{BASE}/campaigns/estimated-contacts": {
        "POST": Operation(
            name="countChosenContacts",
            topic="Campaigns",
            summary="Count the contacts that a campaign would go to",
            description="Counts the contacts that are chosen and may get campaigns: those that are `subscribed`.",
            body=CHOSEN,
            body_example=CHOICE,
            answer=obj({"count": COUNT, "execution_time": {"type": "number"}}, title="ContactEstimate"),
            example={"count": 1200, "execution_time": 0.02},
            refusals={
                400: INVALID,
                422: refusal(
                    "The segment or a condition cannot be used.", "Refused", message="Invalid Advanced Filters"
                ),
            },
        )
    },
    f"{BASE}/campaigns/{{id}}/estimated-recipients-count": {
        "GET": Operation(
            name="countRecipients",
            topic="Campaigns",
            summary="Count the contacts that the campaign would go to now",
            ids=CAMPAIGN_ID,
            answer=obj({"estimated_count": COUNT}, title="EstimatedCount"),
            example={"estimated_count": 1200},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/contacts-by-segment": {
        "GET": Operation(
            name="listChosenContacts",
            topic="Campaigns",
            summary="List the contacts that the campaign would go to now",
            ids=CAMPAIGN_ID,
            parameters=[
                *pages(),
                query("search", TEXT, "Only contacts with all these words in name, e-mail address, phone or address."),
            ],
            answer=obj({"subscribers": page_of(ref("ChosenContact"))}, title="ChosenContacts"),
            example={"subscribers": page_example(JANE)},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/draft-recipients": {
        "POST": Operation(
            name="chooseRecipients",
            topic="Campaigns",
            summary="Choose whom the campaign goes to",
            description="The contacts are looked up when the campaign starts. Each contact gets one message.",
            ids=CAMPAIGN_ID,
            body=CHOSEN,
            body_example=CHOICE,
            answer=COUNTED,
            example=COUNTED_EXAMPLE,
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(f"Nobody is chosen, or {STARTED}", "Refused", message=NOBODY),
            },
        )
    },
    f"{BASE}/campaigns/{{id}}/subscribe": {
        "POST": Operation(
            name="chooseFoundRecipients",
            topic="Campaigns",
            summary="Choose whom the campaign goes to, if there is anybody",
            description="Does the same as `draft-recipients`, but refuses a choice that finds nobody.",
            ids=CAMPAIGN_ID,
            body=CHOSEN,
            body_example=CHOICE,
            answer=COUNTED,
            example=COUNTED_EXAMPLE,
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(
                    "Nobody is found.", "Refused", message="Sorry, No subscribers found based on your filters"
                ),
            },
        )
    },
    f"{BASE}/campaigns/email-preview-html": {
        "POST": Operation(
            name="previewCampaign",
            topic="Campaigns",
            summary="Get what a campaign looks like",
            body=PREVIEWED,
            body_example={"campaign_id": 7, "contact_id": 1},
            answer=obj({"preview_html": TEXT}, title="CampaignPreview"),
            example={"preview_html": "<!DOCTYPE html><html><body><p>Hi</p></body></html>"},
            refusals={400: INVALID, 404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/send-test-email": {
        "POST": Operation(
            name="sendTestMail",
            topic="Campaigns",
            summary="Send a test mail",
            description="The mail leaves while you wait. It is not counted, and its links to leave lead to the site. If an "
            "`Idempotency-Key` is sent, the mail leaves after the answer is kept, and `result` is always true.",
            body=TESTED,
            body_example={"campaign_id": 7, "email": "tester@example.com"},
            answer=obj(
                {"message": TEXT, "result": say(BOOLEAN, "Whether the mail server accepted the mail.")},
                title="TestMail",
            ),
            example={"message": "A test mail was sent to tester@example.com.", "result": True},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(
                    "There is no subject or no body.",
                    "Refused",
                    message="Write a subject and a body before you send a test.",
                ),
            },
        )
    },
}

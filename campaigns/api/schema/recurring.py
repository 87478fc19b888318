"""Routes of recurring campaigns. One file, as each part is used once."""

from campaigns.api.filters import RecurringFilter
from campaigns.api.recurring_serializers import NO_CONDITIONS
from campaigns.api.schema.components import (
    BASE,
    EXAMPLE,
    RECIPIENTS,
    RECURRING_EXAMPLE,
    RECURRING_ID,
    refusal,
)
from campaigns.api.schema.filing import CHOSEN, bulk_action, labelling
from campaigns.models import Frequency, Recurring
from rest.openapi import ID, TEXT, Operation, Routes, listed, obj, one_of, query, ref, say, sent
from wp_rest.filters import parameters_of
from wp_rest.openapi import INVALID, NOT_FOUND, message, page_example, page_of, pages

ROOT = f"{BASE}/recurring-campaigns"
RECURRING = ref("RecurringCampaign")
RUN = ref("MailOfRecurringCampaign")
MAIL_IDS = {**RECURRING_ID, "email_id": "The mail's id."}
SCHEDULING = sent(
    {
        "type": one_of(*Frequency.values),
        "day": say(TEXT, "The day of the week `mon` to `sun`, of the month 1 to 31, or of the year such as `12-24`."),
        "time": say(TEXT, "A time such as `09:00`, in the site's time zone."),
        "send_automatically": say(
            one_of("yes", "no", default="yes"), "With `no` each run creates a draft, and staff schedule it."
        ),
    },
    ["type", "time"],
    title="Scheduling",
)
TITLED = sent(
    {
        "campaign": sent(
            {
                "title": TEXT,
                "settings": sent(
                    {
                        "scheduling_settings": SCHEDULING,
                        "subscribers_settings": sent(RECIPIENTS, title="RecurringRecipients"),
                        "sending_conditions": say(
                            listed(TEXT, maxItems=0), "Must be empty: this server knows no posts or products."
                        ),
                    },
                    ["scheduling_settings"],
                    title="RecurringSettings",
                ),
            },
            ["title", "settings"],
            title="RecurringCampaignToSave",
        )
    },
    ["campaign"],
    title="WrappedRecurringCampaign",
)
TITLED_EXAMPLE = {
    "campaign": {
        "title": "Monday news",
        "settings": {
            "scheduling_settings": {"type": "weekly", "day": "mon", "time": "09:00", "send_automatically": "yes"},
            "subscribers_settings": {"subscribers": [{"list": "1", "tag": "all"}]},
        },
    }
}
SAVED = obj({"message": TEXT, "campaign": RECURRING}, title="SavedRecurringCampaign")
REFUSED = refusal(
    "Something is missing, there are sending_conditions, or nobody is chosen.",
    *("MissingFields", "Refused"),
    message=NO_CONDITIONS,
)
REFUSED_SETTINGS = refusal(
    "Something is missing, there are sending_conditions, nobody is chosen, or the mail has no link to leave.",
    *("MissingFields", "Refused", "NoWayOut"),
    message=NO_CONDITIONS,
)
NONE_CHOSEN = refusal("Nothing is chosen.", "Refused", message="Please provide campaign IDs")
DELETED = "Selected recurring campaigns has been deleted permanently"

RECURRING_ROUTES: Routes = {
    ROOT: {
        "GET": Operation(
            name="listRecurringCampaigns",
            topic="Recurring campaigns",
            summary="List the recurring campaigns",
            description="Returns a page of recurring campaigns, the newest first.",
            parameters=[
                *pages(),
                *parameters_of(RecurringFilter),
                query(
                    "orderBy",
                    one_of("id", "title", "created_at", "scheduled_at", default="id"),
                    "The column to sort by.",
                ),
                query("order", one_of("asc", "desc", default="desc"), "The direction."),
            ],
            answer=obj({"campaigns": page_of(ref("ListedRecurringCampaign"))}),
            example={"campaigns": page_example({**RECURRING_EXAMPLE, "labels": []})},
        ),
        "POST": Operation(
            name="createRecurringCampaign",
            topic="Recurring campaigns",
            summary="Create a recurring campaign",
            description="The new campaign is a draft. Write it, then make it active.",
            body=TITLED,
            body_example=TITLED_EXAMPLE,
            answer=obj({"message": TEXT, "campaign_id": ID}, title="NewRecurringCampaign"),
            example={"message": "Recurring campaign has been created", "campaign_id": 7},
            refusals={400: INVALID, 422: REFUSED},
        ),
    },
    f"{ROOT}/{{id}}": {
        "GET": Operation(
            name="getRecurringCampaign",
            topic="Recurring campaigns",
            summary="Get a recurring campaign",
            ids=RECURRING_ID,
            answer=obj({"campaign": RECURRING}, title="OneRecurringCampaign"),
            example={"campaign": RECURRING_EXAMPLE},
            refusals={404: NOT_FOUND},
        )
    },
    f"{ROOT}/{{id}}/change-status": {
        "POST": Operation(
            name="setRecurringStatus",
            topic="Recurring campaigns",
            summary="Start or stop a recurring campaign",
            ids=RECURRING_ID,
            body=sent({"status": one_of(*Recurring.Status.values)}, ["status"], title="NewRecurringStatus"),
            body_example={"status": "active"},
            answer=obj({"message": TEXT, "new_status": TEXT, "campaign": RECURRING}, title="RecurringStatusSet"),
            example={"message": "Status has been changed", "new_status": "active", "campaign": RECURRING_EXAMPLE},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(
                    "There is no subject or no body.",
                    "Refused",
                    message="Write a subject and a body before you activate the campaign.",
                ),
            },
        )
    },
    f"{ROOT}/{{id}}/duplicate": {
        "POST": Operation(
            name="duplicateRecurringCampaign",
            topic="Recurring campaigns",
            summary="Copy a recurring campaign",
            ids=RECURRING_ID,
            answer=obj({"campaign": RECURRING, "campaign_id": ID, "message": TEXT}, title="CopiedRecurringCampaign"),
            example={
                "campaign": RECURRING_EXAMPLE,
                "campaign_id": 7,
                "message": "Recurring campaign has been duplicated",
            },
            refusals={404: NOT_FOUND},
        )
    },
    f"{ROOT}/{{id}}/update-labels": {"PUT": labelling("RecurringCampaign", "Recurring campaigns", RECURRING_ID)},
    f"{ROOT}/{{id}}/update-settings": {
        "POST": Operation(
            name="setRecurringSettings",
            topic="Recurring campaigns",
            summary="Change title, schedule, recipients and look of a recurring campaign",
            ids=RECURRING_ID,
            body=TITLED,
            body_example=TITLED_EXAMPLE,
            answer=SAVED,
            example={"message": "Settings has been updated", "campaign": RECURRING_EXAMPLE},
            refusals={400: INVALID, 404: NOT_FOUND, 422: REFUSED_SETTINGS},
        )
    },
    f"{ROOT}/update-campaign-data": {
        "POST": Operation(
            name="writeRecurringCampaign",
            topic="Recurring campaigns",
            summary="Change what is written in a recurring campaign",
            body=sent(
                {"campaign_id": ID, "campaign": ref("RecurringMailToSave")},
                ["campaign_id", "campaign"],
                title="WrittenRecurringCampaign",
            ),
            body_example={"campaign_id": 7, "campaign": {"email_subject": "News", "email_body": "<p>Hi</p>"}},
            answer=SAVED,
            example={"message": "Campaign has been updated", "campaign": RECURRING_EXAMPLE},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal("Something is missing, or the mail has no link to leave.", "MissingFields", "NoWayOut"),
            },
        )
    },
    f"{ROOT}/delete-bulk": {
        "POST": Operation(
            name="deleteRecurringCampaigns",
            topic="Recurring campaigns",
            summary="Delete recurring campaigns",
            description="The campaigns that were made from them are kept.",
            body=sent(CHOSEN, title="RecurringToDelete"),
            body_example={"campaign_ids": [7]},
            answer=message(DELETED),
            example={"message": DELETED},
            refusals={400: INVALID, 422: NONE_CHOSEN},
        )
    },
    f"{ROOT}/do-bulk-action": {"POST": bulk_action("RecurringCampaign", "Recurring campaigns")},
    f"{ROOT}/{{id}}/emails": {
        "GET": Operation(
            name="listRecurringMails",
            topic="Recurring campaigns",
            summary="List the mails that a recurring campaign became",
            ids=RECURRING_ID,
            parameters=pages(),
            answer=obj(
                {
                    "emails": page_of(RUN),
                    "drafts": say(listed(RUN), "The newest drafts, which are not in `emails`."),
                },
                title="RecurringMails",
            ),
            example={"emails": page_example(EXAMPLE | {"type": "recurring_mail"}), "drafts": []},
            refusals={404: NOT_FOUND},
        )
    },
    f"{ROOT}/{{id}}/emails/{{email_id}}": {
        "GET": Operation(
            name="getRecurringMail",
            topic="Recurring campaigns",
            summary="Get a mail of a recurring campaign",
            ids=MAIL_IDS,
            answer=obj({"campaign": RECURRING, "email": RUN}, title="RecurringMail"),
            example={"campaign": RECURRING_EXAMPLE, "email": EXAMPLE | {"type": "recurring_mail"}},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="stopRecurringMail",
            topic="Recurring campaigns",
            summary="Stop a mail of a recurring campaign, or make a draft of it",
            ids=MAIL_IDS,
            body=sent({"status": one_of("draft", "cancelled")}, ["status"], title="RecurringMailStatus"),
            body_example={"status": "cancelled"},
            answer=message("Email has been updated"),
            example={"message": "Email has been updated"},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(
                    "The mail is being sent, or was sent.", "Refused", message="This email is being sent, or was sent."
                ),
            },
        ),
    },
    f"{ROOT}/{{id}}/emails/update-email": {
        "POST": Operation(
            name="writeRecurringMail",
            topic="Recurring campaigns",
            summary="Change a mail of a recurring campaign, and schedule or stop it",
            ids=RECURRING_ID,
            body=sent(
                {
                    "step": one_of("edit", "review"),
                    "email": {
                        "allOf": [ref("RunToSave"), sent({"id": ID, "scheduled_at": TEXT}, ["id"])],
                    },
                },
                ["step", "email"],
                title="RecurringMailToWrite",
            ),
            body_example={"step": "review", "email": {"id": 9, "status": "pending-scheduled"}},
            answer=message("Email has been updated"),
            example={"message": "Email has been updated"},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(
                    "The mail is not named, has started, or has no link to leave.",
                    "MissingFields",
                    "Refused",
                    "NoWayOut",
                    message="This email is being sent, or was sent.",
                ),
            },
        )
    },
}

"""What the reports of automations answer."""

from typing import Any

from automations.api.schema.automations import operation
from automations.api.schema.parts import BASE, BLOCK, BLOCK_EXAMPLE, FUNNEL_ID
from rest.openapi import COUNT, ID, TEXT, Refusal, Routes, Schema, constant, listed, nullable, obj, one_of, say, sent
from wp_rest.openapi import NOT_FOUND, message, refused

NUMBER: Schema = {"type": "number"}
STEP = obj(
    {
        "label": TEXT,
        "count": say(COUNT, "The number of contacts the block ran for."),
        "sequence_id": say(COUNT, "The id of the block; 0 for the entrance."),
        "type": TEXT,
        "percent": say(NUMBER, "The share of the contacts who entered, in percent."),
        "percent_text": NUMBER,
        "previous_step_count": say(COUNT, "How many contacts entered the automation."),
        "drop_count": say(COUNT, "How many contacts entered but have not reached this block."),
        "drop_percent": NUMBER,
        "link_clicks": say(COUNT, "How many contacts followed a link. Only for mails."),
        "email_opens": say(COUNT, "How many contacts opened the mail. Only for mails."),
    },
    optional=("link_clicks", "email_opens"),
    title="AutomationStep",
)
STATS: Schema = obj(
    {
        "metrics": listed(STEP),
        "total_revenue": {"const": 0},
        "total_revenue_formatted": constant("0.00"),
        "revenue_currency": constant("USD"),
    },
    title="AutomationReport",
)
NUMBERS = ("total", "sent", "clicks", "views", "unsubscribers", "opens", "unsubscribes", "revenue")
OF_MAIL = obj(
    {"id": nullable(ID), "subject": TEXT, "stats": obj(dict.fromkeys(NUMBERS, COUNT), title="BlockMailNumbers")},
    title="BlockMailReport",
)
STEP_EXAMPLE: dict[str, Any] = {
    "label": "Entrance",
    "count": 12,
    "sequence_id": 0,
    "type": "root",
    "percent": 100,
    "percent_text": 100,
    "previous_step_count": 12,
    "drop_count": 0,
    "drop_percent": 0,
}
MAIL_BLOCK_EXAMPLE: dict[str, Any] = {
    **BLOCK_EXAMPLE,
    "action_name": "send_custom_email",
    "settings": {"reference_campaign": 41},
    "campaign": {"id": 41, "subject": "Welcome", "stats": dict.fromkeys(NUMBERS, 1)},
}
TEST: Schema = sent(
    {
        "data": sent(
            {
                "remote_url": TEXT,
                "sending_method": one_of("POST"),
                "request_format": say(TEXT, "`json`, or a form."),
                "body_data_type": one_of("subscriber_data", "custom"),
                "body_data_values": listed(sent({"data_key": TEXT, "data_value": TEXT}, title="WebhookRow")),
                "header_type": TEXT,
                "header_data": listed(sent({"data_key": TEXT, "data_value": TEXT}, title="WebhookRow")),
                "secret": say(TEXT, "The key that the request is signed with."),
            },
            ["remote_url"],
            title="WebhookSettings",
        )
    },
    ["data"],
    title="WebhookToTry",
)
ROUTES: Routes = {
    f"{BASE}/{{id}}/report": {
        "GET": operation(
            "getAutomationReport",
            "Count the contacts at each block",
            "Blocks that ran for nobody are left out.",
            ids=FUNNEL_ID,
            answer=obj({"stats": STATS}, title="AutomationReportAnswer"),
            example={
                "stats": {
                    "metrics": [STEP_EXAMPLE],
                    "total_revenue": 0,
                    "total_revenue_formatted": "0.00",
                    "revenue_currency": "USD",
                }
            },
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/email_reports": {
        "GET": operation(
            "getAutomationMails",
            "Count the mails of an automation",
            ids=FUNNEL_ID,
            answer=obj(
                {"email_sequences": listed(obj({**BLOCK, "campaign": OF_MAIL}, title="MailBlock"))},
                title="AutomationMails",
            ),
            example={"email_sequences": [MAIL_BLOCK_EXAMPLE]},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/syncable-counts": {
        "GET": operation(
            "countSyncableContacts",
            "Count the contacts that new blocks are for",
            "Counts the contacts who completed the automation before blocks were added after their last one.",
            ids=FUNNEL_ID,
            answer=obj({"syncable_count": COUNT}, title="SyncableCount"),
            example={"syncable_count": 3},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/{{id}}/sync-new-steps": {
        "POST": operation(
            "syncNewBlocks",
            "Let contacts go on with new blocks",
            "Moves on the contacts that `GET /funnels/{id}/syncable-counts` counts.",
            ids=FUNNEL_ID,
            answer=obj({"message": TEXT, "synced": COUNT}, title="SyncedContacts"),
            example={"message": "3 contacts go on with the new steps", "synced": 3},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/send-test-webhook": {
        "POST": operation(
            "tryWebhook",
            "Try the webhook of a block",
            "Posts to the address now. The values are those of the contact with your e-mail address; if there is none, "
            "they are made up. If an `Idempotency-Key` is sent, the server posts after the answer is kept, and the answer does "
            "not say whether the address accepted it.",
            body=TEST,
            body_example={"data": {"remote_url": "https://example.com/hook", "sending_method": "POST"}},
            answer=message(),
            example={"message": "Test Webhook has been sent successfully"},
            refusals={
                422: Refusal(
                    "The address is missing, wrong, private, or did not take it.",
                    ["MissingFields", "Refused"],
                    refused("", "The address did not take it: 500").examples,
                ),
            },
        )
    },
}

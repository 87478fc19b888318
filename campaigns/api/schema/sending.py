"""Routes of what becomes of campaigns: scheduled, paused, watched. One file, as each part is used once."""

from typing import Any

from campaigns.api.filters import RecipientFilter
from campaigns.api.schema.components import ANALYTICS, BASE, CAMPAIGN_ID, EXAMPLE, STATS, SUBJECT, refusal
from campaigns.models import Sending
from emails.api.message_schema import MESSAGE_EXAMPLE
from rest.openapi import (
    BOOLEAN,
    COUNT,
    ID,
    TEXT,
    Operation,
    Routes,
    Schema,
    constant,
    listed,
    obj,
    one_of,
    ref,
    say,
    sent,
)
from subscribers.api.schema.contact import JANE
from wp_rest.filters import parameters_of
from wp_rest.openapi import DATETIME, DIGITS, IDS, INVALID, NOT_FOUND, message, page_example, page_of, pages

STATES = listed(obj({"status": TEXT, "total": DIGITS}, title="MessagesByState"))
FIGURES: dict[str, Schema] = {"sent_count": COUNT, "stat": STATES, "analytics": ANALYTICS}
FIGURES_EXAMPLE: dict[str, Any] = {
    "sent_count": 2,
    "stat": [{"status": "sent", "total": "2"}],
    "analytics": {
        "open": {
            "total": 1,
            "label": "Open Rate (1)",
            "type": "open",
            "is_percent": True,
            "icon_class": "dashicons dashicons-buddicons-pm",
        }
    },
}
SUBJECT_FIGURES = obj({**SUBJECT["properties"], "stats": STATS}, title="SubjectFigures")
MOVED = obj({"message": TEXT, "campaign": ref("Campaign")}, title="MovedCampaign")


def move(name: str, summary: str, description: str, *, done: str, status: str, refused: str) -> dict[str, Operation]:
    return {
        "POST": Operation(
            name=name,
            topic="Campaigns",
            summary=summary,
            description=description,
            ids=CAMPAIGN_ID,
            answer=MOVED,
            example={"message": done, "campaign": EXAMPLE | {"status": status}},
            refusals={404: NOT_FOUND, 422: refusal("The campaign has another status.", "Refused", message=refused)},
        )
    }


SENDING_ROUTES: Routes = {
    f"{BASE}/campaigns/{{id}}/schedule": {
        "POST": Operation(
            name="scheduleCampaign",
            topic="Campaigns",
            summary="Send a campaign now, at a time, or spread over a time",
            description="Without a time the campaign starts within seconds; a time in the past is now. Workers choose "
            "the recipients when it starts.",
            ids=CAMPAIGN_ID,
            body=sent(
                {
                    "scheduled_at": say(
                        {"anyOf": [TEXT, listed(TEXT, minItems=2, maxItems=2)]},
                        "When it starts; for `range_schedule` when the first and the last message leave.",
                    ),
                    "sending_type": one_of(*Sending.values),
                },
                title="CampaignSchedule",
            ),
            body_example={"scheduled_at": "2030-01-15 09:00:00", "sending_type": "schedule"},
            answer=obj(
                {"campaign": ref("Campaign"), "message": TEXT, "current_timestamp": DATETIME}, title="ScheduledCampaign"
            ),
            example={
                "campaign": EXAMPLE | {"status": "pending-scheduled", "scheduled_at": "2030-01-15 09:00:00"},
                "message": "Your campaign email has been scheduled",
                "current_timestamp": "2026-01-31 09:05:00",
            },
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: refusal(
                    "The campaign is not a draft, or nobody is chosen.",
                    "Refused",
                    message="Campaign status is not in draft status. Please reload the page",
                ),
            },
        )
    },
    f"{BASE}/campaigns/{{id}}/un-schedule": {
        "POST": Operation(
            name="unscheduleCampaign",
            topic="Campaigns",
            summary="Make a draft of a campaign that has not started",
            ids=CAMPAIGN_ID,
            answer=message("Campaign has been successfully un-scheduled"),
            example={"message": "Campaign has been successfully un-scheduled"},
            refusals={
                404: NOT_FOUND,
                422: refusal(
                    "The campaign has another status.",
                    "Refused",
                    message="The campaign is not scheduled, or has started already.",
                ),
            },
        )
    },
    f"{BASE}/campaigns/{{id}}/pause": move(
        "pauseCampaign",
        "Pause a campaign",
        "Messages that workers are sending at this time still leave, at most fifty for each worker. No others do.",
        done="Campaign has been successfully marked as paused",
        status="paused",
        refused="You can only pause a campaign that is being sent.",
    ),
    f"{BASE}/campaigns/{{id}}/resume": move(
        "resumeCampaign",
        "Let a paused campaign go on",
        "",
        done="Campaign has been successfully resumed",
        status="working",
        refused="You can only resume a campaign that is paused.",
    ),
    f"{BASE}/campaigns/{{id}}/status": {
        "GET": Operation(
            name="getCampaignStatus",
            topic="Campaigns",
            summary="Get how far a campaign is, and its figures",
            description="The figures cost the same for any number of recipients.",
            ids=CAMPAIGN_ID,
            answer=obj(
                {
                    "current_timestamp": DATETIME,
                    "campaign": ref("CampaignUnderWay"),
                    **FIGURES,
                    "subject_analytics": {
                        "anyOf": [
                            obj(
                                {"subjects": listed(SUBJECT_FIGURES)},
                                title="FiguresBySubject",
                            ),
                            listed(TEXT, maxItems=0),
                        ]
                    },
                },
                title="CampaignProgress",
            ),
            example={
                "current_timestamp": "2026-01-31 09:05:00",
                "campaign": EXAMPLE | {"status": "archived", "sent_by": "admin (admin@example.com)"},
                **FIGURES_EXAMPLE,
                "subject_analytics": [],
            },
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/processing-stat": {
        "GET": Operation(
            name="getCampaignStart",
            topic="Campaigns",
            summary="Get whether a campaign has started",
            ids=CAMPAIGN_ID,
            answer=obj(
                {
                    "reload": say(BOOLEAN, "True if you should ask again: the campaign is about to start."),
                    "campaign": ref("Campaign"),
                },
                title="CampaignStart",
            ),
            example={"reload": False, "campaign": EXAMPLE},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/overview_stats": {
        "GET": Operation(
            name="getCampaignFigures",
            topic="Campaigns",
            summary="Get the figures of a campaign",
            ids=CAMPAIGN_ID,
            answer=obj(FIGURES, title="CampaignOverview"),
            example=FIGURES_EXAMPLE,
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/link-report": {
        "GET": Operation(
            name="getCampaignLinks",
            topic="Campaigns",
            summary="Get the links of a campaign that were followed",
            ids=CAMPAIGN_ID,
            answer=obj(
                {
                    "links": listed(
                        obj(
                            {"total": say(DIGITS, "The number of contacts."), "url": TEXT, "id": ID},
                            title="LinkFigures",
                        )
                    )
                },
                title="LinkReport",
            ),
            example={"links": [{"total": "1", "url": "https://shop.example.com/offer", "id": 1}]},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/emails": {
        "GET": Operation(
            name="listCampaignMails",
            topic="Campaigns",
            summary="List the messages of a campaign",
            ids=CAMPAIGN_ID,
            parameters=[*pages(), *parameters_of(RecipientFilter)],
            answer=obj({"emails": page_of(ref("CampaignMail")), "failed_counts": COUNT}, title="CampaignMails"),
            example={"emails": page_example({**MESSAGE_EXAMPLE, "subscriber": JANE}), "failed_counts": 0},
            refusals={400: INVALID},
        ),
        "DELETE": Operation(
            name="deleteCampaignMails",
            topic="Campaigns",
            summary="Delete messages of a campaign",
            ids=CAMPAIGN_ID,
            body=sent({"email_ids": IDS}, ["email_ids"], title="CampaignMailIds"),
            body_example={"email_ids": [1]},
            answer=obj(
                {"message": {"const": "Selected emails are deleted"}, "recipients_count": COUNT}, title="DeletedMails"
            ),
            example={"message": "Selected emails are deleted", "recipients_count": 1},
            refusals={400: INVALID, 404: NOT_FOUND},
        ),
    },
    f"{BASE}/campaigns/{{id}}/unsubscribers": {
        "GET": Operation(
            name="listUnsubscribers",
            topic="Campaigns",
            summary="List who left by an address in the campaign",
            ids=CAMPAIGN_ID,
            parameters=pages(),
            answer=obj({"unsubscribes": page_of(ref("Unsubscriber"))}, title="Unsubscribes"),
            example={
                "unsubscribes": page_example(
                    {
                        "id": 3,
                        "url_id": None,
                        "campaign_id": "7",
                        "subscriber_id": "2",
                        "type": "unsubscribe",
                        "ip_address": None,
                        "country": None,
                        "city": None,
                        "counter": "1",
                        "created_at": "2026-01-31 09:05:00",
                        "updated_at": "2026-01-31 09:05:00",
                        "subscriber": {**JANE, "reason": ""},
                    }
                )
            },
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/revenues": {
        "GET": Operation(
            name="listRevenues",
            topic="Campaigns",
            summary="List what was bought after a campaign",
            description="Always empty: this server knows no shop.",
            ids=CAMPAIGN_ID,
            answer=obj(
                {
                    "orders": listed(TEXT, maxItems=0),
                    "labels": obj(
                        {
                            "order": constant("#"),
                            "title": constant("Customer"),
                            "status": constant("Status"),
                            "date": constant("Date"),
                            "total": constant("Total"),
                        },
                        title="RevenueLabels",
                    ),
                    "total": {"const": 0},
                },
                title="Revenues",
            ),
            example={
                "orders": [],
                "labels": {
                    "order": "#",
                    "title": "Customer",
                    "status": "Status",
                    "date": "Date",
                    "total": "Total",
                },
                "total": 0,
            },
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/revenues/resync": {
        "POST": Operation(
            name="countRevenues",
            topic="Campaigns",
            summary="Count what was bought after a campaign",
            ids=CAMPAIGN_ID,
            answer=message("No revenue found for this campaign"),
            example={"message": "No revenue found for this campaign"},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/{{id}}/share-url": {
        "GET": Operation(
            name="getShareAddress",
            topic="Campaigns",
            summary="Get the address of a page that shows the campaign to anybody",
            ids=CAMPAIGN_ID,
            answer=obj({"sharable_url": TEXT}, title="ShareAddress"),
            example={"sharable_url": "https://crm.example.com/mail/shared/0123456789abcdef0123456789abcdef"},
            refusals={404: NOT_FOUND},
        )
    },
}

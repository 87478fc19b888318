"""What the routes of mails and their numbers take and answer (see rest.openapi)."""

from collections.abc import Mapping
from typing import Any

from emails.api.filters import ContactMessageFilter, MessageFilter
from emails.api.message_schema import (
    LISTED_MESSAGE,
    MESSAGE_COMPONENTS,
    MESSAGE_EXAMPLE,
    NOT_SENT,
    PREVIEW_EXAMPLE,
    WHOLE_EXAMPLE,
)
from emails.api.optin_schema import OPTIN_COMPONENTS, OPTIN_ROUTES
from emails.api.template_schema import BASE, TEMPLATE_COMPONENTS, TEMPLATE_ROUTES
from emails.design import DEFAULT_STYLE
from rest.openapi import (
    COUNT,
    Operation,
    Refusal,
    Routes,
    Schema,
    listed,
    mapped,
    obj,
    query,
    ref,
    say,
    sent,
)
from wp_rest.filters import parameters_of
from wp_rest.openapi import (
    IDS,
    INVALID,
    NOT_FOUND,
    message,
    page_example,
    page_of,
    pages,
)

COMPONENTS: dict[str, Schema] = {**TEMPLATE_COMPONENTS, **MESSAGE_COMPONENTS, **OPTIN_COMPONENTS}
CONTACT_ID = {"id": "The contact's id."}
CHOSEN: Schema = sent({"email_ids": say(IDS, "The ids of the mails.")}, title="ChosenMails")
DELETED = "Selected emails has been deleted"


def delete_mails(name: str, summary: str, missing: Mapping[int, Refusal], **more: Any) -> Operation:
    return Operation(
        name=name,
        topic="Mails",
        summary=summary,
        description="A mail that is being sent at this time is not deleted.",
        body=CHOSEN,
        body_example={"email_ids": [1, 2]},
        answer=message(DELETED),
        example={"message": DELETED},
        refusals={400: INVALID, **missing},
        **more,
    )


def numbers(name: str, summary: str) -> dict[str, Operation]:
    days = query(
        "date_range[]",
        listed({"type": "string", "format": "date"}, minItems=2, maxItems=2),
        "The first and the last day. The last 31 days, if you leave it out; at most 1100 days.",
    )
    return {
        "GET": Operation(
            name=name,
            topic="Mails",
            summary=summary,
            description="Returns a number for each day, in the time zone of this site.",
            parameters=[days],
            answer=obj({"stats": mapped(COUNT)}),
            example={"stats": {"2026-01-30": 0, "2026-01-31": 12}},
            refusals={400: INVALID},
        )
    }


ROUTES: Routes = {
    **TEMPLATE_ROUTES,
    f"{BASE}/subscribers/{{id}}/emails": {
        "GET": Operation(
            name="listMails",
            topic="Mails",
            summary="List the mails to a contact",
            description="Returns a page of mails, the newest first. Requests to confirm an address are not in it.",
            ids=CONTACT_ID,
            parameters=[*pages(), *parameters_of(ContactMessageFilter)],
            answer=obj({"emails": page_of(LISTED_MESSAGE)}),
            example={"emails": page_example(MESSAGE_EXAMPLE)},
            refusals={400: INVALID, 404: NOT_FOUND},
        ),
        "DELETE": delete_mails("deleteMailsOfContact", "Delete mails to a contact", {404: NOT_FOUND}, ids=CONTACT_ID),
    },
    f"{BASE}/subscribers/{{id}}/emails/template-mock": {
        "GET": Operation(
            name="getBlankMail",
            topic="Mails",
            summary="Get what a mail to a contact starts from",
            ids=CONTACT_ID,
            refusals={404: NOT_FOUND},
            answer=obj({"email_mock": ref("BlankMail")}),
            example={
                "email_mock": {
                    **dict.fromkeys(("id", "template_id", "email_subject", "email_pre_header", "email_body"), ""),
                    **dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), ""),
                    "title": "Custom Email to Contact",
                    "status": "published",
                    "utm_status": 0,
                    "design_template": "simple",
                    "settings": {"template_config": dict(DEFAULT_STYLE)},
                }
            },
        )
    },
    f"{BASE}/subscribers/{{id}}/emails/send": {
        "POST": Operation(
            name="sendMail",
            topic="Mails",
            summary="Send a mail to a contact",
            description="The contact must be `subscribed`. If the mail server does not take the mail now, this server "
            "tries again.",
            ids=CONTACT_ID,
            body=sent({"campaign": ref("MailToSend")}, ["campaign"], title="WrappedMail"),
            body_example={
                "campaign": {
                    "title": "Hello",
                    "email_subject": "Hello {{contact.first_name|there}}",
                    "email_body": "<p>How are you?</p>",
                }
            },
            answer=message("Custom Email has been successfully sent"),
            example={"message": "Custom Email has been successfully sent"},
            refusals={400: INVALID, 404: NOT_FOUND, 422: NOT_SENT},
        )
    },
    f"{BASE}/subscribers/{{id}}/url-metrics": {
        "GET": Operation(
            name="listClicks",
            topic="Mails",
            summary="List the links that a contact followed",
            description="Returns a page of addresses in mails, the one that was followed most often first.",
            ids=CONTACT_ID,
            parameters=pages(),
            answer=obj({"urlMetrics": page_of(ref("FollowedLink"))}),
            example={"urlMetrics": page_example({"url": "https://shop.example.com/a", "count": "1"})},
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/campaigns/emails/{{id}}/preview": {
        "GET": Operation(
            name="previewMail",
            topic="Mails",
            summary="Get what a mail looks like",
            ids={"id": "The mail's id."},
            answer=ref("MailPreview"),
            example=PREVIEW_EXAMPLE,
            refusals={404: NOT_FOUND},
        )
    },
    f"{BASE}/reports/emails": {
        "GET": Operation(
            name="listAllMails",
            topic="Mails",
            summary="List all mails",
            description="Returns a page of mails with their contacts and what was written, the newest first.",
            parameters=[*pages(), *parameters_of(MessageFilter)],
            answer=obj({"emails": page_of(ref("WholeMail")), "statuses": {"type": "null"}}),
            example={"emails": page_example(WHOLE_EXAMPLE), "statuses": None},
            refusals={400: INVALID},
        ),
        "DELETE": delete_mails("deleteMails", "Delete mails", {}),
    },
    f"{BASE}/reports/email-sents": numbers("countSentMails", "Count the mails that were sent"),
    f"{BASE}/reports/email-opens": numbers("countOpenedMails", "Count the mails that were opened"),
    f"{BASE}/reports/email-clicks": numbers("countClickedMails", "Count the mails that were clicked in"),
    **OPTIN_ROUTES,
}

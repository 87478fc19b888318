"""What the routes of double opt-in take and answer (see rest.openapi)."""

from typing import Any

from emails.api.optin_serializers import MAX_ADDRESS, MAX_REDIRECTS, OptinSettingsSerializer
from emails.double_optin import FOLLOWS, OptinSettings
from rest.openapi import (
    COUNT,
    ID,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    body_of,
    listed,
    mapped,
    obj,
    one_of,
    query,
    ref,
    say,
    sent,
)
from wp_rest.openapi import IDS, INVALID, JSON_OBJECT, MISSING, NOT_FOUND, message, refused

YES_OR_NO = one_of("yes", "no", title="YesOrNo")
AFTER = one_of("message", "redirect", title="AfterConfirmation")
SETTINGS: dict[str, Schema] = {
    "email_subject": TEXT,
    "email_pre_header": TEXT,
    "design_template": TEXT,
    "email_body": TEXT,
    "after_confirmation_type": AFTER,
    "after_confirm_message": TEXT,
    "after_conf_redirect_url": TEXT,
    "tag_based_redirect": YES_OR_NO,
    "tag_redirects": listed(obj({"field_key": listed(ID), "field_value": TEXT}, title="TagRedirect")),
}
OPTIN_COMPONENTS: dict[str, Schema] = {
    "DoubleOptinSettings": obj(SETTINGS),
    "DoubleOptinSettingsToSave": body_of(
        OptinSettingsSerializer,
        {
            "email_body": "HTML with the link to confirm: `{{crm.activate_button|Yes, subscribe me}}`, or `#activate_link#` "
            "as the address of a link.",
            "after_confirm_message": "HTML of the page after the confirmation, if the type is `message`.",
            "after_conf_redirect_url": "Where the contact is sent, if the type is `redirect`.",
            "tag_redirects": "Other addresses for contacts with one of these tags, if `tag_based_redirect` is `yes`. The "
            "first that fits is used.",
        },
        {
            "after_confirmation_type": AFTER,
            "tag_based_redirect": YES_OR_NO,
            "tag_redirects": listed(
                sent(
                    {"field_key": IDS, "field_value": {"type": "string", "maxLength": MAX_ADDRESS}},
                    ["field_key", "field_value"],
                    title="TagRedirectToSave",
                ),
                maxItems=MAX_REDIRECTS,
            ),
        },
    ),
    "DoubleOptinRequests": obj(
        {
            "sent": say(COUNT, "How many contacts get the mail."),
            "not_sent": mapped(
                COUNT,
                description="How many get none, by the reason: their status, or `asked` for those who got the mail some "
                "minutes ago.",
            ),
        }
    ),
}
SENT: dict[str, Any] = {
    "email_subject": "Please confirm",
    "email_body": "<p>Hello {{contact.first_name}}</p><p>{{crm.activate_button|Yes, add me}}</p>",
    "after_confirmation_type": "redirect",
    "after_conf_redirect_url": "https://shop.example.com/thanks",
}
DONE = "Double OptIn email has been sent"
BASE = "/fluent-crm/v2"
OPTIN_ROUTES: Routes = {
    f"{BASE}/setting/double-optin": {
        "GET": Operation(
            name="getDoubleOptinSettings",
            topic="Settings",
            summary="Get the settings of double opt-in",
            description="The mail that asks contacts to confirm their subscription, and what they see afterwards.",
            parameters=[
                query("list_id", ID, "The id of a list. The answer has the settings for its contacts."),
                query("with[]", listed(one_of("settings_fields")), "Also the fields of a form for the settings."),
            ],
            answer=obj(
                {
                    "settings": ref("DoubleOptinSettings"),
                    FOLLOWS: say(YES_OR_NO, "`no` if the list has its own settings. Only if `list_id` is sent."),
                    "settings_fields": say(JSON_OBJECT, "A type and a label for each setting."),
                },
                optional=[FOLLOWS, "settings_fields"],
                title="DoubleOptinSettingsResponse",
            ),
            example={"settings": OptinSettings().shown()},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="updateDoubleOptinSettings",
            topic="Settings",
            summary="Change the settings of double opt-in",
            description="Changes only what you send. Mails that were sent keep their text, and so do the consents that "
            "contacts gave to it.",
            body=sent(
                {
                    "settings": {
                        "anyOf": [ref("DoubleOptinSettingsToSave"), TEXT],
                        "description": "The settings, or the JSON text of them.",
                    },
                    "list_id": say({"type": ["integer", "string", "null"]}, "Change the settings of this list."),
                    FOLLOWS: say(YES_OR_NO, "`yes`: the list follows the general settings. Only with `list_id`."),
                },
                ["settings"],
                title="DoubleOptinSettingsRequest",
            ),
            body_example={"settings": SENT},
            answer=message("Double Opt-in settings has been updated"),
            example={"message": "Double Opt-in settings has been updated"},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: Refusal(
                    "The subject or the address of the redirect is missing, or the body has no link to confirm.",
                    ["MissingFields", "Refused"],
                    {**MISSING.examples, **refused("", "Email Body need to contains activation link").examples},
                ),
            },
        ),
    },
    f"{BASE}/subscribers/{{id}}/send-double-optin": {
        "POST": Operation(
            name="sendDoubleOptin",
            topic="Mails",
            summary="Ask a contact to confirm its subscription",
            description="Only contacts that are `pending` or `unsubscribed` get the mail, and only once in five minutes. For "
            "other contacts the answer is the same, and `double_optin` says that nothing was sent. When the contact "
            "follows the link in the mail, it becomes `subscribed`, and its consent is kept and shown in its history.",
            ids={"id": "The contact's id."},
            answer=obj(
                {"message": {"const": DONE}, "double_optin": ref("DoubleOptinRequests")}, title="DoubleOptinSent"
            ),
            example={"message": DONE, "double_optin": {"sent": 1, "not_sent": {}}},
            refusals={
                404: NOT_FOUND,
                422: refused(
                    "The contact is `bounced`, `complained` or `spammed`.",
                    "No email has been sent: the contact is bounced.",
                ),
            },
        )
    },
}

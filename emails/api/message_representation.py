"""Messages, and what was written in them, in FluentCRM's words (contact-emails.json)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.text import slugify

from campaigns.api.representation import show_campaign
from emails.design import site_style
from emails.models import Kind, Mailing, Message, State
from emails.reading import clicks_of_message, recipients_by_mailing
from emails.services.composing import as_seen
from emails.settings import read_settings
from subscribers.api.representation import show_contacts
from subscribers.reading import read_contacts
from wp_rest.dates import write_datetime

# What a campaign's settings are where nobody chose (contact-emails.json); the style comes after them.
CAMPAIGN_SETTINGS: Mapping[str, Any] = {
    "mailer_settings": {
        "from_name": "",
        "from_email": "",
        "reply_to_name": "",
        "reply_to_email": "",
        "is_custom": "no",
    },
    "subscribers": [{"list": "all", "tag": "all"}],
    "excludedSubscribers": [{"list": None, "tag": None}],
    "sending_filter": "list_tag",
    "dynamic_segment": {"id": "", "slug": ""},
    "advanced_filters": [[]],
    "sending_type": "instant",
    "is_transactional": "no",
}
# FluentCRM's words for states; of an unsure one it cannot be said that it failed.
STATUSES: Mapping[str, str] = {State.SENDING: "processing", State.UNSURE: "processing"}
TYPES: Mapping[str, str] = {Kind.CUSTOM: "custom_email_campaign", Kind.AUTOMATION: "funnel_email_campaign"}


def show_message(message: Message) -> dict[str, Any]:
    """A message as its lists show it; `message.mailing` is read already."""
    return {
        "id": message.pk,
        "campaign_id": str(message.mailing_id),
        "email_type": "campaign" if message.kind == Kind.CUSTOM else TYPES.get(message.kind, message.kind),
        "subscriber_id": str(message.subscriber_id),
        "email_subject_id": None,
        "email_address": message.email,
        "email_subject": message.subject or message.mailing.subject,
        "email_body": "",
        "email_headers": [],
        "is_open": "1" if message.opened_at else "0",
        "is_parsed": "1" if message.subject else "0",
        "click_counter": str(message.clicks) if message.clicks else None,
        "status": STATUSES.get(message.state, message.state),
        "note": message.error or origin(message),
        "scheduled_at": write_datetime(message.due),
        "email_hash": str(UUID(message.hash)),
        "created_at": write_datetime(message.created_at),
        "updated_at": write_datetime(message.updated_at),
    }


def origin(message: Message) -> str | None:
    """What sent the message, where FluentCRM notes that."""
    return f"Email Sent From Funnel: {message.mailing.title}" if message.kind == Kind.AUTOMATION else None


def show_mailing(mailing: Mailing, recipients: int, style: Mapping[str, Any]) -> dict[str, Any]:
    """A mailing as a campaign."""
    return {
        "id": mailing.pk,
        "parent_id": None,
        "type": TYPES.get(mailing.kind, mailing.kind),
        "title": mailing.title,
        "available_urls": None,
        "slug": slugify(mailing.title),
        "status": "draft" if mailing.kind == Kind.CUSTOM else "archived",
        "template_id": None,
        "email_subject": mailing.subject,
        "email_pre_header": mailing.pre_header or None,
        "email_body": mailing.body,
        "recipients_count": recipients,
        "delay": "0",
        "utm_status": "0",
        "utm_source": None,
        "utm_medium": None,
        "utm_campaign": None,
        "utm_term": None,
        "utm_content": None,
        "design_template": mailing.design,
        "scheduled_at": None,
        "settings": {**CAMPAIGN_SETTINGS, "template_config": style, **mailing.settings},
        "created_by": str(mailing.created_by_id or 0),
        "created_at": write_datetime(mailing.created_at),
        "updated_at": write_datetime(mailing.updated_at),
    }


def show_messages_whole(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages with their campaign and contact. Five statements, however many, where `mailing__campaign` is read already."""
    contacts = show_contacts(read_contacts([message.subscriber_id for message in messages]))
    by_id = {contact["id"]: contact for contact in contacts}
    mailings = {message.mailing_id: message.mailing for message in messages}
    campaigns = {pk: mailing.campaign for pk, mailing in mailings.items() if hasattr(mailing, "campaign")}
    # Of campaigns the number is kept: counting a million recipients takes its time.
    recipients = recipients_by_mailing(mailings.keys() - campaigns.keys())
    style = site_style()
    shown = {
        pk: show_campaign(campaigns[pk]) if pk in campaigns else show_mailing(mailing, recipients.get(pk, 0), style)
        for pk, mailing in mailings.items()
    }
    return [
        {
            **show_message(message),
            "campaign": shown[message.mailing_id],
            "subscriber": by_id.get(message.subscriber_id),
        }
        for message in messages
    ]


def show_preview(message: Message) -> dict[str, Any]:
    """A message and what it looks like: with today's words where it was not sent yet. A fixed number of statements."""
    [info] = show_messages_whole([message])
    if info["subscriber"]:
        info["subscriber"]["campaign_id"] = info["campaign_id"]  # as recorded
    rendered, site = as_seen(message), read_settings()
    return {
        "info": info,
        "email": {
            "to": {"email": message.email, "name": message.subscriber.full_name},
            "from": {"name": site.from_name or None, "email": site.from_email or None},
            "reply": {"name": site.reply_to_name, "email": site.reply_to_email} if site.reply_to_email else None,
            "subject": message.subject or rendered.subject,
            "body": rendered.html,
            "campaign_id": str(message.mailing_id),
            "id": message.pk,
            "subscriber_id": str(message.subscriber_id),
            "clicks": [{"url": url, "counter": str(count)} for url, count in clicks_of_message(message.pk)],
        },
    }


def show_blank_mail() -> dict[str, Any]:
    """What a mail to one contact starts from (GET /subscribers/{id}/emails/template-mock). One statement."""
    return {
        "id": "",
        "title": "Custom Email to Contact",
        "status": "published",
        "template_id": "",
        "email_subject": "",
        "email_pre_header": "",
        "email_body": "",
        "utm_status": 0,
        "utm_source": "",
        "utm_medium": "",
        "utm_campaign": "",
        "utm_term": "",
        "utm_content": "",
        "design_template": "simple",
        "settings": {"template_config": site_style()},
    }

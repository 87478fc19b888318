"""Campaigns in FluentCRM's words (campaigns.json, campaign-sending.json, campaign-pause.json)."""

from collections.abc import Iterable, Mapping, Sequence
from email.utils import formataddr
from typing import Any

from django.utils import timezone

from campaigns.api.figures import show_overview, show_stats, show_subject_numbers, show_subjects
from campaigns.models import STARTED, Campaign, Recurring, Sending, Status
from emails.models import Mailing, Message
from emails.services.numbers import Numbers, numbers_of
from emails.settings import EmailSettings
from emails.written_settings import UTM, sender_of
from labels.api.representation import show_label
from labels.services import labels_of
from wp_rest.dates import write_datetime
from wp_rest.parameters import is_true

# Keys of a mailing's settings that are columns of a campaign in the API.
COLUMNS_IN_SETTINGS = frozenset({"utm_status", *UTM, "subjects"})


def show_campaign(campaign: Campaign) -> dict[str, Any]:
    """A campaign as lists and answers show it; `campaign.mailing` is read already."""
    mailing = campaign.mailing
    utm = utm_of(mailing.settings)
    return {
        "id": mailing.pk,
        "parent_id": None if campaign.recurrence_id is None else str(campaign.recurrence_id),
        "type": "recurring_mail" if campaign.run_at else "campaign",
        "title": mailing.title,
        "available_urls": None,
        "slug": campaign.slug,
        "status": campaign.status,
        "template_id": None if campaign.template_id is None else str(campaign.template_id),
        "email_subject": mailing.subject or None,
        "email_pre_header": mailing.pre_header or None,
        "email_body": mailing.body,
        "recipients_count": campaign.recipients_count,
        "delay": "0",
        **utm,
        "design_template": mailing.design,
        "scheduled_at": write_datetime(campaign.scheduled_at),
        "settings": show_settings(campaign),
        "created_by": str(mailing.created_by_id or 0),
        "created_at": write_datetime(mailing.created_at),
        "updated_at": write_datetime(mailing.updated_at),
    }


def show_settings(campaign: Campaign) -> dict[str, Any]:
    """What a mail looks like and to whom it goes, in the one object of FluentCRM."""
    shown = {
        **kept_settings(campaign.mailing.settings),
        **campaign.recipients,
        "sending_type": campaign.sending_type,
    }
    if campaign.range_start and campaign.range_end:
        shown["schedule_range"] = [int(campaign.range_start.timestamp()), int(campaign.range_end.timestamp())]
    return shown


def kept_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in COLUMNS_IN_SETTINGS}


def utm_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    status = "1" if is_true(settings.get("utm_status")) else "0"
    return {"utm_status": status, **{name: settings.get(name) or None for name in UTM}}


def show_created(campaign: Campaign) -> dict[str, Any]:
    """A new campaign as the answer to its creation shows it: what there is of it so far."""
    shown = show_campaign(campaign)
    names = (
        "title", "email_body", "status", "type", "design_template", "slug", "settings", "updated_at", "created_at", "id",
    )  # fmt: skip
    return {
        **{name: shown[name] for name in names},
        "created_by": campaign.mailing.created_by_id or 0,
        "template": None,
        "subjects": [],
    }


def show_copy(campaign: Campaign) -> dict[str, Any]:
    """A copy as the answer shows it."""
    shown = show_campaign(campaign)
    left_out = ("parent_id", "available_urls", "recipients_count", "delay", "scheduled_at")
    return {name: value for name, value in shown.items() if name not in left_out} | {
        "created_by": campaign.mailing.created_by_id or 0
    }


def show_campaigns(campaigns: Sequence[Campaign], *, stats: bool) -> list[dict[str, Any]]:
    """A page of campaigns; with `stats` two statements more, whatever their number and size."""
    rows = [show_campaign(campaign) for campaign in campaigns]
    if not stats:
        return rows
    ids = [campaign.pk for campaign in campaigns]
    numbers, labels = numbers_of(ids), labels_of("campaign", ids)
    for campaign, row in zip(campaigns, rows, strict=True):
        row |= {
            "stats": show_stats(numbers[campaign.pk]),
            "next_step": campaign.next_step or False,
            "labels": [show_label(label) for label in labels[campaign.pk]],
        }
    return rows


def show_whole(campaign: Campaign, wanted: Iterable[str]) -> dict[str, Any]:
    """A campaign by itself; `wanted` may have template and subjects."""
    asked = set(wanted)
    shown = show_campaign(campaign) | {"server_time": write_datetime(timezone.now())}
    if "template" in asked:
        template = campaign.template
        shown["template"] = {"ID": template.pk, "post_title": template.title} if template else None
    if "subjects" in asked:
        shown["subjects"] = show_subjects(campaign.mailing)
    return shown


def show_recurring(recurring: Recurring) -> dict[str, Any]:
    """A recurring campaign as lists and answers show it."""
    return {
        "id": recurring.pk,
        "parent_id": None,
        "type": "recurring_campaign",
        "title": recurring.title,
        "available_urls": None,
        "slug": recurring.slug,
        "status": recurring.status,
        "template_id": None if recurring.template_id is None else str(recurring.template_id),
        "email_subject": recurring.subject or None,
        "email_pre_header": recurring.pre_header or None,
        "email_body": recurring.body,
        "recipients_count": 0,
        "delay": "0",
        **utm_of(recurring.settings),
        "design_template": recurring.design,
        "scheduled_at": write_datetime(recurring.next_run),
        "settings": {
            **kept_settings(recurring.settings),
            "scheduling_settings": {
                "type": recurring.frequency,
                "day": recurring.day,
                "time": f"{recurring.time:%H:%M}",
                "send_automatically": "yes" if recurring.send_automatically else "no",
            },
            "sending_conditions": recurring.sending_conditions,
            "subscribers_settings": recurring.recipients,
        },
        "created_by": str(recurring.created_by_id or 0),
        "created_at": write_datetime(recurring.created_at),
        "updated_at": write_datetime(recurring.updated_at),
    }


def show_unsubscriber(message: Message, contact: Any) -> dict[str, Any]:
    """Who left by an address in a message; `message.subscriber` is read already."""
    left = write_datetime(message.unsubscribed_at)
    return {
        "id": message.pk,
        "url_id": None,
        "campaign_id": str(message.mailing_id),
        "subscriber_id": str(message.subscriber_id),
        "type": "unsubscribe",
        "ip_address": None,
        "country": None,
        "city": None,
        "counter": "1",
        "created_at": left,
        "updated_at": left,
        "subscriber": {**contact, "reason": message.subscriber.unsubscribe_reason or ""} if contact else None,
    }


def show_headers(mailing: Mailing, site: EmailSettings) -> Any:
    """The sender that staff chose for a campaign, or for all mails (`site`); PHP's empty list for neither."""
    sender = sender_of(mailing, site)
    return {"From": formataddr((sender["from_name"], sender["from_email"]))} if sender["from_email"] else []


def show_status(campaign: Campaign, numbers: Numbers) -> dict[str, Any]:
    """How far a campaign is. One statement more for one with several subjects."""
    shown = show_campaign(campaign)
    if campaign.status == Status.WORKING:
        shown["scheduling_range"] = show_range(campaign)
    if campaign.status in STARTED:
        author: Any = campaign.mailing.created_by
        shown["sent_by"] = f"{author.get_full_name() or author.get_username()} ({author.email})" if author else None
    return {
        "current_timestamp": write_datetime(timezone.now()),
        "campaign": shown,
        **show_overview(campaign, numbers),
        "subject_analytics": show_subject_numbers(campaign.mailing),
    }


def show_range(campaign: Campaign) -> dict[str, Any] | None:
    if campaign.sending_type != Sending.RANGE:
        return None
    return {"start": write_datetime(campaign.range_start), "end": write_datetime(campaign.range_end)}

"""Campaigns for tests."""

from datetime import UTC, datetime, time
from typing import Any

from campaigns.models import Campaign, Recurring, Status
from campaigns.selection import EVERYBODY
from campaigns.services.recurring import save_recurring
from campaigns.services.writing import new_campaign, new_mail_settings, save_campaign
from emails.models import Message
from subscribers.models import Subscriber
from tests.emails.factories import MessageFactory


def make_campaign(title: str = "Spring sale", **columns: Any) -> Campaign:
    """A draft with a subject and a body, to everybody unless `recipients` says otherwise."""
    campaign = new_campaign(title, None)
    campaign.mailing.subject = "Hello {{contact.first_name|there}}"
    campaign.mailing.body = '<p>Hi, <a href="https://shop.example.com/offer">the offer</a></p>'
    for name, value in columns.items():
        setattr(campaign if hasattr(campaign, name) else campaign.mailing, name, value)
    save_campaign(campaign)
    return campaign


def rows(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    """Recipients in FluentCRM's words: pairs of a list and a tag."""
    return {
        "sending_filter": "list_tag",
        "subscribers": [{"list": one, "tag": tag} for one, tag in pairs],
        "excludedSubscribers": [],
        "dynamic_segment": None,
        "advanced_filters": [],
    }


def make_recurring(title: str = "Monday news", **columns: Any) -> Recurring:
    """A recurring campaign to everybody, daily at nine."""
    recurring = Recurring(
        **{
            "title": title,
            "subject": "News",
            "body": "<p>Hi</p>",
            "settings": new_mail_settings(),
            "recipients": dict(EVERYBODY),
            "time": time(9),
            **columns,
        }
    )
    save_recurring(recurring)
    return recurring


def make_run(recurring: Recurring, day: int = 1, **columns: Any) -> Campaign:
    """The campaign that a recurring one became on a day of January."""
    return make_campaign(
        f"{recurring.title} {day}", recurrence=recurring, run_at=datetime(2026, 1, day, 9, tzinfo=UTC), **columns
    )


def send_to(campaign: Campaign, contact: Subscriber, **columns: Any) -> Message:
    """A message of the campaign that has been sent, unless the columns say otherwise."""
    columns = {"state": "sent", "sent_at": datetime(2026, 1, 31, 9, tzinfo=UTC), **columns}
    message: Message = MessageFactory.create(mailing=campaign.mailing, subscriber=contact, **columns)
    return message


def campaign_rows(contact: Subscriber) -> dict[str, Any]:
    """A campaign in each status, one of them with a message that failed, and a recurring one with its mail."""
    now = datetime(2026, 1, 31, 9, tzinfo=UTC)
    made = {
        status: make_campaign(status.title(), status=status, queued_at=now)
        for status in (Status.PENDING, Status.WORKING, Status.PAUSED)
    }
    send_to(made[Status.PAUSED], contact)
    recurring = make_recurring()
    return {
        "campaign": make_campaign("Draft"),
        "pending": made[Status.PENDING],
        "working": made[Status.WORKING],
        "paused": made[Status.PAUSED],
        "failed": send_to(made[Status.WORKING], contact, state="failed", sent_at=None),
        "recurring": recurring,
        "run": make_run(recurring),
    }

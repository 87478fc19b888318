"""Campaigns made, changed and copied, each recorded."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from campaigns.models import OPEN, Campaign
from campaigns.selection import EVERYBODY
from changes.rows import saving
from changes.services import Entry, record
from database.turns import wait_for_turn
from emails.design import site_style
from emails.models import Kind, Mailing

Values = Mapping[str, Any]
DUPLICATE = "[Duplicate] "
# What a campaign's mailing says of itself: its columns, and keys of its settings.
WRITTEN = ("title", "subject", "pre_header", "body", "design")
MAILER: Mapping[str, str] = {
    "from_name": "",
    "from_email": "",
    "reply_to_name": "",
    "reply_to_email": "",
    "is_custom": "no",
}


class CampaignStarted(Exception):
    """Raised where a campaign would change for which sending has been asked already."""


def new_campaign(title: str, user_id: int | None) -> Campaign:
    """A campaign that is not saved yet, for everybody. One statement."""
    mailing = Mailing(
        kind=Kind.CAMPAIGN,
        title=title,
        created_by_id=user_id,
        settings=new_mail_settings(),
    )
    return Campaign(mailing=mailing, slug=slug_of(title), recipients=dict(EVERYBODY))


def new_mail_settings() -> dict[str, Any]:
    """How a new mail looks and who sends it. One statement."""
    return {"mailer_settings": dict(MAILER), "template_config": site_style(), "is_transactional": "no"}


def slug_of(title: str) -> str:
    return slugify(title)[:192]


class TitleTaken(Exception):
    """Raised where another campaign has the title already."""


@transaction.atomic
def create_campaign(title: str, user_id: int | None) -> Campaign:
    """Make a campaign for everybody. Raises TitleTaken, also for the second of two who ask at once."""
    # Copies and renamed campaigns may have a title twice, so no constraint says it.
    wait_for_turn("title of a new campaign")
    if Campaign.objects.filter(mailing__kind=Kind.CAMPAIGN, mailing__title=title).exists():
        raise TitleTaken
    campaign = new_campaign(title, user_id)
    save_campaign(campaign)
    return campaign


@transaction.atomic
def save_campaign(campaign: Campaign) -> None:
    """Write a campaign and its mailing. Four statements at most, and the entry's."""
    mailing = campaign.mailing
    with saving(mailing, "campaign"):
        new = mailing._state.adding
        mailing.save()
        campaign.mailing = mailing  # its id is the campaign's
        campaign.save(force_insert=new)


def lock_campaign(pk: int) -> Campaign | None:
    """A campaign with its mailing, locked until the transaction ends; None where there is none. One statement."""
    locked = Campaign.objects.select_for_update(of=("self",)).select_related("mailing", "mailing__created_by")
    found: Campaign | None = locked.filter(pk=pk).first()
    return found


def change_campaign(campaign: Campaign, written: Values, settings: Values, columns: Values) -> None:
    """Change a locked campaign: columns of the mailing, keys of its settings, columns of the campaign.

    Raises CampaignStarted where more than the title changes of one that is being sent.
    """
    mailing = campaign.mailing
    changed = {name for name, value in written.items() if getattr(mailing, name) != value}
    changed |= {name for name, value in settings.items() if mailing.settings.get(name) != value}
    if campaign.status not in OPEN and changed - {"title"}:
        raise CampaignStarted
    for name, value in written.items():
        setattr(mailing, name, value)
    mailing.settings = {**mailing.settings, **settings}
    for name, value in columns.items():
        setattr(campaign, name, value)
    save_campaign(campaign)


def duplicate_campaign(campaign: Campaign, user_id: int | None) -> Campaign:
    """A copy in the name of that user, as a draft."""
    source = campaign.mailing
    mailing = Mailing(
        kind=Kind.CAMPAIGN,
        created_by_id=user_id,
        settings=dict(source.settings),
        **{name: getattr(source, name) for name in WRITTEN},
    )
    mailing.title = (DUPLICATE + source.title)[:192]
    copy = Campaign(
        mailing=mailing,
        slug=slug_of(mailing.title),
        sending_type=campaign.sending_type,
        **{name: getattr(campaign, name) for name in ("recipients", "conditions", "template_id")},
    )
    save_campaign(copy)
    return copy


def record_columns(pk: int, *columns: str) -> None:
    record([Entry("campaign_updated", None, {"columns": sorted(columns)}, ("campaign", pk))])


def touch(campaign: Campaign, *columns: str) -> None:
    """Write those columns of a locked campaign, and record it. Two statements, and the entry's."""
    campaign.save(update_fields=columns)
    campaign.mailing.updated_at = timezone.now()
    Mailing.objects.filter(pk=campaign.pk).update(updated_at=campaign.mailing.updated_at)
    record_columns(campaign.pk, *columns)

"""What follows from a campaign that was sent: again to those who have not opened it, tags for those who did."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaigns.models import Campaign, Resend, Sending, Status
from campaigns.selection import chosen_contacts
from campaigns.services.sending import NobodyChosen
from campaigns.services.writing import duplicate_campaign, record_columns
from emails.models import Click, Message, State
from subscribers.services import attach_tags, detach_tags

OPENED, NOT_OPENED, CLICKED = ACTIVITIES = ("email_open", "email_not_open", "email_clicked")
# Messages of a page of tag-actions: one transaction, a second of work.
PAGE = 5000
RESENT = "[Resend] "


@transaction.atomic
def resend_unopened(campaign: Campaign, user_id: int | None) -> Campaign:
    """A new campaign in the same words, to be sent now to those who got this one and have not opened it.

    Raises NobodyChosen. Whoever opens it before the new one starts does not get that.
    """
    copy = duplicate_campaign(campaign, user_id)
    copy.mailing.title = (RESENT + campaign.mailing.title)[:192]
    copy.mailing.save(update_fields=["title"])
    copy.resend_of, copy.resend_to = campaign, Resend.UNOPENED
    copy.recipients_count = chosen_contacts(copy).count()
    if not copy.recipients_count:
        raise NobodyChosen
    copy.status, copy.sending_type, copy.scheduled_at = Status.SCHEDULED, Sending.INSTANT, timezone.now()
    copy.save()
    record_columns(copy.pk, "status")
    return copy


@dataclass(frozen=True)
class Page:
    """What was done with a page of messages: its contacts, the number on all pages, whether there are more pages."""

    contacts: Sequence[int]
    total: int
    more: bool


def act_on_page(
    campaign: Campaign, activity: str, links: Sequence[int], tags: Sequence[int], *, attach: bool, page: int
) -> Page:
    """Attach or detach tags of the contacts of one page of those who did something. A fixed number of statements."""
    messages = who_did(campaign.pk, activity, links).order_by("pk")
    start = (page - 1) * PAGE
    contacts = list(messages.values_list("subscriber", flat=True)[start : start + PAGE + 1])
    more, contacts = len(contacts) > PAGE, contacts[:PAGE]
    if contacts:
        (attach_tags if attach else detach_tags)(contacts, tags)
    return Page(contacts, messages.count() if page == 1 else 0, more)


def who_did(mailing: int, activity: str, links: Sequence[int]) -> QuerySet[Message]:
    """The messages of a campaign that were opened, sent and not opened, or clicked in (one of the links, if named)."""
    messages: QuerySet[Message] = Message.objects.filter(mailing=mailing)
    match activity:
        case "email_open":
            return messages.filter(opened_at__isnull=False)
        case "email_not_open":
            return messages.filter(state=State.SENT, opened_at=None)
    if links:
        return messages.filter(Exists(Click.objects.filter(message=OuterRef("pk"), link__any_of=links)))
    return messages.filter(clicked_at__isnull=False)

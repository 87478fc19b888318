"""Campaigns deleted: at once for whoever looks, message by message for the database."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from campaigns.models import Campaign, Removal
from changes.rows import entry_of
from changes.services import record
from emails.models import Mailing, Message
from emails.services.numbers import numbers_of
from emails.services.queueing import delete_messages
from labels.services import remove_labels

# Messages that are deleted in one transaction.
CHUNK = 5000


@transaction.atomic
def delete_campaigns(ids: Iterable[int]) -> int:
    """Delete campaigns; returns how many there were. Nothing of them leaves any more but what workers have claimed.

    Up to CHUNK messages go now, others by a worker. A fixed number of statements for a number of campaigns, and three
    for each of them that has messages.
    """
    locked = Campaign.objects.filter(pk__any_of=ids).order_by("pk").select_for_update(of=("self",))
    found = list(locked.select_related("mailing"))
    chosen = [campaign.pk for campaign in found]
    entries = [entry_of(campaign.mailing, "campaign", "deleted") for campaign in found]
    Campaign.objects.filter(resend_of__in=chosen).update(resend_of=None)
    remove_labels("campaign", chosen)
    Campaign.objects.filter(pk__in=chosen)._raw_delete(using="default")
    Mailing.objects.filter(pk__in=chosen).update(held=True, updated_at=timezone.now())
    Removal.objects.bulk_create([Removal(mailing_id=pk) for pk in chosen])
    record(entries)
    remove(chosen)
    return len(found)


@transaction.atomic
def remove_messages() -> bool:
    """Delete messages of a campaign that was deleted; True if there may be more. One statement where there is none."""
    removals = Removal.objects.order_by("pk").values_list("pk", flat=True)
    waiting = list(removals.select_for_update(skip_locked=True)[:1])
    return bool(waiting) and remove(waiting) >= CHUNK


def remove(mailings: list[int]) -> int:
    """Delete at most CHUNK messages of mailings; forget those that have none left. Returns how many were deleted."""
    messages = Message.objects.filter(mailing__in=mailings).order_by("pk")
    deleted = delete_messages(list(messages.values_list("pk", flat=True)[:CHUNK]))
    left = set(messages.order_by().values_list("mailing", flat=True).distinct())
    gone = [pk for pk in mailings if pk not in left]
    Removal.objects.filter(pk__in=gone).delete()
    # What they said is nobody's business any more; where their links lead is.
    Mailing.objects.filter(pk__in=gone).update(title="", subject="", pre_header="", body="", settings={})
    return deleted


@transaction.atomic
def delete_recipients(campaign: Campaign, ids: Iterable[int]) -> int:
    """Delete messages of a campaign, but for those that leave just now; returns how many are left."""
    mailing = campaign.pk
    delete_messages(list(Message.objects.filter(mailing=mailing, pk__any_of=ids).values_list("pk", flat=True)))
    left = numbers_of([mailing])[mailing].total
    Campaign.objects.filter(pk=mailing).update(recipients_count=left)
    return left

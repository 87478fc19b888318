"""From a draft to a campaign that was sent: scheduled, started by a worker, paused, resumed, finished.

Whom it goes to is fixed when it starts, by one statement. The request that schedules it waits for none of that.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, When
from django.utils import timezone

from campaigns.models import WAITING, Campaign, Sending, Status
from campaigns.selection import Unreadable, chosen_contacts
from campaigns.services.writing import lock_campaign, record_columns, touch
from emails.models import Mailing, Message, State
from emails.services.campaigns import hold, queue_selected, release
from emails.services.numbers import numbers_of
from emails.services.queueing import repeat

# What may be paused: the messages of some of them are not made yet.
PAUSABLE = (Status.SCHEDULED, Status.PROCESSING, Status.WORKING)


class WrongStatus(Exception):
    """Raised where a campaign is not in the status that something takes."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class NobodyChosen(Exception):
    """Raised where a campaign would go to nobody."""


@transaction.atomic
def schedule(pk: int, at: datetime | None = None, until: datetime | None = None) -> Campaign | None:
    """Have a draft sent now, at a time, or spread between two; returns it, or None where there is none.

    Raises WrongStatus and NobodyChosen. A fixed number of statements.
    """
    campaign = lock_campaign(pk)
    if campaign is None:
        return None
    if campaign.status != Status.DRAFT:
        raise WrongStatus(campaign.status)
    contacts = chosen_contacts(campaign)
    now = timezone.now()
    campaign.scheduled_at = max(at or now, now)
    if at is None:
        # What the answer tells. Whom it goes to is asked again as it starts.
        campaign.recipients_count = contacts.count()
        campaign.status, campaign.sending_type = Status.SCHEDULED, Sending.INSTANT
    else:
        campaign.status, campaign.sending_type = Status.PENDING, Sending.SCHEDULE
    if until:
        campaign.sending_type = Sending.RANGE
        campaign.range_start, campaign.range_end = campaign.scheduled_at, max(until, campaign.scheduled_at)
    if not (campaign.recipients_count if at is None else contacts.exists()):
        raise NobodyChosen
    columns = ("status", "scheduled_at", "sending_type", "range_start", "range_end", "recipients_count")
    touch(campaign, *columns)
    return campaign


@transaction.atomic
def unschedule(pk: int) -> Campaign | None:
    """Make a draft again of a campaign that has not started. Raises WrongStatus."""
    campaign = lock_campaign(pk)
    if campaign is None:
        return None
    if campaign.status not in (Status.PENDING, Status.SCHEDULED, Status.CANCELLED):
        raise WrongStatus(campaign.status)
    campaign.status, campaign.recipients_count = Status.DRAFT, 0
    touch(campaign, "status", "recipients_count")
    return campaign


@transaction.atomic
def cancel(pk: int) -> Campaign | None:
    """Decide that a campaign is not sent; it may become a draft again. Raises WrongStatus."""
    campaign = lock_campaign(pk)
    if campaign is None:
        return None
    if campaign.status not in (Status.DRAFT, Status.PENDING, Status.SCHEDULED, Status.CANCELLED):
        raise WrongStatus(campaign.status)
    campaign.status = Status.CANCELLED
    touch(campaign, "status")
    return campaign


@transaction.atomic
def pause(pk: int) -> Campaign | None:
    """Let no further message of a campaign leave; what workers have claimed still does. Raises WrongStatus.

    A fixed number of statements, whatever the number of messages.
    """
    campaign = lock_campaign(pk)
    if campaign is None:
        return None
    if campaign.status not in PAUSABLE:
        raise WrongStatus(campaign.status)
    # Messages that are made just now are held, and are not released: this waits for no worker.
    if campaign.status == Status.WORKING:
        hold(pk)
    campaign.status = Status.PAUSED
    touch(campaign, "status")
    return campaign


@transaction.atomic
def resume(pk: int) -> Campaign | None:
    """Let a paused campaign go on. Raises WrongStatus."""
    campaign = lock_campaign(pk)
    if campaign is None:
        return None
    if campaign.status != Status.PAUSED:
        raise WrongStatus(campaign.status)
    if campaign.queued_at is None:
        campaign.status = Status.SCHEDULED
    else:
        campaign.status = Status.WORKING
        release(pk)
    touch(campaign, "status")
    return campaign


@transaction.atomic
def send_again(pk: int, ids: list[int] | None = None) -> int | None:
    """Queue messages of a campaign once more that failed; those of `ids` also where nobody knows or they were stopped.

    Returns how many; None where there is no such campaign. A fixed number of statements.
    """
    campaign = lock_campaign(pk)
    if campaign is None:
        return None
    if campaign.queued_at is None:
        return 0
    messages = Message.objects.filter(mailing=pk)
    chosen = messages.filter(state=State.FAILED) if ids is None else messages.filter(pk__any_of=ids)
    repeated = repeat(list(chosen.values_list("pk", flat=True)))
    if repeated and campaign.status == Status.ARCHIVED:
        campaign.status, campaign.finished_at = Status.WORKING, None
        touch(campaign, "status", "finished_at")
    return repeated


# --- What workers do ----------------------------------------------------------------------------


def start_next() -> bool:
    """Start the campaign that has been due for longest; True if there was one.

    It is `processing` while its recipients become messages, which takes seconds for a million. A worker that is killed
    meanwhile leaves it so, and the next one does it again: nobody gets a second message.
    """
    pk = claim_next()
    if pk is None:
        return False
    try:
        start(pk)
    except Unreadable:
        # Nobody can be chosen: it is a draft again, and staff see that it is.
        with transaction.atomic():
            if Campaign.objects.filter(pk=pk, status=Status.PROCESSING).update(status=Status.DRAFT):
                record_columns(pk, "status")
    return True


@transaction.atomic
def claim_next() -> int | None:
    """Three statements, one where nothing is due."""
    waiting = Campaign.objects.filter(status__in=WAITING, scheduled_at__lte=timezone.now())
    # Last those whose start was cut short: one that cannot start keeps no other one waiting.
    again = Case(When(status=Status.PROCESSING, then=1), default=0)
    due = waiting.order_by(again, "scheduled_at", "pk").values_list("pk", flat=True).first()
    if due is None:
        return None
    claimed = waiting.filter(pk=due).update(status=Status.PROCESSING)
    return due if claimed else None


@transaction.atomic
def start(pk: int) -> None:
    """Make the messages of a campaign, and let them leave unless it was paused or deleted meanwhile.

    A fixed number of statements for any number of contacts.
    """
    campaign: Campaign | None = Campaign.objects.select_related("mailing").filter(pk=pk).first()
    if campaign is None:
        # Deleted since it was claimed.
        return
    first = campaign.scheduled_at or timezone.now()
    until = campaign.range_end if campaign.sending_type == Sending.RANGE else None
    queue_selected(campaign.mailing, chosen_contacts(campaign), first, until)
    number = numbers_of([pk])[pk].total
    now = timezone.now()
    # Not locked before: whoever pauses or deletes it does not wait for all these messages.
    kept = Campaign.objects.filter(pk=pk)
    if kept.filter(status=Status.PROCESSING).update(status=Status.WORKING, queued_at=now, recipients_count=number):
        release(pk)
        record_columns(pk, "status", "recipients_count")
    elif not kept.filter(status=Status.PAUSED).update(queued_at=now, recipients_count=number):
        # Deleted, or a draft again: its messages are not made.
        transaction.set_rollback(True)


@transaction.atomic
def finish_sent() -> None:
    """Note of campaigns that nothing of them waits any more. Five statements at most, one where none is being sent."""
    working = Campaign.objects.filter(status=Status.WORKING)
    numbers = numbers_of(list(working.values_list("pk", flat=True)))
    done = [pk for pk, kept in numbers.items() if not kept.scheduled and not kept.sending]
    if not done:
        return
    now = timezone.now()
    locked = working.filter(pk__in=done).order_by("pk").select_for_update(of=("self",))
    finished = list(locked.values_list("pk", flat=True))
    Campaign.objects.filter(pk__in=finished).update(status=Status.ARCHIVED, finished_at=now)
    Mailing.objects.filter(pk__in=finished).update(updated_at=now)

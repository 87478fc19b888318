"""Recurring campaigns: written and changed by staff, made into a campaign by a worker each time they are due."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from campaigns.models import STARTED, Campaign, Frequency, Recurring, Sending, Status
from campaigns.services.writing import DUPLICATE, WRITTEN, slug_of
from changes.actors import Channel, acting_as
from changes.rows import entry_of, saving
from changes.services import Entry, record
from emails.models import Kind, Mailing
from labels.services import remove_labels

DAYS_OF_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A leap day is at most eight years away.
FURTHEST = 9 * 366


class Unwritten(Exception):
    """Raised where a recurring campaign would be active that has no subject or no body."""


@dataclass(frozen=True)
class SentCampaigns:
    """How many campaigns of a recurring one were sent, or are being sent, and when the last of them started."""

    campaigns: int = 0
    last: datetime | None = None


def falls_on(recurring: Recurring, day: date) -> bool:
    """Whether it is due on that day. A day that a month does not have is its last one."""
    match recurring.frequency:
        case Frequency.WEEKLY:
            return DAYS_OF_WEEK[day.weekday()] == recurring.day
        case Frequency.MONTHLY:
            return day.day == min(int(recurring.day), monthrange(day.year, day.month)[1])
        case Frequency.YEARLY:
            month, wanted = map(int, recurring.day.split("-"))
            return day.month == month and day.day == min(wanted, monthrange(day.year, month)[1])
    return True


def next_time(recurring: Recurring, after: datetime) -> datetime:
    """The first time after another one at which it is due, by the clocks of the site's time zone.

    Where the clocks skip that time, it is as long after midnight as on other days.
    """
    zone = timezone.get_default_timezone()
    day = after.astimezone(zone).date()
    for _ in range(FURTHEST):
        if falls_on(recurring, day):
            due = datetime.combine(day, recurring.time, zone).astimezone(UTC)
            if due > after:
                return due
        day += timedelta(days=1)
    raise ValueError(f"{recurring.day} never comes.")


def next_run_of(recurring: Recurring) -> datetime | None:
    """When it is due next; none unless it is active.

    A time that has come stays until a worker has made its campaign, if it is still one of the schedule's: whoever
    changes a word then does not cancel the mail of the day.
    """
    if recurring.status != Recurring.Status.ACTIVE:
        return None
    now, kept = timezone.now(), recurring.next_run
    if kept and kept <= now and next_time(recurring, kept - timedelta(microseconds=1)) == kept:
        return kept
    return next_time(recurring, now)


@transaction.atomic
def save_recurring(recurring: Recurring) -> None:
    """Write a recurring campaign; when it is due next follows from it. Raises Unwritten. Three statements at most."""
    if recurring.status == Recurring.Status.ACTIVE and not recurring.is_written:
        raise Unwritten
    recurring.next_run = next_run_of(recurring)
    with saving(recurring, "recurrence"):
        recurring.save()


def lock_recurring(pk: int) -> Recurring | None:
    found: Recurring | None = Recurring.objects.select_for_update().filter(pk=pk).first()
    return found


@transaction.atomic
def set_status(ids: Iterable[int], status: str) -> int:
    """Start recurring campaigns or pause them; returns how many changed. Three statements.

    Those that have no subject or no body are not started.
    """
    others = Recurring.objects.filter(pk__any_of=list(ids)).exclude(status=status)
    active = status == Recurring.Status.ACTIVE
    changed = [one for one in others.order_by("pk").select_for_update() if one.is_written or not active]
    for recurring in changed:
        recurring.status, recurring.updated_at = status, timezone.now()
        recurring.next_run = next_run_of(recurring)
    Recurring.objects.bulk_update(changed, ["status", "next_run", "updated_at"])
    columns = {"columns": ["status", "next_run"]}
    record([Entry("recurrence_updated", None, columns, ("recurrence", recurring.pk)) for recurring in changed])
    return len(changed)


def sent_of(ids: Iterable[int]) -> dict[int, SentCampaigns]:
    """What became of each recurring campaign. One statement."""
    found = {pk: SentCampaigns() for pk in ids}
    runs = Campaign.objects.filter(recurrence__any_of=list(found), status__in=STARTED).order_by()
    counted = runs.values("recurrence").annotate(campaigns=Count("pk"), last=Max("run_at"))
    found.update({row.pop("recurrence"): SentCampaigns(**row) for row in counted})
    return found


def duplicate_recurring(recurring: Recurring, user_id: int | None) -> Recurring:
    """A copy in the name of that user, as a draft."""
    names = (
        *WRITTEN, "settings", "template_id", "frequency", "day", "time", "send_automatically", "recipients",
        "conditions", "sending_conditions",
    )  # fmt: skip
    copy = Recurring(created_by_id=user_id, **{name: getattr(recurring, name) for name in names})
    copy.title = (DUPLICATE + recurring.title)[:192]
    copy.slug = slug_of(copy.title)
    save_recurring(copy)
    return copy


@transaction.atomic
def delete_recurring(ids: Iterable[int]) -> int:
    """Delete recurring campaigns; returns how many there were. The campaigns that they made stay."""
    found = list(Recurring.objects.filter(pk__any_of=ids).order_by("pk").select_for_update())
    chosen = [recurring.pk for recurring in found]
    Campaign.objects.filter(recurrence__in=chosen).update(recurrence=None)
    remove_labels("recurring", chosen)
    Recurring.objects.filter(pk__in=chosen)._raw_delete(using="default")
    record([entry_of(recurring, "recurrence", "deleted") for recurring in found])
    return len(found)


@transaction.atomic
def make_due_run() -> bool:
    """Make the campaign of one recurring campaign that is due; True if there was one.

    What was missed while no worker ran is one campaign, not many. One statement where nothing is due.
    """
    due = Recurring.objects.filter(next_run__lte=timezone.now()).order_by("next_run", "pk")
    recurring: Recurring | None = due.select_for_update(skip_locked=True).first()
    if recurring is None:
        return False
    with acting_as(Channel.SYSTEM):
        make_run(recurring)
        recurring.next_run = next_time(recurring, timezone.now())
        recurring.save(update_fields=["next_run"])
    return True


def make_run(recurring: Recurring) -> Campaign:
    """The campaign of a run, to be sent now or a draft. The database refuses a second one for the same time."""
    mailing = Mailing.objects.create(
        kind=Kind.CAMPAIGN,
        created_by_id=recurring.created_by_id,
        settings=dict(recurring.settings),
        **written_now(recurring),
    )
    automatic = recurring.send_automatically
    campaign = Campaign.objects.create(
        mailing=mailing,
        slug=slug_of(mailing.title),
        status=Status.SCHEDULED if automatic else Status.DRAFT,
        sending_type=Sending.INSTANT,
        scheduled_at=recurring.next_run,
        recurrence=recurring,
        run_at=recurring.next_run,
        recipients=recurring.recipients,
        conditions=recurring.conditions,
        template_id=recurring.template_id,
    )
    record([entry_of(mailing, "campaign", "created")])
    return campaign


def written_now(recurring: Recurring) -> dict[str, Any]:
    return {name: getattr(recurring, name) for name in WRITTEN}

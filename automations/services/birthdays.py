"""Automations that start on birthdays: once a year for each contact, at an hour of the site's time zone."""

from calendar import isleap
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from automations.models import Automation, Enrolment
from automations.parts.happenings import Birthday
from automations.parts.values import text
from automations.parts.waits import as_time, at_home
from automations.querysets import OPEN
from automations.registry import BlockFailed, Entered
from automations.services.enrolling import begin
from automations.services.holding import lock_automations
from automations.services.listening import as_settings
from changes.actors import ActorKind, Channel, acting_as
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet
from subscribers.services import lock_contacts

CHUNK = 20_000
# A server that was away for longer leaves the birthdays before out.
MOST_DAYS = 7
HOUR = time(9)


def enrol_birthdays() -> bool:
    """Enrol contacts whose birthday it is, a chunk for each automation; True if there may be more."""
    chosen = Automation.objects.published().filter(trigger_name=Birthday.name)
    more = [enrol_chunk(pk) for pk in chosen.order_by("pk").values_list("pk", flat=True)]
    return any(more)


@transaction.atomic
def enrol_chunk(automation_id: int) -> bool:
    """One day's next contacts of one automation; True if there may be more. Six statements for any number, seven on SQLite."""
    now = timezone.now()
    for automation in lock_automations([automation_id]):
        day = next_day(automation, now)
        if day is None or automation.status != Automation.Status.PUBLISHED:
            return False
        found = list(born_on(day, automation).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        with acting_as(Channel.AUTOMATION, kind=ActorKind.AUTOMATION, id=automation_id):
            begin(automation, [Entered(pk) for pk in lock_contacts(found)], Birthday.name, again=True)
        if len(found) < CHUNK:
            Automation.objects.filter(pk=automation_id).update(birthdays_until=day)
        return True
    return False


def next_day(automation: Automation, now: datetime) -> date | None:
    """The day whose birthdays come next; None if they are done until now."""
    today = timezone.localdate(now)
    done = automation.birthdays_until
    day = max(done + timedelta(days=1), today - timedelta(days=MOST_DAYS)) if done else today
    return day if now >= at_home(datetime.combine(day, hour_of(automation))) else None


def hour_of(automation: Automation) -> time:
    wanted = text(as_settings(automation.settings), "time")
    try:
        return as_time(wanted) if wanted else HOUR
    except BlockFailed:
        return HOUR


def born_on(day: date, automation: Automation) -> SubscriberQuerySet:
    """Contacts with that birthday who are not in the automation and have not been this year."""
    born = Q(date_of_birth__month=day.month, date_of_birth__day=day.day)
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        born |= Q(date_of_birth__month=2, date_of_birth__day=29)
    new_year = at_home(datetime(day.year, 1, 1))  # noqa: DTZ001 - the site's
    entered = Enrolment.objects.filter(automation=automation, subscriber=OuterRef("pk")).filter(
        Q(started_at__gte=new_year) | Q(status__in=OPEN)
    )
    return Subscriber.objects.filter(born).exclude(Exists(entered))

"""Waits: for some time, until a date, until a weekday and hour, until a date of the contact. In the site's time zone."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from automations.parts.values import Settings, text, texts
from automations.registry import Action, BlockFailed, Outcome, Run, register_block
from subscribers.models import Subscriber

UNITS = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
MOST = 100 * 366  # days
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
BIRTHDAY = "__date_of_birth__"


@register_block
class Wait(Action):
    name, label, icon = "fluentcrm_wait_times", "Wait X Days/Hours", "fc-icon-wait_time"
    description = "Waits for some time, until a date, until a weekday, or until a date of the contact."
    settings: ClassVar[Settings] = {
        "wait_type": "unit_wait",
        "wait_time_amount": "",
        "wait_time_unit": "days",
        "is_timestamp_wait": "",
        "wait_date_time": "",
        "to_day": [],
        "to_day_time": "",
    }

    def check(self, settings: Settings) -> str:
        try:
            until(settings, timezone.now())
        except BlockFailed as failure:
            return str(failure)
        return ""

    def run(self, run: Run) -> Outcome:
        if wait_type(run.settings) == "by_custom_field":
            return self.until_dates_of_contacts(run)
        return Outcome(until=until(run.settings, run.now))

    def until_dates_of_contacts(self, run: Run) -> Outcome:
        """Each contact's own date. Whoever has none, or one that is over, goes on at once. One statement."""
        slug = text(run.settings, "by_custom_field")
        rows = Subscriber.objects.filter(pk__any_of=run.contacts).values_list("pk", "date_of_birth", "custom_values")
        found = {
            pk: next_birthday(birth, run.now) if slug == BIRTHDAY else as_datetime(values.get(slug))
            for pk, birth, values in rows
        }
        none = f"The contact has no {'date of birth' if slug == BIRTHDAY else slug}."
        return Outcome(
            until={pk: ends for pk, ends in found.items() if ends},
            skipped={pk: none for pk, ends in found.items() if ends is None},
        )


def wait_type(settings: Settings) -> str:
    if text(settings, "is_timestamp_wait") == "yes":
        return "timestamp_wait"
    return text(settings, "wait_type") or "unit_wait"


def seconds(settings: Settings) -> int:
    """How long a wait of a fixed time takes; 0 for the others. What blocks show as their delay."""
    if wait_type(settings) != "unit_wait":
        return 0
    start = datetime(2001, 1, 1, tzinfo=timezone.get_default_timezone())
    try:
        return int((after_some_time(settings, start) - start).total_seconds())
    except BlockFailed:
        return 0


def until(settings: Settings, now: datetime) -> datetime | None:
    """When a wait that began now ends. Raises BlockFailed for settings that say nothing."""
    match wait_type(settings):
        case "unit_wait":
            return after_some_time(settings, now)
        case "timestamp_wait":
            ends = as_datetime(text(settings, "wait_date_time"))
            if ends is None:
                raise BlockFailed("Choose the date until which to wait.")
            return ends
        case "to_day":
            return next_weekday(settings, now)
        case "by_custom_field":
            if not text(settings, "by_custom_field"):
                raise BlockFailed("Choose the field whose date to wait for.")
            return None
    raise BlockFailed("There is no such kind of wait.")


def after_some_time(settings: Settings, now: datetime) -> datetime:
    unit = text(settings, "wait_time_unit") or "days"
    unit = unit if unit.endswith("s") else f"{unit}s"
    try:
        amount = float(text(settings, "wait_time_amount"))
        if not 0 <= amount * (30 if unit == "months" else 1) <= MOST:
            raise ValueError
        if unit == "months":
            return in_months(now, int(amount))
        # By the site's clocks: a day later is the same hour, also where the clocks change.
        if unit in ("days", "weeks"):
            return at_home(timezone.localtime(now).replace(tzinfo=None) + amount * UNITS[unit])
        return now + amount * UNITS[unit]
    except (ValueError, KeyError, OverflowError):
        raise BlockFailed("Enter for how long to wait.") from None


def in_months(now: datetime, months: int) -> datetime:
    """The same day and hour so many months later; the last day of a month that has no such day."""
    local = timezone.localtime(now).replace(tzinfo=None)
    index = local.year * 12 + local.month - 1 + months
    for day in range(local.day, local.day - 4, -1):
        try:
            return at_home(local.replace(year=index // 12, month=index % 12 + 1, day=day))
        except ValueError:
            continue
    raise BlockFailed("Enter for how long to wait.")


def next_weekday(settings: Settings, now: datetime) -> datetime:
    days = {WEEKDAYS[word.lower()[:3]] for word in texts(settings, "to_day") if word.lower()[:3] in WEEKDAYS}
    if not days:
        raise BlockFailed("Choose the days of the week.")
    local = timezone.localtime(now)
    hour = as_time(text(settings, "to_day_time"))
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        ends = at_home(datetime.combine(day, hour))
        if day.weekday() in days and ends > now:
            return ends
    raise AssertionError("A week has seven days.")


def as_time(value: str) -> time:
    try:
        return time.fromisoformat(value.strip()).replace(tzinfo=None) if value else time()
    except ValueError:
        raise BlockFailed("The time must be such as 09:30.") from None


def as_datetime(value: Any) -> datetime | None:
    """A date, or date and time, in the site's time zone; None for anything else."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        read = datetime.fromisoformat(value.strip())
        return at_home(read) if read.tzinfo is None else read
    except (ValueError, OverflowError):
        return None


def next_birthday(birth: date | None, now: datetime) -> datetime | None:
    """The start of the next one; of 29 February the 28th where there is none."""
    if birth is None:
        return None
    today = timezone.localdate(now)
    for year in (today.year, today.year + 1):
        if (day := birthday_in(birth, year)) >= today:
            return at_home(datetime.combine(day, time()))
    return None


def birthday_in(birth: date, year: int) -> date:
    try:
        return birth.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def at_home(local: datetime) -> datetime:
    return timezone.make_aware(local)

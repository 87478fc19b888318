"""When a mail may leave: the hours and days that its author chose, in the site's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# A single time of day is meant as "from then on": a queue takes its time.
AROUND = timedelta(hours=1)


@dataclass(frozen=True)
class Window:
    """Between two times of day, on some days of the week; without times at any time, without days on every day.

    One that ends before it starts ends on the next day. One without an end is an hour long.
    """

    start: time | None = None
    end: time | None = None
    days: tuple[str, ...] = ()

    def next(self, earliest: datetime) -> datetime:
        """The first time of the window that is not before `earliest`, in UTC."""
        for opens, closes in self.spans(earliest):
            if closes > earliest:
                return max(earliest, opens).astimezone(UTC)
        raise AssertionError("A week has a day of each name.")

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The opening hours from the day before `start` on, which may last into its own."""
        zone = timezone.get_default_timezone()
        before = start.astimezone(zone).date() - timedelta(days=1)
        for number in range(9):
            day = before + timedelta(days=number)
            if not self.days or DAYS[day.weekday()] in self.days:
                yield self.span(day)

    def span(self, day: date) -> tuple[datetime, datetime]:
        opens = local(day, self.start or time())
        if self.start is None:
            return opens, local(day + timedelta(days=1), time())
        if self.end is None:
            return opens, opens + AROUND
        return opens, local(day if self.end > self.start else day + timedelta(days=1), self.end)


def local(day: date, at: time) -> datetime:
    """A time of a day in the site's time zone, in UTC: differences are then those of the clock on no wall."""
    return datetime.combine(day, at, timezone.get_default_timezone()).astimezone(UTC)

"""Daily numbers, from history: each entry is counted once, in the transaction that also keeps how far this went.

Days are those of the site's time zone. What is counted stays when history is removed (changes.retention).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from changes.cursor import changes_after
from changes.events import MESSAGE_EVENTS
from changes.models import Change
from database.sql import execute, is_postgresql, json_parameter, rows_from_json
from reports.models import DayCount, Reader
from subscribers.models import LEFT

# Entries in one transaction.
BATCH = 1_000
# Counted by their own names; a change of status is counted by the status that contacts got, as `status_bounced`.
EVENTS = frozenset({"created", "deleted", *MESSAGE_EVENTS})
COLUMNS: list[tuple[str, Any]] = [(name, DayCount._meta.get_field(name)) for name in ("day", "name", "number")]


@dataclass(frozen=True)
class Day:
    """A day's numbers. `left` are contacts that unsubscribed, complained or bounced; `total` is at its end."""

    day: date
    created: int
    deleted: int
    left: int
    total: int
    sent: int
    opened: int
    clicked: int
    bounced: int


def count_changes() -> bool:
    """Count the next entries; True if there may be more. A fixed number of statements in one transaction."""
    with transaction.atomic():
        # Of two who come at once the second waits here, and goes on behind the first.
        reader, _ = Reader.objects.select_for_update().get_or_create(pk=1)
        page = changes_after(reader.cursor, BATCH)
        if not page.changes:
            return False
        numbers: Counter[tuple[str, str]] = Counter()
        for change in page.changes:
            if name := name_of(change):
                numbers[timezone.localdate(change.at).isoformat(), name] += change.contacts
        if numbers:
            add(numbers)
        Reader.objects.filter(pk=1).update(cursor=page.cursor)
    return len(page.changes) == BATCH


def name_of(change: Change) -> str:
    """What an entry is counted as; empty for what is not counted."""
    if change.event == "status_changed":
        got = change.details.get("status") or [""]
        return f"status_{got[-1]}"
    return change.event if change.event in EVENTS else ""


def add(numbers: Mapping[tuple[str, str], int]) -> None:
    """Add to the numbers of days. One statement."""
    rows = [{"day": day, "name": name, "number": number} for (day, name), number in sorted(numbers.items())]
    day = "CAST(r.day AS date)" if is_postgresql() else "r.day"
    execute(
        f"""
        INSERT INTO reports_daycount (day, name, number) SELECT {day}, r.name, r.number FROM {rows_from_json(COLUMNS)}
        WHERE true
        ON CONFLICT (day, name) DO UPDATE SET number = reports_daycount.number + excluded.number
        """,  # noqa: S608 - fixed texts
        json_parameter(rows),
    )


def read_days(days: int, total: int) -> list[Day]:
    """The last so many days, today last. `total` is the number of contacts now. One statement."""
    today = timezone.localdate()
    first = today - timedelta(days=days - 1)
    numbers: dict[date, dict[str, int]] = defaultdict(dict)
    for day, name, number in DayCount.objects.filter(day__gte=first).values_list("day", "name", "number"):
        numbers[day][name] = number
    return list(backwards(numbers, today, days, total))[::-1]


def backwards(numbers: Mapping[date, Mapping[str, int]], today: date, days: int, total: int) -> Iterator[Day]:
    """From today back, as only today's number of contacts is known."""
    for ago in range(days):
        day = today - timedelta(days=ago)
        of_day = numbers.get(day, {})
        created, deleted = of_day.get("created", 0), of_day.get("deleted", 0)
        yield Day(
            day=day,
            created=created,
            deleted=deleted,
            left=sum(of_day.get(f"status_{status}", 0) for status in LEFT),
            total=max(total, 0),
            **{name: of_day.get(f"message_{name}", 0) for name in ("sent", "opened", "clicked", "bounced")},
        )
        total -= created - deleted

"""The number of contacts in a segment: counted when it is saved, and again by workers when contacts have changed.

A count is never called newer than it is: `counted_at` is the moment before counting began. A segment is counted again if
history has gone on since, and after an hour in any case: days go by, and history does not have everything
(a contact's last activity). The last count's cost bounds the next one's time: all segments together take a few
hundredths of a worker.
"""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from changes.cursor import latest_cursor
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services.finding import contacts_of, contacts_who_meet
from subscribers.conditions import Conditions

# A count is kept for as long as that, and then as long as nobody has changed.
SHORTEST = timedelta(minutes=1)
# The share of the time that counting a segment may take is one of so many.
SHARE = 50
LONGEST = timedelta(hours=1)


def count(conditions: Conditions) -> int:
    """How many contacts meet conditions now. Five statements at most; the last one may take seconds for a million."""
    return contacts_who_meet(conditions).count()


def count_afresh(segment: DynamicSegment) -> bool:
    """Count a segment and keep the number; false if the database took too long (STATEMENT_TIMEOUT): the old one stays.

    Not to be called in a transaction: a statement that fails would end it, and on SQLite others could not write meanwhile.
    Seven statements at most.
    """
    began_at, begin = timezone.now(), monotonic()
    try:
        counted_to = latest_cursor()
        number = contacts_of(segment).count()
    except OperationalError:
        keep(segment, tried_at=began_at, milliseconds=milliseconds_since(begin))
        return False
    keep(
        segment,
        contact_count=number,
        counted_at=began_at,
        tried_at=began_at,
        counted_to=counted_to,
        milliseconds=milliseconds_since(begin),
    )
    return True


def keep(segment: DynamicSegment, **counted: Any) -> None:
    """Write what was counted, if the conditions are still those that were counted."""
    if DynamicSegment.objects.filter(pk=segment.pk, updated_at=segment.updated_at).update(**counted):
        for name, value in counted.items():
            setattr(segment, name, value)


def milliseconds_since(begin: float) -> int:
    return round((monotonic() - begin) * 1000)


def refresh_one() -> bool:
    """Count the segment that has waited for longest, if one is due. True if another may be.

    Two statements where there is nothing to do.
    """
    segments = list(DynamicSegment.objects.order_by("pk").defer("filters", "description"))
    newest, now = latest_cursor() if segments else "", timezone.now()
    due = sorted((at, segment.pk, segment) for segment in segments if (at := due_at(segment, newest)) <= now)
    if due:
        count_afresh(due[0][2])
    return len(due) > 1


def due_at(segment: DynamicSegment, newest: str) -> datetime:
    """When a segment is to be counted again, if history ends at `newest`."""
    if segment.tried_at is None:
        return segment.created_at
    pause = max(SHORTEST, timedelta(milliseconds=segment.milliseconds * SHARE))
    changed = segment.counted_at is None or segment.counted_to != newest
    return segment.tried_at + (pause if changed else max(LONGEST, pause))

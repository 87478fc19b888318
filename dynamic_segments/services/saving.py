"""Saves, copies and deletes segments."""

from collections.abc import Iterable

from django.db import transaction

from changes.rows import entry_of, saving
from changes.services import record
from dynamic_segments.conditions import InSegment
from dynamic_segments.models import DynamicSegment
from subscribers.conditions import Conditions

SUBJECT = "dynamic_segment"
MAX_TITLE = 192


class NoConditions(Exception):
    """A segment without conditions would be everybody."""


class NestedSegment(Exception):
    """The conditions of a segment name a segment."""


def save_segment(segment: DynamicSegment, conditions: Conditions) -> None:
    """Write a segment with its conditions. Its count is of the old ones no more. At most three statements.

    Raises NoConditions and NestedSegment.
    """
    if not conditions.groups:
        raise NoConditions
    if any(isinstance(condition, InSegment) for group in conditions.groups for condition in group):
        raise NestedSegment
    kept = conditions.to_json()
    if kept != segment.conditions:
        segment.conditions = kept
        segment.contact_count = segment.counted_at = segment.tried_at = None
        segment.counted_to, segment.milliseconds = "", 0
    with saving(segment, SUBJECT):
        segment.save()


def duplicate(segment: DynamicSegment, user_id: int | None) -> DynamicSegment:
    """A copy of a segment, under a title of its own and not counted yet. Two statements."""
    title = f"[Duplicate] {segment.title}"[:MAX_TITLE]
    copy = DynamicSegment(title=title, description=segment.description, filters=segment.filters, created_by_id=user_id)
    save_segment(copy, Conditions.from_json(segment.conditions))
    return copy


@transaction.atomic
def delete_segments(ids: Iterable[int]) -> int:
    """Delete segments; their contacts stay. Returns how many there were. Three statements.

    Conditions elsewhere that name one find nobody from now on.
    """
    gone = list(DynamicSegment.objects.filter(pk__any_of=list(ids)).order_by("pk").select_for_update())
    if gone:
        entries = [entry_of(segment, SUBJECT, "deleted") for segment in gone]
        DynamicSegment.objects.filter(pk__any_of=[segment.pk for segment in gone]).delete()
        record(entries)
    return len(gone)

"""Kept counts: as old as they say, and counted again when somebody has changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.cursor import START
from dynamic_segments.models import DynamicSegment
from dynamic_segments.services import count_afresh, refresh_one, save_segment
from jobs.registry import sweeps
from segments.models import Tag
from subscribers.conditions import Code, Conditions, Link
from subscribers.querysets import SubscriberQuerySet
from subscribers.services import attach_tags, set_status
from tests.changes.crossing import follow, nothing_runs
from tests.dynamic_segments.factories import DynamicSegmentFactory, segment_of
from tests.factories import SubscriberFactory, TagFactory

# On PostgreSQL a change is seen by readers when no older transaction runs any more: not within a test's own.
pytestmark = pytest.mark.django_db(transaction=True)


def pass_by(**time: int) -> None:
    """Make all counts older."""
    for segment in DynamicSegment.objects.exclude(tried_at=None):
        moved = {name: at - timedelta(**time) for name in ("tried_at", "counted_at") if (at := getattr(segment, name))}
        DynamicSegment.objects.filter(pk=segment.pk).update(**moved)


def refreshed(segment: DynamicSegment) -> bool:
    """Whether workers count the segment now. Transactions of tests beside this one may hold readers of history up."""
    list(follow(START, nothing_runs, lambda: 100))
    before = DynamicSegment.objects.get(pk=segment.pk).tried_at
    while refresh_one():
        pass
    return DynamicSegment.objects.get(pk=segment.pk).tried_at != before


@pytest.fixture
def tag() -> Tag:
    tag: Tag = TagFactory.create()
    return tag


@pytest.fixture
def segment(tag: Tag) -> DynamicSegment:
    """A segment of those with the tag, which was counted."""
    list(follow(START, nothing_runs, lambda: 100))
    segment = segment_of(Link("tags", "in", (tag.pk,)))
    assert count_afresh(segment)
    return segment


def test_workers_count_what_was_never_counted() -> None:
    SubscriberFactory.create_batch(2)
    one, other = DynamicSegmentFactory.create_batch(2)
    before = timezone.now()
    assert refresh_one() is True
    assert refresh_one() is False
    for segment in (one, other):
        segment.refresh_from_db()
        assert segment.contact_count == 2
        assert segment.counted_at is not None
        assert before <= segment.counted_at <= timezone.now()
    assert "count segments" in sweeps()


def test_a_count_stays_as_long_as_nobody_has_changed(segment: DynamicSegment, tag: Tag) -> None:
    contact = SubscriberFactory.create()
    pass_by(minutes=30)
    assert not refreshed(segment)
    attach_tags([contact.pk], [tag.pk])
    assert refreshed(segment)
    segment.refresh_from_db()
    assert segment.contact_count == 1
    set_status([contact.pk], "bounced")
    # Not more than once a minute.
    assert not refreshed(segment)
    pass_by(seconds=61)
    assert refreshed(segment)


def test_a_count_is_no_older_than_an_hour(segment: DynamicSegment) -> None:
    pass_by(minutes=59)
    assert not refreshed(segment)
    pass_by(minutes=2)
    assert refreshed(segment)


def test_what_takes_long_is_counted_rarely(segment: DynamicSegment, tag: Tag) -> None:
    DynamicSegment.objects.update(milliseconds=10_000)
    attach_tags([SubscriberFactory.create().pk], [tag.pk])
    pass_by(minutes=8)
    assert not refreshed(segment)
    pass_by(minutes=1)
    assert refreshed(segment)


def test_the_longest_waiting_is_first_and_nothing_costs_two_statements(segment: DynamicSegment) -> None:
    pass_by(hours=3)
    other = segment_of(Code("status", "in", ("bounced",)))
    DynamicSegment.objects.filter(pk=other.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    refresh_one()
    segment.refresh_from_db()
    other.refresh_from_db()
    assert segment.counted_at is not None
    assert segment.counted_at > timezone.now() - timedelta(minutes=1)
    assert other.counted_at is None
    refresh_one()
    with CaptureQueriesContext(connection) as statements:
        assert refresh_one() is False
    assert len(statements) == 2


def test_a_count_that_fails_says_how_old_the_last_one_is(
    segment: DynamicSegment, monkeypatch: pytest.MonkeyPatch
) -> None:
    pass_by(hours=2)
    segment.refresh_from_db()
    counted_at = segment.counted_at

    def take_too_long(self: Any) -> int:
        raise OperationalError

    monkeypatch.setattr(SubscriberQuerySet, "count", take_too_long)
    assert refreshed(segment)
    assert not refreshed(segment)  # not at once again
    segment.refresh_from_db()
    assert (segment.contact_count, segment.counted_at) == (0, counted_at)


def test_a_count_of_other_conditions_is_not_kept(segment: DynamicSegment) -> None:
    SubscriberFactory.create()
    stale = DynamicSegment.objects.get(pk=segment.pk)
    save_segment(segment, Conditions(((Code("status", "in", ("subscribed",)),),)))
    assert segment.counted_at is None
    assert count_afresh(stale)
    segment.refresh_from_db()
    assert segment.counted_at is None
    assert refreshed(segment)
    segment.refresh_from_db()
    assert segment.contact_count == 1

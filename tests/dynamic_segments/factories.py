"""Segments for tests."""

from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from dynamic_segments.models import DynamicSegment
from subscribers.conditions import Code, Condition, Conditions


class DynamicSegmentFactory(DjangoModelFactory[DynamicSegment]):
    """`conditions` as JSON; by default those who are subscribed."""

    class Meta:
        model = DynamicSegment

    title = Sequence(lambda n: f"Segment {n}")
    conditions = Conditions(((Code("status", "in", ("subscribed",)),),)).to_json()
    filters = {"conditions": [{"field": "status", "operator": "whereIn", "value": ["subscribed"]}]}


def segment_of(*conditions: Condition, **columns: Any) -> DynamicSegment:
    """A segment of the contacts who meet all of the conditions."""
    return DynamicSegmentFactory.create(conditions=Conditions((conditions,)).to_json(), **columns)

"""What a client may send for a segment, and how one is shown."""

from typing import Any

from rest_framework import serializers

from dynamic_segments.api.saved_filters import SETTINGS_DEFAULTS
from dynamic_segments.models import DynamicSegment
from wp_rest.dates import write_datetime
from wp_rest.fields import LinesField, PlainTextField

# FluentCRM's name for the kind of segment that staff make.
SLUG = "custom_segment"
MAX_DESCRIPTION = 2000


class SegmentSerializer(serializers.Serializer[Any]):
    """The names; dynamic_segments.api.saved_filters reads the conditions."""

    title = PlainTextField(allow_blank=False)
    description = LinesField(required=False, allow_null=True, max_length=MAX_DESCRIPTION)


def show_segment(segment: DynamicSegment) -> dict[str, Any]:
    """A segment with its conditions as they were sent."""
    words = segment.filters
    return {
        "id": segment.pk,
        "slug": SLUG,
        "title": segment.title,
        "description": segment.description,
        "conditions": words.get("conditions") or [],
        "condition_match": words.get("condition_match") or SETTINGS_DEFAULTS["condition_match"],
        "email_activities": words.get("email_activities") or SETTINGS_DEFAULTS["email_activities"],
        "filters": words.get("filters") or [],
        **show_count(segment),
        "created_at": write_datetime(segment.created_at),
        "updated_at": write_datetime(segment.updated_at),
    }


def show_listed_segment(segment: DynamicSegment) -> dict[str, Any]:
    """A row of the list."""
    return {
        "slug": SLUG,
        "title": segment.title,
        "subtitle": segment.description,
        "id": segment.pk,
        **show_count(segment),
    }


def show_count(segment: DynamicSegment) -> dict[str, Any]:
    """The kept count, and when it was true."""
    return {"count": segment.contact_count or 0, "counted_at": write_datetime(segment.counted_at)}

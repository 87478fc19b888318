"""What a client may send for a tag or a list, and how one is shown."""

from typing import Any

from rest_framework import serializers

from segments.models import ContactList, Segment
from wp_rest.dates import write_datetime
from wp_rest.fields import LinesField, PlainTextField


class SegmentSerializer(serializers.Serializer[Any]):
    title = PlainTextField(allow_blank=False)
    slug = PlainTextField(required=False)
    description = LinesField(required=False, max_length=5000, allow_null=True)


def show_segment(segment: Segment, **beside: Any) -> dict[str, Any]:
    """A tag or list with the keys of the recordings tags.json and lists.json, in their order."""
    public = {"is_public": str(int(segment.is_public))} if isinstance(segment, ContactList) else {}
    return {
        "id": segment.pk,
        "title": segment.title,
        "slug": segment.slug,
        "description": segment.description,
        **public,
        "created_at": write_datetime(segment.created_at),
        "updated_at": write_datetime(segment.updated_at),
        **beside,
    }


def show_option(segment: Segment) -> dict[str, str]:
    """The short form of `all_tags` and `all_lists`, whose ids are texts as recorded."""
    return {"id": str(segment.pk), "title": segment.title, "slug": segment.slug}

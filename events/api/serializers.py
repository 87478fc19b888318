"""What a client may send of an event, and how one is shown (events.json)."""

from typing import Any

from rest_framework import serializers

from custom_fields.types import MAX_TEXT
from events.models import TrackedEvent
from rest.fields import InputField
from rest.text import strip_controls
from wp_rest.dates import write_datetime
from wp_rest.fields import PlainTextField


class ValueField(InputField):
    """Text of several lines; numbers become text."""

    default_error_messages = {"string": "The {name} must be a text.", "max": "The {name} is too long."}

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("string")
        if len(str(data)) > MAX_TEXT:
            self.fail("max")
        return strip_controls(str(data))


class TrackedEventSerializer(serializers.Serializer[Any]):
    event_key = PlainTextField(allow_blank=False)
    title = PlainTextField(allow_blank=False)
    value = ValueField(required=False, allow_null=True)
    provider = PlainTextField(required=False)


def show_event(event: TrackedEvent) -> dict[str, Any]:
    """An event with the keys of the recording, in their order. Numbers are texts, as recorded."""
    return {
        "id": event.pk,
        "subscriber_id": str(event.subscriber_id),
        "counter": str(event.counter),
        "created_by": None if event.created_by_id is None else str(event.created_by_id),
        "provider": event.provider,
        "event_key": event.event_key,
        "title": event.title,
        "value": event.value,
        "created_at": write_datetime(event.created_at),
        "updated_at": write_datetime(event.updated_at),
    }

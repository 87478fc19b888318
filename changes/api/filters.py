"""The filters of GET /subscribers/{id}/history."""

from typing import Any

from django_filters import FilterSet

from changes.actors import Channel
from changes.events import EVENTS
from changes.models import Change
from wp_rest.filters import DateTimeFilter, IdFilter, WordFilter


class ChangeFilter(FilterSet):
    """By event, channel, user and time. The time `until` itself is not included."""

    change = WordFilter("change", "event", EVENTS, help_text="Only changes of this kind.")
    channel = WordFilter("channel", "channel", Channel.values, help_text="Only changes that came in this way.")
    # The name of `channel` in earlier versions, which also called the channel `system` `command`.
    door = WordFilter("door", "channel", [*Channel.values, "command"], method="in_channel")
    user = IdFilter("user", "user", help_text="Only changes by this user (id).")
    since = DateTimeFilter(
        "since", "at", "gte", help_text="Only changes at this time or later: `2026-01-31 09:05:00` or ISO 8601."
    )
    until = DateTimeFilter("until", "at", "lt", help_text="Only changes before this time.")

    class Meta:
        model = Change
        fields = ()

    def in_channel(self, changes: Any, name: str, channel: str) -> Any:
        return changes.filter(channel=Channel.SYSTEM if channel == "command" else channel)

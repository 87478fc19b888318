"""An entry of history as answers show it."""

from typing import Any

from changes.models import Change
from wp_rest.dates import write_datetime


def show_change(change: Change) -> dict[str, Any]:
    """One entry. `contacts` is the number of contacts that changed together."""
    user = change.user
    return {
        "id": change.pk,
        "at": write_datetime(change.at),
        "user": user and {"ID": user.pk, "display_name": user.get_full_name() or user.username},
        "actor": {"kind": change.actor_kind, "id": change.actor_id} if change.actor_kind else None,
        "channel": change.channel,
        "change": change.event,
        "subject": {"kind": change.subject_kind, "id": change.subject_id},
        "details": change.details,
        "contacts": change.contacts,
    }

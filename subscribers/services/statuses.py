"""One status, or one value of another column, for a set of contacts."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from changes.services import Entry
from subscribers.models import LEFT, Subscriber
from subscribers.services.history import record
from subscribers.services.links import atomic
from subscribers.services.locks import lock_column


@atomic
def set_status(ids: Iterable[int], status: str, reason: str = "") -> int:
    """Give contacts a status; returns how many there are. For those who leave, when and why is kept.

    Two statements, and history's. A contact that has the status already is left as it is.
    """
    had = lock_column(ids, "status")
    changed = {pk: before for pk, before in had.items() if before != status}
    left = status in LEFT
    Subscriber.objects.filter(pk__any_of=changed).update(
        status=status,
        unsubscribe_reason=reason if left else None,
        unsubscribe_date=timezone.now() if left else None,
    )
    record([status_entry(status, changed, reason)])
    return len(had)


@atomic
def set_column(ids: Iterable[int], column: str, value: Any) -> int:
    """Give one column (not the status) of a set of contacts one value; returns how many there are.

    Two statements, and history's. A contact that has the value already is left as it is.
    """
    had = lock_column(ids, column)
    changed = [pk for pk, before in had.items() if before != value]
    Subscriber.objects.filter(pk__any_of=changed).update(**{column: value})
    record([Entry("updated", changed, {"columns": {column: value}})])
    return len(had)


def status_entry(status: str, had: Mapping[int, str], reason: str = "") -> Entry:
    """That contacts (the keys) got a status, with the one that they had before where they share it."""
    details: dict[str, Any] = {"status": [status]}
    if len(shared := set(had.values())) == 1:
        details["previous"] = shared.pop()
    if reason:
        details["reason"] = reason
    return Entry("status_changed", had.keys(), details, ("status", None))

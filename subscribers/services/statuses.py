"""One status, or one value of another column, for a set of contacts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from changes.services import Entry
from subscribers.models import LEFT, Subscriber
from subscribers.services.history import record
from subscribers.services.links import atomic
from subscribers.services.locks import lock_contacts


@atomic
def set_status(ids: Iterable[int], status: str, reason: str = "") -> int:
    """Give contacts a status; returns how many there are. For those who leave, when and why is kept.

    Three statements, and history's. A contact that has the status already is left as it is.
    """
    locked = lock_contacts(ids)
    left = status in LEFT
    now = timezone.now()
    had = dict(
        Subscriber.objects.filter(pk__any_of=locked).exclude(status=status).order_by("pk").values_list("pk", "status")
    )
    changed = list(had)
    Subscriber.objects.filter(pk__any_of=changed).update(
        status=status,
        unsubscribe_reason=reason if left else None,
        unsubscribe_date=now if left else None,
        updated_at=now,
    )
    record([status_entry(status, had, reason)])
    return len(locked)


@atomic
def set_column(ids: Iterable[int], column: str, value: Any) -> int:
    """Give one column (not the status) of a set of contacts one value; returns how many there are.

    Three statements, and history's. A contact that has the value already is left as it is.
    """
    locked = lock_contacts(ids)
    changed = _differing(locked, column, value)
    Subscriber.objects.filter(pk__any_of=changed).update(**{column: value, "updated_at": timezone.now()})
    record([Entry("updated", changed, {"columns": {column: value}})])
    return len(locked)


def _differing(ids: Sequence[int], column: str, value: Any) -> list[int]:
    """Those of the contacts whose column has another value, upward by id. One statement."""
    contacts = Subscriber.objects.filter(pk__any_of=ids).exclude(**{column: value})
    return list(contacts.order_by("pk").values_list("pk", flat=True))


def status_entry(status: str, had: Mapping[int, str], reason: str = "") -> Entry:
    """That contacts (the keys) got a status, with the one that they had before where they share it."""
    details: dict[str, Any] = {"status": [status]}
    if len(shared := set(had.values())) == 1:
        details["previous"] = shared.pop()
    if reason:
        details["reason"] = reason
    return Entry("status_changed", had.keys(), details, ("status", None))

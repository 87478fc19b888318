"""One status, or one value of another column, for a set of contacts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone

from changes.services import Entry
from database.sql import execute, ids_parameter, rows_of_ids
from segments.counting import counting
from subscribers.models import LEFT, Subscriber
from subscribers.services.history import record
from subscribers.services.links import atomic
from subscribers.services.locks import lock_column, lock_statuses

# Newest first, and no further than the first entry about leaving. The event is looked up for each entry of the contact:
# as a join it may be read from all entries of these events instead.
EVENT = "(SELECT e.event FROM changes_change e WHERE e.id = l.change_id)"
NEWEST = f"""
    SELECT {EVENT} FROM changes_changedcontact l
    WHERE l.contact_id = c.id AND {EVENT} IN ('status_changed', 'left_again')
    ORDER BY l.change_id DESC LIMIT 1
"""
LEFT_ONCE = f"SELECT c.id FROM {{contacts}} WHERE coalesce(({NEWEST}), '{{untold}}') = 'status_changed' ORDER BY c.id"


@atomic
def set_status(ids: Iterable[int], status: str, reason: str = "") -> int:
    """Give contacts a status; returns how many there are. For those who leave, when and why is kept.

    Two statements, and history's, which has an entry for each status that they had before. A contact that has the
    status already is left as it is; that it leaves again is recorded (left_again: one statement where there is one).
    """
    had = lock_statuses(ids)
    changed = {pk: before for pk, before in had.items() if before != status}
    left = status in LEFT
    groups = alike(changed)
    with counting(len(changed)) as counts:
        Subscriber.objects.filter(pk__any_of=changed).update(
            status=status,
            unsubscribe_reason=reason if left else None,
            unsubscribe_date=timezone.now() if left else None,
        )
        counts.moved({(before, status): those for before, those in groups})
    entries = [status_entry(status, dict.fromkeys(those, before), reason) for before, those in groups]
    record(entries + (left_again(had.keys() - changed.keys(), reason) if left else []))
    return len(had)


@atomic
def set_column(ids: Iterable[int], column: str, value: Any, *, keep_before: bool = False) -> int:
    """Give one column (not the status) of a set of contacts one value; returns how many there are.

    Two statements, and history's. A contact that has the value already is left as it is. History does not have what
    was before, which may be nobody else's business. With `keep_before` it has an entry for each value.
    """
    had = lock_column(ids, column)
    changed = {pk: before for pk, before in had.items() if before != value}
    Subscriber.objects.filter(pk__any_of=changed).update(**{column: value})
    if keep_before:
        record(Entry("updated", those, {"columns": {column: [before, value]}}) for before, those in alike(changed))
    else:
        record([Entry("updated", changed.keys(), {"columns": {column: value}})])
    return len(had)


def alike(had: Mapping[int, Any]) -> list[tuple[Any, list[int]]]:
    """Each value, with the contacts that had it."""
    found: dict[Any, list[int]] = defaultdict(list)
    for pk, before in had.items():
        found[before].append(pk)
    return list(found.items())


def left_again(contacts: Collection[int], reason: str = "", *, repeated: bool = False) -> list[Entry]:
    """The entry that contacts who had left did so once more: whoever takes the first time back must not have them return.

    To be called for locked contacts whom a write says to have left, and whose status stays. Once is enough: a contact
    whose newest entry about leaving says so already is left out. One of whom history tells no change of status has
    nothing to take back: the entry tells that it acted, and where a client only `repeated` the status (an import, each
    night) there is none. One statement, none for nobody.
    """
    if not contacts:
        return []
    sql = LEFT_ONCE.format(contacts=rows_of_ids("c"), untold="" if repeated else "status_changed")
    rows = execute(sql, ids_parameter(contacts), keep_plan=True)
    return [Entry("left_again", [pk for (pk,) in rows], {"reason": reason} if reason else {})]


def status_entry(status: str, had: Mapping[int, str], reason: str = "") -> Entry:
    """That contacts (the keys) got a status, with the one that they had before where they share it."""
    details: dict[str, Any] = {"status": [status]}
    if len(shared := set(had.values())) == 1:
        details["previous"] = shared.pop()
    if reason:
        details["reason"] = reason
    return Entry("status_changed", had.keys(), details, ("status", None))

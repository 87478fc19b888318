"""What was done to contacts: kept for good in the same transaction, and told to receivers after it."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import current_actor
from database.sql import among, execute, ids_parameter, is_postgresql, json_parameter, moment
from subscribers.models import Change
from subscribers.signals import contacts_changed

ENTER = """
    WITH entry AS (
        INSERT INTO subscribers_change (change, details, at, user_id, door, contacts)
        VALUES (%s, %s::jsonb, %s, %s, %s, %s) RETURNING id
    )
    INSERT INTO subscribers_changedcontact (change_id, contact_id)
    SELECT entry.id, contact.id FROM entry CROSS JOIN unnest(%s::bigint[]) AS contact (id)
"""
# SQLite has no INSERT within another.
ENTER_ON_SQLITE = (
    """
    INSERT INTO subscribers_change (change, details, at, user_id, door, contacts)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING id
    """,
    "INSERT INTO subscribers_changedcontact (change_id, contact_id) SELECT %s, value FROM json_each(%s)",
)
UNLINK = "DELETE FROM subscribers_changedcontact WHERE contact_id {among} RETURNING change_id"
# Locked, so that of two who delete the last two contacts of an entry the second one finds it empty.
HOLD_SHARED = (
    "SELECT id FROM subscribers_change WHERE id {among} AND contacts > 1 AND details <> '{{}}' ORDER BY id {lock}"
)
# A look into the index for each entry: as NOT EXISTS it may become a join of everybody with everything.
FORGET_VALUES = """
    UPDATE subscribers_change SET details = '{{}}' WHERE id {among} AND (
        SELECT l.id FROM subscribers_changedcontact l WHERE l.change_id = subscribers_change.id LIMIT 1
    ) IS NULL
"""


def announce(change: str, ids: Iterable[int], **details: Any) -> None:
    """Write one entry of history for a set of contacts, and send contacts_changed when the transaction commits.

    One statement (two on SQLite), however many contacts; none for nobody. A receiver that fails harms nobody else.
    """
    changed = list(ids)
    if not changed:
        return
    actor = current_actor()
    now = moment(timezone.now())
    entry = (change, json_parameter(as_json(details)), now, actor.user_id, actor.door, len(changed))
    if is_postgresql():
        execute(ENTER, *entry, ids_parameter(changed), keep_plan=True)
    else:
        [(pk,)] = execute(ENTER_ON_SQLITE[0], *entry)
        execute(ENTER_ON_SQLITE[1], pk, ids_parameter(changed))
    send = partial(contacts_changed.send_robust, sender=None, change=change, ids=changed, details=details)
    transaction.on_commit(send, robust=True)


def as_json(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON keeps them: dates and numbers of other kinds as texts."""
    return {name: plain(value) for name, value in details.items()}


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def forget(ids: Iterable[int]) -> None:
    """Drop the history of contacts that are deleted. Four statements.

    Entries about one of them alone go; one about many keeps that it was, and loses its values when
    the last of them goes.
    """
    entries = sorted({row[0] for row in execute(UNLINK.format(among=among()), ids_parameter(ids))})
    Change.objects.filter(pk__among=entries, contacts=1)._raw_delete(using="default")
    lock = "FOR NO KEY UPDATE" if is_postgresql() else ""
    shared = [row[0] for row in execute(HOLD_SHARED.format(among=among(), lock=lock), ids_parameter(entries))]
    execute(FORGET_VALUES.format(among=among()), ids_parameter(shared))

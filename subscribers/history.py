"""What was done to contacts: kept for good in the same transaction, and told to receivers after it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actors import current_actor
from database.sql import among, execute, ids_parameter, is_postgresql, json_parameter, moment
from subscribers.models import Change
from subscribers.signals import contacts_changed

# The rows find their entry by its place in the array of ids: a join of a thousand entries with all
# of their contacts might be planned as each with each.
ENTER = """
    WITH sent AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('subscribers_change', 'id')) AS id, place, change, details, contacts
        FROM jsonb_to_recordset(%s::jsonb) AS r (place integer, change text, details jsonb, contacts integer)
    ), entry AS (
        INSERT INTO subscribers_change (id, change, details, contacts, at, user_id, door)
        SELECT id, change, details, contacts, %s, %s, %s FROM sent
    ){moved}
    INSERT INTO subscribers_changedcontact (change_id, contact_id)
    SELECT (SELECT array_agg(id ORDER BY place) FROM sent)[about.place], about.contact
    FROM unnest(%s::integer[], %s::bigint[]) AS about (place, contact)
"""
MOVE = "UPDATE subscribers_subscriber SET updated_at = %s WHERE id {among}"
# SQLite has no INSERT or UPDATE within another statement. Its ids go upward in the order of the rows.
ENTER_ON_SQLITE = """
    INSERT INTO subscribers_change (change, details, contacts, at, user_id, door)
    SELECT json_extract(value, '$.change'), json_extract(value, '$.details'), json_extract(value, '$.contacts'), %s, %s, %s
    FROM json_each(%s) ORDER BY key RETURNING id
"""
LINK_ON_SQLITE = """
    INSERT INTO subscribers_changedcontact (change_id, contact_id)
    SELECT entry.value, contact.value
    FROM json_each(%s) AS entry JOIN json_each(%s) AS about ON about.key = entry.key, json_each(about.value) AS contact
"""
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


@dataclass(frozen=True)
class Entry:
    """One thing that happened, and exactly the contacts to which it did: one tag, one status, one set of columns."""

    change: str  # a word of subscribers.signals.CHANGES
    ids: Collection[int]
    details: Mapping[str, Any] = field(default_factory=dict)


def each(
    change: str, pairs: Iterable[tuple[int, int]], name: str, named: Mapping[int, Any] | None = None
) -> list[Entry]:
    """An entry for each tag (list, company) of the pairs (contact, tag), with those who got or lost it.

    `name` is the key of its id, in a list, in the details; `named` has what else is told of each.
    """
    contacts = defaultdict(list)
    for contact, target in pairs:
        contacts[target].append(contact)
    return [
        Entry(change, sorted(contacts[target]), {name: [target], **(named[target] if named else {})})
        for target in sorted(contacts)
    ]


def record(entries: Iterable[Entry], *, moves: Iterable[int] = ()) -> None:
    """Write entries of history, and send contacts_changed for each when the transaction commits.

    `moves` are the contacts whose updated_at has to follow: those of the entries whose own row was
    not written anyway. One statement, however many entries and contacts (on SQLite two, and one that
    moves updated_at); none for nobody. A receiver that fails harms nobody else.
    """
    told = [entry for entry in entries if entry.ids]
    if not told:
        return
    actor, moving = current_actor(), sorted(set(moves))
    beside = (moment(timezone.now()), actor.user_id, actor.door)
    (_enter if is_postgresql() else _enter_on_sqlite)(told, beside, moving)
    transaction.on_commit(partial(_tell, told), robust=True)


def _enter(entries: Sequence[Entry], beside: tuple[Any, ...], moving: Sequence[int]) -> None:
    places = [place for place, entry in enumerate(entries, start=1) for _ in entry.ids]
    contacts = [pk for entry in entries for pk in entry.ids]
    rows = [{"place": place, **_row(entry)} for place, entry in enumerate(entries, start=1)]
    moved = f", moved AS ({MOVE.format(among=among())})" if moving else ""
    moved_to = (beside[0], ids_parameter(moving)) if moving else ()
    parameters = (json_parameter(rows), *beside, *moved_to, ids_parameter(places), ids_parameter(contacts))
    execute(ENTER.format(moved=moved), *parameters, keep_plan=True)


def _enter_on_sqlite(entries: Sequence[Entry], beside: tuple[Any, ...], moving: Sequence[int]) -> None:
    made = execute(ENTER_ON_SQLITE, *beside, json_parameter([_row(entry) for entry in entries]))
    execute(
        LINK_ON_SQLITE,
        ids_parameter(sorted(pk for (pk,) in made)),
        json_parameter([list(entry.ids) for entry in entries]),
    )
    if moving:
        execute(MOVE.format(among=among()), beside[0], ids_parameter(moving))


def _row(entry: Entry) -> dict[str, Any]:
    return {"change": entry.change, "details": as_json(entry.details), "contacts": len(entry.ids)}


def _tell(entries: Sequence[Entry]) -> None:
    for entry in entries:
        contacts_changed.send_robust(sender=None, change=entry.change, ids=list(entry.ids), details=dict(entry.details))


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

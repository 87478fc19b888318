"""Recording what happened, in the transaction in which it happens."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from changes.actors import Actor, current_actor
from changes.commit_order import NOT_MOVED, NUMBER, NUMBER_ON_SQLITE, continue_numbers
from changes.events import EVENTS, SUBJECTS
from changes.signals import contacts_changed
from database.sql import execute, is_postgresql, json_parameter, stored_datetime

# The subject of what is about the contacts of an entry alone.
CONTACTS: tuple[str, int | None] = ("contact", None)
ENTRY = (
    "INSERT INTO changes_change (at, transaction_number, user_id, channel, actor_kind, actor_id, job_id, event, "
    "subject_kind, subject_id, details, contacts)"
)
# No entry where the numbers must be continued first (changes.commit_order).
RECORD_ONE = f"""
    WITH entry AS (
        {ENTRY}
        SELECT %s::timestamptz, {NUMBER}, %s::bigint, %s, %s, %s::bigint, %s::bigint,
            %s, %s, %s::bigint, %s::jsonb, %s::integer
        WHERE {NOT_MOVED} RETURNING id
    ), linked AS (
        INSERT INTO changes_changedcontact (change_id, contact_id)
        SELECT entry.id, contact.id FROM entry CROSS JOIN unnest((SELECT %s::bigint[])) AS contact (id)
    ){{side}}
    SELECT id FROM entry
"""
# The contacts of all entries are one array, `first` to `last` those of an entry; an entry's id is found by
# its place, as a join of a thousand entries might be planned as each with each.
RECORD_SEVERAL = f"""
    WITH source AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r (
            place integer, event text, subject_kind text, subject_id bigint, details jsonb, contacts integer,
            first integer, last integer
        )
    ), entry AS (
        {ENTRY}
        SELECT %s::timestamptz, {NUMBER}, %s::bigint, %s, %s, %s::bigint, %s::bigint,
            event, subject_kind, subject_id, details, contacts
        FROM source WHERE {NOT_MOVED} ORDER BY place RETURNING id
    ), linked AS (
        INSERT INTO changes_changedcontact (change_id, contact_id)
        SELECT (SELECT array_agg(id ORDER BY id) FROM entry)[source.place], contact.id
        FROM source CROSS JOIN LATERAL unnest((%s::bigint[])[source.first:source.last]) AS contact (id)
        WHERE EXISTS (SELECT FROM entry)
    ){{side}}
    SELECT id FROM entry ORDER BY id
"""
# SQLite has no INSERT within another.
RECORD_ONE_ON_SQLITE = f"""
    {ENTRY} VALUES (%s, {NUMBER_ON_SQLITE}, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
LINK_ONE_ON_SQLITE = "INSERT INTO changes_changedcontact (change_id, contact_id) SELECT %s, value FROM json_each(%s)"
RECORD_ON_SQLITE = f"""
    {ENTRY}
    SELECT %s, {NUMBER_ON_SQLITE}, %s, %s, %s, %s, %s, value ->> 'event', value ->> 'subject_kind', value ->> 'subject_id',
        value -> 'details', value ->> 'contacts'
    FROM json_each(%s) WHERE true ORDER BY key RETURNING id
"""
LINK_ON_SQLITE = """
    INSERT INTO changes_changedcontact (change_id, contact_id)
    SELECT CAST(entry.key AS INTEGER), contact.value FROM json_each(%s) entry, json_each(entry.value) contact
"""


@dataclass(frozen=True)
class Entry:
    """One thing that happened.

    `contacts` are the ids of exactly those that it happened to; None where it is about no contacts.
    `subject` is the kind (one of SUBJECTS) and id of what it happened with: the tag, the note.
    """

    event: str
    contacts: Collection[int] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    subject: tuple[str, int | None] = CONTACTS


class SideStatement(NamedTuple):
    """A statement that changes rows because of what is recorded, in the dialect of the database."""

    sql: str
    parameters: Sequence[Any]


@transaction.atomic(savepoint=False)
def record(entries: Iterable[Entry], *, actor: Actor | None = None, side: SideStatement | None = None) -> list[int]:
    """Write entries with their contacts, and send contacts_changed for each when the transaction commits.

    One statement for all of them, whatever their number and the contacts', and the `side` statement is
    a part of it; on SQLite two, and the side statement. An entry about contacts that names nobody is
    left out; without any entry nothing is run. The actor is current_actor() unless one is given.
    Returns the ids of what was written. Raises ValueError for a word that changes.events does not have.
    """
    happened = [entry for entry in entries if entry.contacts is None or entry.contacts]
    for entry in happened:
        if entry.event not in EVENTS or entry.subject[0] not in SUBJECTS:
            raise ValueError(f"changes.events has no {entry.event!r} of a {entry.subject[0]!r}.")
    if not happened:
        return []
    acting = actor or current_actor()
    who = (stored_datetime(timezone.now()), acting.user_id, acting.channel, acting.kind, acting.id, acting.job)
    if is_postgresql():
        ids = _record_on_postgresql(happened, who, side)
        if not ids:
            # The database was moved to another server: once, and never again there.
            continue_numbers()
            ids = _record_on_postgresql(happened, who, None)
    else:
        ids = _record_on_sqlite(happened, who, side)
    transaction.on_commit(partial(_send_changes, happened), robust=True)
    return ids


def _record_on_postgresql(entries: Sequence[Entry], who: Sequence[Any], side: SideStatement | None) -> list[int]:
    sql, parameters = (f", side AS ({side.sql})", side.parameters) if side else ("", ())
    if len(entries) == 1:
        # The usual case, at half the price.
        what, contacts = _as_parameters(entries[0]), list(entries[0].contacts or ())
        rows = execute(RECORD_ONE.format(side=sql), *who, *what, contacts, *parameters, keep_plan=True)
        return [pk for (pk,) in rows]
    listed: list[dict[str, Any]] = []
    everybody: list[int] = []
    for place, entry in enumerate(entries, start=1):
        first = len(everybody) + 1
        everybody += entry.contacts or ()
        listed.append(_as_row(entry) | {"place": place, "first": first, "last": len(everybody)})
    several = RECORD_SEVERAL.format(side=sql)
    rows = execute(several, json_parameter(listed), *who, everybody, *parameters, keep_plan=True)
    return [pk for (pk,) in rows]


def _record_on_sqlite(entries: Sequence[Entry], who: Sequence[Any], side: SideStatement | None) -> list[int]:
    if len(entries) == 1:
        ids = [pk for (pk,) in execute(RECORD_ONE_ON_SQLITE, *who, *_as_parameters(entries[0]))]
        if entries[0].contacts:
            execute(LINK_ONE_ON_SQLITE, *ids, json_parameter(list(entries[0].contacts)))
    else:
        rows = [_as_row(entry) for entry in entries]
        ids = sorted(row[0] for row in execute(RECORD_ON_SQLITE, *who, json_parameter(rows)))
        links = {str(pk): list(entry.contacts) for pk, entry in zip(ids, entries, strict=True) if entry.contacts}
        if links:
            execute(LINK_ON_SQLITE, json_parameter(links))
    if side:
        execute(side.sql, *side.parameters)
    return ids


def _send_changes(entries: Sequence[Entry]) -> None:
    for entry in entries:
        if entry.contacts:
            contacts_changed.send_robust(
                sender=None, change=entry.event, ids=list(entry.contacts), details=dict(entry.details)
            )


def _as_parameters(entry: Entry) -> tuple[Any, ...]:
    """The columns of an entry that are its own, in the order of ENTRY."""
    row = _as_row(entry)
    return row["event"], row["subject_kind"], row["subject_id"], json_parameter(row["details"]), row["contacts"]


def _as_row(entry: Entry) -> dict[str, Any]:
    kind, pk = entry.subject
    return {
        "event": entry.event,
        "subject_kind": kind,
        "subject_id": pk,
        "details": _as_json(entry.details),
        "contacts": len(entry.contacts or ()),
    }


def _as_json(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON keeps them: dates and numbers of other kinds as texts."""
    return {name: _plain(value) for name, value in details.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)

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
from database.sql import any_of, execute, ids_parameter, is_postgresql, json_parameter, stored_datetime

# The subject of what is about the contacts of an entry alone.
CONTACTS: tuple[str, int | None] = ("contact", None)
ENTRY = (
    "INSERT INTO changes_change (at, transaction_number, user_id, channel, actor_kind, actor_id, event, subject_kind, "
    "subject_id, details, contacts)"
)
# No entry where the numbers must be continued first (changes.commit_order).
RECORD_ONE = f"""
    WITH entry AS (
        {ENTRY}
        SELECT %s::timestamptz, {NUMBER}, %s::bigint, %s, %s, %s::bigint, %s, %s, %s::bigint, %s::jsonb, %s::integer
        WHERE {NOT_MOVED} RETURNING id
    ), linked AS (
        INSERT INTO changes_changedcontact (change_id, contact_id)
        SELECT entry.id, contact.id FROM entry CROSS JOIN unnest(%s::bigint[]) AS contact (id)
    ){{beside}}
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
        SELECT %s::timestamptz, {NUMBER}, %s::bigint, %s, %s, %s::bigint, event, subject_kind, subject_id, details,
            contacts
        FROM source WHERE {NOT_MOVED} ORDER BY place RETURNING id
    ), linked AS (
        INSERT INTO changes_changedcontact (change_id, contact_id)
        SELECT (SELECT array_agg(id ORDER BY id) FROM entry)[source.place], contact.id
        FROM source CROSS JOIN LATERAL unnest((%s::bigint[])[source.first:source.last]) AS contact (id)
        WHERE EXISTS (SELECT FROM entry)
    ){{beside}}
    SELECT id FROM entry ORDER BY id
"""
# SQLite has no INSERT within another.
RECORD_ON_SQLITE = f"""
    {ENTRY}
    SELECT %s, {NUMBER_ON_SQLITE}, %s, %s, %s, %s, value ->> 'event', value ->> 'subject_kind', value ->> 'subject_id',
        value -> 'details', value ->> 'contacts'
    FROM json_each(%s) WHERE true ORDER BY key RETURNING id
"""
LINK_ON_SQLITE = """
    INSERT INTO changes_changedcontact (change_id, contact_id)
    SELECT CAST(entry.key AS INTEGER), contact.value FROM json_each(%s) entry, json_each(entry.value) contact
"""
KEEP = """
    INSERT INTO changes_deletedcontact (change_id, contact_id, email, hash)
    SELECT %s::bigint, * FROM unnest(%s::bigint[], %s::text[], %s::text[])
"""
KEEP_ON_SQLITE = """
    INSERT INTO changes_deletedcontact (change_id, contact_id, email, hash)
    SELECT %s, value ->> 0, value ->> 1, value ->> 2 FROM json_each(%s)
"""
UNLINK = "DELETE FROM changes_changedcontact WHERE contact_id {any_of} RETURNING change_id"
DROP_OWN = "DELETE FROM changes_change WHERE id {any_of} AND contacts = 1"
# Locked, so that of two who delete the last two contacts of an entry the second one finds it empty.
HOLD_SHARED = (
    "SELECT id FROM changes_change WHERE id {any_of} AND contacts > 1 AND details <> '{{}}' ORDER BY id {lock}"
)
# A look into the index for each entry: as NOT EXISTS it may become a join of everybody with everything.
FORGET_VALUES = """
    UPDATE changes_change SET details = '{{}}' WHERE id {any_of} AND (
        SELECT l.id FROM changes_changedcontact l WHERE l.change_id = changes_change.id LIMIT 1
    ) IS NULL
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


class Gone(NamedTuple):
    """A contact that was deleted: what others need to delete it, too."""

    id: int
    email: str
    hash: str


class Beside(NamedTuple):
    """A statement that changes rows because of what is recorded: PostgreSQL runs it as a part of the same one.

    Of {any_of} and the parameters as database.sql has them.
    """

    sql: str
    parameters: Sequence[Any]


@transaction.atomic(savepoint=False)
def record(entries: Iterable[Entry], *, actor: Actor | None = None, beside: Beside | None = None) -> list[int]:
    """Write entries with their contacts, and send contacts_changed for each when the transaction commits.

    One statement for all of them (two on SQLite, and one for what is `beside`), whatever their number
    and the contacts'. An entry about contacts that names nobody is left out; without any entry nothing
    is run. The actor is current_actor() unless one is given. Returns the ids of what was written.
    Raises ValueError for a word that changes.events does not have.
    """
    told = [entry for entry in entries if entry.contacts is None or entry.contacts]
    for entry in told:
        if entry.event not in EVENTS or entry.subject[0] not in SUBJECTS:
            raise ValueError(f"changes.events has no {entry.event!r} of a {entry.subject[0]!r}.")
    if not told:
        return []
    acting = actor or current_actor()
    who = (stored_datetime(timezone.now()), acting.user_id, acting.channel, acting.kind, acting.id)
    if is_postgresql():
        ids = _record_on_postgresql(told, who, beside)
        if not ids:
            # The database was moved to another server: once, and never again there.
            continue_numbers()
            ids = _record_on_postgresql(told, who, None)
    else:
        ids = _record_on_sqlite(told, who, beside)
    transaction.on_commit(partial(_tell, told), robust=True)
    return ids


@transaction.atomic(savepoint=False)
def record_deletion(gone: Sequence[Gone], *, actor: Actor | None = None) -> None:
    """Write that contacts were deleted, and drop the rest of their history. Five statements and the entry's.

    Address and hash stay beside the entry until DELETED_CONTACTS_RETENTION_DAYS end.
    """
    ids = [contact.id for contact in gone]
    forget(ids)
    for pk in record([Entry("deleted", ids)], actor=actor):
        if is_postgresql():
            execute(
                KEEP, pk, ids, [contact.email for contact in gone], [contact.hash for contact in gone], keep_plan=True
            )
        else:
            execute(KEEP_ON_SQLITE, pk, json_parameter([list(contact) for contact in gone]))


def _record_on_postgresql(entries: Sequence[Entry], who: Sequence[Any], beside: Beside | None) -> list[int]:
    sql, parameters = (f", beside AS ({beside.sql})", beside.parameters) if beside else ("", ())
    if len(entries) == 1:
        # The usual case, at half the price.
        row, contacts = _as_row(entries[0]), list(entries[0].contacts or ())
        what = (row["event"], row["subject_kind"], row["subject_id"], json_parameter(row["details"]), row["contacts"])
        rows = execute(RECORD_ONE.format(beside=sql), *who, *what, contacts, *parameters, keep_plan=True)
        return [pk for (pk,) in rows]
    listed: list[dict[str, Any]] = []
    everybody: list[int] = []
    for place, entry in enumerate(entries, start=1):
        first = len(everybody) + 1
        everybody += entry.contacts or ()
        listed.append(_as_row(entry) | {"place": place, "first": first, "last": len(everybody)})
    several = RECORD_SEVERAL.format(beside=sql)
    rows = execute(several, json_parameter(listed), *who, everybody, *parameters, keep_plan=True)
    return [pk for (pk,) in rows]


def _record_on_sqlite(entries: Sequence[Entry], who: Sequence[Any], beside: Beside | None) -> list[int]:
    rows = [_as_row(entry) for entry in entries]
    ids = sorted(row[0] for row in execute(RECORD_ON_SQLITE, *who, json_parameter(rows)))
    links = {str(pk): list(entry.contacts) for pk, entry in zip(ids, entries, strict=True) if entry.contacts}
    if links:
        execute(LINK_ON_SQLITE, json_parameter(links))
    if beside:
        execute(beside.sql, *beside.parameters)
    return ids


def _tell(entries: Sequence[Entry]) -> None:
    for entry in entries:
        if entry.contacts:
            contacts_changed.send_robust(
                sender=None, change=entry.event, ids=list(entry.contacts), details=dict(entry.details)
            )


def _as_row(entry: Entry) -> dict[str, Any]:
    kind, pk = entry.subject
    return {
        "event": entry.event,
        "subject_kind": kind,
        "subject_id": pk,
        "details": as_json(entry.details),
        "contacts": len(entry.contacts or ()),
    }


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
    entries = sorted({row[0] for row in execute(UNLINK.format(any_of=any_of()), ids_parameter(ids))})
    execute(DROP_OWN.format(any_of=any_of()), ids_parameter(entries))
    lock = "FOR NO KEY UPDATE" if is_postgresql() else ""
    shared = [row[0] for row in execute(HOLD_SHARED.format(any_of=any_of(), lock=lock), ids_parameter(entries))]
    execute(FORGET_VALUES.format(any_of=any_of()), ids_parameter(shared))

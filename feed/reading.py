"""The feed: which contacts were created, changed or deleted since a cursor, for those who keep a copy of them.

It reads the entries of `changes` in the order of commits, so nothing is skipped that commits late (decision 15). A cursor
is `number.entry`, or `number.entry.contact` inside an entry of many: a change of a million contacts is one entry, and
comes in parts. Contacts come with their newest state, at least once.
"""

from collections.abc import Iterable
from typing import NamedTuple

from changes.cursor import (
    EntryHeader,
    ExpiredCursor,
    InvalidCursor,
    entries_after,
    latest_cursor,
    read_cursor,
    refuse_expired,
)
from changes.events import UNSEEN
from database.sql import any_of, execute, ids_parameter

__all__ = [
    "DEFAULT_LIMIT",
    "MAX_LIMIT",
    "Deleted",
    "ExpiredCursor",
    "FeedPage",
    "InvalidCursor",
    "changed_contacts",
    "first_cursor",
]

# Contacts of a page.
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000

# The cursor before every entry, as a text that is not empty.
BEFORE_ALL = "0.0"
CONTACTS_OF = "SELECT change_id, contact_id FROM changes_changedcontact WHERE change_id {any_of}"
PART_OF = """
    SELECT contact_id FROM changes_changedcontact WHERE change_id = %s AND contact_id > %s ORDER BY contact_id LIMIT %s
"""
# Entries about what answers show with each contact that has it, and who these contacts are. What they got and lost is
# in entries of their own.
OF_LINK = "SELECT subscriber_id FROM {table} WHERE {column} = %s AND subscriber_id > %s ORDER BY subscriber_id LIMIT %s"
# Who had the value of a field is not known; the parameter is only there because the others have it.
EVERYBODY = "SELECT id FROM subscribers_subscriber WHERE CAST(%s AS bigint) > 0 AND id > %s ORDER BY id LIMIT %s"
HOLDERS = {
    "tag_updated": OF_LINK.format(table="subscribers_subscribertag", column="tag_id"),
    "list_updated": OF_LINK.format(table="subscribers_subscriberlist", column="list_id"),
    "company_updated": OF_LINK.format(table="subscribers_subscribercompany", column="company_id"),
    # Stages are few and seldom renamed: without an index.
    "stage_updated": "SELECT id FROM subscribers_subscriber WHERE pipeline_stage_id = %s AND id > %s ORDER BY id LIMIT %s",
    "stage_deleted": EVERYBODY,
    # Values are kept, and shown while there is a field of that name.
    "field_created": EVERYBODY,
    "field_deleted": EVERYBODY,
}
DELETED = """
    SELECT contact_id, email, hash FROM changes_deletedcontact WHERE change_id {any_of} AND contact_id {any_of}
"""


class Deleted(NamedTuple):
    """A contact that was deleted. Address and hash are None after DELETED_CONTACTS_RETENTION_DAYS."""

    id: int
    email: str | None
    hash: str | None


class FeedPage(NamedTuple):
    """The contacts of a page, each once, in the order of their last changes; which are gone; and where to go on.

    An id that is no contact's and not in `deleted` is of one that is being deleted: a later page says so. `more` is
    false if nothing more can be seen now.
    """

    ids: list[int]
    deleted: list[Deleted]
    cursor: str
    more: bool


class _Position(NamedTuple):
    """After an entry, or after the part of it up to a contact."""

    entry: tuple[int, int]
    contact: int | None


def first_cursor() -> str:
    """The cursor for who is about to copy all contacts: what changes from now on is after it. One statement."""
    return latest_cursor() or BEFORE_ALL


def changed_contacts(cursor: str, limit: int) -> FeedPage:
    """At most `limit` contacts that changed after the cursor. At most four statements, whatever came before it.

    Raises InvalidCursor, and ExpiredCursor where entries after it were removed.
    """
    position = _read_position(cursor)
    inside = position.contact is not None
    entries = entries_after(position.entry, limit + 1, inclusive=inside)
    after = position.contact if entries and _place(entries[0]) == position.entry else None
    taken, part = _choose(entries[:limit], limit, after)
    end = _Position(_place(taken[-1]), None) if taken else position
    more = len(entries) > len(taken)
    if part:
        happened = [(part, contact) for contact in _part_of(part, after or 0, limit)]
        is_cut = len(happened) == limit
        end = _Position(_place(part), happened[-1][1] if is_cut else None)
        more = is_cut or len(entries) > len(taken) + 1
    else:
        happened = _contacts_of(taken)
    # Each where it changed last: who has the address of a contact that was deleted comes after it.
    ids = list(dict.fromkeys(contact for _, contact in reversed(happened)))[::-1]
    deleted = _find_deleted([(entry.id, contact) for entry, contact in happened if entry.event == "deleted"])
    refuse_expired(position.entry, inclusive=inside)
    return FeedPage(ids, deleted, _write_position(end), more)


def _choose(entries: list[EntryHeader], limit: int, after: int | None) -> tuple[list[EntryHeader], EntryHeader | None]:
    """The entries whose contacts fit into a page together, or one of which a part does, behind those without contacts."""
    taken: list[EntryHeader] = []
    room = limit
    for entry in entries:
        # How many contacts there were; some may have been deleted meanwhile.
        size = 0 if entry.event.startswith(UNSEEN) else entry.contacts
        is_large = size > limit or entry.event in HOLDERS or (after is not None and not taken)
        if is_large and room == limit:
            return taken, entry
        if is_large or size > room:
            break
        taken.append(entry)
        room -= size
    return taken, None


def _part_of(entry: EntryHeader, after: int, limit: int) -> list[int]:
    """The next contacts of a large entry, upward by id. One statement."""
    sql = HOLDERS.get(entry.event, PART_OF)
    subject = entry.subject_id if entry.event in HOLDERS else entry.id
    return [row[0] for row in execute(sql, subject, after, limit)]


def _contacts_of(entries: Iterable[EntryHeader]) -> list[tuple[EntryHeader, int]]:
    """The contacts of whole entries, in the order of the entries. One statement, none for none."""
    contacts: dict[int, list[int]] = {
        entry.id: [] for entry in entries if entry.contacts and not entry.event.startswith(UNSEEN)
    }
    if not contacts:
        return []
    for entry_id, contact in execute(CONTACTS_OF.format(any_of=any_of()), ids_parameter(contacts)):
        contacts[entry_id].append(contact)
    return [(entry, contact) for entry in entries for contact in sorted(contacts.get(entry.id, ()))]


def _find_deleted(pairs: list[tuple[int, int]]) -> list[Deleted]:
    """What is known of the contacts that entries deleted, by (entry, contact). One statement, none for none."""
    if not pairs:
        return []
    entries, contacts = {entry for entry, _ in pairs}, [contact for _, contact in pairs]
    sql = DELETED.format(any_of=any_of())
    known = {row[0]: Deleted(*row) for row in execute(sql, ids_parameter(entries), ids_parameter(contacts))}
    return [known.get(pk) or Deleted(pk, None, None) for pk in contacts]


def _place(entry: EntryHeader) -> tuple[int, int]:
    return entry.transaction_number, entry.id


def _read_position(cursor: str) -> _Position:
    entry, contact = cursor, None
    if cursor.count(".") == 2:
        entry, _, contact = cursor.rpartition(".")
    # Both are read alike; there is no third number in a cursor of `changes`.
    number, pk = read_cursor(entry)
    return _Position((number, pk), None if contact is None else read_cursor(f"0.{contact}")[1])


def _write_position(position: _Position) -> str:
    number, pk = position.entry
    return f"{number}.{pk}" if position.contact is None else f"{number}.{pk}.{position.contact}"

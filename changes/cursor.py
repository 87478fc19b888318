"""Reads entries in the order of commits. A reader gets each entry exactly once.

A reader stores a cursor, acts on a page and stores the new cursor. There may be any number of readers. On PostgreSQL
an entry appears when no older transaction of the database runs any more: a transaction that has written and stays open
for an hour delays all readers for an hour. Entries that were removed before (changes.retention, or with a deleted
contact) are not in a page.
"""

from typing import NamedTuple

from changes.commit_order import BELOW_RUNNING
from changes.models import Change
from database.sql import execute, is_postgresql

# The cursor before the first entry.
START = ""

PAGE = """
    SELECT c.* FROM changes_change c
    WHERE (c.transaction_number, c.id) > (%s, %s) {below_running}
    ORDER BY c.transaction_number, c.id LIMIT %s
"""
LAST = """
    SELECT c.* FROM changes_change c WHERE {below_running} ORDER BY c.transaction_number DESC, c.id DESC LIMIT 1
"""


# For a reader who takes some contacts of an entry at a time (feed.reading): from an entry on, or after it.
ENTRIES = """
    SELECT c.transaction_number, c.id, c.event, c.subject_kind, c.subject_id, c.contacts FROM changes_change c
    WHERE (c.transaction_number, c.id) {from_or_after} (%s, %s) {below_running}
    ORDER BY c.transaction_number, c.id LIMIT %s
"""
REMOVED = "SELECT 1 FROM changes_removedhistory WHERE (transaction_number, change_id) {from_or_after} (%s, %s)"


class InvalidCursor(ValueError):
    """The text is not a cursor of changes_after."""


class ExpiredCursor(Exception):
    """Entries after the cursor were removed (changes.retention): the reader has missed something."""


class EntryHeader(NamedTuple):
    """An entry without its details. `contacts` is how many it was about."""

    transaction_number: int
    id: int
    event: str
    subject_kind: str
    subject_id: int | None
    contacts: int


class Page(NamedTuple):
    """Entries, oldest first, and the cursor after the last of them."""

    changes: list[Change]
    cursor: str


def changes_after(cursor: str, limit: int) -> Page:
    """The next entries, `limit` at most. One statement. Raises InvalidCursor.

    The contacts of an entry are `change.changed`. There may be millions: read them in parts.
    """
    position = read_cursor(cursor)
    below_running = f"AND c.transaction_number < ({BELOW_RUNNING})" if is_postgresql() else ""
    changes = list(Change.objects.raw(PAGE.format(below_running=below_running), [*position, limit]))
    return Page(changes, cursor_at(changes[-1]) if changes else cursor)


def entries_after(position: tuple[int, int], limit: int, *, inclusive: bool = False) -> list[EntryHeader]:
    """The next entries after a position (a transaction's number and an entry's id), or from it on. One statement."""
    sql = ENTRIES.format(
        from_or_after=">=" if inclusive else ">",
        below_running=f"AND c.transaction_number < ({BELOW_RUNNING})" if is_postgresql() else "",
    )
    return [EntryHeader(*row) for row in execute(sql, *position, limit)]


def refuse_expired(position: tuple[int, int], *, inclusive: bool = False) -> None:
    """Raise ExpiredCursor where entries after the position, or from it on, were removed. One statement.

    To be called after the entries and their contacts were read: what is removed is noted first.
    """
    if execute(REMOVED.format(from_or_after=">=" if inclusive else ">"), *position):
        raise ExpiredCursor


def latest_cursor() -> str:
    """The cursor for a reader that only wants later entries. One statement."""
    below_running = f"c.transaction_number < ({BELOW_RUNNING})" if is_postgresql() else "true"
    last = list(Change.objects.raw(LAST.format(below_running=below_running)))
    return cursor_at(last[0]) if last else START


def cursor_at(change: Change) -> str:
    return f"{change.transaction_number}.{change.pk}"


def read_cursor(cursor: str) -> tuple[int, int]:
    if cursor == START:
        return -1, 0
    transaction, point, pk = cursor.partition(".")
    if not (point and all(part.isascii() and part.isdigit() and len(part) < 19 for part in (transaction, pk))):
        raise InvalidCursor(cursor)
    return int(transaction), int(pk)

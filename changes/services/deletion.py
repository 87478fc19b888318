"""Recording that contacts were deleted, and dropping the rest of their history."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction

from changes.actors import Actor
from changes.services.recording import Entry, record
from database.sql import any_of, execute, ids_parameter, is_postgresql, json_parameter

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


class ContactKeys(NamedTuple):
    """What a contact is known by elsewhere: who has a copy of it finds it by its id, address or hash."""

    id: int
    email: str
    hash: str


@transaction.atomic(savepoint=False)
def record_deletion(deleted: Sequence[ContactKeys], *, actor: Actor | None = None) -> None:
    """Write that contacts were deleted, and drop the rest of their history. Five statements and the entry's.

    Address and hash stay beside the entry until DELETED_CONTACTS_RETENTION_DAYS end.
    """
    ids = [contact.id for contact in deleted]
    forget(ids)
    for pk in record([Entry("deleted", ids)], actor=actor):
        if is_postgresql():
            emails, hashes = [contact.email for contact in deleted], [contact.hash for contact in deleted]
            execute(KEEP, pk, ids, emails, hashes, keep_plan=True)
        else:
            execute(KEEP_ON_SQLITE, pk, json_parameter([list(contact) for contact in deleted]))


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

"""Recording that contacts were deleted, and dropping the rest of their history."""

from collections import Counter
from collections.abc import Collection, Iterable

from django.db import transaction

from changes.actors import Actor
from changes.services.recording import Entry, record
from database.sql import any_of, execute, ids_parameter, is_postgresql

# From table to table: a million addresses are neither read here nor sent back.
KEEP = """
    INSERT INTO changes_deletedcontact (change_id, contact_id, email, hash)
    SELECT %s, id, email, hash FROM {table} WHERE id {any_of} ORDER BY id
"""
UNLINK = "DELETE FROM changes_changedcontact WHERE contact_id {any_of} RETURNING change_id"
DROP_OWN = "DELETE FROM changes_change WHERE id {any_of} AND contacts = 1"
# Locked, so that of two who delete the last two contacts of an entry the second one finds it empty.
HOLD_SHARED = """
    SELECT id, contacts FROM changes_change WHERE id {any_of} AND contacts > 1 AND details <> '{{}}' ORDER BY id {lock}
"""
# Those that lost all at once, and those that have lost the last one. A look into the index for each of these: as NOT EXISTS
# it may become a join of everybody with everything. For the others it would go past each of the links that are gone.
FORGET_VALUES = """
    UPDATE changes_change SET details = '{{}}' WHERE id {any_of} OR id {any_of} AND (
        SELECT l.id FROM changes_changedcontact l WHERE l.change_id = changes_change.id LIMIT 1
    ) IS NULL
"""


@transaction.atomic(savepoint=False)
def record_deletion(ids: Collection[int], table: str, *, actor: Actor | None = None) -> None:
    """Write that contacts are deleted, and drop the rest of their history. Five statements and the entry's.

    To be called before their rows in `table` are deleted. What a copy of them elsewhere is found by (id, address,
    hash) stays beside the entry until DELETED_CONTACTS_RETENTION_DAYS end.
    """
    forget(ids)
    for pk in record([Entry("deleted", ids)], actor=actor):
        keep = KEEP.format(table=table, any_of=any_of(keep_plan=True))
        execute(keep, pk, ids_parameter(ids), keep_plan=True)


def forget(ids: Iterable[int]) -> None:
    """Drop the history of contacts that are deleted. Four statements.

    Entries about one of them alone go; one about many keeps that it was, and loses its values when
    the last of them goes.
    """
    unlinked = Counter(entry for (entry,) in execute(UNLINK.format(any_of=any_of()), ids_parameter(ids)))
    entries = ids_parameter(sorted(unlinked))
    execute(DROP_OWN.format(any_of=any_of()), entries)
    lock = "FOR NO KEY UPDATE" if is_postgresql() else ""
    shared = execute(HOLD_SHARED.format(any_of=any_of(), lock=lock), entries)
    whole = [entry for entry, contacts in shared if contacts == unlinked[entry]]
    others = [entry for entry, contacts in shared if contacts != unlinked[entry]]
    execute(FORGET_VALUES.format(any_of=any_of()), ids_parameter(whole), ids_parameter(others))

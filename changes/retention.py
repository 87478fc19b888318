"""Removes old entries, in small transactions."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from changes.models import Change, ChangedContact, DeletedContact
from database.sql import any_of, execute, ids_parameter

# Rows in one transaction.
BATCH = 10_000
NOTE_REMOVED = """
    INSERT INTO changes_removedhistory (id, transaction_number, change_id) VALUES (1, %s, %s)
    ON CONFLICT (id) DO UPDATE SET transaction_number = EXCLUDED.transaction_number, change_id = EXCLUDED.change_id
    WHERE (EXCLUDED.transaction_number, EXCLUDED.change_id)
        > (changes_removedhistory.transaction_number, changes_removedhistory.change_id)
"""


class Removed(NamedTuple):
    """The number of entries, and of addresses of deleted contacts, that were removed."""

    changes: int
    deleted_contacts: int


def remove_old_changes(batch: int = BATCH) -> Removed:
    """Remove entries after CHANGES_RETENTION_DAYS, and addresses after DELETED_CONTACTS_RETENTION_DAYS.

    0 days means for ever. Each batch is its own transaction, so call it outside a transaction. Rows that another
    transaction has locked are left for the next run. The newest entry is always kept: if the database is moved, numbers
    continue from it (changes.commit_order).
    """
    now = timezone.now()
    addresses = changes = 0
    if days := settings.DELETED_CONTACTS_RETENTION_DAYS:
        addresses += _remove(DeletedContact.objects.filter(change__at__lt=now - timedelta(days=days)), batch)
    if days := settings.CHANGES_RETENTION_DAYS:
        newest = Change.objects.order_by("-transaction_number", "-pk").values_list("pk", flat=True).first()
        old = Change.objects.filter(at__lt=now - timedelta(days=days)).exclude(pk=newest)
        position = old.order_by("-transaction_number", "-pk").values_list("transaction_number", "pk").first()
        if position:
            # First, and committed: a reader of what is removed next must be able to see that it has a gap.
            execute(NOTE_REMOVED, *position)
        # First the links to contacts, so that an entry of a million contacts is removed in parts too.
        _remove(ChangedContact.objects.filter(change__in=old), batch)
        addresses += _remove(DeletedContact.objects.filter(change__in=old), batch)
        changes = _remove(old.exclude(Exists(ChangedContact.objects.filter(change=OuterRef("pk")))), batch)
    return Removed(changes, addresses)


def _remove(rows: Any, batch: int) -> int:
    """Delete the rows, oldest first, a batch at a time; returns how many."""
    delete = f"DELETE FROM {rows.model._meta.db_table} WHERE id {any_of()}"
    removed = 0
    while True:
        with transaction.atomic():
            found = rows.order_by("pk")
            if connection.features.has_select_for_update_skip_locked:
                found = found.select_for_update(skip_locked=True, of=("self",))
            ids = list(found.values_list("pk", flat=True)[:batch])
            execute(delete, ids_parameter(ids))
        removed += len(ids)
        if len(ids) < batch:
            return removed

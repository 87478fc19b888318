"""Remove old history, and old addresses of deleted contacts, as workers do once an hour."""

from typing import Any

from django.core.management.base import BaseCommand

from changes.retention import remove_old_changes


class Command(BaseCommand):
    help = "Remove entries of history after CHANGES_RETENTION_DAYS, and the addresses of deleted contacts after theirs."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = remove_old_changes()
        self.stdout.write(
            f"Removed {removed.changes} entries and the addresses of {removed.deleted_contacts} deleted contacts."
        )

"""Pages of the admin that record changes in history."""

from typing import Any, ClassVar

from django.http import HttpRequest

from changes.rows import entry_of, saving
from changes.services import record
from staff.screens import Screen


class RecordedAdmin(Screen):
    """For rows that only the admin saves. Django runs the page in a transaction."""

    # One of changes.events.SUBJECTS.
    subject: ClassVar[str]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with saving(obj, self.subject):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        entry = entry_of(obj, self.subject, "deleted")
        super().delete_model(request, obj)
        record([entry])

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        entries = [entry_of(row, self.subject, "deleted") for row in queryset]
        super().delete_queryset(request, queryset)
        record(entries)

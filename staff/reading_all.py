"""What long lists say beforehand: that their search, and their filters, read all rows where few match.

Both read the rows in the order of the list until a page is full. Where an index finds the few, they need not.
"""

from enum import Enum
from typing import Any, ClassVar

from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest

from staff.screens import Screen


class By(Enum):
    """How a search finds rows."""

    READING = "reading them"
    # Of words: PostgreSQL has an index for parts of three letters and more (subscribers.search_text), SQLite has none.
    PARTS = "parts"
    WHOLE = "an index for the whole value, on both databases"


class FiltersNote(admin.ListFilter):
    """No filter: what is said below the filters."""

    title = "what they read"
    template = "staff/filters/note.html"

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.text = f"Where few match, filters may read all {plural(model)}."

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return []

    def choices(self, changelist: Any) -> Any:
        return []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset


class ReadingAll(Screen):
    """Lists that say so. Without a word of its own a list says that both read all of its rows."""

    # Staff make the rows by hand: reading all of them takes no time, and nothing is said.
    few_rows: ClassVar[bool] = False
    search_by: ClassVar[By] = By.READING
    # What the search reads, if not the rows of the list.
    searched: ClassVar[type[Model] | None] = None

    def search_note(self) -> str:
        if self.few_rows or not self.search_fields or self.search_by is By.WHOLE:
            return ""
        has_index = self.search_by is By.PARTS and connection.vendor == "postgresql"
        letters = " for one or two letters" if has_index else ""
        return f"Where few match, a search{letters} reads all {plural(self.searched or self.model)}."

    def get_list_filter(self, request: HttpRequest) -> Any:
        filters = super().get_list_filter(request)
        return [*filters, FiltersNote] if filters and not self.few_rows else filters


def plural(model: Any) -> str:
    return str(model._meta.verbose_name_plural)

"""What the screens of the admin are built on."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, StackedInline


class Screen(ModelAdmin):  # type: ignore[misc]
    """A model's list and pages."""

    # The list takes the whole width, and says when something on a page was not saved.
    list_fullwidth = True
    warn_unsaved_form = True
    compressed_fields = False
    # The theme asks each row of a list for it; Django's templates are slow to see that it is not there.
    list_sections = ()

    def fill_page(self, rows: Sequence[Any]) -> None:
        """Put beside the rows of a page of the list what is read for all of them together, such as numbers.

        For lists of staff.pages. By a fixed number of statements.
        """

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and db_field.name in self.list_editable:
            # In a list the heading of the column is no label.
            field.widget.attrs["aria-label"] = capfirst(db_field.verbose_name)
        return field

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        form = context["adminform"]
        form.model_admin = OncePerPage(self, form.readonly_fields)
        for inline in context["inline_admin_formsets"]:
            inline.opts = OncePerPage(inline.opts, inline.readonly_fields)
        return super().render_change_form(request, context, **options)


class Matched(Screen):
    """Lists that are searched by `matching(text)` of their rows."""

    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields: Any = ("id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows: Any = queryset
        text = search_term.replace("\x00", "").strip()
        return (rows.matching(text) if text else rows), False


class Unwritten(Screen):
    """Rows that the server alone writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Unwritten):
    """Rows that nobody deletes either."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OncePerPage:
    """A screen as one page sees it: a readonly field is worked out once, however often the theme asks for it."""

    def __init__(self, screen: Any, readonly_fields: Iterable[Any]) -> None:
        self.screen = screen
        self.readonly_fields = tuple(readonly_fields)
        self.shown: dict[tuple[str, int], Any] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.screen, name)
        return self.remembering(name, found) if name in self.readonly_fields and callable(found) else found

    def remembering(self, name: str, method: Callable[[Model], Any]) -> Callable[[Model], Any]:
        @wraps(method)
        def once(row: Model) -> Any:
            key = (name, id(row))
            if key not in self.shown:
                self.shown[key] = method(row)
            return self.shown[key]

        return once


class Inline(StackedInline):  # type: ignore[misc]
    """Rows that belong to a row, on its page."""

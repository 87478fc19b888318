"""Pages of the admin's lists that read only what they show."""

from functools import cached_property
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


class IdsFirst(Paginator):  # type: ignore[type-arg]
    """Finds the ids of a page with a narrow statement, then reads these rows and their related rows.

    So a search or a sort handles ids, not whole rows joined with contacts. A page is read from the nearer end of the
    list. With `known_count` nothing is counted.
    """

    def __init__(self, *arguments: Any, known_count: int | None = None) -> None:
        super().__init__(*arguments)
        self.known_count = known_count

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Any]", self.object_list).count() if self.known_count is None else self.known_count

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        rows = cast("QuerySet[Any]", self.object_list)
        start = (number - 1) * self.per_page
        limit = max(min(self.per_page, self.count - start), 0)
        narrow = rows
        if start > self.count // 2:
            start, narrow = self.count - start - limit, rows.reverse()
        ids = list(narrow.values_list("pk", flat=True)[start : start + limit])
        return Page(rows.filter(pk__in=ids), number, self)


class NarrowList(ChangeList):
    """Reads ids first for a list with a single page too, and only reads the columns that it shows."""

    def get_queryset(self, *arguments: Any, **options: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(*arguments, **options)
        columns = cast(NarrowPages, self.model_admin).list_columns
        return rows.only(*columns) if columns else rows

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


class NarrowPages(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists with IdsFirst. `list_columns` are its columns, also of related rows; default: all."""

    paginator = IdsFirst
    # No "show all": there may be a million rows.
    list_max_show_all = 0
    show_full_result_count = False
    list_columns: ClassVar[tuple[str, ...]] = ()

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return NarrowList

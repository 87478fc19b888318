"""Pages of the admin's lists that read only what they show."""

from functools import cached_property
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from database.ending import NobodyWaits, ending_statements
from staff.confirmation import counted
from staff.contact_names import OfContacts, contacts_found
from staff.reading_all import By, ReadingAll
from staff.row_counts import RowCounts, counted_before, has_left, only_counts, take_counted, unread, without_page
from staff.screens import Screen
from subscribers.models import Subscriber

# Beyond any list; more would be no number for the database.
MOST_PAGES = 10**12


class IdsFirst(Paginator):  # type: ignore[type-arg]
    """Finds the ids of a page with a narrow statement, then reads these rows and their related rows.

    So a search or a sort handles ids, not whole rows joined with contacts. With `known_count` a page is read from the
    nearer end of the list. Without it nothing is counted: the page `asked` for tells how many there are, or if more
    follow (`is_partial`), that there are more: `count` is then one more than what is seen so far.
    """

    template_name = "staff/pages.html"
    is_partial = False

    def __init__(self, *arguments: Any, known_count: int | None = None, asked: int = 1) -> None:
        super().__init__(*arguments)
        self.known_count = known_count
        self.asked = min(max(asked, 1), MOST_PAGES)

    @cached_property
    def count(self) -> int:
        if self.known_count is not None:
            return self.known_count
        start = (self.asked - 1) * self.per_page
        self.is_partial = len(self.asked_ids) > self.per_page
        if start and not self.asked_ids:
            return cast("QuerySet[Any]", self.object_list).count()
        return start + len(self.asked_ids)

    @cached_property
    def asked_ids(self) -> list[int]:
        """Those of the page that is asked for, and one more if there are more."""
        start = (self.asked - 1) * self.per_page
        rows = cast("QuerySet[Any]", self.object_list)
        return list(rows.values_list("pk", flat=True)[start : start + self.per_page + 1])

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        rows = cast("QuerySet[Any]", self.object_list)
        ids = self.asked_ids if number == self.asked and self.known_count is None else self.ids_of(number)
        return Page(rows.filter(pk__in=ids[: self.per_page]), number, self)

    def ids_of(self, number: int) -> list[int]:
        narrow = cast("QuerySet[Any]", self.object_list)
        start = (number - 1) * self.per_page
        limit = max(min(self.per_page, self.count - start), 0)
        if start > self.count // 2:
            start, narrow = self.count - start - limit, narrow.reverse()
        return list(narrow.values_list("pk", flat=True)[start : start + limit])


class FilledList(ChangeList):
    """A list whose screen has a `fill_page`."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        cast(Screen, self.model_admin).fill_page(list(self.result_list))


class NarrowList(ChangeList):
    """Reads ids first for a list with a single page too, and only reads the columns that it shows."""

    def get_queryset(self, *arguments: Any, **options: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(*arguments, **options)
        columns = cast(NarrowPages, self.model_admin).list_columns
        return rows.only(*columns) if columns else rows

    def get_results(self, request: HttpRequest) -> None:
        if only_counts(request):
            return
        super().get_results(request)
        self.count_address = (
            f"{reverse(f'admin:{self.opts.app_label}_{self.opts.model_name}_count')}?{without_page(request)}"
        )
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list
        cast(Screen, self.model_admin).fill_page(list(self.result_list))

    @property
    def found(self) -> str:
        """The number of rows in words, as far as it is known."""
        if self.paginator.is_partial:
            return f"more than {counted(self.opts, self.result_count - 1)}"
        return counted(self.opts, self.result_count)


class NarrowPages(ReadingAll, RowCounts):
    """Lists with IdsFirst. `list_columns` are its columns, also of related rows; default: all."""

    paginator = IdsFirst
    # A page of a hundred rows takes the server twice as long.
    list_per_page = 50
    # No "show all": there may be a million rows.
    list_max_show_all = 0
    show_full_result_count = False
    list_columns: ClassVar[tuple[str, ...]] = ()

    class Media:
        js = ("staff/busy.js",)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return NarrowList

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: Any,
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> IdsFirst:
        try:
            asked = int(request.GET.get(PAGE_VAR, 1))
        except ValueError:
            asked = 1
        known = self.known_count(request)
        known = counted_before(request) if known is None else known
        return IdsFirst(queryset, per_page, orphans, allow_empty_first_page, known_count=known, asked=asked)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list. Its statements end when whoever asked has left: a filter may have to read everything."""
        take_counted(request)
        if request.method != "GET":
            return super().changelist_view(request, extra_context)
        try:
            with ending_statements(settings.STATEMENT_TIMEOUT or float("inf"), has_left(request)):
                answer = super().changelist_view(request, extra_context)
        except NobodyWaits:
            return unread()
        changes = getattr(answer, "context_data", {}).get("cl") if isinstance(answer, TemplateResponse) else None
        if changes and changes.paginator.is_partial:
            answer.context_data["selection_note_all"] = "All that were found are selected"
        return answer


class FoundByContact(OfContacts, ReadingAll):
    """Lists of rows that belong to contacts: a search finds those of the contacts whom it matches."""

    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields: Any = ("subscriber",)
    search_help_text = "Part of the contact's name or e-mail address, or its number such as #12"
    search_by = By.PARTS
    searched = Subscriber

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = " ".join(search_term.replace("\x00", "").split())
        return (queryset.filter(subscriber__in=contacts_found(request.user, text)) if text else queryset), False

"""The list of contacts: a line for each, what narrows it, and its size."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db import OperationalError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from database.ending import TookTooLong
from segments.models import ContactList, Tag
from staff.contact_columns import ContactColumns
from staff.contact_conditions import ConditionsFilter
from staff.contact_filters import (
    ActivityFilter,
    CompanyFilter,
    ContactTypeFilter,
    CreatedFilter,
    DynamicSegmentFilter,
    ListFilter,
    StatusFilter,
    TagFilter,
    kept_count,
)
from staff.filter_chips import FilterChips
from staff.pages import NarrowList
from staff.reading_all import By
from staff.row_counts import take_counted
from subscribers.models import Subscriber

# What a column needs of other tables: a statement of its own, or a join.
LINKS = {
    "tag_chips": Prefetch("tags", Tag.objects.order_by("title", "pk")),
    "list_chips": Prefetch("lists", ContactList.objects.order_by("title", "pk")),
}
JOINED = {"company_name": "company", "changed_on": "last_change"}


class ShownColumns(NarrowList):
    """The list with what the user's columns show of other tables, and nothing else of them."""

    def get_queryset(self, request: HttpRequest, *arguments: Any, **options: Any) -> QuerySet[Any]:
        contacts = super().get_queryset(request, *arguments, **options).prefetch_related(None)
        shown = cast(ContactColumns, self.model_admin).chosen_columns(request)
        joined = [JOINED[name] for name in shown if name in JOINED]
        contacts = contacts.select_related(*joined) if joined else contacts
        return contacts.prefetch_related(*(LINKS[name] for name in shown if name in LINKS))


class ContactListing(FilterChips, ContactColumns):
    list_filter = (
        *(StatusFilter, ContactTypeFilter, TagFilter, ListFilter, CompanyFilter, DynamicSegmentFilter),
        *(CreatedFilter, ActivityFilter, ConditionsFilter),
    )
    # Any name will do: it only shows the search box; get_search_results searches.
    search_fields = ("email",)
    search_help_text = "Part of a name, e-mail address, phone number or postal address"
    search_by = By.PARTS
    ordering = ("-id",)
    # Counting the contacts of each filter would cost more than the page.
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        """Contacts with their tags and lists: one statement for all tags, one for all lists."""
        contacts: QuerySet[Subscriber] = super().get_queryset(request).defer("search_text")
        return contacts.prefetch_related(*LINKS.values())

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return ShownColumns

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        contacts: Any = queryset
        text = " ".join(search_term.replace("\x00", "").split())
        return (contacts.matching(text) if text else contacts), False

    def known_count(self, request: HttpRequest) -> int | None:
        return kept_count(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        take_counted(request)
        conditions = reverse("admin:subscribers_subscriber_conditions")
        query = request.GET.urlencode()
        shown = {
            "conditions_address": f"{conditions}?{query}",
            "columns": self.column_choices(request) if self.has_view_permission(request) else [],
            "columns_address": f"{reverse('admin:subscribers_subscriber_columns')}?{query}",
        }
        try:
            return super().changelist_view(request, shown | (extra_context or {}))
        except OperationalError as error:
            return self.took_too_long(request, error)

    def took_too_long(self, request: HttpRequest, error: OperationalError) -> HttpResponse:
        """The page that says so, if the database has stopped a statement of the list."""
        if not isinstance(error, TookTooLong) and "statement timeout" not in str(error):
            raise error
        context = {
            **self.admin_site.each_context(request),
            "title": "This took too long",
            "opts": self.opts,
            "conditions_address": f"{reverse('admin:subscribers_subscriber_conditions')}?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "staff/took_too_long.html", context, status=503)

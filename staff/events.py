"""Tracked events in the admin: other systems report them, nobody edits them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.models import TrackedEvent
from staff.confirmation import SetActions
from staff.pages import NarrowPages

# The newest events, whose providers are offered as a filter: to look for all would read every event.
LOOKED_AT = 1000


class ProviderFilter(admin.SimpleListFilter):
    """Events of one provider; those of the newest events are offered."""

    title = "provider"
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        newest = TrackedEvent.objects.order_by("-pk").values_list("provider", flat=True)[:LOOKED_AT]
        offered = {*newest, *([self.value()] if self.value() else [])}
        return [(provider, provider) for provider in sorted(offered)]

    def has_output(self) -> bool:
        # Django does not apply a filter that has nothing to offer.
        return super().has_output() or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(provider=self.value())


@admin.register(TrackedEvent)
class TrackedEventAdmin(NarrowPages, SetActions):
    list_display = ("title", "event_key", "value", "provider", "subscriber", "created_at")
    list_select_related = ("subscriber",)
    list_columns = ("title", "event_key", "value", "provider", "created_at", "subscriber__email")
    list_filter = (ProviderFilter, "created_at")
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("title", "event_key")
    search_help_text = "Title or key"
    ordering = ("-id",)
    raw_id_fields = ("subscriber",)
    show_facets = admin.ShowFacets.NEVER

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        events: Any = queryset
        text = search_term.replace("\x00", "").strip()
        return (events.matching(text) if text else events), False

    def delete_set(self, ids: list[int]) -> int:
        events: QuerySet[TrackedEvent] = TrackedEvent.objects.filter(pk__any_of=ids)
        return events.delete()[0]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

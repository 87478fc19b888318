"""Tracked events in the admin. Other systems report them; they cannot be edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from events.models import TrackedEvent
from staff.confirmation import SetActions
from staff.contact_names import OfContacts
from staff.pages import NarrowPages
from staff.screens import Matched, Unwritten

# The filter offers the providers of this many of the newest events: finding all providers would read every event.
LOOKED_AT = 1000


class ProviderFilter(admin.SimpleListFilter):
    """Events of one provider. The filter offers the providers of the newest events."""

    title = "provider"
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        newest = TrackedEvent.objects.order_by("-pk").values_list("provider", flat=True)[:LOOKED_AT]
        offered = {*newest, *([self.value()] if self.value() else [])}
        return [(provider, provider) for provider in sorted(offered)]

    def has_output(self) -> bool:
        # Django does not apply a filter without options.
        return super().has_output() or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(provider=self.value())


@admin.register(TrackedEvent)
class TrackedEventAdmin(Unwritten, OfContacts, NarrowPages, Matched, SetActions):
    list_display = ("title", "event_key", "value", "provider", "subscriber", "created_at")
    list_select_related = ("subscriber",)
    list_columns = ("title", "event_key", "value", "provider", "created_at", "subscriber__email")
    list_filter = (ProviderFilter, "created_at")
    search_help_text = "Title or key"
    ordering = ("-id",)
    raw_id_fields = ("subscriber",)
    show_facets = admin.ShowFacets.NEVER

    def delete_set(self, ids: list[int]) -> int:
        events: QuerySet[TrackedEvent] = TrackedEvent.objects.filter(pk__any_of=ids)
        return events.delete()[0]

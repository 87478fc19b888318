"""Tracked events in the admin: other systems report them, nobody edits them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from events.models import TrackedEvent


@admin.register(TrackedEvent)
class TrackedEventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "event_key", "value", "provider", "subscriber", "created_at")
    list_select_related = ("subscriber",)
    list_filter = ("provider", "created_at")
    search_fields = ("title", "event_key")
    ordering = ("-id",)
    # Counting all events for "12 results (1000000 total)" costs more than the page.
    show_full_result_count = False
    raw_id_fields = ("subscriber",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""Labels in the admin, held to the same rules as those that come through the API."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from labels.models import Label
from labels.services import delete_labels, save_label
from staff.confirmation import DeletedAlone


@admin.register(Label)
class LabelAdmin(DeletedAlone):
    list_display = ("title", "slug", "shown_color", "updated_at")
    search_fields = ("title__holds", "slug__holds")
    ordering = ("title", "pk")
    readonly_fields = ("created_at", "updated_at")

    @admin.display(description="color", ordering="color")
    def shown_color(self, label: Label) -> SafeString:
        """The color itself, in a picture: the policy refuses a style. A color that browsers do not know is a text alone."""
        if not label.color:
            return SafeString("")
        dot = '<svg class="color-dot" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="8" fill="{}"/></svg> {}'
        return format_html(dot, label.color, label.color)

    def save_model(self, request: HttpRequest, obj: Label, form: Any, change: bool) -> None:
        save_label(obj)

    def delete_model(self, request: HttpRequest, obj: Label) -> None:
        delete_labels([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_labels(ids)

"""Dynamic segments in the admin, with the contacts whom they find."""

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from rest_framework.exceptions import APIException

from database.expressions import Fold
from dynamic_segments import services
from dynamic_segments.api.saved_filters import FIELDS, as_groups, as_words, kept_words, read_words
from dynamic_segments.api.serializers import MAX_DESCRIPTION
from dynamic_segments.models import DynamicSegment
from rest.text import plain_line, plain_lines
from staff.condition_field import ConditionsField, ConditionsWidget, as_text, let_count
from staff.condition_words import in_words
from staff.confirmation import SetActions, counted
from staff.dates import date_time
from staff.screens import Matched
from subscribers.conditions import Conditions
from subscribers.models import Subscriber

EXAMPLE = {
    "conditions": [
        {"field": "city", "operator": "=", "value": "Leeds"},
        {"field": "tags", "operator": "whereIn", "value": ["VIP"]},
    ],
    "condition_match": "match_all",
}
HELP = (
    f"Fields: {', '.join(FIELDS)}. Operators: =, !=, LIKE, NOT LIKE, whereIn, whereNotIn; for dates >= (within the last "
    "days) and <= (before them). To join conditions with “or”, write match_any. The advanced filters of the API are "
    f"accepted as “filters”. An example: {json.dumps(EXAMPLE)}"
)


class DynamicSegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A segment, with the rules of the API. `conditions` has what was read."""

    conditions: Conditions
    filters = ConditionsField(
        label="Conditions", widget=ConditionsWidget(without=["segment/dynamic_segments"], about=HELP)
    )

    class Meta:
        model = DynamicSegment
        fields: ClassVar = ["title", "description", "filters"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial["filters"] = as_text(self.instance.filters if self.instance.pk else None)

    def clean_title(self) -> str:
        title = plain_line(self.cleaned_data["title"])
        if not title:
            raise forms.ValidationError("This field is required.")
        return title

    def clean_description(self) -> str:
        return plain_lines(self.cleaned_data["description"])[:MAX_DESCRIPTION]

    def clean_filters(self) -> Any:
        """The words of the segment: as they were sent, or those that mean what the builder sent."""
        read = self.cleaned_data["filters"]
        words = as_words(read.groups, self.instance.filters) if read.words is None else read.words
        try:
            self.conditions = read_words(words)
        except APIException as error:
            raise forms.ValidationError(str(error.detail)) from None
        return kept_words(words)


@admin.register(DynamicSegment)
class DynamicSegmentAdmin(Matched, SetActions):
    form = DynamicSegmentForm
    list_display = ("title", "description", "contacts", "counted", "updated_at")
    list_per_page = 50
    search_help_text = "Title or description"
    ordering = (Fold("title"), "id")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("who", "contacts_now", "created_by", "created_at", "updated_at")

    def get_fields(self, request: HttpRequest, obj: DynamicSegment | None = None) -> Any:
        if obj is None:
            return ["title", "description", "filters"]
        asked = "filters" if self.has_change_permission(request, obj) else "who"
        return ["title", "description", asked, *self.readonly_fields[1:]]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        let_count(context["adminform"].form, request.user)
        return super().render_change_form(request, context, **options)

    @admin.display(description="conditions")
    def who(self, segment: DynamicSegment) -> str:
        """The conditions in words, for who may not change them."""
        try:
            return in_words(as_groups(segment.filters))
        except APIException:
            return json.dumps(segment.filters, ensure_ascii=False)

    @admin.display(description="contacts")
    def contacts(self, segment: DynamicSegment) -> SafeString | str:
        """The kept count, as a link to the contacts."""
        return "–" if segment.contact_count is None else self.link_to(segment, f"{segment.contact_count:,}")

    @admin.display(description="counted", ordering="counted_at")
    def counted(self, segment: DynamicSegment) -> str:
        return date_time(segment.counted_at, "not yet")

    @admin.display(description="contacts now")
    def contacts_now(self, segment: DynamicSegment) -> SafeString:
        """The number of contacts who meet the saved conditions as the page is shown, as a link to them."""
        try:
            # A statement that takes too long ends the transaction that it is in.
            with transaction.atomic():
                number = services.contacts_of(segment).count()
        except OperationalError:
            return self.link_to(segment, "Too many to count now")
        return self.link_to(segment, counted(Subscriber._meta, number))

    def link_to(self, segment: DynamicSegment, text: str) -> SafeString:
        listed = reverse(f"{self.admin_site.name}:subscribers_subscriber_changelist")
        return format_html('<a href="{}?segment={}">{}</a>', listed, segment.pk, text)

    def save_model(self, request: HttpRequest, obj: DynamicSegment, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        services.save_segment(obj, form.conditions)

    def delete_model(self, request: HttpRequest, obj: DynamicSegment) -> None:
        services.delete_segments([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return services.delete_segments(ids)

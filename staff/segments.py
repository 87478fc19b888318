"""Tags and lists in the admin."""

from collections.abc import Sequence
from typing import Any, Literal

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from database.expressions import Fold
from segments.api.serializers import SegmentSerializer
from segments.counts import counts_by_status
from segments.models import ContactList, Segment, Tag
from segments.services import SlugTaken, delete_segments, save_segment, slug_of_title
from staff.confirmation import SetActions


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tag or list, with the rules of the API."""

    slug = forms.CharField(
        required=False, max_length=192, help_text="The name in addresses. If empty, it is made from the title."
    )

    def clean(self) -> dict[str, Any]:
        """The values as the API would store them; a missing slug comes from the title."""
        super().clean()
        sent = {name: value for name, value in self.cleaned_data.items() if name in ("title", "slug", "description")}
        if sent.get("description") is None:
            sent.pop("description", None)
        serializer = SegmentSerializer(data=sent)
        if not serializer.is_valid():
            for name, errors in serializer.errors.items():
                if name in self.cleaned_data:
                    self.add_error(name, [str(error) for error in errors])
            return self.cleaned_data
        self.cleaned_data |= serializer.validated_data
        if not self.cleaned_data["slug"]:
            self.cleaned_data["slug"] = slug_of_title(self._meta.model, self.cleaned_data["title"])
        if "description" not in self.changed_data:
            # FluentCRM distinguishes null from an empty text; a form does not.
            self.cleaned_data["description"] = self.instance.description if self.instance.pk else ""
        return self.cleaned_data


class SegmentChangeList(ChangeList):
    """A page of tags or lists with their numbers of contacts. One more statement."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        segments: Any = list(self.result_list)
        counts = count_each(self.model, segments)
        for segment in segments:
            segment.contact_count = counts[segment.pk]
        self.result_list = segments


class SegmentAdmin(SetActions):
    """What tags and lists share."""

    form = SegmentForm
    list_display: Any = ("title", "slug", "contacts", "created_at", "updated_at")
    list_per_page = 50
    # Any name will do: it only shows the search box; get_search_results searches.
    search_fields = ("title",)
    search_help_text = "Title, slug or description"
    ordering = (Fold("title"), "id")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("contacts", "created_at", "updated_at")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SegmentChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        segments: Any = queryset
        text = search_term.replace("\x00", "").strip()
        return (segments.matching(text) if text else segments), False

    def get_fields(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        public = ["is_public"] if self.model is ContactList else []
        kept = self.readonly_fields if obj else ()
        return ["title", "slug", "description", *public, *kept]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "description" and field:
            # One line, as in the API.
            field.widget = AdminTextInputWidget()
        return field

    @admin.display(description="contacts")
    def contacts(self, segment: Any) -> SafeString:
        """The number of contacts, as a link to them."""
        if not hasattr(segment, "contact_count"):
            segment.contact_count = count_each(self.model, [segment])[segment.pk]
        contact: Any = self.model._meta.get_field("subscribers").related_model
        listed = f"{self.admin_site.name}:{contact._meta.app_label}_{contact._meta.model_name}_changelist"
        return format_html(
            '<a href="{}?{}={}">{}</a>', reverse(listed), self.model.LINK, segment.pk, segment.contact_count
        )

    def changeform_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *arguments, **options)
        except SlugTaken:
            # Another request has taken it since the form was checked: checking again shows the error.
            return super().changeform_view(request, *arguments, **options)

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        save_segment(obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the page before a deletion shows. Links are not read, as there may be millions. One statement."""
        segments = list(objs)
        counts = count_each(self.model, segments)
        lines = [f"{segment} (its contacts are kept: {counts[segment.pk]})" for segment in segments]
        return lines, {str(self.opts.verbose_name_plural): len(segments)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segments(self.model, [obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        delete_segments(self.model, ids)
        return len(ids)

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> Sequence[str]:
        lines: Sequence[str] = self.get_deleted_objects(rows, request)[0]
        return lines


@admin.register(Tag)
class TagAdmin(SegmentAdmin):
    pass


@admin.register(ContactList)
class ContactListAdmin(SegmentAdmin):
    list_display = ("title", "slug", "contacts", "is_public", "created_at", "updated_at")
    list_filter = ("is_public",)


def count_each(model: Any, segments: Sequence[Segment]) -> dict[int, int]:
    """The number of contacts, with any status, of each tag or list. One statement."""
    kind: Literal["tag", "list"] = "tag" if model is Tag else "list"
    counts = counts_by_status(kind, [segment.pk for segment in segments])
    return {segment.pk: sum(counts.get(segment.pk, {}).values()) for segment in segments}

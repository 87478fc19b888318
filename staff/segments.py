"""Tags and lists in the admin."""

from collections.abc import Sequence
from typing import Any, Literal

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from database.expressions import Fold
from segments.api.serializers import SegmentSerializer
from segments.counts import totals
from segments.models import ContactList, Segment, Tag
from segments.services import SlugTaken, delete_segments, save_segment, slug_of_title
from staff.confirmation import DeletedAlone, counted
from staff.list_optin import ListOptin
from staff.pages import FilledList
from staff.rules import hold_to
from staff.screens import Matched
from staff.widgets import themed
from subscribers.models import Subscriber
from subscribers.services import merge_segments


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tag or list, with the rules of the API."""

    slug = forms.CharField(
        required=False, max_length=192, help_text="The name in addresses. If empty, it is made from the title."
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        themed({name: field for name, field in self.fields.items() if name in ("slug", "description")})

    def clean(self) -> dict[str, Any]:
        """The values as the API would store them; a missing slug comes from the title."""
        super().clean()
        sent = {name: value for name, value in self.cleaned_data.items() if name in ("title", "slug", "description")}
        if sent.get("description") is None:
            sent.pop("description", None)
        if not hold_to(self, SegmentSerializer(data=sent)):
            return self.cleaned_data
        if not self.cleaned_data["slug"]:
            self.cleaned_data["slug"] = slug_of_title(self._meta.model, self.cleaned_data["title"])
        if "description" not in self.changed_data:
            # FluentCRM distinguishes null from an empty text; a form does not.
            self.cleaned_data["description"] = self.instance.description if self.instance.pk else ""
        return self.cleaned_data


class MergeTagsForm(helpers.ActionForm):
    tag = forms.ModelChoiceField(
        Tag.objects.all(),
        required=False,
        label="Tag to keep",
        widget=AutocompleteSelect(Subscriber._meta.get_field("tags"), admin.site),
    )


class MergeListsForm(helpers.ActionForm):
    list = forms.ModelChoiceField(
        ContactList.objects.all(),
        required=False,
        label="List to keep",
        widget=AutocompleteSelect(Subscriber._meta.get_field("lists"), admin.site),
    )


class SegmentAdmin(Matched, DeletedAlone):
    """What tags and lists share."""

    form = SegmentForm
    list_display: Any = ("title", "slug", "contacts", "created_at", "updated_at")
    list_per_page = 50
    search_help_text = "Title, slug or description"
    ordering = (Fold("title"), "id")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("contacts", "created_at", "updated_at")

    actions = ("merge", "delete_selected")

    @admin.action(description="Merge into one", permissions=["merge"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Contacts of all of them get the one to keep; the others are deleted."""

        def act(ids: list[int], kept: Segment) -> str:
            others = [pk for pk in ids if pk != kept.pk]
            if not others:
                return "Nothing was merged: choose others than the one to keep."
            new = merge_segments(self.model, others, kept.pk)
            self.log_set(request, others, message=f"Merged into {kept}.")
            return f"Merged into {kept}: {counted(self.opts, len(others))}. New to it: {new:,} contacts."

        return self.on_set(request, queryset, act, choice=self.model.LINK, asks=True)

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Links of contacts change, and tags are deleted."""
        user: Any = request.user
        may_change: bool = user.has_perm("subscribers.change_subscriber")
        return may_change and self.has_change_permission(request) and self.has_delete_permission(request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FilledList

    def fill_page(self, rows: Sequence[Any]) -> None:
        """Their numbers of contacts. One statement."""
        counts = count_each(self.model, rows)
        for segment in rows:
            segment.contact_count = counts[segment.pk]

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

    def deleted_lines(self, rows: Sequence[Any]) -> list[str]:
        """One statement."""
        counts = count_each(self.model, rows)
        return [f"{segment} (its contacts are kept: {counts[segment.pk]})" for segment in rows]

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segments(self.model, [obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        delete_segments(self.model, ids)
        return len(ids)


@admin.register(Tag)
class TagAdmin(SegmentAdmin):
    action_form: Any = MergeTagsForm


@admin.register(ContactList)
class ContactListAdmin(ListOptin, SegmentAdmin):
    action_form: Any = MergeListsForm
    list_display = ("title", "slug", "contacts", "is_public", "created_at", "updated_at")
    list_filter = ("is_public",)


def count_each(model: Any, segments: Sequence[Segment]) -> dict[int, int]:
    """The number of contacts, with any status, of each tag or list. One statement."""
    kind: Literal["tag", "list"] = "tag" if model is Tag else "list"
    counts = totals(kind, [segment.pk for segment in segments])
    return {segment.pk: counts.get(segment.pk, 0) for segment in segments}

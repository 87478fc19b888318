"""Definitions of custom fields in the admin. Values are edited with their contact."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest

from custom_fields.api.serializers import CustomFieldSerializer
from custom_fields.models import DEFAULT_GROUP, CustomField
from custom_fields.services import make_slug
from staff.recorded import RecordedAdmin
from staff.widgets import themed


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 40})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class CustomFieldForm(forms.ModelForm):  # type: ignore[type-arg]
    """A definition, with the rules of the API."""

    slug = forms.CharField(
        required=False,
        max_length=64,
        help_text="The key of the values in the API. It cannot be changed later. If empty, it is made from the label.",
    )
    options = LinesField(required=False, help_text="The choices, one on each line, for types with choices.")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        themed(self.fields)

    def clean(self) -> dict[str, Any]:
        """The definition as the API would store it; a missing slug comes from the label."""
        super().clean()
        cleaned = self.cleaned_data
        if not {"label", "type", "options"} <= cleaned.keys():
            return cleaned
        fields = CustomField.objects.filter(scope=cleaned.get("scope", self.instance.scope))
        taken = set(fields.exclude(pk=self.instance.pk).values_list("slug", flat=True))
        names = ("label", "type", "options", "slug", "group")
        serializer = CustomFieldSerializer(data={name: cleaned[name] for name in names if name in cleaned})
        if not serializer.is_valid():
            for name, errors in serializer.errors.items():
                self.add_error(name, [str(error) for error in errors])
            return cleaned
        cleaned |= serializer.validated_data
        cleaned["group"] = cleaned.get("group") or DEFAULT_GROUP
        if cleaned.get("slug") == "":
            cleaned["slug"] = make_slug(cleaned["label"], taken)
        elif cleaned.get("slug") in taken:
            self.add_error("slug", "Custom field with this Slug already exists.")
        return cleaned

    def validate_constraints(self) -> None:
        # clean() has an error for this that names the field.
        pass


@admin.register(CustomField)
class CustomFieldAdmin(RecordedAdmin):
    subject = "field"
    form = CustomFieldForm
    list_display = ("label", "scope", "slug", "type", "choices", "group", "position")
    list_editable = ("position",)
    # Rows can be dragged; the numbers follow, and are there for who uses the keyboard.
    ordering_field = "position"
    list_filter = ("scope", "type", "group")
    search_fields = ("label__holds", "slug__holds")
    search_help_text = "Label or slug"
    ordering = ("position", "id")
    show_facets = admin.ShowFacets.NEVER
    fields = ["scope", "label", "slug", "type", "options", "group", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: CustomField | None = None) -> list[str]:
        # The values of contacts (or companies) are stored under the slug.
        return ["scope", "slug"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = CustomField.objects.aggregate(last=Max("position"))["last"]
        return {"position": 0 if last is None else last + 1} | super().get_changeform_initial_data(request)

    @admin.display(description="options")
    def choices(self, field: CustomField) -> str:
        return ", ".join(map(str, field.options))

"""The fields of the page that asks before an action on contacts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from custom_fields.services import check_values, definitions, types_by_slug
from subscribers.models import Subscriber

Select = UnfoldAdminSelectWidget


class Found(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One row that contacts are linked to, found by its name."""

    def __init__(self, model: Any, relation: str, **options: Any) -> None:
        widget = AutocompleteSelect(Subscriber._meta.get_field(relation), admin.site)
        super().__init__(model.objects.all(), required=False, widget=widget, **options)


class CustomValueField(forms.MultiValueField):
    """A custom field and a value of its type. Cleaned: the slug, and the value as it is stored."""

    def __init__(self) -> None:
        # The custom fields are read when the page is made.
        fields = (forms.CharField(required=False), forms.CharField(required=False))
        super().__init__(
            fields=fields,
            required=False,
            require_all_fields=False,
            label="Custom field",
            widget=CustomValueWidget,
            help_text="Without a value, the field becomes empty. Several options have commas between them.",
        )

    def compress(self, values: list[str]) -> tuple[str, Any] | None:
        slug, sent = values or ("", "")
        if not slug:
            return None
        types = types_by_slug()
        if slug not in types:
            raise ValidationError("There is no such custom field.", code="value")
        checked = check_values({slug: sent}, types)
        if checked.errors:
            raise ValidationError(" ".join(checked.errors.values()), code="value")
        return slug, checked.values[slug]


class CustomValueWidget(forms.MultiWidget):
    def __init__(self) -> None:
        super().__init__({"field": Select(attrs={"aria-label": "Custom field"}), "value": UnfoldAdminTextInputWidget()})
        self.widgets[1].attrs["aria-label"] = "Value"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """One statement for the custom fields."""
        fields: Any = self.widgets[0]
        fields.choices = [("", "---------"), *((one.slug, one.label) for one in definitions())]
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context

    def decompress(self, value: Any) -> list[Any]:
        slug, kept = value or ("", "")
        return [slug, ", ".join(kept) if isinstance(kept, list) else kept]

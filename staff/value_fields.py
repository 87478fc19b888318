"""Form fields for a contact's custom values."""

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from custom_fields.models import CustomField


class PlainValueField(forms.CharField):
    """A text that is stored as it was written. Browsers send a line break as two characters, which is not a change."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class OfferedValueField(forms.ChoiceField):
    """One of the options of a custom field."""

    def __init__(self, options: Sequence[str], nothing: str = "---------", **rest: Any) -> None:
        choices = [("", nothing), *((option, option) for option in options)]
        super().__init__(choices=choices, required=False, **rest)


class OfferedValuesField(forms.MultipleChoiceField):
    """Some of the options of a custom field."""

    def __init__(self, options: Sequence[str], **rest: Any) -> None:
        super().__init__(choices=[(option, option) for option in options], required=False, **rest)


def value_field(definition: CustomField, value: Any) -> forms.Field:
    """The form field for a value of a custom field. It also offers a stored value that is not an option."""
    stored = value if isinstance(value, list) else [value] if value else []
    options = list(dict.fromkeys(str(option) for option in [*definition.options, *stored]))
    label: Any = {"label": definition.label}
    match definition.type:
        case "select-one" if definition.options:
            return OfferedValueField(options, widget=UnfoldAdminSelectWidget, **label)
        case "radio" if definition.options:
            return OfferedValueField(options, "None", widget=UnfoldAdminRadioSelectWidget, **label)
        case "select-multi" if definition.options:
            return OfferedValuesField(options, widget=UnfoldAdminSelectMultipleWidget, **label)
        case "checkbox" if definition.options:
            return OfferedValuesField(options, widget=UnfoldAdminCheckboxSelectMultipleWidget, **label)
        case "select-multi" | "checkbox":
            return PlainValueField(widget=UnfoldAdminTextInputWidget, help_text="Separated by commas.", **label)
        case "date":
            return PlainValueField(widget=UnfoldAdminSingleDateWidget, **label)
        case "date_time":
            return PlainValueField(
                widget=UnfoldAdminTextInputWidget, help_text="For example 2026-01-31 09:05:00.", **label
            )
        case "number":
            return PlainValueField(widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}), **label)
    # An input of one line would lose the line breaks of a stored text.
    several_lines = definition.type == "textarea" or "\n" in str(value)
    widget: Any = UnfoldAdminTextareaWidget({"rows": 4}) if several_lines else UnfoldAdminTextInputWidget
    return PlainValueField(widget=widget, **label)


def initial_value(value: Any, field: forms.Field) -> Any:
    """A stored value as its form field shows it, also if it was stored while the field had another type."""
    if isinstance(field, forms.MultipleChoiceField):
        return value if isinstance(value, list) else [value] if value else []
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value

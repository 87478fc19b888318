"""The theme's look for fields that a form declares itself."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES, UnfoldAdminSplitDateTimeWidget

# By the kind of a widget, the nearest one first.
CLASSES: Mapping[type[forms.Widget], Any] = {
    forms.Textarea: TEXTAREA_CLASSES,
    forms.Select: SELECT_CLASSES,
    forms.TextInput: INPUT_CLASSES,
}
# A list to choose from without its arrow looks like a field to write in.
ARROWED = "unfold/widgets/select.html"
PLAIN = (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.HiddenInput, forms.SelectMultiple)


def themed(fields: Mapping[str, forms.Field]) -> None:
    """Give the widgets of fields the theme's classes, beside those that they have."""
    for field in fields.values():
        if isinstance(field, forms.SplitDateTimeField):
            field.widget = UnfoldAdminSplitDateTimeWidget()
        if type(field.widget) is forms.Select:
            field.widget.template_name = ARROWED
        for kind, classes in CLASSES.items():
            if isinstance(field.widget, kind) and not isinstance(field.widget, PLAIN):
                attrs = field.widget.attrs
                attrs["class"] = " ".join(dict.fromkeys([*attrs.get("class", "").split(), *classes]))
                break

"""The filter of lists whose rows have labels."""

from typing import Any

from django import forms
from django_filters import Filter

from labels.services import with_any_label
from wp_rest.exceptions import FieldErrors
from wp_rest.parameters import ids_among


class LabelsField(forms.Field):
    """Ids in any form of a list. What is not a list that can be read is an error."""

    def clean(self, value: Any) -> list[int]:
        try:
            return ids_among(value, "labels")
        except FieldErrors as error:
            [text] = error.beside["labels"].values()
            raise forms.ValidationError(text) from None


class LabelsFilter(Filter):
    """Only rows of a kind (labels.services.KINDS) with one of the labels.

    In a FilterSet: `labels = LabelsFilter("automation")`; labels.api.schema has its parameter.
    """

    field_class = LabelsField

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def filter(self, qs: Any, value: list[int]) -> Any:
        return with_any_label(self.kind, qs, value) if value else qs

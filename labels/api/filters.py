"""The filter of lists whose rows have labels."""

from functools import partial
from typing import Any

from labels.services import with_any_label
from rest.openapi import INTEGER, listed
from wp_rest.filters import ListFilter
from wp_rest.parameters import readable_ids


class LabelsFilter(ListFilter):
    """Only rows of a kind (labels.services.KINDS) with one of the labels.

    In a FilterSet: `labels = LabelsFilter("automation")`.
    """

    schema = listed(INTEGER)

    def __init__(self, kind: str) -> None:
        super().__init__(
            "pk", partial(readable_ids, name="labels"), help_text="Only those with one of these labels, by their ids."
        )
        self.kind = kind

    def filter(self, qs: Any, value: list[int]) -> Any:
        return with_any_label(self.kind, qs, value) if value else qs

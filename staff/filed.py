"""Lists of what is filed under labels: the labels of each row, and a filter by several of them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from database.expressions import Fold
from labels.models import Label
from labels.services import labels_of, with_any_label
from staff.filter_chips import FilterChips
from staff.parameter_filters import FILTER_CHOICES, Several


class LabelFilter(Several):
    """Rows with one of the labels. It offers the first ones by title, each with its number of rows of the kind."""

    title, names = "label", ("label",)

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.kind: str = model_admin.label_kind

    def offers(self) -> Sequence[tuple[str, str, int | None]]:
        """Two statements at most."""
        number = Count("labelled", filter=Q(labelled__kind=self.kind))
        labels: QuerySet[Any] = Label.objects.annotate(number=number).order_by(Fold("title"), "pk")
        offered = list(labels[:FILTER_CHOICES])
        if missing := self.missing(label.pk for label in offered):
            offered += labels.filter(pk__in=missing)
        return [(str(label.pk), str(label), label.number) for label in offered]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        ids = self.ids()
        return with_any_label(self.kind, queryset, ids) if ids else queryset


class Filed(FilterChips):
    """Its list has a column `labels`; LabelFilter is one of its filters."""

    # One of labels.services.KINDS.
    label_kind: ClassVar[str]

    def fill_page(self, rows: Sequence[Any]) -> None:
        """The labels of each row. One statement."""
        labels = labels_of(self.label_kind, [row.pk for row in rows])
        for row in rows:
            row.label_names = ", ".join(str(label) for label in labels[row.pk])

    @admin.display(description="labels")
    def labels(self, row: Any) -> str:
        return str(row.label_names)

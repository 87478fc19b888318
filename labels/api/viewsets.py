"""/labels (recording labels.json)."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from labels.api.representation import show_label
from labels.api.serializers import LabelSerializer
from labels.models import Label
from labels.services import delete_labels, save_label
from wp_rest.exceptions import invalid
from wp_rest.parsers import as_object
from wp_rest.viewsets import ModelViewSet


class LabelViewSet(ModelViewSet):
    """All labels, in the order in which they were made. Titles need not differ, nor be there."""

    queryset = Label.objects.order_by("pk")
    serializer_class = LabelSerializer
    noun, plural = "label", "labels"
    created = updated = "Labels has been Updated successfully"
    deleted = "Label has been deleted successfully"
    rights: ClassVar = {
        "list": "labels.view_label",
        "create": "labels.add_label",
        "update": "labels.change_label",
        "destroy": "labels.delete_label",
    }

    def list(self, request: Request, **ids: int) -> Response:
        return Response({"labels": [self.show(label) for label in self.get_queryset()]})

    def show(self, row: Label) -> Any:
        return show_label(row)

    def sent(self) -> Any:
        """The label: an object, or the JSON text of one. As recorded, a label may be made of nothing."""
        sent = self.params.get("label")
        label = as_object(sent or {})
        if label is None:
            raise invalid("label", "The label must be an object.", "object")
        return label

    def save(self, serializer: Any) -> tuple[Label, Mapping[str, Any]]:
        label = serializer.instance or Label()
        for name, value in serializer.validated_data.items():
            setattr(label, name, value)
        save_label(label)
        return label, {}

    def delete_row(self, pk: int) -> Any:
        return delete_labels([pk])

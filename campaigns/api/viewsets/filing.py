"""What campaigns and recurring ones share: labels put on them and taken off, and many of them at once."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from labels.services import Action, set_labels
from wp_rest.exceptions import Unprocessable, invalid
from wp_rest.parameters import as_ids, is_true
from wp_rest.viewsets import ListViewSet


class FiledViewSet(ListViewSet):
    """Rows that have labels."""

    # One of labels.services.KINDS.
    label_kind: ClassVar[str]
    # What the answer says when many were deleted.
    deleted_many: ClassVar[str]

    def require(self, pk: int) -> Any:
        """Raises NotFound if there is no such row. One statement."""
        raise NotImplementedError

    def all_rows(self) -> QuerySet[Any]:
        """The rows that `select_all` means."""
        raise NotImplementedError

    def delete_set(self, ids: Sequence[int]) -> Any:
        raise NotImplementedError

    @action(detail=True, methods=["put"], url_path="update-labels")
    def update_labels(self, request: Request, pk: int) -> Response:
        self.require(pk)
        set_labels(self.label_kind, pk, as_ids(self.params.get("label_ids"), "label_ids"), self.attach_or_detach())
        return Response({"message": "Labels has been updated"})

    def attach_or_detach(self) -> Action:
        word: Any = self.params.get("action")
        if word not in ("attach", "detach"):
            raise invalid("action", "The action must be one of: attach, detach.", "in")
        verb: Action = word
        return verb

    @action(detail=False, methods=["post"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        name = self.params.get("action_name")
        if name not in ("delete_campaigns", "apply_labels"):
            raise Unprocessable("invalid bulk action")
        chosen = self.chosen_ids()
        if name == "delete_campaigns":
            return self.deleted(chosen)
        labels = as_ids(self.params.get("labels"), "labels")
        if not labels:
            raise Unprocessable("Please provide labels")
        model: Any = self.all_rows().model
        found = [*model._default_manager.filter(pk__any_of=chosen).values_list("pk", flat=True)]
        set_labels(self.label_kind, found, labels, "attach")
        return Response({"message": "Labels has been applied successfully"})

    def deleted(self, ids: Sequence[int]) -> Response:
        self.delete_set(ids)
        return Response({"message": self.deleted_many})

    def chosen_ids(self) -> Sequence[int]:
        """The campaign_ids, or all with `select_all`. Raises Unprocessable for none."""
        chosen: Sequence[int] = as_ids(self.params.get("campaign_ids"), "campaign_ids")
        if is_true(self.params.get("select_all")):
            chosen = [*self.all_rows().values_list("pk", flat=True)]
        if not chosen:
            raise Unprocessable("Please provide campaign IDs")
        return chosen

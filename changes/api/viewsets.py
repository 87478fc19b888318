"""GET /subscribers/{id}/history: who changed a contact, when and what. FluentCRM has no such route."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from changes.api.filters import ChangeFilter
from changes.api.representation import show_change
from changes.models import Change
from subscribers.reading import existing_ids
from wp_rest.exceptions import NotFound
from wp_rest.viewsets import ListViewSet


class HistoryViewSet(ListViewSet):
    """The newest entries first. For a deleted contact only the deletion is kept."""

    filterset_class = ChangeFilter
    rights: ClassVar = {"list": "changes.view_change"}

    def list(self, request: Request, pk: int) -> Response:
        everything = Change.objects.about(pk)
        page = self.page(everything.select_related("user").order_by("-pk"))
        if not page["total"] and not existing_ids([pk]) and not everything.exists():
            raise NotFound
        return Response({"history": page})

    def show(self, row: Change) -> Any:
        return show_change(row)

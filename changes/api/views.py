"""GET /subscribers/{id}/history: who changed a contact, when and what. FluentCRM has no such route."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from changes.api.filters import narrow_history
from changes.api.representation import show_change
from changes.models import Change
from subscribers.reading import existing_ids
from wp_rest.exceptions import NotFound
from wp_rest.pagination import PageRequest
from wp_rest.views import RestView


class HistoryView(RestView):
    """Newest first, narrowed by changes.api.filters. Of a contact that was deleted the deletion is left."""

    rights: ClassVar = {"GET": "changes.view_change"}

    def get(self, request: Request, pk: int) -> Response:
        params = self.params
        page = PageRequest.from_params(params)
        everything = Change.objects.about(pk)
        changes = narrow_history(everything, params)
        total = changes.count()
        if not total and not existing_ids([pk]) and not everything.exists():
            raise NotFound
        shown: list[dict[str, Any]] = []
        if not page.beyond(total):
            listed = changes.select_related("user").order_by("-pk")[page.offset :][: page.per_page]
            shown = [show_change(change) for change in listed]
        return Response({"history": page.envelope(shown, total, request.path_info, params)})

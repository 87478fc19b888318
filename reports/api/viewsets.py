"""/reports: numbers, option lists, and the route with which clients test their credentials."""

from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.dashboard import dashboard
from reports.api.options import OPTIONS
from wp_rest.exceptions import required
from wp_rest.parameters import as_list
from wp_rest.viewsets import RestViewSet


class ReportsViewSet(RestViewSet):
    rights: ClassVar = {
        "ping": "subscribers.view_subscriber",
        "options_of_fields": ("subscribers.view_subscriber", "segments.view_tag", "segments.view_contactlist"),
        "dashboard_stats": "subscribers.view_subscriber",
    }

    @action(detail=False)
    def ping(self, request: Request) -> Response:
        return Response({"message": "pong"})

    # The name `options` is the verb.
    @action(detail=False, url_path="options")
    def options_of_fields(self, request: Request) -> Response:
        """The lists that `fields` names. As recorded, unknown names are ignored."""
        wanted = names(self.params.get("fields"), "fields")
        if not wanted:
            raise required("fields")
        counted = names(self.params.get("with_count"), "with_count")
        return Response({"options": {name: OPTIONS[name](counted) for name in wanted if name in OPTIONS}})

    @action(detail=False, url_path="dashboard-stats")
    def dashboard_stats(self, request: Request) -> Response:
        return Response(dashboard())


def names(sent: Any, name: str) -> list[str]:
    """The different words in a list of any form."""
    return list(dict.fromkeys(str(word).strip() for word in as_list(sent, name)))

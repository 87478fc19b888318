"""The addresses of viewsets, as WordPress writes them: no slash at the end, ids of digits, no PATCH."""

from collections.abc import Mapping
from typing import Any

from rest_framework.routers import DynamicRoute, Route, SimpleRouter


class WordPressRouter(SimpleRouter):
    """DRF's router for wp_rest.viewsets.

    A prefix may have ids: `router.register("subscribers/<id:pk>/notes", NoteViewSet, basename="note")`. The
    viewset's `lookup_url_kwarg` names the id of the row. Register a viewset twice for a second address.
    """

    routes = [
        Route(
            "{prefix}",
            {"get": "list", "post": "create", "put": "replace", "delete": "destroy_many"},
            "{basename}-list",
            False,
            {},
        ),
        DynamicRoute("{prefix}/{url_path}", "{basename}-{url_name}", False, {}),
        Route(
            "{prefix}/{lookup}",
            {"get": "retrieve", "put": "update", "delete": "destroy"},
            "{basename}-detail",
            True,
            {},
        ),
        DynamicRoute("{prefix}/{lookup}/{url_path}", "{basename}-{url_name}", True, {}),
    ]

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)

    def get_method_map(self, viewset: Any, method_map: Mapping[str, str]) -> dict[str, str]:
        """The verbs whose action is in the viewset's `rights`, in that order (the order of `Allow`)."""
        order = list(viewset.rights)
        named = {verb: action for verb, action in method_map.items() if action in viewset.rights}
        return dict(sorted(named.items(), key=lambda entry: order.index(entry[1])))

"""WordPress's index, and the routes of the URLs, which the OpenAPI document reads too."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.request import Request
from rest_framework.response import Response

from rest.permissions import rights_of
from wp_rest.middleware import ROOT
from wp_rest.views import VERBS, PublicView, RestView

CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


class Route(NamedTuple):
    """One route: its path as in the URLs (`wp-json/fluent-crm/v2/tags/<id:pk>`) and the view that answers it."""

    path: str
    view: type[RestView]
    verbs: Mapping[str, str]  # "get" and so on, in the view's order; each with its key in the view's `rights`

    def rights(self, verb: str) -> tuple[str, ...]:
        """The Django permissions that a verb ("get") needs."""
        return rights_of(self.view.rights, self.verbs[verb]) or ()


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[Route]:
    """Every route of this face below some URL patterns."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, path)
        elif issubclass(getattr(callback := cast("Any", pattern.callback), "cls", object), RestView):
            yield Route(path, callback.cls, verbs_of(callback))


def verbs_of(callback: Any) -> dict[str, str]:
    """The verbs of a view, or those that the router has for a viewset, each with its key in `rights`."""
    actions = getattr(callback, "actions", None) or {verb: verb.upper() for verb in callback.cls.http_method_names}
    return {verb: key for verb, key in actions.items() if verb in VERBS}


class IndexView(PublicView):
    """`GET /wp-json/`: the site's name, how to sign in, and every route."""

    namespaces: tuple[str, ...] = ()

    def get(self, request: Request) -> Response:
        return Response(
            {
                "name": settings.SITE_NAME,
                "description": "",
                "url": settings.SITE_URL,
                "home": settings.SITE_URL,
                "timezone_string": settings.TIME_ZONE,
                "namespaces": self.namespaces,
                "authentication": {
                    "application-passwords": {
                        "endpoints": {
                            "authorization": f"{settings.SITE_URL}/admin/accounts/applicationpassword/add/",
                        },
                    },
                },
                "routes": {route: entry for name in self.namespaces for route, entry in routes(name).items()},
            }
        )


class NamespaceIndexView(PublicView):
    """`GET /wp-json/{namespace}`: the routes of one namespace."""

    namespace = ""

    def get(self, request: Request) -> Response:
        return Response({"namespace": self.namespace, "routes": routes(self.namespace)})


def routes(namespace: str) -> dict[str, Any]:
    """The namespace's routes as WordPress lists them, by their pattern."""
    listed: dict[str, Any] = {}
    for found in walk(get_resolver().url_patterns):
        route = "/" + found.path.removeprefix(ROOT[1:])
        if not (route == f"/{namespace}" or route.startswith(f"/{namespace}/")):
            continue
        methods = [verb.upper() for verb in found.verbs]
        entry: dict[str, Any] = {
            "namespace": namespace,
            "methods": methods,
            "endpoints": [{"methods": [method], "args": []} for method in methods],
        }
        if "<" not in route:
            entry["_links"] = {"self": [{"href": f"{settings.SITE_URL}/wp-json{route}"}]}
        listed[CONVERTER.sub(r"(?P<\1>[0-9]+)", route)] = entry
    return listed

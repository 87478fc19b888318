"""FluentCRM's addresses without credentials, rewritten to one form before the URLs are resolved."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

ROOT = "/fluentcrm/"
# What follows ROOT.
ROUTES = ("contact", "bounce_handler")
# In WordPress these are the same, and so is every path below the last one.
PLACES = ("/", "/index.php", "/wp-admin", "/wp-admin/")


class HookRouting:
    """`/?fluentcrm=1&route=contact`, also at `/index.php` and below `/wp-admin/`, means `/fluentcrm/contact`.

    The path is rewritten without a redirect: a redirected POST loses its body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (route := front_route(request.path_info, request.GET)) is not None:
            request.path_info = request.path = ROOT + route
        return self.get_response(request)


def front_route(path: str, query: Any) -> str | None:
    """The one of ROUTES that an address means, or None; `query` is a mapping of its parameters."""
    if path not in PLACES and not path.startswith(PLACES[-1]):
        return None
    route = query.get("route")
    return route if query.get("fluentcrm") == "1" and route in ROUTES else None

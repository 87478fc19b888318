"""Rewrites WordPress's different forms of an address to one, before the URLs are resolved."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

ROOT = "/wp-json/"


class WordPressRouting:
    """`/?rest_route=/x`, `/index.php/wp-json/x` and `/wp-json/x/` all mean `/wp-json/x`.

    The path is rewritten and nothing redirects: a redirected POST loses its body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path in ("/", "/index.php") and "rest_route" in request.GET:
            path = ROOT + request.GET["rest_route"]
        path = path.removeprefix("/index.php")
        if path.startswith(ROOT) or path == "/wp-json":
            request.path_info = request.path = ROOT + path[len(ROOT) :].strip("/")
        return self.get_response(request)

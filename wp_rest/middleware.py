"""WordPress's ways to write one address, made one before the URLs are resolved."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError
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


class ReadToTheEnd:
    """Reads what an answer left unread of its request's body, a 404 that came before, say.

    The server closes a connection with an unread body without a word, and clients that keep theirs
    open find out when their next request fails. Not for strangers: their bodies might never end.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and 0 < int(length) <= settings.MAX_BODY_BYTES:
            # The client has gone; the database has, which alone knows a session's user.
            with suppress(OSError, DatabaseError):
                while is_signed_in(request) and request.read(64 * 1024):
                    pass
        return response


def is_signed_in(request: HttpRequest) -> bool:
    user: Any = getattr(request, "user", None)
    return user is not None and user.is_authenticated

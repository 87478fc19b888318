"""WordPress's ways to write one address, made one before the URLs are resolved."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from wp_rest.exceptions import BodyTooLarge

ROOT = "/wp-json/"


class WordPressRouting:
    """`/?rest_route=/x`, `/index.php/wp-json/x` and `/wp-json/x/` all mean `/wp-json/x`.

    The path is rewritten and nothing redirects: a redirected POST loses its body. A body that
    says it is larger than MAX_BODY_BYTES is refused here, before any of it is read.
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
            if is_chunked(request):
                read_chunked_body(request)
            length = request.META.get("CONTENT_LENGTH") or "0"
            if length.isdecimal() and int(length) > settings.MAX_BODY_BYTES:
                refusal = BodyTooLarge()
                return JsonResponse(refusal.body(), status=refusal.status_code)
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
        if length.isdecimal() and 0 < int(length) <= settings.MAX_BODY_BYTES and is_signed_in(request):
            with suppress(OSError):  # the client has gone
                while request.read(64 * 1024):
                    pass
        return response


def is_signed_in(request: HttpRequest) -> bool:
    user: Any = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def is_chunked(request: HttpRequest) -> bool:
    """True for a body whose length is not said beforehand, and that the server lets us read to its end."""
    chunked = request.META.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
    return chunked and bool(request.META.get("wsgi.input_terminated"))


def read_chunked_body(request: HttpRequest) -> None:
    """Take in a chunked body, a byte more than is allowed at most: Django would read none of it."""
    body = request.META["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
    request.META["CONTENT_LENGTH"] = str(len(body))
    request._stream = BytesIO(body)  # noqa: SLF001 - where Django reads the body from

"""Which bodies the application will look at, told from a request's headers."""

from typing import Any
from urllib.parse import parse_qsl, unquote

from django.conf import settings

from webhooks.middleware import front_route

API_ROOTS = ("/v1/", "/wp-json/", "/index.php/wp-json/")
# What a page may send without a session: the sign-in form, with room to spare.
FORM_BYTES = 64 * 1024
BOUNCES = "/public/bounce_handler/"


def is_for_the_api(request: Any) -> bool:
    path = "/" + request.path.lstrip("/") + "/"
    return path.startswith(API_ROOTS) or "rest_route=" in request.query


def is_for_a_hook(request: Any) -> bool:
    """Whether the request is for a view of webhooks.public. Its secret is in the address, not in a header."""
    path = "/" + request.path.lstrip("/")
    if BOUNCES in path or ("rest_route=" in request.query and BOUNCES in unquote(request.query)):
        return True
    return "fluentcrm=" in request.query and front_route(path, dict(parse_qsl(request.query))) is not None


def body_limit(request: Any) -> int | None:
    """The largest size in bytes of a body that needs no credentials; None for other requests."""
    return settings.HOOK_BODY_BYTES if is_for_a_hook(request) else None


def wants_body(request: Any) -> bool:
    """False for the bodies of strangers: both APIs refuse those by their headers, the admin by the missing session.

    The application then sees an empty body and gives the answer it would give anyway. A route that
    takes a body from anyone is let in here.
    """
    if "AUTHORIZATION" in request.headers:
        return True
    if is_for_a_hook(request):
        return True
    if is_for_the_api(request):
        return False
    if f"{settings.SESSION_COOKIE_NAME}=" in request.headers.get("COOKIE", ""):
        return True
    return not request.chunked and request.content_length <= FORM_BYTES

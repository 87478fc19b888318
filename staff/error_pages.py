"""Errors as pages, for clients that ask for a page: in the admin's layout below /admin/, plain elsewhere."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context
from django.template.loader import get_template, render_to_string

log = logging.getLogger(__name__)

# Faces that always answer with JSON.
JSON_ROOTS = ("/wp-json", "/v1", "/index.php/wp-json")
STALE_FORM = """It was open for too long, or the browser keeps no cookies for this site. Go back, load the page again
and send it once more. If that never helps, whoever runs the server must name this address in CSRF_TRUSTED_ORIGINS."""
# The title and the advice, by status or by a name of its own.
TEXTS: dict[int | str, tuple[str, str]] = {
    400: ("The request could not be read", "This server does not answer this address or host name."),
    403: ("You may not do that", "Your user does not have the permission. An administrator can give it to you."),
    404: ("Not found", "This page does not exist. Its content may have been deleted."),
    429: ("Too many requests", "Wait a moment, then try again."),
    500: ("The server met an unexpected error", "The error was logged. Your changes were not saved."),
    503: ("The database cannot be reached", "Everything that was saved is safe. Try again in a moment."),
    "form": ("The form was not accepted", STALE_FORM),
}


def error_page(request: HttpRequest, status: int, text: str = "", detail: str = "") -> HttpResponse | None:
    """The page for an error; None if the answer should be JSON (an API, or a client that does not ask for a page).

    It works without the database too, and then leaves out what is not known. `text` is a key of TEXTS other than the
    status; `detail` is one more sentence.
    """
    path = request.path_info
    is_admin = path == "/admin" or path.startswith("/admin/")
    if not is_admin and (in_json_faces(path) or not wants_page(request)):
        return None
    title, advice = TEXTS.get(text or status) or TEXTS[500]
    context = {"title": title, "advice": advice, "detail": detail, "status": status, "site": settings.SITE_NAME}
    page = in_frame(request, context) if is_admin else render_to_string("staff/error.html", context)
    response = HttpResponse(page, status=status)
    response["Vary"] = "Accept"
    response["Cache-Control"] = "no-store, private"
    return response


def in_json_faces(path: str) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in JSON_ROOTS)


def wants_page(request: HttpRequest) -> bool:
    """Whether the client prefers a page. Browsers accept text/html, programs JSON or anything."""
    return request.get_preferred_type(["application/json", "text/html"]) == "text/html"


def in_frame(request: HttpRequest, context: dict[str, Any]) -> str:
    """The page in the admin's layout: with its menu if the user is known to be staff, else only with its header."""
    # Rendered without context processors, so that messages are kept for the next page.
    bare = context | {"site_header": settings.SITE_NAME, "site_title": settings.SITE_NAME, "request": request}
    if context["status"] not in (400, 503):
        try:
            user: Any = getattr(request, "user", None)
            if user is not None and user.is_staff:
                menu = admin.site.each_context(request) | {"user": user, "csrf_token": get_token(request)}
                return rendered(request, bare | menu | context)
        except Exception:  # what failed for the request may fail for the page too
            log.debug("The menu of an error page could not be shown.", exc_info=True)
    return rendered(request, bare)


def rendered(request: HttpRequest, context: dict[str, Any]) -> str:
    # The theme's tags ask the context for the request.
    in_request: Any = Context(context)
    in_request.request = request
    template: Any = get_template("staff/admin_error.html")
    return template.template.render(in_request)

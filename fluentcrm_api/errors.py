"""Errors outside routes, in the format of the face that was called: JSON, or a page for a browser."""

import json
import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from fluenzr.errors import ApiError
from fluenzr.errors import Unavailable as FluenzrUnavailable
from fluenzr.errors import bad_request as fluenzr_bad_request
from fluenzr.errors import error_body as fluenzr_error_body
from fluenzr.errors import server_error as fluenzr_server_error
from rest.availability import RETRY_AFTER, as_logged, is_unavailable, log_unavailable
from rest.exceptions import BodyTooLarge
from staff.error_pages import error_page
from wp_rest.exceptions import CODES, FORBIDDEN, Unavailable, error_body
from wp_rest.views import bad_request as wordpress_bad_request
from wp_rest.views import not_found as wordpress_not_found
from wp_rest.views import server_error as wordpress_server_error


def is_fluenzrs(request: HttpRequest) -> bool:
    return names_fluenzr(request.path_info)


def names_fluenzr(path: str) -> bool:
    return f"{path}/".startswith("/v1/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a wrong Host header, or too many parameters."""
    if is_fluenzrs(request):
        return fluenzr_bad_request(request)
    return error_page(request, 400) or wordpress_bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403: staff without the permission."""
    return error_page(request, 403) or JsonResponse(error_body("rest_forbidden", FORBIDDEN, 403), status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: a form without its token. Always a page, as only the admin has forms."""
    return error_page(request, 403, "form", reason) or forbidden(request, PermissionError(reason))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: for addresses outside both faces, which have their own 404."""
    return error_page(request, 404) or wordpress_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: also if a middleware could not use the database."""
    error = sys.exc_info()[1]
    if error is not None and is_unavailable(error):
        log_unavailable(error, request)
        return service_unavailable(request)
    if is_fluenzrs(request):
        return fluenzr_server_error(request)
    return error_page(request, 500) or wordpress_server_error(request)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    response = error_page(request, 503)
    if response is None:
        refusal = FluenzrUnavailable() if is_fluenzrs(request) else Unavailable()
        response = JsonResponse(refusal.body(), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return as_logged(response)


class AnswerWithoutDatabase:
    """Middleware: 503 if the database is away, busy or full. Views of REST framework do this themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer before Django does, which would log more and show its page of DEBUG."""
        if not is_unavailable(exception):
            return None
        log_unavailable(exception, request)
        return service_unavailable(request)


REFUSALS = {
    400: ("rest_invalid_request", "The request could not be read."),
    408: ("rest_request_timeout", "The request took too long to arrive."),
    413: (CODES[BodyTooLarge], BodyTooLarge.message),
    431: ("rest_headers_too_large", "The headers are larger than this server accepts."),
    503: (Unavailable.code, "The server is too busy now. Try again later."),
}


def describe_refusal(path: str, status: int, reason: str) -> tuple[str, bytes]:
    """The content type and body for a request that the server refuses before the application sees it."""
    code, message = REFUSALS.get(status, ("internal_server_error" if status == 500 else "rest_refused", f"{reason}."))
    if names_fluenzr(path):
        words = {500: "INTERNAL_ERROR", 503: FluenzrUnavailable.code}
        body = fluenzr_error_body(words.get(status, ApiError.code), message.rstrip("."))
    elif path.startswith("/admin"):
        return "text/plain; charset=utf-8", f"{message}\n".encode()
    else:
        body = error_body(code, message, status)
    return "application/json", json.dumps(body).encode()

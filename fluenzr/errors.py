"""Errors in FluenzR's envelope: `{"success": false, "error": {"code", "message", "details"}}`."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from rest.availability import RETRY_AFTER, as_logged, is_unavailable, log_unavailable
from rest.exceptions import BodyTooLarge, CompressedBody, InvalidJSON, InvalidQuery, UnknownCharset, UnreadableRequest
from rest.idempotency import KeyRefused, KeyUnderWay

log = logging.getLogger(__name__)

Details = Mapping[str, Sequence[str]]
SERVER_ERROR = "The server met an unexpected error. It was logged."
NO_ROUTE = "No such endpoint"


class ApiError(exceptions.APIException):
    """An error that is answered to the client. `details` maps a field to its messages."""

    status_code, code, message = 400, "VALIDATION_ERROR", "Invalid request"

    def __init__(self, message: str = "", details: Details = MappingProxyType({}), status: int | None = None) -> None:
        self.message = message or self.message
        self.details = details
        self.status_code = status or self.status_code
        super().__init__(self.message, self.code)

    def body(self) -> dict[str, Any]:
        return error_body(self.code, self.message, self.details)


class Unauthorized(ApiError):
    status_code, code, message = 401, "UNAUTHORIZED", "Invalid or missing API key"


class Forbidden(ApiError):
    status_code, code, message = 403, "FORBIDDEN", "This API key may not do that"


class NotFound(ApiError):
    status_code, code, message = 404, "NOT_FOUND", "Not found"


class Conflict(ApiError):
    status_code, code, message = 409, "CONFLICT", "Already exists"


class CursorExpired(ApiError):
    """What came after the cursor has been removed."""

    status_code, code = 410, "CURSOR_EXPIRED"
    message = "The changes after this cursor were removed. Take a new cursor, then copy all contacts."


class UnderWay(Conflict):
    """The same request is still under way."""

    wait = KeyUnderWay.wait


class Unavailable(ApiError):
    """The database is not available. FluenzR's table of codes has no code of its own for this."""

    status_code, code, message = 503, "INTERNAL_ERROR", "The service is not available. Try again soon."
    wait = RETRY_AFTER


class RateLimited(ApiError):
    status_code, code, message = 429, "RATE_LIMITED", "Too many requests"

    def __init__(self, wait: float) -> None:
        self.wait = int(wait)
        super().__init__(f"Too many requests. Try again in {self.wait} seconds.")


def invalid(field: str, message: str) -> ApiError:
    """The 400 for one field."""
    return ApiError(message, {field: [message]})


def error_body(code: str, message: str, details: Details = MappingProxyType({})) -> dict[str, Any]:
    shown = {name: list(messages) for name, messages in details.items()}
    return {"success": False, "error": {"code": code, "message": message, "details": shown}}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Every exception as an answer in the envelope. An unexpected one is logged and answered with 500."""
    if is_unavailable(error):
        log_unavailable(error, context["request"])
        return as_logged(exception_handler(Unavailable(), context))
    known = as_api_error(error)
    if known is None:
        log.error("Unexpected error in %s", context["request"].path, exc_info=error)
        return Response(error_body("INTERNAL_ERROR", SERVER_ERROR), status=500)
    headers = {}
    if isinstance(known, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(known, RateLimited | Unavailable | UnderWay):
        headers["Retry-After"] = str(known.wait)
    return Response(known.body(), status=known.status_code, headers=headers)


def as_api_error(error: Exception) -> ApiError | None:
    """An exception of Django, DRF or the parsers as an ApiError; None for an unexpected one.

    Statuses that are not in FluenzR's table of codes (413, 415) have the code VALIDATION_ERROR.
    """
    match error:
        case ApiError():
            return error
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Unauthorized()
        case exceptions.PermissionDenied() | PermissionDenied():
            return Forbidden(str(error) if isinstance(error, PermissionDenied) else "")
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.UnsupportedMediaType():
            return ApiError("Send the body as application/json", status=415)
        case KeyUnderWay():
            return UnderWay(error.message)
        case KeyRefused():
            return ApiError(error.message, status=error.status_code)
        case UnreadableRequest() | RequestDataTooBig() | SuspiciousOperation() | BadRequest():
            return as_body_error(error)
        case exceptions.Throttled():
            return RateLimited(getattr(error, "wait", None) or 1)
        case exceptions.APIException():
            return ApiError(str(error.detail), status=error.status_code)
    return None


def as_body_error(error: Exception) -> ApiError:
    """The ApiError for a body, or a query, that cannot be read."""
    match error:
        case CompressedBody():
            return ApiError("Send the body as it is, without a Content-Encoding", status=415)
        case BodyTooLarge() | RequestDataTooBig():
            return ApiError("The body is larger than this server accepts", status=413)
        case InvalidJSON():
            return ApiError("The body is not valid JSON")
        case InvalidQuery():
            return ApiError("The query could not be read")
        case UnknownCharset():
            return ApiError(error.message, status=error.status_code)
    return ApiError("The body could not be read")


def server_error(request: HttpRequest) -> JsonResponse:
    """For errors outside a route: a middleware, a lost database."""
    return JsonResponse(error_body("INTERNAL_ERROR", SERVER_ERROR), status=500)


def bad_request(request: HttpRequest) -> JsonResponse:
    """For requests that cannot be read at all, such as one with a wrong Host header."""
    return JsonResponse(error_body("VALIDATION_ERROR", "The request could not be read"), status=400)

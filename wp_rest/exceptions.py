"""Errors in WordPress's form: `{"code", "message", "data": {"status"}}`, and further keys."""

import logging
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from rest.availability import RETRY_AFTER, as_logged, is_unavailable, log_unavailable
from rest.exceptions import BodyTooLarge, CompressedBody, InvalidBody, InvalidJSON, UnknownCharset, UnreadableRequest
from rest.idempotency import KeyOfAnother, KeyRefused, KeyUnderWay

log = logging.getLogger(__name__)

FORBIDDEN = "Sorry, you are not allowed to do that."
NO_ROUTE = "No route was found matching the URL and request method."
SERVER_ERROR = "The server met an unexpected error. It was logged."


def error_body(
    code: str | None, message: str, status: int, beside: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """The body of an error, with the keys of `beside` at its top level. The guide's 409 has no code."""
    body = {**({"code": code} if code else {}), "message": message, "data": {"status": status}}
    # A field may have the name of one of the three keys; these are not replaced.
    return body | {name: value for name, value in beside.items() if name not in ("code", "message", "data")}


class RestError(exceptions.APIException):
    """An error in WordPress's form. `beside` has further keys of the answer's top level."""

    status_code = 400
    code: str | None = "rest_invalid_param"
    message = "Invalid parameter(s)"

    def __init__(self, message: str = "", *, code: str | None = "", status: int | None = None, **beside: Any) -> None:
        self.message = message or self.message
        self.code = self.code if code == "" else code
        self.status_code = status or self.status_code
        self.beside = beside
        super().__init__(self.message, self.code or "error")

    def body(self) -> dict[str, Any]:
        return error_body(self.code, self.message, self.status_code, self.beside)


class NoRoute(RestError):
    status_code, code, message = 404, "rest_no_route", NO_ROUTE


class NotFound(RestError):
    """The guide's 'Contact Not Found (404)', for every kind of row."""

    status_code, code, message = 404, "rest_post_invalid_id", "Invalid post ID."


class Unavailable(RestError):
    """The database cannot be asked, or not now (rest.availability)."""

    status_code, code, message = 503, "rest_service_unavailable", "The service is not available. Try again soon."
    wait = RETRY_AFTER


class Unprocessable(RestError):
    """FluentCRM's 422: a request that is understood and refused, with a sentence."""

    status_code = 422


class FieldErrors(RestError):
    """Errors by field: `{"email": {"required": "The email field is required."}}`.

    422 if all of the fields are missing, as in FluentCRM, else 400 as the guide's 'Invalid Email (400)'. The
    answer has the errors at its top level and, as lists of texts, in `errors`.
    """

    def __init__(self, fields: Mapping[str, Mapping[str, str]], status: int | None = None) -> None:
        missing = [name for name, rules in fields.items() if "required" in rules]
        wrong = [name for name in fields if name not in missing]
        errors = {name: list(rules.values()) for name, rules in fields.items()}
        if wrong:
            super().__init__(f"Invalid parameter: {', '.join(wrong)}", status=status or 400)
        else:
            super().__init__(
                f"Missing parameter(s): {', '.join(missing)}", code="rest_missing_callback_param", status=status or 422
            )
        self.beside = {**fields, "errors": errors}


def required(*names: str) -> FieldErrors:
    """The 422 for missing fields."""
    return FieldErrors({name: {"required": f"The {name} field is required."} for name in names})


def invalid(name: str, text: str, rule: str = "invalid") -> FieldErrors:
    """The 400 for one wrong field."""
    return FieldErrors({name: {rule: text}})


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: every exception becomes a JSON answer; an unexpected one is logged and a 500."""
    if is_unavailable(error):
        log_unavailable(error, context["request"])
        return as_logged(exception_handler(Unavailable(), context))
    answer = as_rest_error(error)
    if answer is None:
        log.error("Unexpected error in %s", context["request"].path, exc_info=error)
        answer = RestError(SERVER_ERROR, code="internal_server_error", status=500)
    headers = {}
    if (wait := getattr(error, "wait", None)) is not None:  # Throttled, Unavailable, KeyUnderWay
        headers["Retry-After"] = str(int(wait))
    return Response(answer.body(), status=answer.status_code, headers=headers)


def as_rest_error(error: Exception) -> RestError | None:
    """An exception of Django or DRF as a RestError; None for an unexpected one."""
    match error:
        case RestError():
            return error
        case exceptions.ValidationError():
            return FieldErrors(rules_by_field(error.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return RestError(FORBIDDEN, code="rest_forbidden", status=401)
        case exceptions.PermissionDenied() | PermissionDenied():
            return RestError(FORBIDDEN, code="rest_forbidden", status=403)
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.UnsupportedMediaType():
            return RestError(
                "Send the body as application/json or as a form.", code="rest_unsupported_media_type", status=415
            )
        case UnreadableRequest():
            return as_unreadable(error)
        case RequestDataTooBig():
            return as_unreadable(BodyTooLarge())
        case SuspiciousOperation() | BadRequest():
            return as_unreadable(InvalidBody())
        case exceptions.Throttled():
            return RestError("Too many requests.", code="rest_too_many_requests", status=429)
        case exceptions.APIException():
            return RestError(str(error.detail), code=None, status=error.status_code)
    return None


# WordPress's codes, or similar ones, for requests that cannot be read.
CODES: dict[type[UnreadableRequest], str] = {
    InvalidJSON: "rest_invalid_json",
    InvalidBody: "rest_invalid_body",
    UnknownCharset: "rest_unsupported_media_type",
    BodyTooLarge: "rest_body_too_large",
    CompressedBody: "rest_unsupported_encoding",
    KeyRefused: "rest_invalid_idempotency_key",
    KeyOfAnother: "rest_idempotency_key_reused",
    KeyUnderWay: "rest_idempotency_key_in_use",
}


class SyntaxFault(RestError):
    """Broken JSON, with what PHP says of it."""

    def body(self) -> dict[str, Any]:
        body = super().body()
        body["data"] |= {"json_error_code": 4, "json_error_message": "Syntax error"}
        return body


def as_unreadable(error: UnreadableRequest) -> RestError:
    kind = SyntaxFault if isinstance(error, InvalidJSON) else RestError
    return kind(error.message, code=CODES.get(type(error), RestError.code), status=error.status_code)


def rules_by_field(errors: Any) -> dict[str, dict[str, str]]:
    """A serializer's errors as `{field: {rule: text}}`; a nested field is named `outer.inner`."""
    fields: dict[str, dict[str, str]] = {}
    for name, detail in leaves(errors):
        rule = "required" if detail.code in ("blank", "null") else str(detail.code)
        text = f"The {name} field is required." if rule == "required" else str(detail)
        fields.setdefault(name, {})[rule] = text
    return fields


def leaves(detail: Any, path: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from leaves(inner, path)
    else:
        yield path or "body", detail

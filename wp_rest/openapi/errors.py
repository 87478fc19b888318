"""The bodies of errors, and the errors that many routes have."""

from typing import Any

from rest.openapi import INTEGER, TEXT, Refusal, Schema, constant, listed, mapped, obj, one_of, say
from wp_rest.exceptions import FORBIDDEN, NO_ROUTE, SERVER_ERROR, Unavailable
from wp_rest.openapi.answers import ignored


def error(status: int, *codes: str, **data: Schema) -> Schema:
    """An error's body (wp_rest.exceptions.error_body)."""
    return obj(
        {
            "code": one_of(*codes) if len(codes) > 1 else constant(*codes),
            "message": say(TEXT, "What is wrong, as a sentence."),
            "data": obj({"status": {"type": "integer", "const": status}, **data}),
        }
    )


def naming(error: Schema) -> Schema:
    """An error's body that may also name what was sent but does not exist."""
    return {**error, "properties": {**error["properties"], "ignored": ignored("tags", "lists", "companies")}}


def error_example(status: int, code: str, message: str, **beside: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "data": {"status": status}, **beside}


def field_errors(status: int) -> Schema:
    """An error's body that names fields (wp_rest.exceptions.FieldErrors)."""
    return {
        "type": "object",
        "properties": {
            **error(status, "rest_invalid_param", "rest_missing_callback_param")["properties"],
            "errors": mapped(listed(TEXT), description="The messages for each wrong field."),
        },
        "required": ["code", "message", "data", "errors"],
        "additionalProperties": mapped(
            TEXT, description="Each wrong field by its name, with a message for each rule that it breaks."
        ),
    }


ERRORS: dict[str, Schema] = {
    "Unauthorized": error(401, "rest_forbidden"),
    "Forbidden": error(403, "rest_forbidden"),
    "NotFound": naming(error(404, "rest_post_invalid_id", "rest_no_route")),
    "InvalidJson": error(400, "rest_invalid_json", json_error_code=INTEGER, json_error_message=TEXT),
    "InvalidBody": error(400, "rest_invalid_body"),
    "InvalidFields": field_errors(400),
    "MissingFields": field_errors(422),
    "Refused": naming(error(422, "rest_invalid_param")),
    "TooLarge": error(413, "rest_body_too_large"),
    "UnsupportedMediaType": error(415, "rest_unsupported_media_type", "rest_unsupported_encoding"),
    "TooManyRequests": error(429, "rest_too_many_requests"),
    "ServerError": error(500, "internal_server_error"),
    "Unavailable": error(503, "rest_service_unavailable"),
}
EMAIL_MISSING = "The email field is required."
EMAIL_WRONG = "The email must be a valid email address."
ERROR_EXAMPLES: dict[str, dict[str, Any]] = {
    "Unauthorized": error_example(401, "rest_forbidden", FORBIDDEN),
    "Forbidden": error_example(403, "rest_forbidden", FORBIDDEN),
    "NotFound": error_example(404, "rest_post_invalid_id", "Invalid post ID."),
    "NoRoute": error_example(404, "rest_no_route", NO_ROUTE),
    "InvalidJson": {
        "code": "rest_invalid_json",
        "message": "Invalid JSON body passed.",
        "data": {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"},
    },
    "InvalidBody": error_example(400, "rest_invalid_body", "The body could not be read as a form."),
    "InvalidFields": error_example(
        400,
        "rest_invalid_param",
        "Invalid parameter: email",
        email={"email": EMAIL_WRONG},
        errors={"email": [EMAIL_WRONG]},
    ),
    "MissingFields": error_example(
        422,
        "rest_missing_callback_param",
        "Missing parameter(s): email",
        email={"required": EMAIL_MISSING},
        errors={"email": [EMAIL_MISSING]},
    ),
    "Refused": error_example(422, "rest_invalid_param", "Invalid Advanced Filters"),
    "TooLarge": error_example(413, "rest_body_too_large", "The body is larger than this server accepts."),
    "UnsupportedMediaType": error_example(
        415, "rest_unsupported_media_type", "Send the body as application/json or as a form."
    ),
    "TooManyRequests": error_example(429, "rest_too_many_requests", "Too many requests."),
    "ServerError": error_example(500, "internal_server_error", SERVER_ERROR),
    "Unavailable": error_example(503, "rest_service_unavailable", Unavailable.message),
}


UNAUTHORIZED = Refusal("The credentials are missing or wrong.", ["Unauthorized"])
FORBIDDEN_TO = Refusal("The user does not have the permission for this.", ["Forbidden"])
NOT_FOUND = Refusal("Nothing with this id exists.", ["NotFound"])
NO_SUCH_ROUTE = Refusal("The id has more than 18 digits.", ["NotFound"], {"NotFound": ERROR_EXAMPLES["NoRoute"]})
UNREADABLE = Refusal("The body is not valid JSON, or not a valid form.", ["InvalidJson", "InvalidBody"])
INVALID = Refusal(
    "The body cannot be read, or a field has a wrong value.", ["InvalidFields", "InvalidJson", "InvalidBody"]
)
MISSING = Refusal("A required field is missing or empty.", ["MissingFields"])
TOO_LARGE = Refusal("The body is larger than the server accepts.", ["TooLarge"])
UNSUPPORTED = Refusal("The body is neither JSON nor a form, or it is compressed.", ["UnsupportedMediaType"])
TOO_MANY = Refusal(
    "Too many wrong credentials or, where the site limits them, requests. Retry-After says how long to wait.",
    ["TooManyRequests"],
)
SERVER_FAILED = Refusal("The server failed. Its log has the reason.", ["ServerError"])
UNAVAILABLE = Refusal("The database cannot be asked now. Retry-After says how long to wait.", ["Unavailable"])


def refused(when: str, message: str) -> Refusal:
    """A 422 with a sentence (wp_rest.exceptions.Unprocessable)."""
    return Refusal(when, ["Refused"], {"Refused": error_example(422, "rest_invalid_param", message)})

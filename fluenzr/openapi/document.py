"""FluenzR's API as OpenAPI 3.1. tests/fluenzr/test_openapi.py compares it with the URLs and with real answers."""

import re
from functools import cache
from typing import Any

from django.urls import get_resolver

from fluenzr.dialect import FluenzrView
from fluenzr.errors import Unavailable, error_body
from fluenzr.openapi.answers import INVALID, refused
from fluenzr.openapi.fields import CONTACT_ID, GROUP_ID, LOG_ID, WEBHOOK_ID
from fluenzr.openapi.routes import COMPONENTS, ROUTES, TOPICS
from rest.document import operation_object, with_components
from rest.openapi import INTEGER, Operation, Refusal, Schema
from rest.permissions import rights_of

ABOUT = """
This API manages contacts and groups, and tells webhooks what happens. It speaks FluenzR's language over the same contacts as the other API of this
server: a group is a list there, and a tag is its title. Generate a client from the
[OpenAPI document](/v1/openapi.json).

## Credentials

Send an API key in the header `Authorization: Bearer flz_sk_...`. Make keys in the admin. A read-only key cannot change
anything.

## Requests and answers

Send JSON. Unknown keys are ignored. Every answer is an object with `success`; `data` has the result. An error has a
`code` for programs, a `message` for people, and in `details` the messages for each wrong field. Times are ISO 8601 in
UTC.

## Retries

Send an `Idempotency-Key` with a POST or PUT: a text of up to 255 printable ASCII characters without spaces, new for each
request. If you send the same request with the same key again within 24 hours, nothing is done again and you get the first
answer, with the header `Idempotency-Replayed: true`. The error 409 says that the first request is still under way, 422 that
the key was used for another request, and 400 that it is not a key. Errors are not kept: correct the request and send it
with the same key.

## Limits

The number of requests in a minute is limited. Every answer has the limit, the remaining requests and the end of the
minute in the headers `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset`. Above the limit the answer
is the error 429, and `Retry-After` says how many seconds to wait.
""".strip()
HEADERS = {f"X-RateLimit-{name}": {"$ref": f"#/components/headers/{name}"} for name in ("Limit", "Remaining", "Reset")}
WAIT = {**HEADERS, "Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
COMMON = {
    429: Refusal(
        "Too many requests in this minute, or too many wrong keys.",
        ["Error"],
        {"RATE_LIMITED": error_body("RATE_LIMITED", "Too many requests. Try again in 21 seconds.")},
    ),
    500: refused("The server failed. Its log has the reason.", "INTERNAL_ERROR", "The server met an unexpected error."),
    503: refused("The database cannot be asked now.", "INTERNAL_ERROR", Unavailable.message),
}
WITH_KEY = {
    401: refused("The API key is missing or wrong.", "UNAUTHORIZED", "Invalid or missing API key"),
    403: refused(
        "The key is read-only, or its user does not have the permission for this.",
        "FORBIDDEN",
        "This API key is read-only",
    ),
}
WITH_BODY = {
    400: INVALID,
    413: refused("The body is too large.", "VALIDATION_ERROR", "The body is larger than this server accepts"),
    415: refused("The body is not JSON, or it is compressed.", "VALIDATION_ERROR", "Send the body as application/json"),
}
IDS = {
    "contact": ("The contact's id.", CONTACT_ID),
    "group": ("The group's id.", GROUP_ID),
    "webhook": ("The webhook's id.", WEBHOOK_ID),
    "log": ("The id of a row of the log.", LOG_ID),
}


@cache
def document() -> Schema:
    """The document. Made once in a process."""
    described: Schema = {
        "openapi": "3.1.1",
        "info": {"title": "FluenzR's API", "version": "1", "description": ABOUT},
        "servers": [{"url": "/v1"}],
        "tags": [{"name": name, "description": text} for name, text in TOPICS.items()],
        "security": [{"apiKey": []}],
        "paths": {
            path: {verb: describe(path, verb, operation) for verb, operation in verbs.items()}
            for path, verbs in ROUTES.items()
        },
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: `flz_sk_` and 32 letters and digits.",
                }
            },
            "headers": {
                "Limit": {"description": "The number of requests allowed in a minute.", "schema": INTEGER},
                "Remaining": {"description": "The number of requests left in this minute.", "schema": INTEGER},
                "Reset": {"description": "The end of this minute, in unix seconds.", "schema": INTEGER},
                "RetryAfter": {"description": "The number of seconds to wait.", "schema": INTEGER},
            },
        },
    }
    return with_components(described, COMPONENTS)


def views() -> dict[str, type[FluenzrView]]:
    """The view of each path of the URLs, as the document writes it: `/contacts/{contact}`."""
    found: dict[str, Any] = {}
    for pattern in get_resolver("fluenzr.urls").url_patterns:
        path = str(pattern.pattern).removeprefix("^").removesuffix("/?$").replace("\\", "")
        found["/" + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path)] = getattr(pattern.callback, "cls", None)
    return found


def describe(path: str, verb: str, operation: Operation) -> Schema:
    view = views()[path]
    public = not view.permission_classes
    refusals = COMMON | ({} if public else WITH_KEY) | (WITH_BODY if operation.body is not None else {})
    described = operation_object(
        operation,
        path_parameters=[
            {"name": name, "in": "path", "required": True, "description": IDS[name][0], "schema": IDS[name][1]}
            for name in re.findall(r"{(\w+)}", path)
        ],
        refusals=refusals | dict(operation.refusals),
        rights=rights_of(view.rights, verb.upper()) or (),
        headers={0: HEADERS, 429: WAIT, 503: WAIT},
    )
    return described | {"security": []} if public else described

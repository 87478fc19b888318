"""The parts of OpenAPI descriptions that only WordPress has: its pages, flags, dates and errors (see rest.openapi).

Each app describes its routes in its `schema`, a module or a package with ROUTES and COMPONENTS. A route is
written as in WordPress's index: `/fluent-crm/v2/tags/{id}`.

To describe a new route, add it to its app's ROUTES, and a story for each of its answers to tests/openapi.
The tests fail until both are there. fluentcrm_api.openapi finds the descriptions by itself and takes the
rights, and the errors of credentials, bodies and ids, from the views: descriptions do not repeat them.
"""

from wp_rest.openapi.answers import ignored, message
from wp_rest.openapi.errors import (
    ERROR_EXAMPLES,
    ERRORS,
    FORBIDDEN_TO,
    INVALID,
    MISSING,
    NO_SUCH_ROUTE,
    NOT_FOUND,
    SERVER_FAILED,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNREADABLE,
    UNSUPPORTED,
    error,
    error_example,
    refused,
)
from wp_rest.openapi.fields import DATETIME, DIGIT_FLAG, DIGITS, ENTRIES, FLAG, IDS, JSON_OBJECT, MAX_ID
from wp_rest.openapi.pages import page_example, page_of, pages, sorting

__all__ = [
    "DATETIME",
    "DIGITS",
    "DIGIT_FLAG",
    "ENTRIES",
    "ERRORS",
    "ERROR_EXAMPLES",
    "FLAG",
    "FORBIDDEN_TO",
    "IDS",
    "INVALID",
    "JSON_OBJECT",
    "MAX_ID",
    "MISSING",
    "NOT_FOUND",
    "NO_SUCH_ROUTE",
    "SERVER_FAILED",
    "TOO_LARGE",
    "TOO_MANY",
    "UNAUTHORIZED",
    "UNAVAILABLE",
    "UNREADABLE",
    "UNSUPPORTED",
    "error",
    "error_example",
    "ignored",
    "message",
    "page_example",
    "page_of",
    "pages",
    "refused",
    "sorting",
]

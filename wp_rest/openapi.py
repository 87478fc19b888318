"""The words for what only WordPress does: its pages, flags, dates and errors (see rest.openapi).

Each app describes its routes in its `schema.py`. A route is written as in WordPress's index
(`/fluent-crm/v2/tags/{id}`).

fluentcrm_api.openapi finds these modules by itself and makes the document of them and of the URLs: to
describe a new route, add it to its app's ROUTES, and one story for each of its answers to
tests/openapi (which fails until both are there). Credentials, rights, bodies that cannot be read and
ids that no row has come from the view and are not repeated.
"""

from collections.abc import Collection
from typing import Any

from rest.openapi import (
    INTEGER,
    TEXT,
    Refusal,
    Schema,
    constant,
    listed,
    mapped,
    nullable,
    obj,
    one_of,
    query,
    say,
    schema_of,
)
from rest.rich_text import MAX_LENGTH
from wp_rest import fields
from wp_rest.exceptions import FORBIDDEN, NO_ROUTE, SERVER_ERROR, Unavailable
from wp_rest.pagination import MAX_PER_PAGE

DIGITS: Schema = {"type": "string", "pattern": r"^[0-9]+$"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"}
# The largest that wp_rest.urls.IdConverter lets through.
MAX_ID = 10**18 - 1
DIGIT_FLAG: Schema = {"title": "DigitFlag", "type": "string", "enum": ["0", "1"]}

# --- What clients send ----------------------------------------------------------------------

FLAG: Schema = {
    "type": ["boolean", "string", "integer"],
    "description": 'True is `true`, 1, "1", "yes", "true" or "on". Anything else is false.',
}
IDS: Schema = {
    "anyOf": [listed({"type": ["integer", "string"]}), TEXT, INTEGER],
    "description": "A list of ids, the JSON text of one, ids separated by commas (`1,2`), or one id. If one of them is "
    "not an id, nothing is done.",
}
ENTRIES: Schema = {
    "anyOf": [listed({"type": ["integer", "string"]}), TEXT, INTEGER],
    "description": "A list, the JSON text of one, values separated by commas (`a,b`; quoted as in CSV where a value "
    "has a comma), or one value.",
}
JSON_OBJECT: Schema = {"title": "JsonObject", "type": "object", "additionalProperties": {}}


@schema_of.register
def _(sent_field: fields.PlainTextField) -> Schema:
    least = {} if sent_field.allow_blank else {"minLength": 1}
    return {"type": ["string", "number"], **least, "maxLength": sent_field.max_length}


@schema_of.register
def _(sent_field: fields.ChoiceTextField) -> Schema:
    return one_of(*sent_field.choices)


@schema_of.register
def _(sent_field: fields.AddressField) -> Schema:
    return {
        "type": "string",
        "maxLength": sent_field.max_length,
        "description": "An address that starts with `http://` or `https://`.",
        "examples": ["https://example.com"],
    }


@schema_of.register
def _(sent_field: fields.DateField) -> Schema:
    return {
        "type": "string",
        "description": "A date as `YYYY-MM-DD`. An empty text removes the date.",
        "examples": ["1990-04-05"],
    }


@schema_of.register
def _(sent_field: fields.MomentField) -> Schema:
    return {
        "type": "string",
        "description": "`YYYY-MM-DD HH:MM:SS` in the site's time zone, or ISO 8601.",
        "examples": ["2026-01-31 09:05:00"],
    }


@schema_of.register
def _(sent_field: fields.FlagField) -> Schema:
    return FLAG


@schema_of.register
def _(sent_field: fields.EntriesField) -> Schema:
    return ENTRIES


@schema_of.register
def _(sent_field: fields.IdsField) -> Schema:
    return IDS


@schema_of.register
def _(sent_field: fields.ObjectField) -> Schema:
    return {"anyOf": [JSON_OBJECT, TEXT], "description": "An object, or the JSON text of one."}


@schema_of.register
def _(sent_field: fields.RichTextField) -> Schema:
    return {"type": ["string", "number"], "maxLength": MAX_LENGTH}


# --- Parameters in an address -----------------------------------------------------------------


def pages(default: int = 15) -> list[Schema]:
    """The parameters of every list that comes in pages (wp_rest.pagination)."""
    return [
        query("page", {"type": "integer", "minimum": 1, "default": 1}, "The page to show. A number below 1 means 1."),
        query(
            "per_page",
            {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": default},
            f"The number of rows on a page. A number above {MAX_PER_PAGE} means {MAX_PER_PAGE}; below 1, the default.",
        ),
    ]


def sorting(kind: str, columns: Collection[str], direction: str = "sort_type") -> list[Schema]:
    """The parameters that sort a list of `kind` (Contact, Tag)."""
    return [
        query(
            "sort_by",
            one_of(*sorted(columns), default="id", title=f"{kind}SortColumn"),
            "The column to sort by. An unknown column means `id`. You can also write `order_by`.",
        ),
        query(
            direction,
            one_of("ASC", "DESC", default="DESC", title="SortDirection"),
            "The direction: `ASC` or `DESC`. `sort_type`, `sort_order`, `order_type` and `order` mean the same.",
        ),
    ]


def page_of(row: Schema) -> Schema:
    """A page as FluentCRM counts them (wp_rest.pagination.PageRequest.envelope).

    Its name in the document is made of the row's: TagPage, of rows that are a ref to ListedTag.
    """
    address = nullable(TEXT)
    name = str(row["$ref"]).rpartition("/")[2].removeprefix("Listed")
    return obj(
        {
            "total": say(INTEGER, "The number of rows on all pages."),
            "per_page": INTEGER,
            "current_page": INTEGER,
            "last_page": say(INTEGER, "The number of the last page; 0 if there are no rows."),
            "next_page_url": say(
                address, "The path of the next page, with the parameters of this request; null on the last page."
            ),
            "prev_page_url": say(address, "The path of the previous page; null on the first page."),
            "from": say(
                nullable(INTEGER), "The position of the first row of this page, from 1; null if the page is empty."
            ),
            "to": say(nullable(INTEGER), "The position of the last row of this page; null if the page is empty."),
            "data": listed(row),
        },
        title=f"{name}Page",
    )


def page_example(*rows: Any, per_page: int = 15) -> dict[str, Any]:
    return {
        "total": len(rows),
        "per_page": per_page,
        "current_page": 1,
        "last_page": 1,
        "next_page_url": None,
        "prev_page_url": None,
        "from": 1,
        "to": len(rows),
        "data": list(rows),
    }


# --- Errors -----------------------------------------------------------------------------------


def error(status: int, *codes: str, **data: Schema) -> Schema:
    """An error's body (wp_rest.exceptions.error_body)."""
    return obj(
        {
            "code": one_of(*codes) if len(codes) > 1 else constant(*codes),
            "message": say(TEXT, "What is wrong, as a sentence."),
            "data": obj({"status": {"type": "integer", "const": status}, **data}),
        }
    )


WORDS = listed({"type": ["integer", "number", "string", "boolean"]})


def ignored(*kinds: str) -> Schema:
    """What a request names that does not exist, by kind: tags, lists, companies, custom_values."""
    title = "Ignored" + "And".join(kind.title().replace("_", "") for kind in kinds)
    return say(
        obj(dict.fromkeys(kinds, WORDS), optional=kinds, title=title),
        "What was sent but does not exist. Missing if everything exists.",
    )


def naming(error: Schema) -> Schema:
    """An error's body that may name what was sent and is not there."""
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


def message(text: str = "") -> Schema:
    """The answer of a route that has nothing to show."""
    return obj({"message": say(TEXT, "What was done, as a sentence.")} if not text else {"message": {"const": text}})

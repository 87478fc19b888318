"""The words in which an app describes its routes, as OpenAPI 3.1, and what all routes have in common.

Each app has them in its `schema.py`, out of the views' way:

- `ROUTES` maps a route, written as in WordPress's index (`/fluent-crm/v2/tags/{id}`), to an Operation
  for each of its verbs;
- `COMPONENTS` maps a name to a schema that `ref(name)` points at.

fluentcrm_api.openapi finds these modules by itself and makes the document of them and of the URLs: to
describe a new route, add it to its app's ROUTES, and one story for each of its answers to
tests/openapi (which fails until both are there). Credentials, rights, bodies that cannot be read and
ids that no row has come from the view and are not repeated.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from rest_framework import serializers

from wp_rest import fields
from wp_rest.exceptions import FORBIDDEN, NO_ROUTE, SERVER_ERROR
from wp_rest.pagination import MAX_PER_PAGE
from wp_rest.rich_text import MAX_LENGTH

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
ID: Schema = {"type": "integer", "minimum": 1}
DIGITS: Schema = {"type": "string", "pattern": r"^[0-9]+$"}
BOOLEAN: Schema = {"type": "boolean"}
NULL: Schema = {"type": "null"}
ANYTHING: Schema = {}
DATE: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"}
# The largest that wp_rest.urls.IdConverter lets through.
MAX_ID = 10**18 - 1


def ref(name: str) -> Schema:
    """What COMPONENTS has under that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(properties: Mapping[str, Schema], optional: Collection[str] = (), **more: Any) -> Schema:
    """An object of an answer: these keys and no others, each of them always there unless `optional`."""
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": required} if required else {}),
        "additionalProperties": False,
        **more,
    }


def sent(properties: Mapping[str, Schema], required: Sequence[str] = (), **more: Any) -> Schema:
    """An object of a request: other keys are ignored."""
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
        **more,
    }


def listed(schema: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": schema, **more}


def mapped(schema: Schema, **more: Any) -> Schema:
    """An object whose keys are not known beforehand."""
    return {"type": "object", "additionalProperties": schema, **more}


def nullable(schema: Schema) -> Schema:
    if "type" not in schema:
        return {"anyOf": [schema, NULL]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [*kinds, "null"]} | choices


def say(schema: Schema, description: str, **more: Any) -> Schema:
    """The schema with a description (OpenAPI 3.1 lets one stand beside a $ref)."""
    return {**schema, "description": description, **more}


def one_of(*values: str, **more: Any) -> Schema:
    return {"type": "string", "enum": list(values), **more}


# --- What clients send ----------------------------------------------------------------------

FLAG: Schema = {"type": ["boolean", "string", "integer"], "description": '`true`, 1, "1", "yes", "true" or "on".'}
IDS: Schema = {
    "anyOf": [listed({"type": ["integer", "string"]}), TEXT, INTEGER],
    "description": "Ids as a list, as `1,2`, or a single one.",
}
ENTRIES: Schema = {
    "anyOf": [listed({"type": ["integer", "string"]}), TEXT, INTEGER],
    "description": "A list, texts with commas between them, or a single value.",
}


@singledispatch
def schema_of(sent_field: serializers.Field[Any, Any, Any, Any]) -> Schema:
    """What a serializer's field takes. An app registers its own fields in its schema.py."""
    raise TypeError(f"Register a schema for {type(sent_field).__name__} with wp_rest.openapi.schema_of.")


@schema_of.register
def _(sent_field: fields.PlainTextField) -> Schema:
    least = {} if sent_field.allow_blank else {"minLength": 1}
    return {"type": ["string", "number"], **least, "maxLength": sent_field.max_length}


@schema_of.register
def _(sent_field: fields.ChoiceTextField) -> Schema:
    return one_of(*sent_field.choices)


@schema_of.register
def _(sent_field: fields.DateField) -> Schema:
    return {"type": "string", "description": "`YYYY-MM-DD`; an empty text is no date.", "examples": ["1990-04-05"]}


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
    return {"type": ["object", "string"], "description": "An object, or the JSON text of one."}


@schema_of.register
def _(sent_field: fields.RichTextField) -> Schema:
    return {"type": ["string", "number"], "maxLength": MAX_LENGTH}


def body_of(serializer: type[serializers.Serializer[Any]], descriptions: Mapping[str, str]) -> Schema:
    """What a serializer takes: names, limits, choices and what is due, read from the serializer itself."""
    sent_fields = serializer().fields
    if unknown := descriptions.keys() - sent_fields.keys():
        raise KeyError(f"{serializer.__name__} has no field {', '.join(sorted(unknown))}.")
    properties = {}
    for name, sent_field in sent_fields.items():
        schema = schema_of(sent_field)
        schema = nullable(schema) if sent_field.allow_null else schema
        properties[name] = say(schema, descriptions[name]) if name in descriptions else schema
    return sent(properties, [name for name, sent_field in sent_fields.items() if sent_field.required])


# --- Parameters in an address -----------------------------------------------------------------


def query(name: str, schema: Schema, description: str, **more: Any) -> Schema:
    """A parameter of the query. A list is named `tags[]`, as PHP has it."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def pages(default: int = 15) -> list[Schema]:
    """The parameters of every list that comes in pages (wp_rest.pagination)."""
    return [
        query("page", {"type": "integer", "minimum": 1, "default": 1}, "Which page. Anything below 1 means 1."),
        query(
            "per_page",
            {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": default},
            f"Rows on a page. Above {MAX_PER_PAGE} means {MAX_PER_PAGE}, below 1 the default.",
        ),
    ]


def sorting(columns: Collection[str], direction: str = "sort_type") -> list[Schema]:
    return [
        query(
            "sort_by",
            one_of(*sorted(columns), default="id"),
            "The column to sort by; an unknown one means `id`. `order_by` is the same.",
        ),
        query(
            direction,
            one_of("ASC", "DESC", default="DESC"),
            "Upward or downward. `sort_type`, `sort_order`, `order_type` and `order` are the same.",
        ),
    ]


def page_of(row: Schema) -> Schema:
    """A page as FluentCRM counts them (wp_rest.pagination.PageRequest.envelope)."""
    address = nullable(TEXT)
    return obj(
        {
            "total": say(INTEGER, "How many rows there are on all pages."),
            "per_page": INTEGER,
            "current_page": INTEGER,
            "last_page": say(INTEGER, "0 when there are no rows."),
            "next_page_url": say(address, "A path with every parameter of the request; null on the last page."),
            "prev_page_url": say(address, "The same for the page before; null on the first."),
            "from": say(nullable(INTEGER), "The number of the first row of this page; null when it has none."),
            "to": say(nullable(INTEGER), "The number of the last row of this page; null when it has none."),
            "data": listed(row),
        }
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
            "code": one_of(*codes),
            "message": say(TEXT, "What is wrong, for people."),
            "data": obj({"status": {"type": "integer", "const": status}, **data}),
        }
    )


def error_example(status: int, code: str, message: str, **beside: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "data": {"status": status}, **beside}


def field_errors(status: int) -> Schema:
    """An error's body that names fields (wp_rest.exceptions.FieldErrors)."""
    code = one_of("rest_invalid_param", "rest_missing_callback_param")
    return {
        "type": "object",
        "properties": {
            **error(status, *code["enum"])["properties"],
            "errors": mapped(listed(TEXT), description="The texts for each field that is wrong."),
        },
        "required": ["code", "message", "data", "errors"],
        "additionalProperties": mapped(
            TEXT, description="Each field that is wrong, by its name: the text for each rule that it breaks."
        ),
    }


ERRORS: dict[str, Schema] = {
    "Unauthorized": error(401, "rest_forbidden"),
    "Forbidden": error(403, "rest_forbidden"),
    "NotFound": error(404, "rest_post_invalid_id", "rest_no_route"),
    "InvalidJson": error(400, "rest_invalid_json", json_error_code=INTEGER, json_error_message=TEXT),
    "InvalidBody": error(400, "rest_invalid_body"),
    "InvalidFields": field_errors(400),
    "MissingFields": field_errors(422),
    "Refused": error(422, "rest_invalid_param"),
    "TooLarge": error(413, "rest_body_too_large"),
    "UnsupportedMediaType": error(415, "rest_unsupported_media_type"),
    "ServerError": error(500, "internal_server_error"),
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
    "ServerError": error_example(500, "internal_server_error", SERVER_ERROR),
}


@dataclass(frozen=True)
class Refusal:
    """One error of an operation: when it comes, and the names of its possible bodies in COMPONENTS."""

    when: str
    bodies: Sequence[str]
    examples: Mapping[str, Any] = field(default_factory=dict)


UNAUTHORIZED = Refusal("No credentials, or wrong ones.", ["Unauthorized"])
FORBIDDEN_TO = Refusal("The credentials are good, but the user may not do this.", ["Forbidden"])
NOT_FOUND = Refusal("There is no such row.", ["NotFound"])
NO_SUCH_ROUTE = Refusal("The id has more than 18 digits.", ["NotFound"], {"NotFound": ERROR_EXAMPLES["NoRoute"]})
UNREADABLE = Refusal("The body cannot be read.", ["InvalidJson", "InvalidBody"])
INVALID = Refusal(
    "The body cannot be read, or a field in it does not fit.", ["InvalidFields", "InvalidJson", "InvalidBody"]
)
MISSING = Refusal("A field that is due is missing.", ["MissingFields"])
TOO_LARGE = Refusal("The body is larger than the server accepts.", ["TooLarge"])
UNSUPPORTED = Refusal("The body is neither JSON nor a form.", ["UnsupportedMediaType"])
SERVER_FAILED = Refusal("The server failed; the reason is in its log.", ["ServerError"])


def refused(when: str, message: str) -> Refusal:
    """A 422 with a sentence (wp_rest.exceptions.Unprocessable)."""
    return Refusal(when, ["Refused"], {"Refused": error_example(422, "rest_invalid_param", message)})


# --- An operation -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One verb of one route. `example` and `body_example` are checked against the schemas in the tests."""

    name: str  # operationId: clients that are generated call their function so
    topic: str
    summary: str
    answer: Schema
    description: str = ""
    parameters: Sequence[Schema] = ()
    ids: Mapping[str, str] = field(default_factory=dict)  # what each id in the address is
    body: Schema | None = None
    example: Any = None
    body_example: Any = None
    refusals: Mapping[int, Refusal] = field(default_factory=dict)
    media_type: str = "application/json"


Routes = Mapping[str, Mapping[str, Operation]]


def message(text: str = "") -> Schema:
    """The answer of a route that has nothing to show."""
    return obj({"message": say(TEXT, "What was done, for people.")} if not text else {"message": {"const": text}})

"""What the APIs describe their routes with, as OpenAPI 3.1.

An API describes its routes beside its views:

- `ROUTES` maps a route to an Operation for each of its verbs;
- `COMPONENTS` maps a name to a schema that `ref(name)` points at.

A schema with a `title` becomes a component of that name in the document (rest.document), so that generated
clients get a class with a readable name. What only WordPress has (pages, errors, flags as texts) is in
wp_rest.openapi.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from rest_framework import serializers

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "integer", "minimum": 1}
BOOLEAN: Schema = {"type": "boolean"}
NULL: Schema = {"type": "null"}
ANYTHING: Schema = {}
DATE: Schema = {"type": "string", "format": "date"}


def ref(name: str) -> Schema:
    """A reference to the schema of that name in COMPONENTS."""
    return {"$ref": f"#/components/schemas/{name}"}


def obj(properties: Mapping[str, Schema], optional: Collection[str] = (), **more: Any) -> Schema:
    """An object of an answer: it has all these keys, except those in `optional`, and no others."""
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
    """An object with any keys."""
    return {"type": "object", "additionalProperties": schema, **more}


def nullable(schema: Schema) -> Schema:
    if "type" not in schema or "title" in schema:
        return {"anyOf": [schema, NULL]}
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    choices = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [*kinds, "null"]} | choices


def say(schema: Schema, description: str, **more: Any) -> Schema:
    """The schema with a description. One with a title is shared, and keeps its own."""
    if "title" in schema:
        return {"allOf": [schema], "description": description, **more}
    return {**schema, "description": description, **more}


def one_of(*values: str, **more: Any) -> Schema:
    return {"type": "string", "enum": list(values), **more}


def constant(value: str) -> Schema:
    return {"type": "string", "const": value}


# --- What a serializer accepts ------------------------------------------------------------------


@singledispatch
def schema_of(sent_field: serializers.Field[Any, Any, Any, Any]) -> Schema:
    """The schema of what a serializer's field accepts. An app registers its own fields in its `schema`."""
    raise TypeError(f"Register a schema for {type(sent_field).__name__} with rest.openapi.schema_of.")


def body_of(
    serializer: type[serializers.Serializer[Any]],
    descriptions: Mapping[str, str],
    schemas: Mapping[str, Schema] | None = None,
) -> Schema:
    """The schema of what a serializer accepts: names, limits, choices and required fields come from its fields.

    `schemas` replaces the schema of a field, for values that have a component of their own.
    """
    sent_fields = serializer().fields
    replaced = schemas or {}
    if unknown := (descriptions.keys() | replaced.keys()) - sent_fields.keys():
        raise KeyError(f"{serializer.__name__} has no field {', '.join(sorted(unknown))}.")
    properties = {}
    for name, sent_field in sent_fields.items():
        schema = replaced[name] if name in replaced else schema_of(sent_field)
        schema = nullable(schema) if sent_field.allow_null else schema
        properties[name] = say(schema, descriptions[name]) if name in descriptions else schema
    return sent(properties, [name for name, sent_field in sent_fields.items() if sent_field.required])


# --- An operation -------------------------------------------------------------------------------


def query(name: str, schema: Schema, description: str, **more: Any) -> Schema:
    """A query parameter. On the FluentCRM face the name of a list ends with `[]`, as in PHP: `tags[]`."""
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


@dataclass(frozen=True)
class Refusal:
    """One error of an operation: when it comes, and the names of its possible bodies in COMPONENTS."""

    when: str
    bodies: Sequence[str]
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Another answer of an operation that does what was asked: when it comes, its schema and an example."""

    when: str
    schema: Schema
    example: Any


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One verb of one route. `example` and `body_example` are checked against the schemas in the tests."""

    name: str  # operationId: the name of the function in generated clients
    topic: str
    summary: str
    answer: Schema
    status: int = 200
    description: str = ""
    parameters: Sequence[Schema] = ()
    ids: Mapping[str, str] = field(default_factory=dict)  # what each id in the address is
    body: Schema | None = None
    example: Any = None
    body_example: Any = None
    also: Mapping[int, Answer] = field(default_factory=dict)
    refusals: Mapping[int, Refusal] = field(default_factory=dict)
    media_type: str = "application/json"


Routes = Mapping[str, Mapping[str, Operation]]

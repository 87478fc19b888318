"""Builds an OpenAPI document from descriptions (rest.openapi) and from the views."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rest.openapi import Operation, Refusal, Schema, ref

# The values of these keys are not schemas.
VALUES = frozenset({"example", "examples", "default", "const", "enum"})


def operation_object(
    operation: Operation,
    *,
    path_parameters: Sequence[Schema],
    refusals: Mapping[int, Refusal],
    rights: Sequence[str] = (),
    headers: Mapping[int, Mapping[str, Schema]] | None = None,
) -> Schema:
    """One operation. `rights` are the Django permissions that it needs; `headers` by status, 0 for the rest."""
    headers = headers or {}
    described: Schema = {
        "operationId": operation.name,
        "tags": [operation.topic],
        "summary": operation.summary,
        "description": "\n\n".join(text for text in (operation.description, say_rights(rights)) if text),
        "parameters": [*path_parameters, *operation.parameters],
    }
    if operation.body is not None:
        media: Schema = {"schema": named(operation.body, f"{pascal(operation.name)}Request")}
        if operation.body_example is not None:
            media["example"] = operation.body_example
        # JSON alone: with a form beside it, generated clients send the form.
        described["requestBody"] = {"required": True, "content": {"application/json": media}}
    answer: Schema = {"schema": named(operation.answer, f"{pascal(operation.name)}Response")}
    if operation.example is not None:
        answer["example"] = operation.example
    responses = {operation.status: {"description": "Success.", "content": {operation.media_type: answer}}}
    for status, other in operation.also.items():
        media = {"schema": named(other.schema, f"{pascal(operation.name)}Answer{status}"), "example": other.example}
        responses[status] = {"description": other.when, "content": {operation.media_type: media}}
    responses |= {status: refusal_object(refusals[status]) for status in sorted(refusals)}
    for status, response in responses.items():
        if shown := headers.get(status, headers.get(0)):
            response["headers"] = dict(shown)
    described["responses"] = {str(status): response for status, response in responses.items()}
    if rights:
        described["x-rights"] = list(rights)
    return {key: value for key, value in described.items() if value not in ("", [])}


def say_rights(rights: Sequence[str]) -> str:
    names = ", ".join(f"`{right}`" for right in rights)
    return f"The user needs the permission{'s' if len(rights) > 1 else ''} {names}." if rights else ""


def refusal_object(refusal: Refusal) -> Schema:
    schemas = [ref(name) for name in refusal.bodies]
    content: Schema = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    if refusal.examples:
        content["examples"] = {name: {"value": value} for name, value in refusal.examples.items()}
    return {"description": refusal.when, "content": {"application/json": content}}


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def named(schema: Schema, name: str) -> Schema:
    """The schema with `name` as its title, if it is an object without a title."""
    return {"title": name, **schema} if schema.get("type") == "object" and "title" not in schema else schema


def with_components(document: Schema, components: Mapping[str, Schema]) -> Schema:
    """The document with its components: `components` and each schema that has a title, sorted by name.

    Raises ValueError for two different schemas with the same title.
    """
    collected: dict[str, Schema] = {}

    def move(node: Any) -> Any:
        if isinstance(node, list):
            return [move(entry) for entry in node]
        if not isinstance(node, dict):
            return node
        moved = {key: value if key in VALUES else move(value) for key, value in node.items()}
        if not isinstance(node.get("title"), str):
            return moved
        name = moved.pop("title")
        if collected.setdefault(name, moved) != moved:
            raise ValueError(f"Two schemas are called {name}.")
        return ref(name)

    paths = move(document["paths"])
    for name, schema in components.items():
        move({"title": name, **schema})
    others = document.get("components", {})
    return {**document, "paths": paths, "components": {**others, "schemas": dict(sorted(collected.items()))}}


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Path, verb and description of each operation of a document."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation

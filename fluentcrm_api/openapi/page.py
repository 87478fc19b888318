"""The document as a page for people: what the template needs, in words."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from fluentcrm_api.openapi.document import document
from wp_rest.openapi import ERROR_EXAMPLES, ERRORS, Schema

CODE = re.compile(r"`([^`]+)`")
BOLD = re.compile(r"\*\*([^*]+)\*\*")


def render_page() -> str:
    described = document()
    topics = []
    for tag in described["tags"]:
        operations = list(operations_of(tag["name"]))
        if operations:
            topics.append({"name": tag["name"], "text": prose(tag["description"]), "operations": operations})
    schemas = described["components"]["schemas"]
    return render_to_string(
        "fluentcrm_api/api.html",
        {
            "title": described["info"]["title"],
            "about": paragraphs(described["info"]["description"]),
            "topics": topics,
            "objects": [
                {"name": name, "text": prose(schema.get("description", "")), "kind": kind(schema), "rows": rows(schema)}
                for name, schema in schemas.items()
                if name not in ERRORS
            ],
            "errors": [{"name": name, "example": pretty(ERROR_EXAMPLES[name])} for name in ERRORS],
        },
    )


def operations_of(topic: str) -> Iterator[dict[str, Any]]:
    for path, verbs in document()["paths"].items():
        for verb, operation in verbs.items():
            if operation["tags"] == [topic] and "x-alias-of" not in operation:
                yield operation_words(path, verb.upper(), operation)


def operation_words(path: str, verb: str, operation: Schema) -> dict[str, Any]:
    """One operation as the template shows it."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    [answer] = operation["responses"]["200"]["content"].values()
    aliases = [
        f"{other_verb.upper()} {other}"
        for other, verbs in document()["paths"].items()
        for other_verb, alias in verbs.items()
        if alias.get("x-alias-of") == f"{verb} {path}"
    ]
    return {
        "name": operation["operationId"],
        "verb": verb,
        "path": path,
        "summary": operation["summary"],
        "text": paragraphs(operation.get("description", "")),
        "aliases": aliases,
        "public": operation.get("security") == [],
        "rights": operation.get("x-rights", []),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "kind": kind(parameter["schema"]),
                "required": parameter.get("required", False),
                "default": parameter["schema"].get("default"),
                "text": prose(parameter.get("description", "")),
            }
            for parameter in operation.get("parameters", [])
        ],
        "body": {"kind": kind(body["schema"]), "rows": rows(body["schema"])} if body else None,
        "curl": curl(path, verb, operation, body.get("example")),
        "answer": {"kind": kind(answer["schema"]), "rows": rows(answer["schema"])},
        "example": pretty(answer["example"]) if "example" in answer else "",
        "refusals": [
            {
                "status": status,
                "text": prose(refusal["description"]),
                "kind": kind(refusal["content"]["application/json"]["schema"]),
            }
            for status, refusal in operation["responses"].items()
            if status != "200"
        ],
    }


def kind(schema: Schema) -> SafeString:
    """What a value is, in a few words; a named object is a link."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return format_html('<a href="#object-{0}">{0}</a>', name)
    for key, word in (("anyOf", " or "), ("allOf", " with ")):
        if key in schema:
            return format_html_join(
                mark_safe(word),  # noqa: S308 - a constant
                "{}",
                ((words,) for words in dict.fromkeys(kind(one) for one in schema[key])),
            )
    if "const" in schema:
        return format_html("<code>{}</code>", literal(schema["const"]))
    if "enum" in schema:
        return format_html_join(mark_safe(", "), "<code>{}</code>", ((literal(value),) for value in schema["enum"]))
    kinds = schema.get("type", "anything")
    words = []
    for name in kinds if isinstance(kinds, list) else [kinds]:
        if name == "array":
            words.append(format_html("list of {}", kind(schema.get("items", {}))))
        elif name == "object" and isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
            words.append(format_html("object of {}", kind(schema["additionalProperties"])))
        else:
            words.append(format_html("{}", "text" if name == "string" else name))
    return format_html_join(mark_safe(" or "), "{}", ((word,) for word in words))


def literal(value: Any) -> str:
    """A value as it is written; texts without their quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def rows(schema: Schema, prefix: str = "") -> list[dict[str, Any]]:
    """The keys of an object, and of the objects in it that have no name of their own, one row each."""
    if "properties" not in schema:
        parts = schema.get("anyOf") or schema.get("allOf") or []
        return [row for part in parts for row in rows(part, prefix)]
    found = []
    for name, inner in schema["properties"].items():
        found.append(
            {
                "name": prefix + name,
                "kind": kind(inner),
                "required": name in schema.get("required", []),
                "text": prose(inner.get("description", "")),
            }
        )
        if "properties" in inner:
            found += rows(inner, f"{prefix}{name}.")
        elif "properties" in inner.get("items", {}):
            found += rows(inner["items"], f"{prefix}{name}[].")
    return found


def curl(path: str, verb: str, operation: Schema, example: Any) -> str:
    address = document()["servers"][0]["url"] + re.sub(r"{\w+}", "1", path)
    required = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
    query = "&".join(f"{name}={'simple' if name == 'filter_type' else 1}" for name in required)
    lines = [f'curl "{address}{"?" if query else ""}{query}"']
    if verb not in ("GET", "POST") or (verb == "POST" and example is None):
        lines.append(f"-X {verb}")
    if operation.get("security") != []:
        lines.append('-H "Authorization: Basic API_USERNAME:API_PASSWORD"')
    if example is not None:
        lines.append('-H "Content-Type: application/json"')
        lines.append("-d '" + pretty(example).replace("'", "'\\''") + "'")
    return " \\\n  ".join(lines)


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def prose(text: str) -> SafeString:
    """Text with `code` and **bold** in it as HTML."""
    marked = CODE.sub(r"<code>\1</code>", BOLD.sub(r"<strong>\1</strong>", escape(text)))
    return mark_safe(marked)  # noqa: S308 - escaped above


def paragraphs(text: str) -> list[SafeString]:
    return [prose(part) for part in text.split("\n\n") if part]

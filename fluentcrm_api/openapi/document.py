"""The OpenAPI 3.1 document, made of the URLs, of their views' rights and of the apps' `schema.py` modules."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import module_has_submodule

from wp_rest.openapi import (
    ERROR_EXAMPLES,
    ERRORS,
    FORBIDDEN_TO,
    MAX_ID,
    NO_SUCH_ROUTE,
    SERVER_FAILED,
    TOO_LARGE,
    UNAUTHORIZED,
    UNREADABLE,
    UNSUPPORTED,
    Operation,
    Refusal,
    Schema,
    ref,
)
from wp_rest.views import VERBS, RestView, walk

ROOT = "/wp-json"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# The indexes of WordPress that are no part of the FluentCRM face.
LEFT_OUT = frozenset({"/", "/wp/v2"})
# Routes that are others under another name; they are listed without repeating the prose.
ALIASES = {
    "/fluent-crm/v2/contacts": "/fluent-crm/v2/subscribers",
    "/fluent-crm/v2/custom-fields": "/fluent-crm/v2/custom-fields/contacts",
}
TOPICS = {
    "Contacts": "People, with their tags, lists and custom values.",
    "Many contacts": "Changes to many contacts with one request.",
    "Notes": "What staff and integrations write down about a contact or a company.",
    "Companies": "Organisations that contacts belong to.",
    "Events": "What contacts did elsewhere, as other systems report it.",
    "Profile sections": "What other systems know of a contact: a hook for apps of this site.",
    "Tags": "Labels for contacts.",
    "Lists": "Lists that contacts are on.",
    "Custom fields": "Fields of contacts that a site defines itself.",
    "This API": "What this server is and what it answers.",
}
ABOUT = """
Contacts, companies, tags, lists, custom fields, notes and events, on the routes of FluentCRM's REST API.

**Credentials.** HTTP Basic with a user name and an application password. `Basic user:password` that is not
base64-encoded is read as it stands.

**Parameters.** Address and body are one set of parameters; unknown ones are ignored. A body is JSON or a form with
PHP brackets (`subscriber[tags][]=1`). A list may be `tags[]=1&tags[]=2`, `tags[0]=1`, `tags=1,2` or `tags=1`. Numbers
and booleans may be texts.

**Verbs.** A POST with `X-HTTP-Method-Override` or `_method` stands for that verb. A verb that a route does not have
is answered like an unknown route: 404 `rest_no_route`.

**Dates** are `YYYY-MM-DD HH:MM:SS` in the site's time zone.

**Addresses.** `/?rest_route=/fluent-crm/v2/...` is the same as `/wp-json/fluent-crm/v2/...`; a slash at the end
changes nothing. `_envelope=1` wraps an answer of any route in `body`, `status` and `headers`; `_jsonp=name` wraps it in
a call.
""".strip()


@cache
def document() -> Schema:
    """The document. Made once a process; settings that it depends on are not read again."""
    paths: dict[str, Schema] = {}
    for route, view in described_views():
        paths[ROOT + route] = {
            verb.lower(): described
            for verb in (name.upper() for name in view.http_method_names if name in VERBS)
            if (described := describe(route, verb, view))
        }
    return {
        "openapi": "3.1.1",
        "info": {"title": settings.SITE_NAME, "version": "v2", "description": ABOUT},
        "servers": [{"url": settings.SITE_URL}],
        "tags": [{"name": name, "description": text} for name, text in TOPICS.items()],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A user name, or e-mail address, and an application password; spaces in the "
                    "password never matter.",
                }
            },
            "schemas": components(),
        },
    }


def schema_modules() -> Iterator[Any]:
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "schema"):
            module = import_module(f"{app.name}.schema")
            if hasattr(module, "ROUTES"):  # else it is another project's and about something else
                yield module


@cache
def routes() -> dict[str, dict[str, Operation]]:
    """Every description there is, by route and verb."""
    return {route: dict(verbs) for module in schema_modules() for route, verbs in module.ROUTES.items()}


def components() -> dict[str, Schema]:
    named = {name: schema | {"examples": [ERROR_EXAMPLES[name]]} for name, schema in ERRORS.items()}
    for module in schema_modules():
        named |= module.COMPONENTS
    return dict(sorted(named.items()))


def described_views() -> Iterator[tuple[str, type[RestView]]]:
    """Each route of the URLs that belongs into the document, as `/fluent-crm/v2/tags/{id}`, and its view."""
    for full_route, view in walk(get_resolver().url_patterns):
        route = "/" + full_route.removeprefix(ROOT[1:]).strip("/")
        if route not in LEFT_OUT:
            yield PARAMETER.sub(lambda match: f"{{{public_name(match[1])}}}", route), view


def public_name(parameter: str) -> str:
    """`id` for `pk`, `note_id` for `note_pk`."""
    return re.sub(r"(^|_)pk$", r"\1id", parameter)


def describe(route: str, verb: str, view: type[RestView]) -> Schema | None:
    """One operation of the document; None for one that nobody has described."""
    operation = routes().get(route, {}).get(verb)
    if operation:
        return operation_object(operation, verb, route, view)
    for alias, original in ALIASES.items():
        if route == alias or route.startswith(f"{alias}/"):
            same = original + route.removeprefix(alias)
            operation = routes().get(same, {}).get(verb)
            if operation:
                return as_alias(operation_object(operation, verb, route, view), f"{verb} {ROOT}{same}")
    return None


def operation_object(operation: Operation, verb: str, route: str, view: type[RestView]) -> Schema:
    public = not view.authentication_classes
    right = None if public else view.rights.get(verb)
    described: Schema = {
        "operationId": operation.name,
        "tags": [operation.topic],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [*path_parameters(route, operation), *operation.parameters],
        "responses": responses(operation, route, public=public, right=bool(right)),
    }
    if operation.body is not None:
        content: Schema = {"schema": operation.body}
        example = {} if operation.body_example is None else {"example": operation.body_example}
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": content | example,
                "application/x-www-form-urlencoded": content,
            },
        }
    if right:
        # The Django permissions that the caller needs.
        described["x-rights"] = [right] if isinstance(right, str) else list(right)
    said = {key: value for key, value in described.items() if value not in ("", [])}
    return said | {"security": []} if public else said


def path_parameters(route: str, operation: Operation) -> list[Schema]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": operation.ids.get(name, "The id."),
            "schema": {"type": "integer", "minimum": 0, "maximum": MAX_ID},
        }
        for name in re.findall(r"{(\w+)}", route)
    ]


def responses(operation: Operation, route: str, *, public: bool, right: bool) -> Schema:
    """The answer, the errors that the operation names and those that its view and its body bring along."""
    media: Schema = {"schema": operation.answer}
    if operation.example is not None:
        media["example"] = operation.example
    refusals: dict[int, Refusal] = {500: SERVER_FAILED}
    if not public:
        refusals[401] = UNAUTHORIZED
    if right:
        refusals[403] = FORBIDDEN_TO
    if "{" in route:
        refusals[404] = NO_SUCH_ROUTE
    if operation.body is not None:
        refusals |= {400: UNREADABLE, 413: TOO_LARGE, 415: UNSUPPORTED}
    refusals |= operation.refusals
    answer = {"description": "Done.", "content": {operation.media_type: media}}
    return {"200": answer} | {str(status): refusal_object(refusals[status]) for status in sorted(refusals)}


def refusal_object(refusal: Refusal) -> Schema:
    schemas = [ref(name) for name in refusal.bodies]
    content: Schema = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    if refusal.examples:
        content["examples"] = {name: {"value": value} for name, value in refusal.examples.items()}
    return {"description": refusal.when, "content": {"application/json": content}}


def as_alias(described: Schema, original: str) -> Schema:
    """The same operation under another name, without its prose and examples."""
    responses_kept = {
        status: answer | {"content": {kind: {"schema": media["schema"]} for kind, media in answer["content"].items()}}
        for status, answer in described["responses"].items()
    }
    kept = described | {
        "operationId": f"{described['operationId']}Alias",
        "description": f"The same as {original}.",
        "responses": responses_kept,
        "x-alias-of": original,
    }
    if "parameters" in kept:
        kept["parameters"] = [
            {key: value for key, value in parameter.items() if key not in ("description", "example")}
            for parameter in kept["parameters"]
        ]
    if "requestBody" in kept:
        contents = kept["requestBody"]["content"]
        kept["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": media["schema"]} for kind, media in contents.items()},
        }
    return kept

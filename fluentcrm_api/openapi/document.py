"""The OpenAPI 3.1 document, made of the URLs, the rights of their views and each app's `schema`. One file, as each step serves the next."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import module_has_submodule

from rest.document import operation_object, with_components
from rest.openapi import Operation, Refusal, Schema
from wp_rest.index import Route, walk
from wp_rest.openapi import (
    ERROR_EXAMPLES,
    ERRORS,
    FORBIDDEN_TO,
    MAX_ID,
    NO_SUCH_ROUTE,
    SERVER_FAILED,
    TOO_LARGE,
    TOO_MANY,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNREADABLE,
    UNSUPPORTED,
)

ROOT = "/wp-json"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# WordPress's indexes, which are not part of the FluentCRM face.
LEFT_OUT = frozenset({"/", "/wp/v2"})
# Second addresses of routes; they are listed without the descriptions.
ALIASES = {
    "/fluent-crm/v2/contacts": "/fluent-crm/v2/subscribers",
    "/fluent-crm/v2/custom-fields": "/fluent-crm/v2/custom-fields/contacts",
}
ALIAS_TOPIC = "Other addresses"
TOPICS = {
    "Contacts": "People, with their tags, lists and custom values.",
    "Many contacts": "Changes to many contacts with one request.",
    "Jobs": "Work that goes on in the background after its request was answered.",
    "Notes": "Notes of staff and integrations about a contact or a company.",
    "Companies": "Organisations that contacts belong to.",
    "Events": "What contacts did in other systems.",
    "Profile sections": "What other systems know about a contact. Apps of this site provide it.",
    "Templates": "Mails to start others from.",
    "Campaigns": "One message to many contacts.",
    "Recurring campaigns": "What is sent again and again.",
    "Smart links": "Links that tag or list the contact who follows them.",
    "Sequences": "Mails that follow each other after hours or days, and who is in them.",
    "Mails": "Mails to contacts: who got which, and who opened it.",
    "Settings": "What staff set for this site.",
    "Automations": "What happens to contacts after something else happened: blocks that run one after the other.",
    "Labels": "Words by which staff file automations and campaigns.",
    "Tags": "Labels for contacts.",
    "Lists": "Lists that contacts are on.",
    "Dynamic segments": "Saved conditions: the contacts who meet them now.",
    "Custom fields": "Fields that this site defines for its contacts and companies.",
    "Hooks": "Addresses at which contacts, and reports of mail that bounced, come in without credentials.",
    "Reports": "Numbers, and lists of options for forms.",
    "This API": "What this server is and what it can do.",
    ALIAS_TOPIC: "The same routes under a second address. Use the first ones.",
}
ABOUT = """
This API manages contacts, companies, tags, lists, custom fields, notes and events. Its routes are those of FluentCRM's
REST API. Generate a client from its [OpenAPI document](/wp-json/fluent-crm/v2/openapi.json).

## Credentials

Send a user name and an application password with HTTP Basic authentication. Make application passwords in the admin.

## Requests

Send JSON, or a form with PHP brackets (`subscriber[tags][]=1`). Parameters may be in the address or in the body; unknown
parameters are ignored. You can write a list as `tags[]=1&tags[]=2`, `tags[0]=1`, `tags=1,2` or `tags=1`, and numbers and
booleans as texts.

To send PUT or DELETE as a POST, name the method in the header `X-HTTP-Method-Override` or the parameter `_method`.

## Answers

Answers are JSON. Dates are `YYYY-MM-DD HH:MM:SS` in the time zone of this site. Every error has a `code` for programs, a
`message` for people and its status. A route that does not exist, or does not have the method, answers 404
`rest_no_route`.

With `_envelope=1` the answer is wrapped in an object with `body`, `status` and `headers`. With `_jsonp=name` it is
wrapped in a call of the function `name`.

## Retries

Send an `Idempotency-Key` with a POST or PUT: a text of up to 255 printable ASCII characters without spaces, new for each
request. If you send the same request with the same key again within 24 hours, nothing is done again and you get the first
answer, with the header `Idempotency-Replayed: true`. The error 409 `rest_idempotency_key_in_use` says that the first request
is still under way, 422 `rest_idempotency_key_reused` that the key was used for another request, and 400
`rest_invalid_idempotency_key` that it is not a key. Errors are not kept: correct the request and send it with the same key.

## ETag

The answer to a GET has an `ETag`. If you send it back as `If-None-Match` and nothing has changed, the answer is 304 without a
body.

## Addresses

`/?rest_route=/fluent-crm/v2/...` means the same as `/wp-json/fluent-crm/v2/...`. A slash at the end changes nothing.
""".strip()


@cache
def document() -> Schema:
    """The document. Made once in a process; later changes of settings have no effect."""
    paths: dict[str, Schema] = {}
    for address, route in described_routes():
        paths[ROOT + address] = {
            verb: described for verb in route.verbs if (described := describe(address, verb.upper(), route))
        }
    whole: Schema = {
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
                    "description": "A user name, or its e-mail address, and an application password. Spaces in the "
                    "password do not matter.",
                }
            }
        },
    }
    return with_components(whole, components())


def schema_modules() -> Iterator[Any]:
    for app in apps.get_app_configs():
        for package in (app.name, f"{app.name}.api"):
            if find_spec(package) and module_has_submodule(import_module(package), "schema"):
                module = import_module(f"{package}.schema")
                if hasattr(module, "ROUTES"):  # else it belongs to another project and means something else
                    yield module


@cache
def routes() -> dict[str, dict[str, Operation]]:
    """Every description there is, by route and verb."""
    return {route: dict(verbs) for module in schema_modules() for route, verbs in module.ROUTES.items()}


def components() -> dict[str, Schema]:
    named = {name: schema | {"examples": [ERROR_EXAMPLES[name]]} for name, schema in ERRORS.items()}
    for module in schema_modules():
        named |= module.COMPONENTS
    return named


def described_routes() -> Iterator[tuple[str, Route]]:
    """Each route of the document, with its address as `/fluent-crm/v2/tags/{id}`."""
    for route in walk(get_resolver().url_patterns):
        address = "/" + route.path.removeprefix(ROOT[1:]).strip("/")
        if address not in LEFT_OUT:
            yield PARAMETER.sub(lambda match: f"{{{public_name(match[1])}}}", address), route


def public_name(parameter: str) -> str:
    """`id` for `pk`, `note_id` for `note_pk`."""
    return re.sub(r"(^|_)pk$", r"\1id", parameter)


def describe(address: str, verb: str, route: Route) -> Schema | None:
    """One operation of the document; None if it is not described."""
    operation = routes().get(address, {}).get(verb)
    if operation:
        return operation_of(operation, verb, address, route)
    for alias, original in ALIASES.items():
        if address == alias or address.startswith(f"{alias}/"):
            same = original + address.removeprefix(alias)
            operation = routes().get(same, {}).get(verb)
            if operation:
                return as_alias(operation_of(operation, verb, address, route), f"{verb} {ROOT}{same}")
    return None


def operation_of(operation: Operation, verb: str, address: str, route: Route) -> Schema:
    public = not route.view.authentication_classes
    rights = () if public else route.rights(verb.lower())
    described = operation_object(
        operation,
        path_parameters=path_parameters(address, operation),
        refusals=refusals(operation, address, public=public, right=bool(rights)),
        rights=rights,
    )
    return described | {"security": []} if public else described


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


def refusals(operation: Operation, route: str, *, public: bool, right: bool) -> dict[int, Refusal]:
    """The errors of the operation, including those of its credentials, permission, ids and body."""
    known: dict[int, Refusal] = {500: SERVER_FAILED}
    if not public:
        known |= {401: UNAUTHORIZED, 429: TOO_MANY, 503: UNAVAILABLE}
    if right:
        known[403] = FORBIDDEN_TO
    if "{" in route:
        known[404] = NO_SUCH_ROUTE
    if operation.body is not None:
        known |= {400: UNREADABLE, 413: TOO_LARGE, 415: UNSUPPORTED}
    return known | dict(operation.refusals)


def as_alias(described: Schema, original: str) -> Schema:
    """The same operation at a second address, without its descriptions and examples."""
    responses_kept = {
        status: answer | {"content": {kind: {"schema": media["schema"]} for kind, media in answer["content"].items()}}
        for status, answer in described["responses"].items()
    }
    kept = described | {
        "operationId": f"{described['operationId']}Alias",
        "tags": [ALIAS_TOPIC],
        "description": f"Does the same as `{original}`.",
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

"""GET /openapi.json: the document itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from fluentcrm_api.openapi.document import document, routes
from fluenzr.openapi.document import document as fluenzr_document
from tests.client import FLUENTCRM, Api
from tests.openapi.conformance import validator_of
from wp_rest.index import walk

INDEXES = {"/wp-json", "/wp-json/wp/v2"}
OPERATIONS = [
    (path, verb, operation) for path, verbs in document()["paths"].items() for verb, operation in verbs.items()
]
IDS = [f"{verb} {path}" for path, verb, _ in OPERATIONS]


def resolved() -> set[tuple[str, str]]:
    """Each verb of each route that the URLs have, in the document's words."""
    return {
        (re.sub(r"<(?:\w+:)?(\w*?)pk>", r"{\1id}", "/" + route.path.strip("/")), verb)
        for route in walk(get_resolver().url_patterns)
        for verb in route.verbs
    }


def test_it_is_valid_openapi_3_1() -> None:
    assert document()["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document()).validate()


def test_it_has_every_route_and_verb_of_the_urls_and_no_other() -> None:
    expected = {(path, verb) for path, verb in resolved() if path not in INDEXES}
    assert {(path, verb) for path, verb, _ in OPERATIONS} == expected
    assert len(expected) == len(OPERATIONS)
    assert ("/wp-json/fluent-crm/v2/subscribers/{id}/notes/{note_id}", "put") in expected


def test_it_has_no_description_of_a_route_that_there_is_not() -> None:
    described = {f"/wp-json{route}" for route in routes()}
    assert described == {
        path for path, verbs in document()["paths"].items() for op in verbs.values() if "x-alias-of" not in op
    }


def test_it_uses_every_object_that_it_names() -> None:
    named = set(document()["components"]["schemas"])
    used = set(re.findall(r"'#/components/schemas/(\w+)'", repr(document())))
    assert named == used


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS, ids=IDS)
def test_it_tells_of_each_operation_what_it_is_for_and_who_may_call_it(
    path: str, verb: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["tags"][0] in {tag["name"] for tag in document()["tags"]}
    public = path.endswith(("/fluent-crm/v2", "/openapi.json", "/docs"))
    assert (operation.get("security") == []) is public
    assert ("401" in operation["responses"]) is not public
    # Which right a bulk action takes depends on the action, and so do those that a job takes.
    refuses = bool(operation.get("x-rights")) or path.endswith(
        ("subscribers/do-bulk-action", "contacts/do-bulk-action", "/jobs", "/jobs/{id}", "/jobs/{id}/cancel")
    )
    assert refuses is ("403" in operation["responses"])
    assert all(
        parameter.get("description") or "x-alias-of" in operation for parameter in operation.get("parameters", [])
    )
    assert "500" in operation["responses"]


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS, ids=IDS)
def test_it_has_examples_that_fit_their_schemas(path: str, verb: str, operation: dict[str, Any]) -> None:
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [answer["content"] for answer in operation["responses"].values()]
    for content in contents:
        for media in content.values():
            examples = [media["example"]] if "example" in media else []
            examples += [example["value"] for example in media.get("examples", {}).values()]
            for example in examples:
                validator_of(media["schema"]).validate(example)


@pytest.mark.parametrize("name", document()["components"]["schemas"])
def test_it_has_examples_of_objects_that_fit(name: str) -> None:
    for example in document()["components"]["schemas"][name].get("examples", []):
        validator_of({"$ref": f"#/components/schemas/{name}"}).validate(example)


def done(operation: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request that does what was asked."""
    responses = operation["responses"]
    answer: dict[str, Any] = responses.get("200") or responses["201"]
    return answer


def test_it_shows_an_answer_and_a_body_of_each_operation() -> None:
    without = {
        operation["operationId"]
        for _, _, operation in OPERATIONS
        if "x-alias-of" not in operation
        for media in [done(operation), operation.get("requestBody", done(operation))]
        if "example" not in next(iter(media["content"].values()))
    }
    assert without == {"getDocument", "getPage"}


def test_it_takes_json_alone_in_words_that_generated_clients_understand() -> None:
    bodies = [operation["requestBody"]["content"] for _, _, operation in OPERATIONS if "requestBody" in operation]
    assert bodies
    assert {tuple(content) for content in bodies} == {("application/json",)}


@pytest.mark.parametrize("made", [document, fluenzr_document], ids=["fluentcrm", "fluenzr"])
def test_it_has_none_of_the_words_that_only_this_code_uses(made: Any) -> None:
    ours = re.compile(r"\b(deed|among|misfit|tally|moment|pk|door)s?\b", re.IGNORECASE)
    assert [text for text in texts_of(made()) if ours.search(text)] == []


def texts_of(node: Any) -> Iterator[str]:
    """Every summary and description."""
    if isinstance(node, list):
        for entry in node:
            yield from texts_of(entry)
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("summary", "description") and isinstance(value, str):
                yield value
            elif key not in ("example", "examples"):
                yield from texts_of(value)


def test_it_gives_each_answer_and_body_a_name() -> None:
    unnamed = [
        f"{verb} {path}"
        for path, verb, operation in OPERATIONS
        for content in [operation.get("requestBody", {}).get("content", {}), done(operation)["content"]]
        for media in content.values()
        if media["schema"].get("type") == "object"
    ]
    assert unnamed == []


def test_it_lists_the_aliases_without_repeating_the_prose() -> None:
    paths = document()["paths"]
    alias, original = (paths[f"{FLUENTCRM}/{word}"]["get"] for word in ("contacts", "subscribers"))
    assert alias["description"].startswith(f"Does the same as `GET {FLUENTCRM}/subscribers`.")
    names = [parameter["name"] for parameter in original["parameters"]]
    assert [parameter["name"] for parameter in alias["parameters"]] == names
    assert not any("description" in parameter for parameter in alias["parameters"])
    assert alias["responses"].keys() == original["responses"].keys()


def test_it_takes_names_limits_and_choices_from_the_serializers() -> None:
    contact = document()["components"]["schemas"]["NewContact"]
    assert contact["required"] == ["email", "status"]
    assert contact["properties"]["city"] == {"type": ["string", "number", "null"], "maxLength": 192}
    assert contact["properties"]["status"] == {"$ref": "#/components/schemas/ContactStatus"}
    assert document()["components"]["schemas"]["ContactStatus"]["enum"] == [
        "subscribed",
        "pending",
        "unsubscribed",
        "transactional",
        "bounced",
        "complained",
        "spammed",
    ]


def test_it_is_served_to_anyone_and_not_again_to_those_who_have_it(anonymous: Api) -> None:
    answer = anonymous.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.json() == document()
    again = anonymous.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = anonymous.get("/openapi.json", headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_it_is_made_once_and_takes_no_statement(anonymous: Api, django_assert_num_queries: Any) -> None:
    made = document()
    with django_assert_num_queries(0):
        anonymous.get("/openapi.json")
        anonymous.get("/docs")
    assert document() is made


def test_it_is_a_route_of_the_index(anonymous: Api) -> None:
    listed = anonymous.get("").json()["routes"]
    assert listed["/fluent-crm/v2/openapi.json"]["methods"] == ["GET"]
    assert listed["/fluent-crm/v2/docs"]["methods"] == ["GET"]


def test_it_can_only_be_read(anonymous: Api) -> None:
    assert anonymous.post("/openapi.json", {}).json()["code"] == "rest_no_route"


def test_it_goes_into_no_envelope_and_no_callback(anonymous: Api) -> None:
    for query in ("_envelope=1", "_jsonp=call"):
        assert anonymous.get(f"/openapi.json?{query}").json() == document()

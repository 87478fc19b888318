"""The description of this face is true."""

import json
from typing import Any

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has none
from openapi_spec_validator import OpenAPIV31SpecValidator

from changes.models import Change, ChangedContact, DeletedContact, RemovedHistory
from companies.models import Company
from fluenzr.dialect import NoRouteView
from fluenzr.ids import CONTACT, GROUP, LOG, WEBHOOK, encode
from fluenzr.openapi.document import document
from fluenzr.urls import urlpatterns
from pipelines.models import Stage
from rest.document import operations
from subscribers.services import attach_companies
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr
from tests.webhooks.endpoints import make_endpoint
from webhooks.models import Attempt, Delivery
from webhooks.services.posting import NewEvent, write_events


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = {"allOf": [schema], "components": document()["components"]}
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole)


def described(method: str, path: str, status: int) -> dict[str, Any]:
    """The schema of an answer; `path` as the document has it, a query may follow."""
    answer = document()["paths"][path.partition("?")[0]][method.lower()]["responses"][str(status)]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def test_anyone_may_read_it(keyless: Fluenzr) -> None:
    response = keyless.get("/openapi.json")
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(document()))
    assert response.json()["openapi"].startswith("3.1")


def test_it_is_valid_openapi_3_1() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_it_has_examples_that_fit_their_schemas() -> None:
    for _, _, operation in operations(document()):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer["content"] for answer in operation["responses"].values()]
        for content in contents:
            for media in content.values():
                examples = [media["example"]] if "example" in media else []
                examples += [example["value"] for example in media.get("examples", {}).values()]
                for example in examples:
                    validator(media["schema"]).validate(example)


def test_it_says_what_each_operation_and_parameter_is_for() -> None:
    for path, verb, operation in operations(document()):
        assert operation["summary"]
        assert all(parameter["description"] for parameter in operation.get("parameters", [])), (path, verb)
        public = path in ("/openapi.json", "/docs")
        assert (operation.get("security") == []) is public
        assert ("x-rights" in operation) is not public


def test_every_reference_leads_somewhere() -> None:
    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                target: Any = document()
                for part in node["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            for inner in node.values():
                follow(inner)
        elif isinstance(node, list):
            for inner in node:
                follow(inner)

    follow(document())


def test_it_has_every_route_and_verb_and_no_other() -> None:
    served = set()
    for pattern in urlpatterns:
        view: Any = getattr(pattern.callback, "cls", None)
        if view is not NoRouteView:
            path = "/" + str(pattern.pattern).removeprefix("^").removesuffix("/?$").replace("\\", "")
            for name in ("contact", "group", "webhook", "log"):
                path = path.replace(f"(?P<{name}>[^/]+)", f"{{{name}}}")
            served |= {(path, verb) for verb in view.http_method_names if verb != "head"}
    described = {(path, verb) for path, entry in document()["paths"].items() for verb in entry}
    assert served == described


CALLS: list[tuple[str, str, Any, int]] = [
    ("GET", "/contacts", None, 200),
    ("POST", "/contacts", {"email": "new@example.com", "company": "New", "customFields": {"new": "x"}}, 201),
    ("POST", "/contacts", {"email": "full@example.com"}, 409),
    ("POST", "/contacts", {"email": "x"}, 400),
    ("POST", "/contacts/bulk", {"contacts": [{"email": "b@example.com"}, {}, 7]}, 200),
    ("POST", "/contacts/bulk", {"contacts": 7}, 400),
    ("POST", "/contacts/search", {"query": "example", "sort": {"field": "email"}}, 200),
    ("POST", "/contacts/search", {"filters": {"x": 1}}, 400),
    ("GET", "/contacts?afterId=x", None, 400),
    ("GET", "/contacts/changes", None, 200),
    ("GET", "/contacts/changes?cursor=0.1", None, 200),
    ("GET", "/contacts/changes?cursor=x", None, 400),
    ("GET", "/contacts/changes?cursor=0.0", None, 410),
    ("GET", "/contacts/{contact}", None, 200),
    ("PUT", "/contacts/{contact}", {"tags": ["a"], "pipelineStageId": None, "company": None}, 200),
    ("PUT", "/contacts/{contact}", {"phone": 7}, 400),
    ("DELETE", "/contacts/{contact}", None, 200),
    ("POST", "/contacts/{contact}/groups", {"groupIds": ["grp_zzzzzz"]}, 404),
    ("DELETE", "/contacts/{contact}/groups", {"groupIds": []}, 200),
    ("POST", "/contacts/{contact}/tags", {"tags": ["b"]}, 200),
    ("DELETE", "/contacts/{contact}/tags", {"tags": ["b"]}, 200),
    ("GET", "/groups", None, 200),
    ("POST", "/groups", {"name": "New"}, 201),
    ("POST", "/groups", {"name": "Full"}, 409),
    ("GET", "/groups/{group}", None, 200),
    ("PUT", "/groups/{group}", {"description": "x"}, 200),
    ("DELETE", "/groups/{group}", None, 200),
    ("POST", "/groups/{group}/contacts", {"contactIds": []}, 200),
    ("GET", "/webhooks", None, 200),
    ("POST", "/webhooks", {"url": "https://example.com/", "events": ["email.sent"], "secret": "x" * 16}, 201),
    ("POST", "/webhooks", {"url": "http://localhost/"}, 400),
    ("GET", "/webhooks/{webhook}", None, 200),
    ("PUT", "/webhooks/{webhook}", {"batch": 500, "status": "disabled", "description": "x"}, 200),
    ("PUT", "/webhooks/{webhook}", {"batch": 501}, 400),
    ("DELETE", "/webhooks/{webhook}", None, 200),
    ("POST", "/webhooks/{webhook}/secret", None, 200),
    ("POST", "/webhooks/{webhook}/test", None, 200),
    ("GET", "/webhooks/{webhook}/logs", None, 200),
    ("GET", "/webhooks/{webhook}/logs/{log}", None, 200),
    ("POST", "/webhooks/{webhook}/logs/{log}/resend", None, 200),
]


@pytest.fixture
def ids(stages: dict[str, Stage]) -> dict[str, str]:
    """A contact that has all that a contact may have, one that has nothing, and a group."""
    group = ContactListFactory.create(title="Full", description="All")
    CustomFieldFactory.create(slug="colours", type="checkbox")
    full = SubscriberFactory.create(
        email="full@example.com",
        custom_values={"colours": ["red"]},
        pipeline_stage=stages["Won"],
        tags=[TagFactory.create()],
        lists=[group],
    )
    attach_companies([full.pk], [Company.objects.create(name="Acme").pk])
    SubscriberFactory.create(first_name=None, last_name=None, status="bounced")
    gone = Change.objects.create(event="deleted", channel="system", contacts=2)
    for number in (10**12, 10**12 + 1):
        ChangedContact.objects.create(change=gone, contact_id=number)
    DeletedContact.objects.create(change=gone, contact_id=10**12, email="gone@example.com", hash="0" * 32)
    changed = Change.objects.create(event="updated", channel="system", contacts=1)
    ChangedContact.objects.create(change=changed, contact_id=full.pk)
    # The feed shows what is older than all that runs, and this test has not ended.
    Change.objects.update(transaction_number=1)
    RemovedHistory.objects.create(transaction_number=0, change_id=1)
    # Nothing listens there.
    endpoint = make_endpoint("http://127.0.0.1:1/")
    [delivery] = write_events([NewEvent("contact.created", timezone.now(), full.pk, "{}", [endpoint.pk])])
    Delivery.objects.update(state="failed", attempted_at=timezone.now(), milliseconds=7, error="x", attempts=1)
    Attempt.objects.create(delivery_id=delivery, at=timezone.now(), milliseconds=7, error="x")
    return {
        "contact": encode(CONTACT, full.pk),
        "group": encode(GROUP, group.pk),
        "webhook": encode(WEBHOOK, endpoint.pk),
        "log": encode(LOG, delivery),
    }


@pytest.mark.parametrize("call", CALLS)
def test_answers_are_as_it_says(fluenzr: Fluenzr, ids: dict[str, str], call: tuple[str, str, Any, int]) -> None:
    method, path, body, status = call
    response = fluenzr.send(method, path.format_map(ids), body)
    assert response.status_code == status, response.content
    validator(described(method, path, status)).validate(response.json())


@pytest.mark.parametrize("call", [call for call in CALLS if call[2] and call[3] < 300])
def test_bodies_that_are_taken_are_as_it_says(call: tuple[str, str, Any, int]) -> None:
    method, path, body, _ = call
    if path == "/contacts/bulk":
        body = {"contacts": body["contacts"][:1]}
    content = document()["paths"][path][method.lower()]["requestBody"]["content"]
    validator(content["application/json"]["schema"]).validate(body)


def test_every_operation_is_called() -> None:
    called = {(path, method.lower()) for method, path, _, status in CALLS if status < 300}
    described = {(path, verb) for path, entry in document()["paths"].items() for verb in entry}
    assert described - called == {("/contacts/{contact}/groups", "post"), ("/openapi.json", "get"), ("/docs", "get")}

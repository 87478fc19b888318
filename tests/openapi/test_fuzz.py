"""Requests that nobody thought of: made by schemathesis from the document, sent to the WSGI application."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fluentcrm_api.openapi.document import document
from fluentcrm_api.wsgi import application
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

# An alias is the same view as its original; where nothing can be sent nothing can be made up.
OPERATIONS = [
    (path, verb)
    for path, verbs in document()["paths"].items()
    for verb, operation in verbs.items()
    if "x-alias-of" not in operation
    and ("requestBody" in operation or any(one["in"] == "query" for one in operation.get("parameters", [])))
]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 15
# Each run the same: a failure is the change's, not the day's.
SEED = 20260131


@cache
def described() -> Any:
    # If it knew of credentials it would mostly leave them out; 401 has its own tests.
    schema: Any = schemathesis.openapi.from_dict(with_forms(document()) | {"security": []})
    schema.app = application
    return schema


def with_forms(described: dict[str, Any]) -> dict[str, Any]:
    """The document with a form beside each JSON body: the server takes both, and the document tells it in words."""
    copied = deepcopy(described)
    for verbs in copied["paths"].values():
        for operation in verbs.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                content["application/x-www-form-urlencoded"] = {"schema": content["application/json"]["schema"]}
    return copied


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's connection, and its transaction, when a request ends; Django's own test client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("path", "verb"), OPERATIONS, ids=[f"{verb} {path}" for path, verb in OPERATIONS])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "wrong"])
def test_it_never_fails_and_answers_as_documented(path: str, verb: str, mode: Any, admin: User) -> None:
    contact = SubscriberFactory.create(
        tags=TagFactory.create_batch(2), lists=ContactListFactory.create_batch(2), first_name="Ada"
    )
    kind = re.sub(r".*/v2/(\w+).*", r"\1", path)
    CompanyFactory.create(contacts=[contact])
    rows = {"tags": contact.tags.all(), "lists": contact.lists.all(), "companies": contact.companies.all()}
    known = rows[kind][0].pk if kind in rows else contact.pk
    ids = {name: known if name == "id" else 1 for name in re.findall(r"{(\w+)}", path)}
    headers = Api(admin).headers
    operation = described()[path][verb.upper()]

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **({"path_parameters": ids} if ids else {})))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()

"""/webhooks: the hooks themselves (recording webhooks.json)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, TagFactory
from tests.subscribers.expected import NOT_FOUND
from tests.webhooks.strangers import data_of, post
from webhooks.models import Webhook

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def value_of(hook: Webhook, **changed: Any) -> dict[str, Any]:
    address = f"http://127.0.0.1:8000/?fluentcrm=1&route=contact&hash={hook.hash}"
    value = {"name": "Shop", "lists": [], "tags": [], "status": "subscribed", "url": address, "companies": []}
    return value | changed


def test_it_makes_one_with_an_address_that_nobody_can_guess(api: Api) -> None:
    body = {"name": " Shop ", "lists": [1], "tags": "2,3", "status": "pending", "hash": "mine", "url": "x"}
    answer = api.post("/webhooks", body)
    hook = Webhook.objects.get()
    assert UUID.fullmatch(hook.hash)
    told = answer.json()
    assert told["webhook"] == value_of(hook, lists=[1], tags=[2, 3], status="pending")
    assert (told["id"], told["message"]) == (hook.pk, "Successfully created the WebHook")
    [row] = told["webhooks"]
    assert row["value"] == told["webhook"]
    assert (row["id"], row["object_type"], row["object_id"], row["key"]) == (hook.pk, "webhook", None, hook.hash)


def test_what_it_makes_works(api: Api) -> None:
    tag = TagFactory.create()
    url = api.post("/webhooks", {"name": "Shop", "tags": [tag.pk]}).json()["webhook"]["url"]
    assert data_of(post(url.partition("hash=")[2], {"email": "ada@example.com"}))["message"] == "created"


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": " "}, {"name": "", "status": "subscribed"}])
def test_a_name_is_due(api: Api, body: Any) -> None:
    answer = api.post("/webhooks", body)
    assert (answer.status_code, answer.json()["name"]) == (422, {"required": "The name field is required."})
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "beside",
    [
        {"status": "bounced"},
        {"status": "happy"},
        {"tags": "1,x"},
        {"lists": [1, None]},
        {"name": "x" * 193},
        {"tags": "VIP"},
        {"lists": [10**30, 1]},
    ],
)
def test_what_cannot_be_right_is_refused(api: Api, beside: Any) -> None:
    answer = api.post("/webhooks", {"name": "Shop", **beside})
    [name] = beside
    assert (answer.status_code, name in answer.json()) == (400, True)
    assert not Webhook.objects.exists()


def test_ids_that_no_row_can_have_are_left_out(api: Api) -> None:
    told = api.post("/webhooks", {"name": "Shop", "tags": [0, -1, 5, 5]}).json()["webhook"]
    assert told["tags"] == [5]


def test_it_changes_what_is_sent_and_keeps_the_address(api: Api) -> None:
    hook = Webhook.objects.create(name="Shop", tags=[1], lists=[2], companies=[3], status="pending")
    answer = api.put(f"/webhooks/{hook.pk}", {"lists": [], "companies": None, "status": "", "hash": "mine"})
    assert answer.json()["message"] == "Successfully updated the webhook"
    assert answer.json()["webhooks"][0]["value"] == value_of(hook, tags=[1], status="pending")
    assert api.put(f"/webhooks/{hook.pk}", {"name": ""}).status_code == 422


def test_it_deletes_one_and_shows_the_others(api: Api) -> None:
    gone, kept = (Webhook.objects.create(name=name) for name in ("Gone", "Kept"))
    answer = api.delete(f"/webhooks/{gone.pk}").json()
    assert answer["message"] == "Successfully deleted the webhook"
    assert [one["id"] for one in answer["webhooks"]] == [kept.pk]


def test_one_that_there_is_not_is_404(api: Api) -> None:
    for answer in (api.put("/webhooks/999", {"name": "x"}), api.delete("/webhooks/999")):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_lists_them_with_what_can_be_posted(api: Api) -> None:
    CustomFieldFactory.create(slug="plan", label="Plan")
    CustomFieldFactory.create(slug="vat", scope="company")
    tag, one = TagFactory.create(), ContactListFactory.create()
    hooks = [Webhook.objects.create(name=name) for name in ("Ärger", "Shop")]
    shown = api.get("/webhooks").json()
    assert [row["id"] for row in shown["webhooks"]] == [hook.pk for hook in hooks]
    assert shown["custom_fields"] == [{"key": "plan", "field": "Plan"}]
    assert ([row["id"] for row in shown["tags"]], [row["id"] for row in shown["lists"]]) == ([tag.pk], [one.pk])
    assert {"key": "email", "field": "Email"} in shown["fields"]
    assert [row["id"] for row in api.get("/webhooks?search=arg").json()["webhooks"]] == [hooks[0].pk]


def test_many_cost_as_many_statements_as_few(api: Api) -> None:
    api.get("/webhooks")
    costs = []
    for count in (1, 30):
        for _ in range(count):
            Webhook.objects.create(name="Shop", tags=[TagFactory.create().pk])
        with CaptureQueriesContext(connection) as queries:
            api.get("/webhooks")
        costs.append(len(queries))
    # Credentials, hooks, fields, lists, tags.
    assert costs == [5, 5]


def test_history_tells_of_each_change_and_never_of_the_secret(api: Api) -> None:
    pk = api.post("/webhooks", {"name": "Shop"}).json()["id"]
    secret = Webhook.objects.get().hash
    api.put(f"/webhooks/{pk}", {"name": "Form", "tags": [1]})
    api.delete(f"/webhooks/{pk}")
    entries = Change.objects.order_by("pk")
    assert [(one.event, one.subject_kind, one.subject_id, one.details) for one in entries] == [
        ("webhook_created", "webhook", pk, {"title": "Shop"}),
        ("webhook_updated", "webhook", pk, {"columns": ["name", "tags"]}),
        ("webhook_deleted", "webhook", pk, {"title": "Form"}),
    ]
    assert secret not in str([one.details for one in entries])

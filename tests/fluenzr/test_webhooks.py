"""/v1/webhooks. One file, as it is one endpoint."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from standardwebhooks import Webhook

from changes.models import Change
from fluenzr.ids import LOG, WEBHOOK, encode
from tests.factories import UserFactory
from tests.fluenzr.client import Fluenzr, error_of
from tests.webhooks.endpoints import SECRET, lane_of, make_endpoint, run
from tests.webhooks.receiver import Receiver, receiving
from webhooks.models import Delivery, Endpoint, Lane, State
from webhooks.services.posting import NewEvent, write_events

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "https://example.com/hook"
NEW: dict[str, Any] = {"url": ADDRESS, "events": ["contact.created"]}


@pytest.fixture
def receiver(settings: Any) -> Any:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    with receiving() as receiver:
        yield receiver


def path_of(endpoint: Endpoint) -> str:
    return f"/webhooks/{encode(WEBHOOK, endpoint.pk)}"


def deliver(endpoint: Endpoint, number: int = 1) -> list[int]:
    return write_events([NewEvent("contact.created", timezone.now(), 7, "{}", [endpoint.pk])] * number)


def test_it_is_made_and_shown_without_its_secret(fluenzr: Fluenzr) -> None:
    response = fluenzr.post("/webhooks", NEW | {"events": ["email.sent", "contact.created", "email.sent"]})
    assert response.status_code == 201
    made = response.json()["data"]
    endpoint = Endpoint.objects.get()
    assert made["secret"] == endpoint.secret
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", endpoint.secret)
    shown = {
        "id": encode(WEBHOOK, endpoint.pk),
        "url": ADDRESS,
        "events": ["contact.created", "email.sent"],
        "status": "active",
        "description": None,
        "batch": 1,
        "createdAt": made["createdAt"],
        "updatedAt": made["updatedAt"],
    }
    assert made == {**shown, "secret": endpoint.secret}
    assert fluenzr.get(path_of(endpoint)).json()["data"] == shown
    assert fluenzr.get("/webhooks").json() == {
        "success": True,
        "data": [shown],
        "meta": {"page": 1, "perPage": 20, "total": 1, "totalPages": 1},
    }
    change = Change.objects.get()
    assert (change.event, change.subject_id, change.channel) == ("endpoint_created", endpoint.pk, "fluenzr")
    assert endpoint.secret not in str(change.details)


def test_it_takes_a_secret_of_ones_own(fluenzr: Fluenzr) -> None:
    for secret in (SECRET, "correct horse battery".replace(" ", "-")):
        assert fluenzr.post("/webhooks", NEW | {"secret": secret}).json()["data"]["secret"] == secret


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": None}, "url"),
        ({"url": 7}, "url"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://user:password@example.com/"}, "url"),
        ({"url": "https://example.com/" + "x" * 2000}, "url"),
        ({"url": "http://localhost/"}, "url"),
        ({"url": "http://127.0.0.1:8000/"}, "url"),
        ({"url": "http://2130706433/"}, "url"),
        ({"url": "http://0177.1/"}, "url"),
        ({"url": "http://[::ffff:169.254.169.254]/"}, "url"),
        ({"url": "http://exa\x00mple.com/"}, "url"),
        ({"events": []}, "events"),
        ({"events": "contact.created"}, "events"),
        ({"events": [7]}, "events"),
        ({"events": ["contact.eaten"]}, "events"),
        ({"secret": "short"}, "secret"),
        ({"secret": "whsec_" + "é" * 20}, "secret"),
        ({"secret": "whsec_not-base-64-at-all"}, "secret"),
        ({"secret": "whsec_c2hvcnQ="}, "secret"),
        ({"secret": "x" * 256}, "secret"),
        ({"secret": ["x" * 20]}, "secret"),
        ({"batch": 0}, "batch"),
        ({"batch": 501}, "batch"),
        ({"batch": True}, "batch"),
        ({"batch": "2"}, "batch"),
        ({"status": "failed"}, "status"),
        ({"status": ["active"]}, "status"),
        ({"description": "x" * 193}, "description"),
    ],
)
def test_it_refuses_what_is_wrong(fluenzr: Fluenzr, body: dict[str, Any], field: str) -> None:
    if body:
        endpoint = make_endpoint()
        if body != {"url": None}:
            assert error_of(fluenzr.put(path_of(endpoint), body))[0] == 400
        body = NEW | body
    before = Endpoint.objects.count()
    status, code, _, details = error_of(fluenzr.post("/webhooks", body))
    assert (status, code) == (400, "VALIDATION_ERROR")
    assert field in details
    assert Endpoint.objects.count() == before


@pytest.mark.parametrize("body", ['{"url": "https://\\ud800.com/", "events": ["\\ud800"]}', "[]", "7", '"x"', "{"])
def test_it_survives_any_body(fluenzr: Fluenzr, body: str) -> None:
    assert error_of(fluenzr.send("POST", "/webhooks", body.encode(), content_type="application/json"))[0] == 400


def test_it_changes_only_what_was_sent(fluenzr: Fluenzr) -> None:
    endpoint = make_endpoint(description="Shop", batch=5)
    shown = fluenzr.put(path_of(endpoint), {"events": ["contact.deleted"]}).json()["data"]
    assert (shown["url"], shown["events"], shown["description"], shown["batch"]) == (
        "https://example.com/hook",
        ["contact.deleted"],
        "Shop",
        5,
    )
    shown = fluenzr.put(path_of(endpoint), {"status": "disabled", "description": None}).json()["data"]
    assert (shown["status"], shown["description"]) == ("disabled", None)
    endpoint.refresh_from_db()
    assert endpoint.secret == SECRET
    assert fluenzr.put(path_of(endpoint), {"status": "active"}).json()["data"]["status"] == "active"
    changes = Change.objects.filter(event="endpoint_updated").order_by("pk")
    assert changes[0].details == {"columns": ["events"]}


def test_a_failing_one_says_so(fluenzr: Fluenzr) -> None:
    endpoint = make_endpoint()
    Lane.objects.update(pauses=1)
    assert fluenzr.get(path_of(endpoint)).json()["data"]["status"] == "failed"


def test_a_new_secret_leaves_the_former_one_valid_for_a_day(fluenzr: Fluenzr, receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    made = fluenzr.post(f"{path_of(endpoint)}/secret").json()["data"]["secret"]
    own = "whsec_" + "bXkgb3duIHNlY3JldCBvZiAzMiBieXRlcywgeWVz"
    deliver(endpoint)
    run()
    for secret in (SECRET, made):
        assert Webhook(secret).verify(receiver.got[0].raw, receiver.got[0].headers) is not None
    assert "secret" not in fluenzr.put(path_of(endpoint), {"secret": own}).json()["data"]
    endpoint.refresh_from_db()
    assert endpoint.secrets == [own, made]
    # The same one again is no change.
    fluenzr.put(path_of(endpoint), {"secret": own})
    endpoint.refresh_from_db()
    assert endpoint.secrets == [own, made]


def test_it_is_deleted(fluenzr: Fluenzr) -> None:
    endpoint = make_endpoint()
    deliver(endpoint)
    answer = fluenzr.delete(path_of(endpoint)).json()["data"]
    assert answer == {"id": encode(WEBHOOK, endpoint.pk), "deleted": True}
    assert fluenzr.get("/webhooks").json()["data"] == []
    assert error_of(fluenzr.delete(path_of(endpoint)))[:2] == (404, "NOT_FOUND")
    assert Change.objects.filter(event="endpoint_deleted").count() == 1


def test_a_test_event_says_what_came_of_it(fluenzr: Fluenzr, receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url, batch=50)
    shown = fluenzr.post(f"{path_of(endpoint)}/test").json()["data"]
    assert (shown["status"], shown["statusCode"], shown["eventType"]) == (
        "delivered",
        200,
        "webhook.test",
    )
    receiver.reply = (500, b"no", {})
    shown = fluenzr.post(f"{path_of(endpoint)}/test").json()["data"]
    # It is not tried again.
    assert (shown["status"], shown["statusCode"], shown["nextAttempt"]) == ("failed", 500, None)
    run()
    assert len(receiver.got) == 2
    Endpoint.objects.update(url="http://127.0.0.1:1/")
    shown = fluenzr.post(f"{path_of(endpoint)}/test").json()["data"]
    assert (shown["status"], shown["statusCode"], shown["error"]) == ("failed", None, "127.0.0.1 cannot be reached.")


def test_the_log_shows_what_was_sent_and_sends_it_again(fluenzr: Fluenzr, receiver: Receiver) -> None:
    endpoint = make_endpoint(receiver.url)
    other = make_endpoint(receiver.url)
    deliver(other)
    first, second = deliver(endpoint, 2)
    pending = fluenzr.get(f"{path_of(endpoint)}/logs").json()
    assert [row["id"] for row in pending["data"]] == [encode(LOG, second), encode(LOG, first)]
    assert pending["meta"]["total"] == 2
    assert (pending["data"][0]["status"], pending["data"][0]["attempts"]) == ("pending", 0)
    log = f"{path_of(endpoint)}/logs/{encode(LOG, first)}"
    assert error_of(fluenzr.post(f"{log}/resend"))[:2] == (409, "CONFLICT")
    run()
    shown = fluenzr.get(log).json()["data"]
    assert (shown["status"], shown["statusCode"], shown["data"]) == ("delivered", 200, {})
    assert [(tried["statusCode"], tried["answer"]) for tried in shown["tried"]] == [(200, "thanks")]
    assert receiver.got[0].headers["webhook-id"].startswith("evt_")
    assert fluenzr.post(f"{log}/resend").json()["data"]["status"] == "pending"
    receiver.got.clear()
    run()
    assert [got.json["id"] for got in receiver.got] == [shown["eventId"]]
    assert len(fluenzr.get(log).json()["data"]["tried"]) == 2
    # Another webhook's rows are not its.
    assert error_of(fluenzr.get(f"{path_of(other)}/logs/{encode(LOG, first)}"))[:3] == (
        404,
        "NOT_FOUND",
        "Log not found",
    )


@pytest.mark.parametrize("webhook", ["whk_zzzzzz", "con_maiga1", "1", "whk_%00"])
def test_it_is_404_for_one_that_there_is_not(fluenzr: Fluenzr, webhook: str) -> None:
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/test"),
        ("GET", "/logs"),
        ("GET", "/logs/log_maiga1"),
        ("POST", "/logs/log_maiga1/resend"),
    ):
        body: Any = {} if method == "PUT" else None
        error = error_of(fluenzr.send(method, f"/webhooks/{webhook}{path}", body))
        assert error == (404, "NOT_FOUND", "Webhook not found", {})
    for log in ("log_zzzzzz", "x", "log_%00"):
        path = f"{path_of(make_endpoint())}/logs/{log}"
        assert error_of(fluenzr.get(path)) == (404, "NOT_FOUND", "Log not found", {})


def test_rights(admin: User) -> None:
    endpoint = make_endpoint()
    [pk] = deliver(endpoint)
    Delivery.objects.update(state=State.FAILED)
    path = path_of(endpoint)
    calls: dict[str, list[tuple[str, str, Any]]] = {
        "view_endpoint": [("GET", "/webhooks", None), ("GET", path, None)],
        "add_endpoint": [("POST", "/webhooks", NEW)],
        "view_delivery": [("GET", f"{path}/logs", None), ("GET", f"{path}/logs/{encode(LOG, pk)}", None)],
        "change_delivery": [("POST", f"{path}/logs/{encode(LOG, pk)}/resend", None)],
        "change_endpoint": [("PUT", path, {}), ("POST", f"{path}/secret", None), ("POST", f"{path}/test", None)],
        "delete_endpoint": [("DELETE", path, None)],
    }
    nobody, reader = Fluenzr(UserFactory.create()), Fluenzr(admin, read_only=True)
    for requests in calls.values():
        for method, address, body in requests:
            assert error_of(nobody.send(method, address, body))[:2] == (403, "FORBIDDEN")
            if method != "GET":
                assert error_of(reader.send(method, address, body))[2] == "This API key is read-only"
    Endpoint.objects.update(url="http://127.0.0.1:1/")
    for right, requests in calls.items():
        user = UserFactory.create()
        user.user_permissions.add(Permission.objects.get(codename=right))
        for method, address, body in requests:
            assert Fluenzr(user).send(method, address, body).status_code in (200, 201), address


def test_lists_cost_as_much_for_many_as_for_few(fluenzr: Fluenzr) -> None:
    endpoint = make_endpoint()
    costs = []
    for number in (2, 60):
        for _ in range(number):
            make_endpoint()
        deliver(endpoint, number)
        fluenzr.get("/webhooks")
        for path in ("/webhooks?perPage=100", f"{path_of(endpoint)}/logs?perPage=100"):
            with CaptureQueriesContext(connection) as captured:
                assert len(fluenzr.get(path).json()["data"]) >= number
            costs.append(len(captured))
    # The key, the total and the page; of a log the webhook as well.
    assert costs == [3, 4, 3, 4]
    assert lane_of(endpoint).pauses == 0

"""What goes wrong before a route has its say."""

from typing import Any

import pytest
from django.test import Client

from fluenzr.views import contacts
from tests.fluenzr.client import Fluenzr, error_of


def no_route(method: str, path: str) -> tuple[int, str, str, dict[str, list[str]]]:
    return 404, "NOT_FOUND", f"No such endpoint: {method} /v1{path}", {}


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/contacts/con_maiga1/nothing", "/groups/a/b/c"])
def test_an_unknown_route_is_404_whoever_asks(fluenzr: Fluenzr, keyless: Fluenzr, path: str) -> None:
    for client in (fluenzr, keyless):
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = client.send(method, path)
            assert error_of(response) == no_route(method, path)
            assert response["X-RateLimit-Limit"] == "1000"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/contacts"),
        ("PUT", "/contacts"),
        ("GET", "/contacts/bulk"),
        ("GET", "/contacts/search"),
        ("POST", "/contacts/con_maiga1"),
        ("GET", "/contacts/con_maiga1/tags"),
        ("DELETE", "/groups"),
        ("GET", "/groups/grp_maiga1/contacts"),
        ("OPTIONS", "/contacts"),
        ("POST", "/openapi.json"),
    ],
)
def test_a_verb_that_a_route_has_not_is_404(fluenzr: Fluenzr, method: str, path: str) -> None:
    assert error_of(fluenzr.send(method, path)) == no_route(method, path)


def test_head_is_get_without_a_body(fluenzr: Fluenzr) -> None:
    response = fluenzr.send("HEAD", "/contacts")
    assert (response.status_code, response.content) == (200, b"")


def test_a_slash_at_the_end_changes_nothing(fluenzr: Fluenzr) -> None:
    assert fluenzr.post("/contacts/", {"email": "a@example.com"}).status_code == 201
    [contact] = fluenzr.get("/contacts/?page=1").json()["data"]
    assert fluenzr.get(f"/contacts/{contact['id']}/").json()["data"] == contact
    assert fluenzr.post("/contacts/search/", {}).json()["data"] == [contact]
    assert fluenzr.get("/groups/").json()["data"] == []


@pytest.mark.parametrize("body", ["{", '{"email": }', "nonsense", "{'email': 'a'}", b"\xff\xfe", "[" * 5000])
def test_broken_json_is_400(fluenzr: Fluenzr, body: Any) -> None:
    response = fluenzr.post("/contacts", body)
    assert error_of(response) == (400, "VALIDATION_ERROR", "The body is not valid JSON", {})


@pytest.mark.parametrize("body", ["[]", '"x"', "7", "null"])
def test_a_body_that_is_no_object_is_400(fluenzr: Fluenzr, body: str) -> None:
    for path in ("/contacts", "/contacts/bulk", "/contacts/search", "/groups"):
        assert error_of(fluenzr.post(path, body)) == (400, "VALIDATION_ERROR", "The body must be an object", {}), path


def test_no_body_has_no_email(fluenzr: Fluenzr) -> None:
    assert error_of(fluenzr.post("/contacts"))[:3] == (400, "VALIDATION_ERROR", "Email is required")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_of_another_type_is_415(fluenzr: Fluenzr, kind: str) -> None:
    response = fluenzr.post("/contacts", "email=a@example.com", content_type=kind)
    assert error_of(response) == (415, "VALIDATION_ERROR", "Send the body as application/json", {})


def test_a_body_that_is_too_large_is_413(fluenzr: Fluenzr, settings: Any) -> None:
    settings.MAX_BODY_BYTES = 1024
    response = fluenzr.post("/contacts", {"email": "a@example.com", "firstName": "x" * 1024})
    assert error_of(response) == (413, "VALIDATION_ERROR", "The body is larger than this server accepts", {})


def test_an_unexpected_error_is_500_and_says_nothing_of_it(
    fluenzr: Fluenzr, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(contacts, "select_contacts", fail)
    response = fluenzr.get("/contacts")
    assert error_of(response) == (500, "INTERNAL_ERROR", "The server met an unexpected error. It was logged.", {})
    assert response["X-RateLimit-Remaining"] == "999"
    assert "secret" in caplog.text


def test_what_fails_outside_of_a_route_is_told_in_the_words_of_its_face(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", fail)
    client = Client(raise_request_exception=False)
    assert client.get("/v1/contacts").json()["error"]["code"] == "INTERNAL_ERROR"
    assert client.get("/wp-json/fluent-crm/v2/tags").json()["code"] == "internal_server_error"


def test_contacts_are_kept_by_no_cache(fluenzr: Fluenzr) -> None:
    assert fluenzr.get("/contacts")["Cache-Control"] == "no-store, private"

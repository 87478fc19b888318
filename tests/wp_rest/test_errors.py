"""Every error is `{"code", "message", "data": {"status"}}`: no HTML, no SQL, no stack trace, ever."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from pytest_django import Settings
from rest_framework import exceptions, serializers

from changes import middleware
from segments.api.viewsets import TagViewSet
from tests.client import Api
from tests.factories import UserFactory
from wp_rest.exceptions import FieldErrors, RestError, invalid, required, rules_by_field

FORBIDDEN = "Sorry, you are not allowed to do that."
SERVER_ERROR = {
    "code": "internal_server_error",
    "message": "The server met an unexpected error. It was logged.",
    "data": {"status": 500},
}


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    return fail


def test_it_answers_401_without_credentials(anonymous: Api) -> None:
    answer = anonymous.get("/tags")
    assert answer.status_code == 401
    assert answer.json() == {"code": "rest_forbidden", "message": FORBIDDEN, "data": {"status": 401}}


def test_it_answers_401_without_a_challenge_that_makes_browsers_ask_for_a_password(anonymous: Api) -> None:
    assert "Basic" not in anonymous.get("/tags").headers.get("WWW-Authenticate", "")


def test_it_answers_403_without_the_right(db: None) -> None:
    answer = Api(UserFactory.create()).get("/tags")
    assert answer.status_code == 403
    assert answer.json() == {"code": "rest_forbidden", "message": FORBIDDEN, "data": {"status": 403}}


def test_it_answers_404_for_a_row_that_is_not_there(api: Api) -> None:
    answer = api.put("/tags/999", {"title": "x"})
    assert answer.status_code == 404
    assert answer.json() == {
        "code": "rest_post_invalid_id",
        "message": "Invalid post ID.",
        "data": {"status": 404},
    }


def test_it_answers_422_for_a_field_that_is_missing(api: Api) -> None:
    answer = api.post("/tags", {})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "rest_missing_callback_param",
        "message": "Missing parameter(s): title",
        "data": {"status": 422},
        "title": {"required": "The title field is required."},
        "errors": {"title": ["The title field is required."]},
    }


def test_it_answers_400_for_a_field_that_is_wrong(api: Api) -> None:
    answer = api.post("/tags", {"title": {"a": 1}})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": "rest_invalid_param",
        "message": "Invalid parameter: title",
        "data": {"status": 400},
        "title": {"string": "The title must be a text."},
        "errors": {"title": ["The title must be a text."]},
    }


def test_it_gives_the_409_of_the_guide_no_code(api: Api) -> None:
    sent = {"email": "a@example.com", "status": "subscribed"}
    pk = api.post("/subscribers", sent).json()["contact"]["id"]
    answer = api.post("/subscribers", sent)
    assert answer.status_code == 409
    assert answer.json() == {
        "message": "Contact already exists with this email",
        "data": {"status": 409},
        "email": {"unique": "Provided email already assigned to another subscriber."},
        "errors": {"email": ["Provided email already assigned to another subscriber."]},
        "contact_id": pk,
    }


@pytest.mark.parametrize("debug", [False, True])
def test_it_answers_500_in_json_and_logs_why(
    api: Api,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    debug: bool,
) -> None:
    settings.DEBUG = debug
    monkeypatch.setattr(TagViewSet, "list", failing(RuntimeError("SELECT secret FROM table")))
    answer = api.get("/tags")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == SERVER_ERROR
    [record] = [record for record in caplog.records if record.name == "wp_rest.exceptions"]
    assert record.levelno == logging.ERROR
    assert record.exc_info
    assert "SELECT secret" in str(record.exc_info[1])


def test_it_answers_500_in_json_for_what_fails_outside_a_route(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware.ActingRequest, "__call__", failing(RuntimeError("a secret")))
    api.client.raise_request_exception = False
    answer = api.post("/tags", {"title": "x"})
    assert answer.status_code == 500
    assert answer.json() == SERVER_ERROR


def test_it_answers_500_in_json_for_what_cannot_be_written_as_json(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    loop: list[Any] = []
    loop.append(loop)
    monkeypatch.setattr(TagViewSet, "page", lambda *_: {"data": [loop], "total": 1})
    api.client.raise_request_exception = False
    answer = api.get("/tags")
    assert answer.status_code == 500
    assert answer.json() == SERVER_ERROR


@pytest.mark.parametrize("path", ["/wp-json/", "/wp-json/fluent-crm/v2/tags", "/elsewhere"])
def test_it_answers_a_host_that_is_not_its_own_in_json(anonymous: Api, path: str) -> None:
    answer = anonymous.client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.json()["data"] == {"status": 400}


def test_it_answers_an_address_of_too_many_parameters_in_json(api: Api, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    answer = api.client.get("/?rest_route=/fluent-crm/v2/tags&a=1&b=1&c=1", headers=api.headers)
    assert answer.status_code == 400
    assert answer.json()["data"] == {"status": 400}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.NotAuthenticated(), 401, "rest_forbidden"),
        (exceptions.AuthenticationFailed("who are you"), 401, "rest_forbidden"),
        (exceptions.PermissionDenied("why not"), 403, "rest_forbidden"),
        (PermissionDenied("why not"), 403, "rest_forbidden"),
        (Http404("no such row"), 404, "rest_post_invalid_id"),
        (exceptions.NotFound(), 404, "rest_post_invalid_id"),
        (SuspiciousOperation("details"), 400, "rest_invalid_body"),
        (exceptions.UnsupportedMediaType("a/b"), 415, "rest_unsupported_media_type"),
        (exceptions.Throttled(wait=7.4), 429, "rest_too_many_requests"),
        (ZeroDivisionError("details"), 500, "internal_server_error"),
    ],
)
def test_it_words_every_exception_of_django_and_rest_framework(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr(TagViewSet, "list", failing(error))
    answer = api.get("/tags")
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message", "data"}
    assert answer.json()["code"] == code
    assert answer.json()["data"] == {"status": status}
    assert not {"details", "why not", "who are you", "no such row"} & {answer.json()["message"]}


def test_it_says_how_long_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TagViewSet, "list", failing(exceptions.Throttled(wait=7)))
    assert api.get("/tags")["Retry-After"] == "7"


def test_a_field_may_be_named_as_a_key_of_the_body_is() -> None:
    body = FieldErrors({"code": {"string": "x"}, "data": {"string": "y"}}).body()
    assert body["code"] == "rest_invalid_param"
    assert body["data"] == {"status": 400}
    assert body["errors"] == {"code": ["x"], "data": ["y"]}


def test_missing_fields_are_422_and_wrong_ones_400_also_together() -> None:
    assert required("a", "b").body()["message"] == "Missing parameter(s): a, b"
    assert required("a").status_code == 422
    assert invalid("a", "No.").body() == {
        "code": "rest_invalid_param",
        "message": "Invalid parameter: a",
        "data": {"status": 400},
        "a": {"invalid": "No."},
        "errors": {"a": ["No."]},
    }
    both = FieldErrors({"a": {"required": "The a field is required."}, "b": {"in": "No."}})
    assert both.status_code == 400
    assert both.message == "Invalid parameter: b"
    assert both.body()["errors"] == {"a": ["The a field is required."], "b": ["No."]}


def test_the_code_may_be_left_out() -> None:
    assert RestError("Taken", code=None, status=409).body() == {"message": "Taken", "data": {"status": 409}}


def test_nested_errors_are_named_by_their_path() -> None:
    detail = serializers.ValidationError(
        {
            "contact": {"email": [serializers.ErrorDetail("Bad.", code="email")]},
            "name": [serializers.ErrorDetail("Empty.", code="blank"), serializers.ErrorDetail("Short.", code="min")],
        }
    ).detail
    assert rules_by_field(detail) == {
        "contact.email": {"email": "Bad."},
        "name": {"required": "The name field is required.", "min": "Short."},
    }
    assert rules_by_field([serializers.ErrorDetail("Bad.", code="invalid")]) == {"body": {"invalid": "Bad."}}

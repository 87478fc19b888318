"""What a stranger may not do: send too much, too often, or have a body read without a secret."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from subscribers.models import Subscriber
from tests.client import FLUENTCRM
from tests.webhooks.strangers import address, data_of, post
from webhooks.models import Webhook
from webhooks.services import bounce_code

CHUNKED: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
BODY = b'{"email": "ada@example.com", "first_name": "' + b"x" * 1200 + b'"}'


@pytest.fixture
def hook(db: None) -> Webhook:
    return Webhook.objects.create(name="Form")


@pytest.fixture(autouse=True)
def _own_counters(settings: Settings, tmp_path: Path) -> None:
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"


def places(hook: Webhook) -> list[str]:
    code = bounce_code()
    return [
        address(hook),
        f"{FLUENTCRM}/public/bounce_handler/form/handle/{code}",
        f"{FLUENTCRM}/public/bounce_handler/form/{code}",
        f"/index.php?fluentcrm=1&route=bounce_handler&provider=form&verify_key={code}",
    ]


def test_a_body_that_is_too_large_is_413(hook: Webhook, settings: Settings) -> None:
    settings.HOOK_BODY_BYTES = 1024
    for place in places(hook):
        for options in ({"data": BODY}, {"data": b"", "wsgi.input": BytesIO(BODY), **CHUNKED}):
            answer = Client().generic("POST", place, content_type="application/json", **options)
            assert (answer.status_code, answer.json()["code"]) == (413, "rest_body_too_large"), place
    assert not Subscriber.objects.exists()


def test_a_body_in_chunks_is_taken(hook: Webhook) -> None:
    body = BytesIO(b'{"email": "ada@example.com"}')
    options: dict[str, Any] = {"content_type": "application/json", "wsgi.input": body, **CHUNKED}
    assert data_of(Client().generic("POST", address(hook), b"", **options))["message"] == "created"


def test_a_compressed_body_and_one_of_another_type_are_415(hook: Webhook) -> None:
    for place in places(hook):
        for kind, encoding in (("application/json", "gzip"), ("application/xml", "identity")):
            answer = Client().generic("POST", place, BODY, content_type=kind, HTTP_CONTENT_ENCODING=encoding)
            assert answer.status_code == 415
    assert not Subscriber.objects.exists()


class Untouched(BytesIO):
    """A body that must not be read."""

    def read(self, *arguments: Any) -> bytes:
        raise AssertionError("The body was read.")

    readline = readlines = __iter__ = read  # type: ignore[assignment]


def test_without_a_secret_nothing_of_a_body_is_read(db: None) -> None:
    wrong = [
        address("00000000-0000-0000-0000-000000000000"),
        address(""),
        f"{FLUENTCRM}/public/bounce_handler/mailgun/handle/fcrm_wrong",
        f"{FLUENTCRM}/public/bounce_handler/unknown/handle/{bounce_code()}",
        "/?fluentcrm=1&route=bounce_handler&provider=ses&verify_key=wrong",
        "/?fluentcrm=1&route=bounce_handler",
    ]
    for place in wrong:
        for more in ({}, CHUNKED):
            options: dict[str, Any] = {"CONTENT_LENGTH": "500", "wsgi.input": Untouched(), **more}
            answer = Client().generic("POST", place, b"", content_type="application/json", **options)
            assert answer.status_code in (200, 401, 404)
            assert answer.json().get("success") is not True


def test_a_hook_has_a_limit_of_its_own(hook: Webhook, settings: Settings) -> None:
    settings.HOOK_RATE_LIMIT = 2
    other = Webhook.objects.create(name="Other")
    assert [post(hook, {}).status_code for _ in range(3)] == [200, 200, 429]
    refused = post(hook, {"email": "ada@example.com"})
    assert (refused.json()["code"], int(refused["Retry-After"]) > 0) == ("rest_too_many_requests", True)
    assert not Subscriber.objects.exists()
    assert data_of(post(other, {"email": "ada@example.com"}))["message"] == "created"


def test_who_guesses_has_to_wait_and_harms_no_one(hook: Webhook, settings: Settings) -> None:
    settings.FAILED_LOGINS_A_MINUTE = 2
    assert [post(f"wrong-{number}", {}).status_code for number in range(3)] == [200, 200, 429]
    wrong = Client().post(f"{FLUENTCRM}/public/bounce_handler/mailgun/handle/wrong")
    assert wrong.status_code == 429
    assert data_of(post(hook, {"email": "ada@example.com"}))["message"] == "created"


def test_no_answer_is_kept_or_tells_more_than_it_should(hook: Webhook) -> None:
    answer = post(hook, {"email": "ada@example.com"})
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Type"] == "application/json"
    assert answer.cookies == {}

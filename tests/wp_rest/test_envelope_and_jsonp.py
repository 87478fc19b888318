"""`_envelope` and `_jsonp`: for clients that can read neither a status nor anything but a script."""

import json

import pytest

from segments.models import Tag
from tests.client import Api
from tests.factories import TagFactory

REFUSED = {
    "code": "rest_callback_invalid",
    "message": "Invalid JSONP callback function.",
    "data": {"status": 400},
}


def test_it_puts_an_answer_into_an_envelope(api: Api) -> None:
    tag = TagFactory.create()
    plain = api.get(f"/tags/{tag.pk}").json()
    answer = api.get(f"/tags/{tag.pk}?_envelope=1")
    assert answer.status_code == 200
    assert answer.json() == {"body": plain, "status": 200, "headers": {"Allow": "GET, PUT, DELETE"}}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/tags", 401, "rest_forbidden"), ("/no-such-route", 404, "rest_no_route")],
)
def test_it_puts_an_error_into_an_envelope(anonymous: Api, path: str, status: int, code: str) -> None:
    answer = anonymous.get(f"{path}?_envelope=1")
    assert answer.status_code == 200
    assert answer.json()["status"] == status
    assert answer.json()["body"]["code"] == code


def test_it_needs_no_envelope_unless_asked(api: Api) -> None:
    assert "tags" in api.get("/tags?_envelope=0").json()


@pytest.mark.parametrize("name", ["cb", "my.app_1.done", "jQuery123_456"])
def test_it_wraps_an_answer_in_a_callback(api: Api, name: str) -> None:
    tag = TagFactory.create(title="</script>")
    plain = api.get(f"/tags/{tag.pk}")
    answer = api.get(f"/tags/{tag.pk}?_jsonp={name}")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/javascript; charset=UTF-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == b"/**/" + name.encode() + b"(" + plain.content + b")"


def test_it_wraps_an_error_in_a_callback_too(anonymous: Api) -> None:
    answer = anonymous.get("/tags?_jsonp=cb")
    assert answer.status_code == 401
    assert json.loads(answer.content.removeprefix(b"/**/cb(").removesuffix(b")"))["code"] == "rest_forbidden"


def test_it_wraps_an_envelope(api: Api) -> None:
    answer = api.get("/tags?_envelope=1&_jsonp=cb")
    assert json.loads(answer.content.removeprefix(b"/**/cb(").removesuffix(b")")).keys() == {
        "body",
        "status",
        "headers",
    }


@pytest.mark.parametrize("name", ["alert(1)", "a-b", "a b", "<script>", "%0a", "caf%C3%A9", "a;b", "cb%0A"])
def test_it_refuses_a_callback_that_is_no_name(api: Api, name: str) -> None:
    answer = api.get(f"/tags?_jsonp={name}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == REFUSED


def test_it_refuses_a_list_for_a_callback(api: Api) -> None:
    assert api.get("/tags?_jsonp[]=cb").json() == REFUSED


def test_it_refuses_a_bad_callback_before_anything_is_written(api: Api) -> None:
    answer = api.post("/tags?_jsonp=a-b", {"title": "Not made"})
    assert answer.json() == REFUSED
    assert not Tag.objects.exists()


def test_it_keeps_neither_in_the_address_of_the_next_page(api: Api) -> None:
    TagFactory.create_batch(2)
    shown = api.get("/tags?_envelope=1&per_page=1").json()["body"]["tags"]
    assert shown["next_page_url"] == "/wp-json/fluent-crm/v2/tags?per_page=1&page=2"

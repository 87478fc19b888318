"""Nothing of a body is read or parsed before credentials: every route of both faces, every verb."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from segments.models import Tag
from tests.client import FLUENTCRM, Api
from tests.factories import TagFactory, UserFactory
from tests.fluenzr.client import Fluenzr, error_of

VERBS = ("POST", "PUT", "PATCH", "DELETE", "GET", "OPTIONS")
CREDENTIALS = [None, "Basic YWRhOndyb25n", "Bearer flz_sk_" + "x" * 32]
CHUNKED: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV*\xc9,\xc9IU\xb2R\n\xc9HUH\xccK,)\xcaL\xceV\xaa\x05\x00!\x94\x8b\x91\x15\x00\x00\x00"


class Untouched(BytesIO):
    """A body that must not be read."""

    def read(self, *arguments: Any) -> bytes:
        raise AssertionError("The body was read.")

    readline = readlines = __iter__ = read  # type: ignore[assignment]


def addresses(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith(("/wp-json", "/v1")):
            parts = [("con_maiga1" if "/v1" in prefix else "1") if "<" in part else part for part in route.split("/")]
            yield "/".join(parts).replace("^", "").replace("$", "")


ADDRESSES = sorted({*addresses(get_resolver().url_patterns), "/v1/nothing", "/elsewhere", "/"})


def send(method: str, path: str, headers: dict[str, str], **environment: Any) -> Any:
    options: dict[str, Any] = {
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": "500",
        "wsgi.input": Untouched(),
    } | environment
    return Client().generic(method, path, b"", headers=headers, **options)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_strangers_body_is_never_read(db: None, path: str) -> None:
    assert len(ADDRESSES) > 60
    for credentials in CREDENTIALS:
        headers = {"Authorization": credentials} if credentials else {}
        for verb in VERBS:
            for kind in (
                {},
                CHUNKED,
                {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
                {"CONTENT_LENGTH": "9" * 12},
            ):
                answer = send(verb, path, headers, **kind)
                assert answer.status_code < 500, (verb, path)
                assert answer.status_code != 413


def test_a_strangers_post_is_401_though_its_body_might_mean_another_verb(db: None) -> None:
    for credentials in CREDENTIALS:
        headers = {"Authorization": credentials} if credentials else {}
        answer = send("POST", f"{FLUENTCRM}/subscribers/1", headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "rest_forbidden")


def test_a_verb_that_no_route_has_is_404_for_everyone(db: None) -> None:
    for verb in ("PATCH", "BREW"):
        assert send(verb, f"{FLUENTCRM}/subscribers/1", {}).status_code == 404
        assert send("POST", f"{FLUENTCRM}/subscribers/1?_method={verb}", {}).status_code == 404


def test_a_public_route_reads_no_verb_from_a_body(db: None) -> None:
    answer = send("POST", "/wp-json/", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


def test_a_verb_in_a_chunked_body_is_found(api: Api) -> None:
    tag = TagFactory.create()
    body = BytesIO(b'{"_method": "DELETE"}')
    environment: dict[str, Any] = CHUNKED | {"CONTENT_TYPE": "application/json", "wsgi.input": body}
    answer = api.client.generic("POST", f"{FLUENTCRM}/tags/{tag.pk}", b"", headers=api.headers, **environment)
    assert answer.status_code == 200
    assert not Tag.objects.exists()


# --- Compressed bodies ------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "identity, gzip", "x"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/tags"), ("PUT", "/tags/1"), ("DELETE", "/subscribers"), ("POST", "/subscribers/do-bulk-action")],
)
def test_a_compressed_body_is_415(api: Api, encoding: str, method: str, path: str) -> None:
    answer = api.send(method, path, GZIP, headers={"Content-Encoding": encoding})
    assert answer.status_code == 415
    assert answer.json()["code"] == "rest_unsupported_encoding"
    assert answer["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/contacts"), ("PUT", "/contacts/con_maiga1")])
def test_a_compressed_body_is_415_in_fluenzrs_words(admin: User, encoding: str, method: str, path: str) -> None:
    answer = Fluenzr(admin).send(method, path, GZIP, headers={"Content-Encoding": encoding})
    sentence = "Send the body as it is, without a Content-Encoding"
    assert error_of(answer) == (415, "VALIDATION_ERROR", sentence, {})
    assert answer["Accept-Encoding"] == "identity"


def test_a_chunked_compressed_body_is_415_and_not_read(admin: User) -> None:
    headers = Api(admin).headers | {"Content-Encoding": "gzip"}
    environment = CHUNKED | {"CONTENT_LENGTH": ""}
    assert send("POST", f"{FLUENTCRM}/tags", headers, **environment).status_code == 415


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_a_body_as_it_is_may_say_so(api: Api, encoding: str) -> None:
    assert api.post("/tags", {"title": "Plain"}, headers={"Content-Encoding": encoding}).status_code == 200


def test_without_a_body_there_is_nothing_compressed(api: Api) -> None:
    assert api.get("/tags", headers={"Content-Encoding": "gzip"}).status_code == 200


def test_strangers_learn_nothing_of_encodings(db: None) -> None:
    assert Api().post("/tags", GZIP, headers={"Content-Encoding": "gzip"}).status_code == 401
    assert Fluenzr().post("/contacts", GZIP, headers={"Content-Encoding": "gzip"}).status_code == 401


def test_rights_come_after(db: None) -> None:
    assert Api(UserFactory.create()).post("/tags", {"title": "x"}).status_code == 403

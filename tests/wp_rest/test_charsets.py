"""A text is read in the charset that it declares, or refused; nothing is stored with U+FFFD in place of a letter."""

import pytest

from segments.models import Tag
from tests.client import Api
from tests.fluenzr.client import Fluenzr

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def part(body: bytes, *before: bytes) -> bytes:
    parts = [*before, b'--XX\r\nContent-Disposition: form-data; name="title"\r\n\r\n' + body + b"\r\n"]
    return b"".join([*parts, b"--XX--\r\n"])


MULTIPART = "multipart/form-data; boundary=XX"
CHOSEN = b'--XX\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\niso-8859-1\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "title"),
    [
        (f"{FORM}; charset=ISO-8859-1", b"title=Jos%E9", "José"),
        (f"{FORM}; charset=iso-8859-1", b"title=Jos\xe9", "José"),
        (f'{FORM}; Charset="latin1"', b"title=%80+5", "€ 5"),
        (f"{FORM};charset=windows-1251", b"title=%CF%F0%E8%E2%E5%F2", "Привет"),
        (f"{FORM}; charset=shift_jis", "title=山田".encode("shift_jis"), "山田"),
        (f"{FORM}; charset=UTF-8", "title=José".encode(), "José"),
        (FORM, b"_charset_=iso-8859-1&title=Jos%E9", "José"),
        (FORM, b"title=Jos%E9&_charset_=windows-1252", "José"),
        (f"{FORM}; charset=utf-8", b"title=Jos%C3%A9&_charset_=iso-8859-1", "José"),
        (f"{FORM}; charset=iso-8859-1", b'{"title": "Jos\xe9"}', "José"),
        (f"{JSON}; charset=iso-8859-1", b'{"title": "Jos\xe9"}', "José"),
        (f"{JSON}; charset=utf-16", '{"title": "José"}'.encode("utf-16"), "José"),
        (f"{JSON}; charset=utf-16le", '{"title": "José"}'.encode("utf-16-le"), "José"),
        (f"{MULTIPART}; charset=iso-8859-1", part(b"Jos\xe9"), "José"),
        (MULTIPART, part(b"Jos\xe9", CHOSEN), "José"),
        (MULTIPART, part("José".encode()), "José"),
        (FORM, b"title=a%EF%BF%BDb", "a\ufffdb"),  # the client's own letter
    ],
)
def test_it_reads_a_body_in_its_charset(api: Api, kind: str, body: bytes, title: str) -> None:
    answer = api.post("/tags", body, content_type=kind)
    assert answer.status_code == 200
    assert Tag.objects.get().title == title


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"title=Jos%E9"),
        (FORM, b"title=Jos\xe9"),
        (FORM, b"title=x&%E9=1"),
        (f"{FORM}; charset=ascii", b"title=Jos%E9"),
        (f"{FORM}; charset=iso-8859-1", b"title=%81"),
        (f"{FORM}; charset=shift_jis", b"title=%E9"),
        (JSON, b'{"title": "Jos\xe9"}'),
        (JSON, '{"title": "José"}'.encode("utf-16")),
        (f"{JSON}; charset=us-ascii", '{"title": "José"}'.encode()),
        (MULTIPART, part(b"Jos\xe9")),
    ],
)
def test_it_refuses_what_is_not_in_its_charset(api: Api, kind: str, body: bytes) -> None:
    answer = api.post("/tags", body, content_type=kind)
    assert answer.status_code == 400
    assert not Tag.objects.exists()


@pytest.mark.parametrize(
    "charset", ["klingon", "rot13", "base64", "punycode", "idna", "unicode_escape", "utf-7", "x" * 2000]
)
@pytest.mark.parametrize("kind", [FORM, JSON, MULTIPART])
def test_it_refuses_a_charset_that_it_does_not_read(api: Api, kind: str, charset: str) -> None:
    answer = api.post("/tags", b"title=x", content_type=f"{kind}; charset={charset}")
    assert (answer.status_code, answer.json()["code"]) == (415, "rest_unsupported_media_type")
    assert not Tag.objects.exists()


@pytest.mark.parametrize("query", ["search=%E9", "%E9=1", "search=%ED%A0%80", "search=%C3+%A9"])
def test_it_refuses_a_query_that_is_no_utf_8(api: Api, fluenzr: Fluenzr, query: str) -> None:
    answer = api.get(f"/tags?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
    assert fluenzr.get(f"/contacts?{query}").status_code == 400


def test_it_reads_a_query_whose_letters_are_not_escaped(api: Api) -> None:
    Tag.objects.create(title="Élèves", slug="eleves")
    found = api.client.get(
        "/wp-json/fluent-crm/v2/tags", headers=api.headers, QUERY_STRING="search=Élèves".encode().decode("latin-1")
    )
    assert found.json()["tags"]["total"] == 1


def test_the_other_face_reads_charsets_alike(fluenzr: Fluenzr) -> None:
    body = '{"email": "jose@x.example", "firstName": "José"}'.encode("latin-1")
    assert fluenzr.post("/contacts", body).status_code == 400
    assert fluenzr.post("/contacts", body, content_type=f"{JSON}; charset=klingon").status_code == 415
    answer = fluenzr.post("/contacts", body, content_type=f"{JSON}; charset=iso-8859-1")
    assert answer.json()["data"]["firstName"] == "José"

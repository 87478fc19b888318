"""GET /docs: the document as a page for people."""

import re

from fluentcrm_api.openapi.document import document
from fluentcrm_api.openapi.page import kind, prose
from tests.client import FLUENTCRM, Api


def read(anonymous: Api) -> str:
    answer = anonymous.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return str(answer.content.decode())


def test_it_has_a_chapter_for_each_operation_and_object(anonymous: Api) -> None:
    page = read(anonymous)
    anchors = re.findall(r'<article id="([\w-]+)"', page)
    operations = [
        operation["operationId"]
        for verbs in document()["paths"].values()
        for operation in verbs.values()
        if "x-alias-of" not in operation
    ]
    objects = [f"object-{name}" for name in document()["components"]["schemas"]]
    assert sorted(anchors) == sorted([*operations, *objects])


def test_it_links_to_nothing_that_it_does_not_have(anonymous: Api) -> None:
    page = read(anonymous)
    assert set(re.findall(r'href="#([\w-]+)"', page)) <= set(re.findall(r'id="([\w-]+)"', page))


def test_it_loads_nothing_from_elsewhere(anonymous: Api) -> None:
    page = read(anonymous)
    assert "<script" not in page
    assert "url(" not in page
    assert set(re.findall(r'(?:src|href)="([^"#]*)"', page)) - {""} == {"openapi.json", "data:,"}


def test_it_shows_a_curl_line_that_names_the_site(anonymous: Api) -> None:
    page = read(anonymous)
    assert f"curl &quot;http://127.0.0.1:8000{FLUENTCRM}/subscribers/1&quot;" in page
    assert "-X DELETE" in page


def test_it_names_the_aliases_beside_the_original(anonymous: Api) -> None:
    assert f"<code>GET {FLUENTCRM}/contacts</code>" in read(anonymous)


def test_it_is_not_sent_again_to_those_who_have_it(anonymous: Api) -> None:
    etag = anonymous.get("/docs").headers["ETag"]
    assert anonymous.get("/docs", headers={"If-None-Match": etag}).status_code == 304


def test_it_escapes_what_the_document_says() -> None:
    assert prose("a <b> `c < d` **e**") == "a &lt;b&gt; <code>c &lt; d</code> <strong>e</strong>"
    assert kind({"const": "<i>"}) == "<code>&lt;i&gt;</code>"


def test_it_words_what_a_value_is() -> None:
    tag = '<a href="#object-Tag">Tag</a>'
    assert kind({"type": "array", "items": {"$ref": "#/components/schemas/Tag"}}) == f"list of {tag}"
    assert kind({"anyOf": [{"$ref": "#/components/schemas/Tag"}, {"type": "null"}]}) == f"{tag} or null"
    assert kind({"type": ["string", "null"]}) == "text or null"
    assert kind({"enum": ["a", None]}) == "<code>a</code>, <code>null</code>"
    assert kind({}) == "anything"

"""GET /docs on both faces: a known viewer with this server's own files, under a strict policy."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.client import FLUENTCRM, Api

PAGES = [(FLUENTCRM, ""), ("/v1", "/v1")]
FILES = Path(__file__).resolve().parent.parent.parent / "rest" / "static" / "scalar"


def read(base: str) -> Any:
    answer = Client().get(f"{base}/docs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer


@pytest.mark.parametrize(("base", "server"), PAGES)
def test_it_shows_its_own_document_and_calls_its_own_routes(db: None, base: str, server: str) -> None:
    page = read(base).content.decode()
    assert f'data-document="{base}/openapi.json" data-server="{server}"' in page
    assert Client().get(f"{base}/openapi.json").status_code == 200


@pytest.mark.parametrize(("base", "server"), PAGES)
def test_it_loads_only_files_of_this_server_and_runs_no_text_as_script(db: None, base: str, server: str) -> None:
    page = read(base).content.decode()
    addresses = set(re.findall(r'(?:src|href)="([^"]*)"', page)) - {"data:,"}
    assert addresses == {"/static/scalar/standalone.js", "/static/rest/docs.js", f"{base}/openapi.json"}
    for address in addresses - {f"{base}/openapi.json"}:
        assert finders.find(address.removeprefix("/static/")), address
    assert re.findall(r"<script[^>]*>([^<]+)</script>", page) == []
    assert re.findall(r"<style|\son\w+=", page) == []


@pytest.mark.parametrize(("base", "server"), PAGES)
def test_it_has_a_policy_without_outside_addresses_and_without_eval(db: None, base: str, server: str) -> None:
    policy = dict(rule.split(" ", 1) for rule in read(base).headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert {word for rule in policy.values() for word in rule.split()} <= {
        "'self'",
        "'none'",
        "'unsafe-inline'",
        "data:",
    }
    assert [name for name, rule in policy.items() if "'unsafe-inline'" in rule] == ["style-src"]


@pytest.mark.parametrize(("base", "server"), PAGES)
def test_it_links_to_the_document_for_those_without_javascript(db: None, base: str, server: str) -> None:
    page = read(base).content.decode()
    without = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert without
    assert f'<a href="{base}/openapi.json">' in without[1]


def test_it_is_not_sent_again_to_those_who_have_it(anonymous: Api) -> None:
    etag = anonymous.get("/docs").headers["ETag"]
    assert anonymous.get("/docs", headers={"If-None-Match": etag}).status_code == 304


def test_the_viewer_is_the_one_that_its_folder_names() -> None:
    readme = (FILES / "README.md").read_text()
    script = (FILES / "standalone.js").read_bytes()
    assert sha256(script).hexdigest() in readme
    assert b"sourceMappingURL" not in script
    assert "MIT License" in (FILES / "LICENSE").read_text()

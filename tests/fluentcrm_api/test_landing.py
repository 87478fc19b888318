"""The first page: what this server is, and where everything is."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.client import Api

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PATHS = (
    "/wp-json/fluent-crm/v2",
    "/wp-json/fluent-crm/v2/docs",
    "/wp-json/fluent-crm/v2/openapi.json",
    "/v1",
    "/v1/openapi.json",
    "/admin/",
)


def test_a_browser_sees_where_everything_is() -> None:
    """Without the database: no access to it is allowed in this test."""
    answer = Client().get("/", headers=BROWSER)
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"], answer["Vary"]) == (200, "text/html; charset=utf-8", "Accept")
    assert "<h1>FluentCRM API</h1>" in page
    for path in PATHS:
        assert f'href="{path}"' in page or f"<code>http://testserver{path}</code>" in page
    assert 'curl "http://testserver/wp-json/fluent-crm/v2/subscribers?per_page=5"' in page


def test_it_needs_no_script_and_no_other_address() -> None:
    page = Client().get("/", headers=BROWSER).content.decode()
    assert "<script" not in page
    assert set(re.findall(r"https?://([^/\"<]+)", page)) == {"testserver"}


@pytest.mark.django_db
def test_every_link_leads_somewhere() -> None:
    page = Client().get("/", headers=BROWSER).content.decode()
    links = set(re.findall(r'href="([^"]+)"', page))
    assert {"/admin/", "/wp-json/fluent-crm/v2/docs", "/favicon.ico"} < links
    for link in links:
        answer = Client().get(link)
        assert answer.status_code == (302 if link.startswith("/admin") else 200)
        answer.close()


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
def test_a_program_gets_the_addresses(accept: str) -> None:
    answer = Client().get("/", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.json() == {
        "name": "FluentCRM API",
        "api": "http://testserver/wp-json/fluent-crm/v2",
        "docs": "http://testserver/wp-json/fluent-crm/v2/docs",
        "openapi": "http://testserver/wp-json/fluent-crm/v2/openapi.json",
        "fluenzr_api": "http://testserver/v1",
        "fluenzr_openapi": "http://testserver/v1/openapi.json",
        "admin": "http://testserver/admin/",
    }
    assert answer["Link"] == '<http://testserver/wp-json/>; rel="https://api.w.org/"'


def test_it_says_https_where_the_site_does(settings: Settings) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://crm.example.com", ["crm.example.com", "other.example.com"]
    assert Client().get("/", headers={"Host": "crm.example.com"}).json()["admin"] == "https://crm.example.com/admin/"
    # Reached by another name.
    assert Client().get("/", headers={"Host": "other.example.com"}).json()["admin"] == "http://other.example.com/admin/"


def test_rest_route_still_is_the_api(api: Api) -> None:
    answer = api.client.get("/?rest_route=/fluent-crm/v2/tags", headers=BROWSER)
    assert answer["Content-Type"].startswith("application/json")
    assert answer.status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_sent_to_it(method: str) -> None:
    answer = getattr(Client(), method)("/")
    assert (answer.status_code, answer.json()["code"]) == (404, "rest_no_route")


def test_it_answers_head() -> None:
    assert Client().head("/").status_code == 200


@pytest.mark.django_db  # closing a streamed answer looks after the connection
@pytest.mark.parametrize(
    ("path", "kinds"),
    [("/favicon.ico", ("image/x-icon", "image/vnd.microsoft.icon")), ("/robots.txt", ("text/plain",))],
)
def test_what_browsers_and_robots_ask_for_is_there(path: str, kinds: tuple[str, ...]) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].partition(";")[0] in kinds
    assert answer.getvalue()
    answer.close()

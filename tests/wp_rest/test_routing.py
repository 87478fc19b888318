"""Where routes answer: /wp-json, ?rest_route=, slashes at the end, OPTIONS, HEAD, and what is no route."""

from typing import Any

import pytest
from pytest_django import Settings

from segments.models import Tag
from tests.client import Api
from tests.factories import TagFactory

NO_ROUTE: dict[str, Any] = {
    "code": "rest_no_route",
    "message": "No route was found matching the URL and request method.",
    "data": {"status": 404},
}
WAYS = [
    "/wp-json/fluent-crm/v2/tags",
    "/wp-json/fluent-crm/v2/tags/",
    "/wp-json//fluent-crm/v2/tags//",
    "/index.php/wp-json/fluent-crm/v2/tags",
    "/?rest_route=/fluent-crm/v2/tags",
    "/?rest_route=/fluent-crm/v2/tags/",
    "/?rest_route=fluent-crm/v2/tags",
    "/?rest_route=%2Ffluent-crm%2Fv2%2Ftags",
    "/index.php?rest_route=/fluent-crm/v2/tags",
]


@pytest.mark.parametrize("address", WAYS)
def test_it_reads_at_every_way_to_write_an_address(api: Api, address: str) -> None:
    TagFactory.create(title="Found")
    answer = api.client.get(address, headers=api.headers)
    assert answer.status_code == 200
    assert [row["title"] for row in answer.json()["tags"]["data"]] == ["Found"]


@pytest.mark.parametrize("address", WAYS)
def test_it_takes_a_json_body_at_every_way_to_write_an_address(api: Api, address: str) -> None:
    answer = api.client.post(address, {"title": "Posted"}, content_type="application/json", headers=api.headers)
    assert answer.status_code == 200
    assert answer.json()["item"]["title"] == "Posted"


@pytest.mark.parametrize("address", WAYS)
def test_it_takes_a_form_at_every_way_to_write_an_address(api: Api, address: str) -> None:
    form = "application/x-www-form-urlencoded"
    answer = api.client.post(address, "title=Posted+form", content_type=form, headers=api.headers)
    assert answer.status_code == 200
    assert Tag.objects.get().title == "Posted form"


def test_it_keeps_the_other_parameters_beside_rest_route(api: Api) -> None:
    TagFactory.create_batch(3)
    page = api.get("/?rest_route=/fluent-crm/v2/tags&per_page=2&search=tag").json()["tags"]
    assert len(page["data"]) == 2
    assert page["next_page_url"] == "/wp-json/fluent-crm/v2/tags?per_page=2&search=tag&page=2"


def test_it_never_redirects_a_post_with_a_slash_at_the_end(api: Api) -> None:
    answer = api.post("/tags/", {"title": "Kept"})
    assert answer.status_code == 200
    assert not answer.has_header("Location")
    assert Tag.objects.get().title == "Kept"


@pytest.mark.parametrize(
    "address",
    [
        "/wp-json/fluent-crm/v2/no-such-route",
        "/wp-json/fluent-crm/v2/no-such-route/",
        "/wp-json/no-such-namespace",
        "/wp-json/fluent-crm/v2/tags/x",
        "/wp-json/fluent-crm/v2/tags/-1",
        "/wp-json/fluent-crm/v2/tags/1/2",
        "/wp-json/fluent-crm/v2/tags/1234567890123456789",
        "/wp-json/fluent-crm/v2/tags%00",
        "/wp-json/fluent-crm/v2/tags/%0a",
        "/wp-json/fluent-crm/v2/%C3%28",
        "/?rest_route=/no-such-route",
        "/wp-jsonx",
        "/no-such-page",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_it_answers_json_for_what_is_no_route_with_or_without_credentials(
    api: Api, anonymous: Api, address: str, method: str
) -> None:
    for client in (api, anonymous):
        answer = client.client.generic(method, address, headers=client.headers)
        assert answer.status_code == 404
        assert answer.json() == NO_ROUTE


@pytest.mark.parametrize("method", ["PATCH", "POST", "TRACE", "CONNECT", "NONSENSE"])
def test_it_answers_a_method_that_a_route_has_not_as_no_route(api: Api, method: str) -> None:
    tag = TagFactory.create(title="As it was")
    answer = api.send(method, f"/tags/{tag.pk}", {"title": "Changed"})
    assert answer.status_code == 404
    assert answer.json() == NO_ROUTE
    tag.refresh_from_db()
    assert tag.title == "As it was"


def test_it_describes_a_route_to_anyone_who_asks_with_options(anonymous: Api, settings: Settings) -> None:
    settings.SITE_URL = "https://crm.example.com"
    answer = anonymous.send("OPTIONS", "/subscribers")
    assert answer.status_code == 200
    assert answer.json() == {
        "namespace": "fluent-crm/v2",
        "methods": ["GET", "POST", "DELETE"],
        "endpoints": [
            {"methods": ["GET"], "args": []},
            {"methods": ["POST"], "args": []},
            {"methods": ["DELETE"], "args": []},
        ],
        "_links": {"self": [{"href": "https://crm.example.com/wp-json/fluent-crm/v2/subscribers"}]},
    }


def test_it_names_the_methods_of_a_route_in_allow(api: Api) -> None:
    assert api.get("/tags")["Allow"] == "GET, POST"


def test_it_lets_no_cache_keep_what_it_answers(api: Api) -> None:
    assert api.get("/tags")["Cache-Control"] == "no-store, private"


def test_it_answers_head_as_get_without_the_body(api: Api) -> None:
    TagFactory.create()
    answer = api.send("HEAD", "/tags")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["Content-Type"] == "application/json"


def test_it_answers_head_without_credentials_as_it_answers_get(anonymous: Api) -> None:
    assert anonymous.send("HEAD", "/tags").status_code == 401


def test_it_answers_head_on_a_route_that_only_writes_as_no_route(api: Api) -> None:
    assert api.send("HEAD", "/tags/bulk").status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense"])
def test_it_answers_json_whatever_is_asked_for(api: Api, accept: str) -> None:
    answer = api.get("/tags", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"


def test_it_is_not_moved_by_a_format_parameter(api: Api) -> None:
    assert api.get("/tags?format=html").status_code == 200


def test_it_asks_no_csrf_token_of_a_client_with_credentials(api: Api) -> None:
    api.client.handler.enforce_csrf_checks = True
    assert api.post("/tags", {"title": "No token"}).status_code == 200

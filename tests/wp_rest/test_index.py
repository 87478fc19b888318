"""GET /wp-json/ and its namespaces."""

import pytest
from pytest_django import Settings

from tests.client import Api


def test_it_names_the_site_to_anyone(anonymous: Api, settings: Settings) -> None:
    settings.SITE_NAME = "Shop"
    settings.SITE_URL = "https://crm.example.com"
    answer = anonymous.get("/wp-json/")
    assert answer.status_code == 200
    body = answer.json()
    routes = body.pop("routes")
    assert body == {
        "name": "Shop",
        "description": "",
        "url": "https://crm.example.com",
        "home": "https://crm.example.com",
        "timezone_string": "UTC",
        "namespaces": ["fluent-crm/v2", "wp/v2"],
        "authentication": {
            "application-passwords": {
                "endpoints": {"authorization": "https://crm.example.com/admin/accounts/applicationpassword/add/"}
            }
        },
    }
    assert {"/fluent-crm/v2", "/fluent-crm/v2/tags", "/wp/v2", "/wp/v2/users/me"} <= routes.keys()


def test_it_lists_the_routes_of_one_namespace_with_their_methods(anonymous: Api, settings: Settings) -> None:
    settings.SITE_URL = "https://crm.example.com"
    body = anonymous.get("/wp-json/fluent-crm/v2").json()
    assert body["namespace"] == "fluent-crm/v2"
    assert all(route.startswith("/fluent-crm/v2") for route in body["routes"])
    assert body["routes"]["/fluent-crm/v2/subscribers"] == {
        "namespace": "fluent-crm/v2",
        "methods": ["GET", "POST", "DELETE"],
        "endpoints": [
            {"methods": ["GET"], "args": []},
            {"methods": ["POST"], "args": []},
            {"methods": ["DELETE"], "args": []},
        ],
        "_links": {"self": [{"href": "https://crm.example.com/wp-json/fluent-crm/v2/subscribers"}]},
    }


def test_it_writes_a_routes_parameters_as_wordpress_does_and_gives_it_no_link(anonymous: Api) -> None:
    routes = anonymous.get("/wp-json/fluent-crm/v2").json()["routes"]
    route = routes["/fluent-crm/v2/tags/(?P<pk>[0-9]+)"]
    assert route["methods"] == ["GET", "PUT", "DELETE"]
    assert "_links" not in route


@pytest.mark.parametrize("address", ["/wp-json", "/wp-json/", "/?rest_route=/", "/index.php/wp-json/"])
def test_it_answers_at_every_way_to_write_its_address(anonymous: Api, address: str) -> None:
    answer = anonymous.client.get(address)
    assert answer.status_code == 200
    assert answer.json()["namespaces"] == ["fluent-crm/v2", "wp/v2"]


def test_it_can_only_be_read(anonymous: Api) -> None:
    answer = anonymous.post("/wp-json/", {})
    assert answer.status_code == 404
    assert answer.json()["code"] == "rest_no_route"


def test_it_reveals_nothing_outside_the_api(anonymous: Api) -> None:
    assert not [route for route in anonymous.get("/wp-json/").json()["routes"] if "admin" in route]

"""GET /wp-json/wp/v2/users/me."""

import pytest
from pytest_django import Settings

from tests.client import Api
from tests.factories import UserFactory

ME = "/wp-json/wp/v2/users/me"


def test_it_names_the_caller(db: None, settings: Settings) -> None:
    settings.SITE_URL = "https://crm.example.com"
    user = UserFactory.create(username="ada", email=" Ada@Example.com", first_name="Ada", last_name="Lovelace")
    answer = Api(user).get(ME)
    assert answer.status_code == 200
    # SHA-256 of ada@example.com, as Gravatar wants it.
    avatar = "https://www.gravatar.com/avatar/b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72"
    assert answer.json() == {
        "id": user.pk,
        "name": "Ada Lovelace",
        "url": "https://crm.example.com",
        "description": "",
        "link": "https://crm.example.com/author/ada/",
        "slug": "ada",
        "avatar_urls": {
            "24": f"{avatar}?s=24&d=mm&r=g",
            "48": f"{avatar}?s=48&d=mm&r=g",
            "96": f"{avatar}?s=96&d=mm&r=g",
        },
        "meta": [],
        "_links": {
            "self": [{"href": f"https://crm.example.com/wp-json/wp/v2/users/{user.pk}"}],
            "collection": [{"href": "https://crm.example.com/wp-json/wp/v2/users"}],
        },
    }


def test_it_takes_the_user_name_for_one_without_a_name(db: None) -> None:
    assert Api(UserFactory.create(username="ada")).get(ME).json()["name"] == "ada"


def test_it_needs_credentials_and_no_right(anonymous: Api) -> None:
    assert anonymous.get(ME).status_code == 401
    assert Api(UserFactory.create()).get(ME).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_can_only_be_read(api: Api, method: str) -> None:
    assert api.send(method, ME, {"name": "x"}).status_code == 404

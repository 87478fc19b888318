"""/wp-json/wp/v2/users (recordings funnel-subscribers.json and users-and-permissions.json)."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from pytest_django import Settings

from changes.models import Change
from tests.client import Api
from tests.factories import UserFactory
from tests.threads import meeting_at, two_writers

USERS = "/wp-json/wp/v2/users"
NEW = {
    "username": "person01",
    "email": "person01@example.com",
    "first_name": "Ada",
    "last_name": "Site",
    "password": "x-Long-pass-1",
}


def test_it_adds_a_user(api: Api, settings: Settings) -> None:
    settings.SITE_URL = "https://crm.example.com"
    answer = api.post(USERS, NEW)
    user = User.objects.get(username="person01")
    shown = answer.json()
    assert answer.status_code == 201
    assert shown.pop("registered_date") == f"{user.date_joined:%Y-%m-%dT%H:%M:%S+00:00}"
    assert list(shown.pop("avatar_urls")) == ["24", "48", "96"]
    assert shown == {
        "id": user.pk,
        "username": "person01",
        "name": "Ada Site",
        "first_name": "Ada",
        "last_name": "Site",
        "email": "person01@example.com",
        "url": "",
        "description": "",
        "link": "https://crm.example.com/author/person01/",
        "locale": "en_US",
        "nickname": "person01",
        "slug": "person01",
        "roles": ["subscriber"],
        "capabilities": {"read": True, "level_0": True, "subscriber": True},
        "extra_capabilities": {"subscriber": True},
        "meta": {"persisted_preferences": []},
        "_links": {
            "self": [{"href": f"https://crm.example.com/wp-json/wp/v2/users/{user.pk}"}],
            "collection": [{"href": "https://crm.example.com/wp-json/wp/v2/users"}],
        },
    }


def test_the_user_can_sign_in_and_may_do_nothing(api: Api) -> None:
    api.post(USERS, NEW)
    user = User.objects.get(username="person01")
    assert user.check_password("x-Long-pass-1")
    assert not user.is_staff
    assert not user.is_superuser
    assert not user.get_all_permissions()
    assert Api(user).get("/subscribers").status_code == 403


def test_it_is_recorded(api: Api, admin: User) -> None:
    api.post(USERS, NEW)
    change = Change.objects.get()
    assert (change.event, change.subject_kind) == ("user_registered", "user")
    assert change.subject_id == User.objects.get(username="person01").pk
    assert (change.user, change.channel) == (admin, "api")
    assert change.details == {"name": "person01", "roles": ["subscriber"]}


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"email": "b@example.com"}, "existing_user_login", "Sorry, that username already exists!"),
        ({"email": "b@example.com", "username": "PERSON01"}, "existing_user_login", None),
        ({"username": "b"}, "existing_user_email", "Sorry, that email address is already used!"),
        ({"username": "b", "email": "Person01@Example.com"}, "existing_user_email", None),
    ],
)
def test_it_adds_nobody_twice(api: Api, changed: dict[str, str], code: str, message: str | None) -> None:
    api.post(USERS, NEW)
    answer = api.post(USERS, NEW | changed)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert message in (None, answer.json()["message"])
    assert User.objects.count() == 2
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"username": ""}, 422),
        ({"email": None}, 422),
        ({"password": ""}, 422),
        ({"username": "no spaces"}, 400),
        ({"username": "x" * 151}, 400),
        ({"username": ["x"]}, 400),
        ({"email": "nobody"}, 400),
        ({"password": "short"}, 400),
        ({"password": "password"}, 400),
        ({"password": 12345678901}, 400),
        ({"password": "x" * 5000}, 400),
        ({"roles": ["administrator"]}, 400),
        ({"roles": {"a": ["administrator"]}}, 400),
    ],
)
def test_it_refuses_what_is_wrong(api: Api, changed: dict[str, Any], status: int) -> None:
    answer = api.post(USERS, NEW | changed)
    assert answer.status_code == status, answer.content
    assert [name for name in changed if name in answer.json()] == list(changed)
    assert User.objects.count() == 1


def test_it_names_all_that_is_missing(api: Api) -> None:
    assert list(api.post(USERS, {}).json()["errors"]) == ["username", "email", "password"]


def test_it_takes_a_right_to_add_and_one_to_see(db: None) -> None:
    adder, viewer = UserFactory.create_batch(2)
    adder.user_permissions.add(Permission.objects.get(codename="add_user"))
    viewer.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert Api(viewer).post(USERS, NEW).status_code == 403
    assert Api(adder).post(USERS, NEW).status_code == 201
    assert Api(adder).get(USERS).status_code == 403
    assert Api(viewer).get(USERS).status_code == 200
    assert Api(UserFactory.create()).get(f"{USERS}/{adder.pk}").status_code == 403


def test_it_lists_active_users_in_pages(api: Api, admin: User) -> None:
    first, second = UserFactory.create_batch(2)
    UserFactory.create(is_active=False)
    answer = api.get(f"{USERS}?per_page=2&page=2")
    assert [row["id"] for row in answer.json()] == [second.pk]
    assert (answer["X-WP-Total"], answer["X-WP-TotalPages"]) == ("3", "2")
    assert [row["slug"] for row in api.get(USERS).json()] == ["admin", first.username, second.username]


def test_it_shows_one(api: Api) -> None:
    user = UserFactory.create(first_name="Ada", last_name="Lovelace")
    assert api.get(f"{USERS}/{user.pk}").json()["name"] == "Ada Lovelace"


def test_it_shows_nobody_who_is_not_there(api: Api) -> None:
    for pk in (999999, UserFactory.create(is_active=False).pk):
        answer = api.get(f"{USERS}/{pk}")
        assert (answer.status_code, answer.json()["code"]) == (404, "rest_user_invalid_id")


@two_writers
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_add_one(api: Api) -> None:
    def add() -> int:
        status: int = api.post(USERS, NEW).status_code
        return status

    statuses = meeting_at("auth_user IN SHARE MODE", add, add)
    assert sorted(statuses) == [201, 400]

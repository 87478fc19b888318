"""Signing in to the admin: guesses are stopped, uploads of strangers are not read, secrets stay on the server."""

import json
from base64 import urlsafe_b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import ApiKey, ApplicationPassword
from tests.factories import UserFactory

LOGIN = "/admin/login/"
NOON = 1_767_268_800
TRIES = 5


@pytest.fixture(autouse=True)
def _limits(settings: Any, tmp_path: Path) -> None:
    settings.FAILED_LOGINS_A_MINUTE = 10
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"


@pytest.fixture
def staff(db: None) -> list[User]:
    people = [UserFactory.create(username=name, is_staff=True, is_superuser=True) for name in ("ada", "bob")]
    for user in people:
        user.set_password(f"{user.username}'s own")
        user.save()
    return people


def sign_in(name: str, password: str, address: str = "203.0.113.5") -> Any:
    return Client().post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def test_it_leads_to_the_first_page(staff: list[User]) -> None:
    assert sign_in("ada", "ada's own")["Location"] == "/admin/"


def test_guesses_at_one_user_from_one_address_end_in_429(staff: list[User]) -> None:
    answers = [sign_in("ada", f"guess {n}") for n in range(TRIES + 1)]
    assert [answer.status_code for answer in answers] == [200] * (TRIES - 1) + [429] * 2
    assert answers[-1]["Retry-After"] == "900"
    page = answers[-1].content.decode()
    assert "Try again in 15 minutes." in page
    assert '<div id="main"' in page  # the admin's frame
    # Also the right one, or guessing would go on.
    assert sign_in("ada", "ada's own").status_code == 429


def test_nobody_locks_the_right_holder_out_elsewhere_nor_others_here(staff: list[User]) -> None:
    for n in range(TRIES):
        sign_in("ada", f"guess {n}")
    assert sign_in("ada", "ada's own", "198.51.100.7").status_code == 302
    assert sign_in("bob", "bob's own").status_code == 302


def test_it_ends_after_a_while_however_often_it_is_tried_meanwhile(staff: list[User]) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        for n in range(TRIES):
            sign_in("ada", f"guess {n}")
        now.shift(10 * 60)
        assert sign_in("ada", "ada's own").status_code == 429
        now.shift(5 * 60 + 1)
        assert sign_in("ada", "ada's own").status_code == 302


def test_a_success_clears_the_slips_before_it(staff: list[User]) -> None:
    for _ in range(3):
        for n in range(TRIES - 2):
            assert sign_in("ada", f"slip {n}").status_code == 200
        assert sign_in("ada", "ada's own").status_code == 302


def test_one_address_that_tries_many_users_is_stopped(staff: list[User]) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        answers = [sign_in(f"user {n}", "guess") for n in range(31)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429]
        assert answers[-1]["Retry-After"] == "120"
        assert sign_in("ada", "ada's own", "198.51.100.7").status_code == 302
        now.shift(3 * 60)
        assert sign_in("ada", "ada's own").status_code == 302


def test_failures_of_the_api_lock_nobody_out_of_the_admin(staff: list[User]) -> None:
    for _ in range(40):
        Client().get("/wp-json/wp/v2/users/me", headers={"Authorization": "Basic YWRhOngK"}, REMOTE_ADDR="203.0.113.5")
    assert sign_in("ada", "ada's own").status_code == 302


# --- Uploads --------------------------------------------------------------------------------


class Untouched(BytesIO):
    """A body that must not be read."""

    def read(self, *arguments: Any) -> bytes:
        raise AssertionError("The body was read.")

    readline = readlines = __iter__ = read  # type: ignore[assignment]


def upload(client: Client, path: str, size: int, **environment: Any) -> Any:
    return client.generic(
        "POST",
        path,
        b"",
        CONTENT_TYPE="multipart/form-data; boundary=XX",
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": Untouched(), **environment},
    )


@pytest.mark.parametrize("path", [LOGIN, "/admin/", "/admin", "/admin/subscribers/subscriber/add/", "/admin/nothing"])
@pytest.mark.parametrize("cookies", [{}, {"csrftoken": "x" * 32}, {"csrftoken": "x" * 32, "sessionid": "y" * 32}])
def test_a_strangers_upload_is_refused_unread(db: None, path: str, cookies: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    for name, value in cookies.items():
        client.cookies[name] = value
    answer = upload(client, path, 300_000_000)
    assert answer.status_code == 413
    assert "larger than this server accepts" in answer.content.decode()


def test_staff_may_send_what_the_server_accepts_and_no_more(staff: list[User], settings: Any) -> None:
    client = Client()
    client.force_login(staff[0])
    assert upload(client, "/admin/segments/tag/add/", settings.MAX_BODY_BYTES + 1).status_code == 413
    note = "long " * 30_000
    answer = client.post("/admin/segments/tag/add/", {"title": "Long", "slug": "long", "description": note})
    assert answer.status_code != 413


def test_a_user_who_is_no_staff_is_a_stranger(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    body = BytesIO(b"x" * 100_000)
    assert upload(client, "/admin/", 100_000, **{"wsgi.input": body}).status_code == 413


def test_a_file_in_a_form_reaches_no_disk(staff: list[User], settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "no such folder"  # a file there would be an error
    client = Client()
    client.force_login(staff[0])
    answer = client.post(
        "/admin/segments/tag/add/", {"title": "With a file", "slug": "f", "file": BytesIO(b"x" * 4_000_000)}
    )
    assert answer.status_code in (200, 302)
    assert "file" not in answer.wsgi_request.FILES


# --- Secrets --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sent", "model"),
    [
        ("/admin/accounts/applicationpassword/add/", {"name": "app"}, ApplicationPassword),
        ("/admin/accounts/apikey/add/", {"name": "app"}, ApiKey),
    ],
)
def test_a_new_secret_is_in_no_cookie(staff: list[User], path: str, sent: dict[str, str], model: Any) -> None:
    client = Client()
    client.force_login(staff[0])
    answer = client.post(path, sent | {"user": staff[0].pk})
    assert answer.status_code == 302
    carried = {name: morsel.value for name, morsel in client.cookies.items()}
    assert set(carried) <= {"sessionid", "csrftoken"}
    for value in carried.values():
        for part in value.split(":"):
            assert b"shown only now" not in urlsafe_b64decode(part + "=" * (-len(part) % 4))
    page = client.get(answer["Location"]).content.decode()
    assert "shown only now" in page
    assert "shown only now" not in client.get(answer["Location"]).content.decode()
    assert "shown only now" not in json.dumps(dict(client.session.items()))

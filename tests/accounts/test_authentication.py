"""HTTP Basic with application passwords."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApplicationPassword
from accounts.services import create_application_password, revoke_application_passwords
from tests.client import Api
from tests.factories import UserFactory

ME = "/wp-json/wp/v2/users/me"
REFUSAL = {
    "code": "rest_forbidden",
    "message": "Sorry, you are not allowed to do that.",
    "data": {"status": 401},
}
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def basic(pair: str | bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(pair.encode() if isinstance(pair, str) else pair).decode()}"


def ask(header: str | None, path: str = ME, **environment: Any) -> Any:
    headers = {} if header is None else {"Authorization": header}
    return Api().get(path, headers=headers, **environment)


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada", email="Ada@example.com")


@pytest.fixture
def password(ada: User) -> str:
    return create_application_password(ada, "tests")


SPELLINGS: list[tuple[str, Callable[[str], str]]] = [
    ("as it is shown", lambda password: basic(f"ada:{password}")),
    ("without spaces", lambda password: basic(f"ada:{password.replace(' ', '')}")),
    ("with other spaces", lambda password: basic(f"ada: {password.replace(' ', '  ')[:13]} {password[11:]} ")),
    ("lower-case scheme", lambda password: basic(f"ada:{password}", "basic")),
    ("upper-case scheme", lambda password: basic(f"ada:{password}", "BASIC")),
    ("spaces after the scheme", lambda password: basic(f"ada:{password}", "Basic  ")),
    ("not encoded", lambda password: f"Basic ada:{password}"),
    ("not encoded, without spaces", lambda password: f"basic ada:{password.replace(' ', '')}"),
    ("spaces round the name", lambda password: basic(f" ada :{password}")),
    ("e-mail as name", lambda password: basic(f"Ada@example.com:{password}")),
    ("name in another case", lambda password: basic(f"ADA:{password}")),
    ("e-mail in another case", lambda password: basic(f"ada@EXAMPLE.com:{password}")),
    ("e-mail as name, not encoded", lambda password: f"Basic Ada@example.com:{password}"),
]


@pytest.mark.parametrize("spell", [spell for _, spell in SPELLINGS], ids=[name for name, _ in SPELLINGS])
def test_it_lets_good_credentials_in_however_they_are_spelt(password: str, spell: Callable[[str], str]) -> None:
    answer = ask(spell(password))
    assert answer.status_code == 200
    assert answer.json()["slug"] == "ada"


def test_it_knows_users_with_letters_of_any_language(db: None) -> None:
    user = UserFactory.create(username="józef")
    password = create_application_password(user, "tests")
    assert ask(basic(f"józef:{password}")).json()["slug"] == "józef"


def test_it_knows_a_user_whose_name_looks_like_an_address(db: None) -> None:
    user = UserFactory.create(username="bo@shop.example", email="")
    password = create_application_password(user, "tests")
    assert ask(basic(f"bo@shop.example:{password}")).json()["slug"] == "bo@shop.example"


def test_it_takes_each_of_a_users_passwords(ada: User) -> None:
    for password in [create_application_password(ada, f"client {n}") for n in range(3)]:
        assert ask(basic(f"ada:{password}")).status_code == 200


def test_it_takes_no_password_of_another_user(ada: User, password: str) -> None:
    UserFactory.create(username="bob")
    assert ask(basic(f"bob:{password}")).status_code == 401


BAD: list[tuple[str, Callable[[str], str | None]]] = [
    ("nothing", lambda _: None),
    ("empty", lambda _: ""),
    ("scheme alone", lambda _: "Basic"),
    ("scheme and a space", lambda _: "Basic "),
    ("wrong password", lambda _: basic("ada:wrong")),
    ("no password", lambda _: basic("ada:")),
    ("no colon", lambda _: basic("ada")),
    ("no name", lambda password: basic(f":{password}")),
    ("unknown user", lambda password: basic(f"nobody:{password}")),
    ("unknown address", lambda password: basic(f"nobody@example.com:{password}")),
    ("password in another case", lambda password: basic(f"ada:{password.swapcase()}")),
    ("a letter more", lambda password: basic(f"ada:{password}x")),
    ("a letter less", lambda password: basic(f"ada:{password[:-1]}")),
    ("another scheme", lambda password: f"Bearer {password}"),
    ("scheme glued on", lambda password: basic(f"ada:{password}").replace(" ", "")),
    ("neither base64 nor a pair", lambda _: "Basic !!!"),
    ("bytes that are no text", lambda _: basic(b"\xff\xfe:\xff")),
    ("a NUL in the name", lambda password: basic(f"a\x00da:{password}")),
    ("SQL", lambda _: basic("' OR 1=1 --:x")),
    ("a wildcard", lambda password: basic(f"%:{password}")),
    ("very long", lambda _: basic("a" * 100_000 + ":" + "b" * 100_000)),
]


@pytest.mark.parametrize("spell", [spell for _, spell in BAD], ids=[name for name, _ in BAD])
@pytest.mark.parametrize("path", ["/tags", ME])
def test_it_answers_all_bad_credentials_alike(password: str, spell: Callable[[str], str | None], path: str) -> None:
    answer = ask(spell(password), path)
    assert answer.status_code == 401
    assert answer.json() == REFUSAL


def test_it_refuses_the_users_own_password(ada: User) -> None:
    ada.set_password("her own password")
    ada.save()
    assert ask(basic("ada:her own password")).status_code == 401


def test_it_refuses_what_is_stored_of_a_password(password: str) -> None:
    assert ask(basic(f"ada:{ApplicationPassword.objects.get().hash}")).status_code == 401


def test_it_refuses_a_revoked_password_and_still_takes_the_others(ada: User, password: str) -> None:
    other = create_application_password(ada, "another client")
    assert revoke_application_passwords(ApplicationPassword.objects.filter(name="tests")) == 1
    answer = ask(basic(f"ada:{password}"))
    assert (answer.status_code, answer.json()) == (401, REFUSAL)
    assert ask(basic(f"ada:{other}")).status_code == 200


def test_it_refuses_a_user_who_is_not_active(ada: User, password: str) -> None:
    ada.is_active = False
    ada.save()
    for name in ("ada", "Ada@example.com"):
        answer = ask(basic(f"{name}:{password}"))
        assert (answer.status_code, answer.json()) == (401, REFUSAL)


def test_it_refuses_bad_credentials_also_where_a_right_is_not_asked_for(anonymous: Api) -> None:
    assert anonymous.send("OPTIONS", "/tags", headers={"Authorization": "Basic !!!"}).status_code == 401


def test_it_asks_no_one_for_a_password_in_a_browser(anonymous: Api) -> None:
    assert "Basic" not in anonymous.get("/tags").headers.get("WWW-Authenticate", "")


# --- Last used ------------------------------------------------------------------------------


def last_use() -> tuple[datetime | None, str | None]:
    used: tuple[datetime | None, str | None] = ApplicationPassword.objects.values_list(
        "last_used_at", "last_used_from"
    ).get()
    return used


def test_it_notes_when_and_from_where_a_password_was_used(password: str) -> None:
    assert last_use() == (None, None)
    with time_machine.travel(NOON, tick=False):
        ask(basic(f"ada:{password}"), REMOTE_ADDR="203.0.113.5")
    assert last_use() == (NOON, "203.0.113.5")


def test_it_notes_it_once_a_minute_at_most(password: str) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        ask(basic(f"ada:{password}"), REMOTE_ADDR="203.0.113.5")
        now.shift(timedelta(seconds=59))
        ask(basic(f"ada:{password}"), REMOTE_ADDR="203.0.113.6")
        assert last_use() == (NOON, "203.0.113.5")
        now.shift(timedelta(seconds=1))
        ask(basic(f"ada:{password}"), REMOTE_ADDR="2001:db8::1")
    assert last_use() == (NOON + timedelta(minutes=1), "2001:db8::1")


def test_it_notes_nothing_of_a_wrong_password(password: str) -> None:
    ask(basic("ada:wrong"))
    assert last_use() == (None, None)


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_it_notes_no_address_that_is_none(password: str, address: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert ask(basic(f"ada:{password}"), REMOTE_ADDR=address).status_code == 200
    assert last_use() == (NOON, None)


# --- Cost -----------------------------------------------------------------------------------


@pytest.mark.parametrize("passwords", [1, 40])
def test_it_costs_one_statement_however_many_passwords_a_user_has(
    ada: User, password: str, passwords: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(1, passwords):
        create_application_password(ada, f"client {n}")
    ask(basic(f"ada:{password}"))
    with django_assert_num_queries(1):
        assert ask(basic(f"ada:{password}")).status_code == 200


def test_it_costs_a_second_statement_once_a_minute(
    password: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        ask(basic(f"ada:{password}"))


def test_it_costs_one_statement_to_refuse(password: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert ask(basic("ada:wrong")).status_code == 401


def test_it_costs_nothing_without_credentials(db: None) -> None:
    with CaptureQueriesContext(connection) as statements:
        assert ask(None).status_code == 401
        assert ask("Basic !!!").status_code == 401
    assert not statements.captured_queries


def test_it_reads_no_password_that_was_revoked(ada: User, password: str) -> None:
    for n in range(3):
        create_application_password(ada, f"old {n}")
    revoke_application_passwords(ApplicationPassword.objects.filter(name__startswith="old"))
    with CaptureQueriesContext(connection) as statements:
        ask(basic(f"ada:{password}"))
    assert "revoked_at IS NULL" in statements.captured_queries[0]["sql"]

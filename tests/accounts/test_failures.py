"""Wrong credentials of the API: slowed on both faces, and never at the cost of right ones."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User

from accounts.services import create_application_password
from tests.client import Api
from tests.factories import UserFactory
from tests.fluenzr.client import Fluenzr, error_of

ME = "/wp-json/wp/v2/users/me"
NOON = 1_767_268_800
LIMIT = 10


@pytest.fixture(autouse=True)
def _limits(settings: Any, tmp_path: Path) -> None:
    settings.FAILED_LOGINS_A_MINUTE = LIMIT
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory.create(username="ada")


def ask(name: str, password: str, address: str = "203.0.113.5", **environment: Any) -> Any:
    header = f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
    return Api().get(ME, headers={"Authorization": header}, REMOTE_ADDR=address, **environment)


def statuses(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_wrong_passwords_from_one_address_end_in_429(ada: User) -> None:
    # 40 seconds of this minute and the next one: more than the limit fell into this one.
    with time_machine.travel(NOON + 20, tick=False):
        answers = [ask(f"user{n}", "wrong") for n in range(LIMIT + 3)]
    assert statuses(answers) == [401] * LIMIT + [429] * 3
    assert answers[LIMIT]["Retry-After"] == "100"
    assert answers[LIMIT].json() == {
        "code": "rest_too_many_requests",
        "message": "Too many requests.",
        "data": {"status": 429},
    }


def test_wrong_passwords_for_one_user_end_in_429_wherever_they_come_from(ada: User) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [ask("aDa" if n % 2 else "ada", "wrong", f"203.0.113.{n}") for n in range(LIMIT + 2)]
        assert statuses(answers) == [401] * LIMIT + [429] * 2
        assert ask("bob", "wrong", "203.0.113.1").status_code == 401


def test_right_credentials_always_pass(admin: User, ada: User) -> None:
    passwords = [create_application_password(ada, f"client {n}") for n in range(2)]
    key = Fluenzr(ada)
    with time_machine.travel(NOON, tick=False):
        for _ in range(3 * LIMIT):
            ask("ada", "wrong")
        assert ask("ada", "wrong").status_code == 429
        for password in passwords:
            assert ask("ada", password).status_code == 200
        assert Api(admin).get(ME, REMOTE_ADDR="203.0.113.5").status_code == 200
        assert key.get("/contacts", REMOTE_ADDR="203.0.113.5").status_code == 403
        assert ask("ada", "wrong").status_code == 429


def test_wrong_keys_end_in_429_in_their_own_words(fluenzr: Fluenzr, keyless: Fluenzr) -> None:
    wrong = {"Authorization": "Bearer flz_sk_" + "x" * 32}
    with time_machine.travel(NOON + 20, tick=False):
        for _ in range(LIMIT):
            assert keyless.get("/contacts", headers=wrong).status_code == 401
        answer = keyless.get("/contacts", headers=wrong)
        assert error_of(answer) == (429, "RATE_LIMITED", "Too many requests. Try again in 100 seconds.", {})
        assert answer["Retry-After"] == "100"
        assert fluenzr.get("/contacts").status_code == 200
        # One address, whichever face it tries.
        assert ask("ada", "wrong", "127.0.0.1").status_code == 429


@pytest.fixture
def fluenzr(admin: User) -> Fluenzr:
    return Fluenzr(admin)


@pytest.fixture
def keyless(db: None) -> Fluenzr:
    return Fluenzr()


def test_who_sends_no_credentials_has_not_failed(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        assert statuses([Api().get(ME) for _ in range(3 * LIMIT)]) == [401] * 3 * LIMIT
        assert statuses([Fluenzr().get("/contacts") for _ in range(3 * LIMIT)]) == [401] * 3 * LIMIT


def test_credentials_that_cannot_be_read_count_too(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [Api().get(ME, headers={"Authorization": "Bearer nonsense"}) for _ in range(LIMIT + 1)]
    assert statuses(answers) == [401] * LIMIT + [429]


def test_the_end_of_a_minute_gives_no_second_helping(db: None) -> None:
    with time_machine.travel(NOON + 59, tick=False) as now:
        assert statuses([ask("ada", "wrong") for _ in range(LIMIT)]) == [401] * LIMIT
        now.shift(2)
        answer = ask("ada", "wrong")
        assert (answer.status_code, answer["Retry-After"]) == (429, "59")
        now.move_to(NOON + 180)
        assert ask("ada", "wrong").status_code == 401


def test_0_lets_any_number_fail(db: None, settings: Any) -> None:
    settings.FAILED_LOGINS_A_MINUTE = 0
    assert statuses([ask("ada", "wrong") for _ in range(2 * LIMIT)]) == [401] * 2 * LIMIT


def test_addresses_of_one_ipv6_network_are_one_client(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [ask(f"user{n}", "wrong", f"2001:db8::{n}") for n in range(LIMIT + 1)]
        assert statuses(answers) == [401] * LIMIT + [429]
        assert ask("another", "wrong", "2001:db8:0:1::1").status_code == 401


@pytest.mark.parametrize(("behind_proxy", "last"), [(True, 401), (False, 429)])
def test_the_client_of_a_proxy_is_who_the_proxy_says(db: None, settings: Any, behind_proxy: bool, last: int) -> None:
    settings.BEHIND_PROXY = behind_proxy
    with time_machine.travel(NOON, tick=False):
        for n in range(LIMIT):
            ask(f"user{n}", "wrong", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.1")
        # What the client itself claims to be is nothing: the proxy's entry is the last.
        answer = ask("another", "wrong", HTTP_X_FORWARDED_FOR="198.51.100.99, 192.0.2.1")
        assert answer.status_code == 429
        assert ask("one more", "wrong", HTTP_X_FORWARDED_FOR="192.0.2.1, 192.0.2.2").status_code == last


def test_failures_cost_one_statement_and_right_ones_count_nothing(
    ada: User, settings: Any, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    password = create_application_password(ada, "tests")
    ask("ada", password)
    with django_assert_num_queries(1):
        ask("ada", password)
    assert not settings.RATE_LIMIT_FILE.exists()
    with django_assert_num_queries(1):
        ask("ada", "wrong")


# --- The limit of requests a minute -----------------------------------------------------------


def test_the_limit_of_requests_counts_refused_ones_too(ada: User, settings: Any) -> None:
    settings.FLUENTCRM_RATE_LIMIT, settings.FAILED_LOGINS_A_MINUTE = 3, 0
    with time_machine.travel(NOON, tick=False):
        assert statuses([ask("ada", "wrong") for _ in range(4)]) == [401, 401, 401, 429]
        assert Api().get(ME, REMOTE_ADDR="203.0.113.5").status_code == 429
        assert Api().get("/nowhere", REMOTE_ADDR="203.0.113.5").status_code == 429
        nobody = Api()
        assert statuses([nobody.get("/nowhere", REMOTE_ADDR="203.0.113.6") for _ in range(4)]) == [404, 404, 404, 429]
        powerless = Api(ada)
        assert statuses([powerless.get("/tags") for _ in range(4)]) == [403, 403, 403, 429]
        assert statuses([Api(ada).send("PATCH", "/tags") for _ in range(2)]) == [404, 404]

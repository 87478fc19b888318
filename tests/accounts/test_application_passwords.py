"""Making, storing and revoking application passwords."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApplicationPassword
from accounts.services import create_application_password, hash_password, revoke_application_passwords
from tests.factories import UserFactory

PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"
# WordPress 6.8, wp_fast_hash(): "$generic$" and the base64url, without padding, of BLAKE2b of the
# password without spaces with the key "wp_fast_hash_6.8+", 30 bytes (sodium_crypto_generichash).
STORED = "$generic$F6W18u0QEytvRVb59DemVWRxyTxU6vg_VK0s_f-h"


@pytest.fixture
def user(db: None) -> User:
    return UserFactory.create()


@pytest.mark.parametrize(
    "spelt",
    [PASSWORD, PASSWORD.replace(" ", ""), f"  {PASSWORD} ", PASSWORD.replace(" ", "\t"), "a b c" + PASSWORD[3:]],
)
def test_it_is_hashed_as_wordpress_does_whatever_its_spaces(spelt: str) -> None:
    assert hash_password(spelt) == STORED


def test_it_is_hashed_by_every_letter_and_its_case() -> None:
    hashes = {hash_password(text) for text in (PASSWORD, PASSWORD.lower(), PASSWORD[:-1], PASSWORD + "x", "", "é")}
    assert len(hashes) == 6


def test_it_has_24_letters_and_digits_in_groups_of_four(user: User) -> None:
    assert re.fullmatch(r"([A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}", create_application_password(user, "tests"))


def test_it_is_another_one_each_time(user: User) -> None:
    assert len({create_application_password(user, "tests") for _ in range(20)}) == 20


def test_nothing_but_its_hash_is_kept(user: User) -> None:
    password = create_application_password(user, "A plugin")
    row = ApplicationPassword.objects.values().get()
    assert row["hash"] == hash_password(password)
    assert row["name"] == "A plugin"
    assert row["user_id"] == user.pk
    assert row["revoked_at"] is None
    kept = " ".join(map(str, row.values()))
    assert password not in kept
    assert password.replace(" ", "") not in kept


def test_a_users_passwords_may_have_one_name_but_no_two_are_the_same(user: User) -> None:
    create_application_password(user, "Same")
    create_application_password(user, "Same")
    taken = ApplicationPassword.objects.values_list("hash", flat=True)[0]
    with pytest.raises(IntegrityError):
        ApplicationPassword.objects.create(user=user, name="Copy", hash=taken)


def test_a_set_of_them_is_revoked_with_one_statement(
    user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(3):
        create_application_password(user, f"client {n}")
    noon = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    with time_machine.travel(noon, tick=False), django_assert_num_queries(1):
        assert revoke_application_passwords(ApplicationPassword.objects.exclude(name="client 0")) == 2
    assert set(ApplicationPassword.objects.values_list("name", "revoked_at")) == {
        ("client 0", None),
        ("client 1", noon),
        ("client 2", noon),
    }


def test_one_that_is_revoked_keeps_its_day(user: User) -> None:
    create_application_password(user, "tests")
    first = datetime(2026, 5, 1, tzinfo=UTC)
    with time_machine.travel(first, tick=False):
        revoke_application_passwords(ApplicationPassword.objects.all())
    assert revoke_application_passwords(ApplicationPassword.objects.all()) == 0
    assert ApplicationPassword.objects.get().revoked_at == first


def test_they_go_with_their_user(user: User) -> None:
    create_application_password(user, "tests")
    user.delete()
    assert not ApplicationPassword.objects.exists()

"""API keys in the admin."""

import re
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from accounts.models import ApiKey
from tests.factories import UserFactory
from tests.fluenzr.client import Fluenzr

KEYS = "/admin/accounts/apikey/"


def shown_key(response: Any) -> str:
    [key] = re.findall(r"flz_sk_[A-Za-z0-9]{32}", response.content.decode())
    return str(key)


def test_a_new_key_is_shown_once_and_works(browser: Client, admin: User, keyless: Fluenzr) -> None:
    body = {"user": admin.pk, "name": "shop", "read_only": "on"}
    key = shown_key(browser.post(f"{KEYS}add/", body, follow=True))
    keyless.headers["Authorization"] = f"Bearer {key}"
    assert keyless.get("/contacts").status_code == 200
    assert keyless.post("/contacts", {"email": "a@example.com"}).status_code == 403
    kept = ApiKey.objects.get()
    for path in (KEYS, f"{KEYS}{kept.pk}/change/"):
        page = browser.get(path).content.decode()
        assert "flz_sk_" not in page
        assert kept.hash not in page


def test_it_revokes(browser: Client, fluenzr: Fluenzr) -> None:
    pk = ApiKey.objects.get().pk
    assert fluenzr.get("/contacts").status_code == 200
    browser.post(KEYS, {"action": "revoke", "_selected_action": [pk]})
    assert fluenzr.get("/contacts").status_code == 401


def test_it_renames_and_keeps_the_key(browser: Client, fluenzr: Fluenzr) -> None:
    pk = ApiKey.objects.get().pk
    browser.post(f"{KEYS}{pk}/change/", {"name": "other", "read_only": "on"})
    assert list(ApiKey.objects.values_list("name", "read_only")) == [("other", True)]
    assert fluenzr.get("/contacts").status_code == 200


def test_staff_see_and_make_their_own_keys_alone(admin: User, fluenzr: Fluenzr) -> None:
    staff = UserFactory.create(is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__endswith="_apikey"))
    client = Client()
    client.force_login(staff)
    assert "No API keys yet" in client.get(KEYS).content.decode()
    shown_key(client.post(f"{KEYS}add/", {"user": admin.pk, "name": "mine"}, follow=True))
    assert ApiKey.objects.get(name="mine").user == staff
    assert client.get(f"{KEYS}{ApiKey.objects.get(user=admin).pk}/change/").status_code == 302


def test_nobody_can_guess_a_hash_by_filtering(browser: Client, fluenzr: Fluenzr) -> None:
    first = ApiKey.objects.get().hash[:12]
    assert browser.get(f"{KEYS}?hash__startswith={first}").status_code in (302, 400)

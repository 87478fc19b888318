"""API keys: who they let in, and to what."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.api_keys import revoke_api_keys
from accounts.models import ApiKey
from fluenzr.ids import CONTACT, encode
from subscribers.models import Subscriber
from tests.factories import SubscriberFactory, UserFactory
from tests.fluenzr.client import Error, Fluenzr, error_of

NO_KEY: Error = (401, "UNAUTHORIZED", "Invalid or missing API key", {})


def made(*arguments: str) -> str:
    output = StringIO()
    call_command("create_api_key", *arguments, stdout=output)
    return output.getvalue().splitlines()[-1]


def test_the_command_prints_a_key_that_works(admin: User, keyless: Fluenzr) -> None:
    key = made("admin", "--name", "import")
    assert re.fullmatch(r"flz_sk_[A-Za-z0-9]{32}", key)
    keyless.headers["Authorization"] = f"Bearer {key}"
    assert keyless.get("/contacts").status_code == 200
    assert keyless.post("/contacts", {"email": "a@example.com"}).status_code == 201
    kept = ApiKey.objects.get()
    assert (kept.user, kept.name, kept.read_only) == (admin, "import", False)
    assert key not in kept.hash
    assert key.removeprefix("flz_sk_") not in kept.hash


def test_the_command_knows_its_users(db: None) -> None:
    with pytest.raises(CommandError, match="no user named 'nobody'"):
        made("nobody")


def test_a_user_may_have_several(admin: User) -> None:
    keys = [Fluenzr(admin) for _ in range(3)]
    assert len({client.key for client in keys}) == 3
    assert [client.get("/contacts").status_code for client in keys] == [200, 200, 200]


def test_a_read_only_key_looks_and_never_writes(admin: User, keyless: Fluenzr) -> None:
    contact = SubscriberFactory.create(email="a@example.com", first_name="A")
    path = f"/contacts/{encode(CONTACT, contact.pk)}"
    keyless.headers["Authorization"] = f"Bearer {made('admin', '--read-only')}"
    assert keyless.get("/contacts").status_code == 200
    assert keyless.get(path).status_code == 200
    assert keyless.post("/contacts/search", {"query": "a@"}).status_code == 200
    refused: Error = (403, "FORBIDDEN", "This API key is read-only", {})
    for method, where, body in (
        ("POST", "/contacts", {"email": "b@example.com"}),
        ("PUT", path, {"firstName": "x"}),
        ("DELETE", path, None),
        ("POST", "/contacts/bulk", {"contacts": [{"email": "b@example.com"}]}),
        ("POST", f"{path}/tags", {"tags": ["x"]}),
        ("DELETE", f"{path}/groups", {"groupIds": []}),
        ("POST", "/groups", {"name": "x"}),
        ("PUT", "/groups/grp_maiga1", {"name": "x"}),
        ("DELETE", "/groups/grp_maiga1", None),
        ("POST", "/groups/grp_maiga1/contacts", {"contactIds": []}),
    ):
        assert error_of(keyless.send(method, where, body)) == refused, (method, where)
    assert list(Subscriber.objects.values_list("email", "first_name")) == [("a@example.com", "A")]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer nonsense",
        "Bearer flz_sk_" + "x" * 32,
        "Bearer flz_sk_" + "x" * 31 + "\u00e9",
        "Basic YWRtaW46eA==",
        "flz_sk_" + "x" * 32,
    ],
)
def test_nothing_else_is_accepted(fluenzr: Fluenzr, keyless: Fluenzr, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in ("/contacts", "/contacts/con_zzzzzz", "/groups"):
        response = keyless.get(path, headers=headers)
        assert error_of(response) == NO_KEY
        assert response["WWW-Authenticate"] == "Bearer"
    assert error_of(keyless.post("/contacts", {"email": "x"}, headers=headers)) == NO_KEY


def test_the_scheme_may_be_in_any_case(fluenzr: Fluenzr, keyless: Fluenzr) -> None:
    assert keyless.get("/contacts", headers={"Authorization": f"bearer  {fluenzr.key} "}).status_code == 200


def test_a_revoked_key_is_refused_at_once(admin: User) -> None:
    kept, lost = Fluenzr(admin), Fluenzr(admin)
    assert lost.get("/contacts").status_code == 200
    assert revoke_api_keys(ApiKey.objects.filter(pk=ApiKey.objects.latest("pk").pk)) == 1
    assert error_of(lost.get("/contacts")) == NO_KEY
    assert kept.get("/contacts").status_code == 200


def test_a_user_who_may_not_sign_in_has_no_keys(admin: User, fluenzr: Fluenzr) -> None:
    User.objects.update(is_active=False)
    assert error_of(fluenzr.get("/contacts")) == NO_KEY


def test_it_remembers_the_last_use_at_most_once_a_minute(fluenzr: Fluenzr) -> None:
    fluenzr.get("/contacts")
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    fluenzr.get("/contacts")
    assert ApiKey.objects.get().last_used_at == first
    earlier = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.update(last_used_at=earlier)
    fluenzr.get("/contacts")
    last = ApiKey.objects.get().last_used_at
    assert last is not None
    assert last > earlier


def test_it_costs_one_statement(fluenzr: Fluenzr, django_assert_num_queries: Any) -> None:
    fluenzr.get("/contacts")
    with django_assert_num_queries(1):
        assert fluenzr.get("/contacts/nonsense").status_code == 404


def test_rights_are_the_users(db: None) -> None:
    user = UserFactory.create()
    client = Fluenzr(user)
    contact = encode(CONTACT, SubscriberFactory.create().pk)
    calls = {
        "view_subscriber": ("GET", "/contacts", None),
        "add_subscriber": ("POST", "/contacts", {"email": "a@example.com"}),
        "change_subscriber": ("PUT", f"/contacts/{contact}", {"firstName": "x"}),
        "delete_subscriber": ("DELETE", f"/contacts/{contact}", None),
        "view_contactlist": ("GET", "/groups", None),
        "add_contactlist": ("POST", "/groups", {"name": "x"}),
    }
    refused: Error = (403, "FORBIDDEN", "This API key may not do that", {})
    for method, path, body in calls.values():
        assert error_of(client.send(method, path, body)) == refused
    for right, (method, path, body) in calls.items():
        user.user_permissions.set(Permission.objects.filter(codename=right))
        assert client.send(method, path, body).status_code in (200, 201), right


def test_a_password_of_the_other_face_is_no_key(fluenzr: Fluenzr, keyless: Fluenzr) -> None:
    response = keyless.client.get(
        "/wp-json/fluent-crm/v2/subscribers", headers={"Authorization": f"Bearer {fluenzr.key}"}
    )
    assert response.status_code == 401

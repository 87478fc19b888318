"""Application passwords in the admin."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from accounts.models import ApplicationPassword
from accounts.services import create_application_password, hash_password
from tests.client import Api
from tests.factories import UserFactory

LIST = "/admin/accounts/applicationpassword/"
ADD = f"{LIST}add/"
PASSWORD = re.compile(r"<code>((?:[A-Za-z0-9]{4} ?){6})</code>")


@pytest.fixture
def staff(db: None) -> User:
    """A user with every right on application passwords and no other."""
    user = UserFactory.create(username="staff", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__model="applicationpassword"))
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def password_of(user: User, name: str = "Zapier", **fields: Any) -> ApplicationPassword:
    plain = create_application_password(user, name)
    found = ApplicationPassword.objects.filter(hash=hash_password(plain))
    if fields:
        found.update(**fields)
    return found.get()


def works(user: User, plain: str) -> bool:
    api = Api(user)
    ApplicationPassword.objects.filter(name="tests").delete()
    answer = api.get("/wp-json/wp/v2/users/me", headers={"Authorization": f"Basic {user.username}:{plain}"})
    return answer.status_code == 200


def names(answer: Any) -> list[str]:
    return [password.name for password in answer.context["cl"].result_list]


def test_it_shows_a_new_password_on_the_next_page_and_never_again(browser: Client, admin: User) -> None:
    answer = browser.post(ADD, {"user": admin.pk, "name": "My <app>"})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    page = browser.get(LIST).content.decode()
    assert "The application password “My &lt;app&gt;” of admin, shown only now: " in page
    (plain,) = PASSWORD.findall(page)
    assert works(admin, plain)
    made = ApplicationPassword.objects.get(name="My <app>")
    assert made.user == admin
    for address in (LIST, f"{LIST}{made.pk}/change/", f"{LIST}{made.pk}/history/", "/admin/"):
        shown = browser.get(address)
        assert plain not in shown.content.decode()
        assert made.hash not in shown.content.decode()
        assert plain not in str(shown.cookies)
    entry = LogEntry.objects.get()
    assert entry.object_id == str(made.pk)
    assert plain not in f"{entry.object_repr}{entry.change_message}"


def test_its_page_with_the_password_is_kept_by_nobody(browser: Client, admin: User) -> None:
    answer = browser.post(ADD, {"user": admin.pk, "name": "app"}, follow=True)
    assert PASSWORD.search(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]


def test_it_makes_one_for_another_user(browser: Client) -> None:
    user = UserFactory.create()
    (plain,) = PASSWORD.findall(browser.post(ADD, {"user": user.pk, "name": "app"}, follow=True).content.decode())
    assert works(user, plain)


@pytest.mark.parametrize("sent", [{"user": "99", "name": "app"}, {"name": "app"}, {"user": "1", "name": ""}])
def test_it_refuses_one_without_a_user_or_a_name(browser: Client, sent: dict[str, str]) -> None:
    assert browser.post(ADD, sent).status_code == 200
    assert not ApplicationPassword.objects.exists()


def test_it_lists_the_newest_first_with_their_use(browser: Client, admin: User) -> None:
    password_of(admin, "Old", last_used_at="2026-01-31 09:05Z", last_used_from="192.0.2.7")
    password_of(UserFactory.create(username="ada"), "New", revoked_at="2026-02-01 10:00Z")
    answer = browser.get(LIST)
    assert names(answer) == ["New", "Old"]
    page = answer.content.decode()
    assert [text in page for text in ("ada", "192.0.2.7", "31 Jan 2026", "1 Feb 2026")] == [True] * 4
    assert names(browser.get(LIST, {"revoked": "no"})) == ["Old"]
    assert names(browser.get(LIST, {"revoked": "yes"})) == ["New"]
    assert names(browser.get(LIST, {"q": "ada"})) == ["New"]
    assert names(browser.get(LIST, {"q": "OLD"})) == ["Old"]


def test_it_lists_many_in_as_many_statements_as_few(
    browser: Client, admin: User, django_assert_num_queries: Any
) -> None:
    for count in (1, 10):
        for _ in range(count):
            password_of(UserFactory.create())
        # The session, the user, the total and that without filters, the page.
        with django_assert_num_queries(5):
            browser.get(LIST)


def test_it_does_not_tell_a_hash_by_filtering(browser: Client, admin: User) -> None:
    password_of(admin)
    assert browser.get(LIST, {"hash__startswith": "$generic$"}).status_code == 400


def test_it_revokes_from_the_list(browser: Client, admin: User) -> None:
    plain, kept = create_application_password(admin, "first"), create_application_password(admin, "second")
    chosen = ApplicationPassword.objects.get(name="first")
    answer = browser.post(LIST, {"action": "revoke", "index": 0, "_selected_action": chosen.pk}, follow=True)
    assert "1 password was revoked." in answer.content.decode()
    assert (works(admin, plain), works(admin, kept)) == (False, True)


def test_it_revokes_by_the_button_once(browser: Client, admin: User) -> None:
    plain = create_application_password(admin, "first")
    address = f"{LIST}{ApplicationPassword.objects.get().pk}/change/"
    assert 'name="_revoke"' in browser.get(address).content.decode()
    answer = browser.post(address, {"name": "first", "_revoke": "Revoke this password"}, follow=True)
    assert "1 password was revoked." in answer.content.decode()
    assert not works(admin, plain)
    assert LogEntry.objects.get().get_change_message() == "Revoked."
    revoked_at = ApplicationPassword.objects.get().revoked_at
    assert 'name="_revoke"' not in browser.get(address).content.decode()
    browser.post(address, {"name": "first", "_revoke": "Revoke this password"})
    assert ApplicationPassword.objects.get().revoked_at == revoked_at


def test_it_renames_and_changes_nothing_else(browser: Client, admin: User) -> None:
    password = password_of(admin)
    before = ApplicationPassword.objects.values().get()
    sent = {"name": "Make", "user": UserFactory.create().pk, "hash": "x", "revoked_at_0": "2026-01-01"}
    assert browser.post(f"{LIST}{password.pk}/change/", sent).status_code == 302
    assert ApplicationPassword.objects.values().get() == before | {"name": "Make"}


def test_it_deletes(browser: Client, admin: User) -> None:
    plain = create_application_password(admin, "first")
    address = f"{LIST}{ApplicationPassword.objects.get().pk}/delete/"
    assert browser.post(address, {"post": "yes"}).status_code == 302
    assert not works(admin, plain)


def test_it_keeps_staff_to_their_own(staff: User, admin: User) -> None:
    client = logged_in(staff)
    own, other = password_of(staff, "Own"), password_of(admin, "Other")
    assert names(client.get(LIST)) == ["Own"]
    assert names(client.get(LIST, {"q": "admin"})) == []
    for page in ("change", "delete", "history"):
        assert client.get(f"{LIST}{own.pk}/{page}/").status_code == 200
        assert client.get(f"{LIST}{other.pk}/{page}/").status_code == 302
    client.post(LIST, {"action": "revoke", "index": 0, "_selected_action": other.pk})
    client.post(f"{LIST}{other.pk}/change/", {"name": "x", "_revoke": "1"})
    client.post(f"{LIST}{other.pk}/delete/", {"post": "yes"})
    other.refresh_from_db()
    assert (other.name, other.revoked_at) == ("Other", None)


def test_it_makes_only_their_own_for_staff(staff: User, admin: User) -> None:
    client = logged_in(staff)
    assert list(client.get(ADD).context["adminform"].form.fields) == ["name"]
    (plain,) = PASSWORD.findall(client.post(ADD, {"name": "app", "user": admin.pk}, follow=True).content.decode())
    assert ApplicationPassword.objects.get().user == staff
    assert works(staff, plain)


def test_it_lets_staff_who_may_change_users_see_and_make_all(staff: User, admin: User) -> None:
    staff.user_permissions.add(Permission.objects.get(codename="change_user"))
    client = logged_in(staff)
    password_of(admin, "Other")
    assert names(client.get(LIST)) == ["Other"]
    client.post(ADD, {"name": "app", "user": admin.pk})
    assert ApplicationPassword.objects.get(name="app").user == admin


@pytest.mark.django_db
def test_it_is_only_for_those_who_have_the_right() -> None:
    user = UserFactory.create(is_staff=True)
    client = logged_in(user)
    own = password_of(user)
    assert (client.get(LIST).status_code, client.get(ADD).status_code) == (403, 403)
    user.user_permissions.set(Permission.objects.filter(codename="view_applicationpassword"))
    page = client.get(f"{LIST}{own.pk}/change/")
    assert page.status_code == 200
    assert 'name="_revoke"' not in page.content.decode()
    assert client.post(f"{LIST}{own.pk}/change/", {"_revoke": "1"}).status_code == 403
    client.post(LIST, {"action": "revoke", "index": 0, "_selected_action": own.pk})
    own.refresh_from_db()
    assert own.revoked_at is None


def test_the_admin_is_named_after_the_site(browser: Client) -> None:
    page = browser.get("/admin/").content.decode()
    assert "<title>Contacts and settings | FluentCRM API</title>" in page
    assert re.search(r'<a href="/"[^>]*>\s*View site\s*</a>', page)


def test_it_asks_before_it_revokes_all_passwords(browser: Client, admin: User) -> None:
    for _ in range(2):
        password_of(admin)
    sent = {"action": "revoke", "select_across": "1", "_selected_action": "1"}
    asked = browser.post(LIST, sent)
    assert "<strong>2 application passwords</strong>" in asked.content.decode()
    assert not ApplicationPassword.objects.filter(revoked_at__isnull=False).exists()
    browser.post(LIST, dict(asked.context["sent"]))
    assert not ApplicationPassword.objects.filter(revoked_at=None).exists()

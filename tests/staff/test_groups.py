"""Users and groups in the admin, and what each group may do on every screen: see, add, change, delete, each action."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.groups import GROUPS
from changes.models import Change
from tests.factories import UserFactory
from tests.staff.screens import labels, make_row

USERS = "/admin/auth/user/"
GROUP = "/admin/auth/group/"


def member(name: str) -> User:
    user = UserFactory.create(is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(model: Any) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def offered(page: str) -> set[str]:
    """The actions that a list offers."""
    chosen = re.search(r'<select[^>]*name="action".*?</select>', page, re.DOTALL)
    return set(re.findall(r'<option value="(\w+)"', chosen.group())) if chosen else set()


@pytest.mark.parametrize("name", [*GROUPS])
@pytest.mark.parametrize("label", labels())
def test_each_button_is_there_for_whom_the_group_allows_it(browser: Client, name: str, label: str) -> None:
    model = apps.get_model(label)
    screen = django_admin.site._registry[model]
    user = member(name)
    staff, here, row = signed_in(user), address(model), make_row(model, user)

    def may(*verbs: str) -> bool:
        return any(user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}") for verb in verbs)

    change = f"{here}{row.pk}/change/"
    pages = {
        here: may("view", "change"),
        f"{here}add/": may("add"),
        change: may("view", "change"),
        f"{here}{row.pk}/delete/": may("delete"),
    }
    answers = {}
    for page, allowed in pages.items():
        answers[page] = to_admin, to_staff = [client.get(page) for client in (browser, staff)]
        # What the screen has for nobody, it has for no group.
        possible = to_admin.status_code == 200
        assert (to_staff.status_code == 200) is (allowed and possible), page
        if not (allowed and possible):
            # A screen that needs more than the group's rights may send back to where it is.
            assert staff.post(page, {"post": "yes", "name": "x"}).status_code in (403, 405) or page == here
    assert model._default_manager.filter(pk=row.pk).exists()
    if not pages[here]:
        return
    everything, shown = (answer.content.decode() for answer in answers[here])
    assert (f'href="{here}add/' in shown) is (f'href="{here}add/' in everything and may("add"))
    everything_there, shown_there = (answer.content.decode() for answer in answers[change])
    assert ('name="_save"' in shown_there) is ('name="_save"' in everything_there and may("change"))
    expected = {action for action in offered(everything) if all(may(*verbs) for verbs in needed(screen, action))}
    assert offered(shown) == expected
    before = state(model)
    for action in offered(everything) - expected:
        sent = {"action": action, "index": "0", "select_across": "0", "_selected_action": [row.pk], "post": "yes"}
        assert staff.post(here, sent).status_code in (200, 302, 403)
    assert state(model) == before


def needed(screen: Any, action: str) -> list[list[str]]:
    """What one must be allowed to do for an action: one of each. An action that says nothing needs what the list needs."""
    if action == "merge":  # tags are changed and deleted
        return [["change"], ["delete"]]
    function = getattr(screen, action, None) or django_admin.site.get_action(action)
    words: list[str] = getattr(function, "allowed_permissions", ["view", "change"])
    # A screen's own words (to send, to steer) are for who may change rows.
    return [[word if word in ("view", "add", "change", "delete") else "change" for word in words]]


def state(model: Any) -> Any:
    return list(model._default_manager.order_by("pk").values()), Change.objects.count(), LogEntry.objects.count()


@pytest.mark.parametrize("name", [*GROUPS])
def test_the_menu_has_what_may_be_viewed(browser: Client, name: str) -> None:
    staff = signed_in(member(name))
    menus = [client.get("/admin/").content.decode() for client in (browser, staff)]
    everything, shown = (
        {here for here in map(address, django_admin.site._registry) if f'href="{here}"' in menu} for menu in menus
    )
    assert shown == {here for here in everything if staff.get(here).status_code == 200}
    assert shown


def helpdesk(*more: str) -> User:
    """Staff with rights on users and groups, and on contacts."""
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="auth", content_type__model__in=("user", "group"))
        | Permission.objects.filter(codename__in=("view_subscriber", *more))
    )
    return user


def user_form(user: User, **values: Any) -> dict[str, Any]:
    joined = user.date_joined
    form = {"username": user.username, "is_active": "on", "is_staff": "on"}
    return form | {"date_joined_0": joined.date(), "date_joined_1": joined.time()} | values


def test_nobody_gives_a_right_that_they_do_not_have(db: None) -> None:
    staff, other = signed_in(helpdesk()), UserFactory.create()
    view, delete = (Permission.objects.get(codename=f"{verb}_subscriber") for verb in ("view", "delete"))
    page = staff.post(f"{USERS}{other.pk}/change/", user_form(other, user_permissions=[view.pk, delete.pk]))
    assert "You can only give rights that you have. You do not have: delete contact." in page.content.decode()
    page = staff.post(f"{USERS}{other.pk}/change/", user_form(other, groups=[Group.objects.get(name="Managers").pk]))
    assert "You can only give rights that you have." in page.content.decode()
    assert not other.user_permissions.exists()
    assert not other.groups.exists()
    assert staff.post(f"{USERS}{other.pk}/change/", user_form(other, user_permissions=[view.pk])).status_code == 302
    assert other.user_permissions.get() == view
    mine = Group.objects.create(name="Mine")
    page = staff.post(f"{GROUP}{mine.pk}/change/", {"name": "Mine", "permissions": [delete.pk]})
    assert "You do not have: delete contact." in page.content.decode()
    assert not mine.permissions.exists()


def test_nobody_becomes_a_superuser_by_themselves(db: None) -> None:
    user = helpdesk()
    staff = signed_in(user)
    mine = [right.pk for right in user.user_permissions.all()]
    sent = user_form(user, is_superuser="on", user_permissions=mine)
    assert staff.post(f"{USERS}{user.pk}/change/", sent).status_code == 302
    user.refresh_from_db()
    assert not user.is_superuser


@pytest.mark.parametrize("kind", ["superuser", "group", "right"])
def test_who_has_more_rights_is_out_of_reach(admin: User, kind: str) -> None:
    staff = signed_in(helpdesk())
    more = member("Managers") if kind == "group" else UserFactory.create(is_superuser=kind == "superuser")
    if kind == "right":
        more.user_permissions.add(Permission.objects.get(codename="delete_subscriber"))
    other = UserFactory.create()
    assert staff.post(f"{USERS}{more.pk}/change/", user_form(more, username="taken")).status_code == 403
    passwords = {"password1": "long-and-new-1", "password2": "long-and-new-1", "usable_password": "true"}
    assert staff.post(f"{USERS}{more.pk}/password/", passwords).status_code == 403
    assert staff.post(f"{USERS}{more.pk}/delete/", {"post": "yes"}).status_code == 403
    asked = staff.post(USERS, {"action": "delete_selected", "_selected_action": [more.pk, other.pk]})
    staff.post(USERS, confirmed(asked))
    assert set(User.objects.filter(pk__in=[more.pk, other.pk]).values_list("pk", "username")) == {
        (more.pk, more.username)
    }
    group = Group.objects.get(name="Managers")
    assert staff.post(f"{GROUP}{group.pk}/delete/", {"post": "yes"}).status_code == 403


def confirmed(asked: Any) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in asked.context["sent"]:
        sent.setdefault(name, []).append(value)
    return sent


def test_nobody_deletes_themselves(browser: Client, admin: User) -> None:
    assert browser.post(f"{USERS}{admin.pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(USERS, {"action": "delete_selected", "_selected_action": [admin.pk]})
    assert User.objects.filter(pk=admin.pk).exists()


def test_a_new_user_gets_a_group(browser: Client) -> None:
    sent = {"username": "eva", "usable_password": "true", "password1": "quite-long-7", "password2": "quite-long-7"}
    assert browser.post(f"{USERS}add/", sent).status_code == 302
    eva = User.objects.get(username="eva")
    editors = Group.objects.get(name="Editors")
    assert browser.post(f"{USERS}{eva.pk}/change/", user_form(eva, groups=[editors.pk])).status_code == 302
    assert User.objects.get(username="eva").has_perm("subscribers.change_subscriber")
    assert "Editors" in browser.get(USERS).content.decode()
    assert "eva" in browser.get(GROUP).content.decode()


def test_lists_take_as_many_statements_for_many_as_for_few(browser: Client) -> None:
    counts = []
    for size in (2, 30):
        for _ in range(size):
            member("Editors")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(USERS).status_code == 200
            assert browser.get(GROUP).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20

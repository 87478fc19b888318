"""The groups of a new site: which rights each has, and that what staff change in them stays."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.groups import GROUPS, give_rights
from accounts.models import ReadyGroup
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# For each group, some rights that it has and some that it has not.
HAS = {
    "Administrators": "auth.change_user options.change_option webhooks.delete_webhook subscribers.delete_subscriber",
    "Managers": "options.change_option webhooks.delete_webhook subscribers.delete_subscriber accounts.add_apikey",
    "Editors": "subscribers.change_subscriber notes.add_note emails.change_template segments.add_tag jobs.view_job",
    "Viewers": "subscribers.view_subscriber emails.view_message segments.view_tag changes.view_change jobs.view_job",
}
HAS_NOT = {
    "Administrators": "",
    "Managers": "auth.change_user auth.add_group auth.view_user sessions.view_session",
    "Editors": (
        "subscribers.delete_subscriber options.change_option webhooks.view_webhook custom_fields.change_customfield "
        "accounts.view_apikey auth.view_user jobs.change_job"
    ),
    "Viewers": "subscribers.add_subscriber subscribers.change_subscriber webhooks.view_webhook accounts.view_apikey",
}


def migrate() -> None:
    for app in apps.get_app_configs():
        give_rights(app, using="default")


@pytest.mark.parametrize("name", [*GROUPS])
def test_a_new_site_has_it(name: str) -> None:
    user = UserFactory.create()
    user.groups.add(Group.objects.get(name=name))
    assert [right for right in HAS[name].split() if not user.has_perm(right)] == []
    assert [right for right in HAS_NOT[name].split() if user.has_perm(right)] == []


def test_every_right_is_considered_once() -> None:
    everything = Permission.objects.count()
    assert Group.objects.get(name="Administrators").permissions.count() == everything
    assert [ready.considered.count() for ready in ReadyGroup.objects.all()] == [everything] * len(GROUPS)


def test_what_staff_changed_stays() -> None:
    editors, viewers, managers = (Group.objects.get(name=name) for name in ("Editors", "Viewers", "Managers"))
    given, taken = (Permission.objects.get(codename=f"{verb}_subscriber") for verb in ("delete", "add"))
    editors.permissions.add(given)
    editors.permissions.remove(taken)
    Group.objects.filter(pk=viewers.pk).update(name="Interns")
    managers.delete()
    migrate()
    codenames = set(editors.permissions.values_list("codename", flat=True))
    assert "delete_subscriber" in codenames
    assert "add_subscriber" not in codenames
    assert set(Group.objects.values_list("name", flat=True)) == {"Administrators", "Editors", "Interns"}


def test_a_new_model_s_rights_come_also_to_a_renamed_group() -> None:
    view = Permission.objects.get(codename="view_subscriber")
    row = {"name": view.name, "content_type": view.content_type, "codename": view.codename}
    Group.objects.filter(name="Viewers").update(name="Interns")
    view.delete()
    Permission.objects.create(**row)
    migrate()
    assert Group.objects.get(name="Interns").permissions.filter(codename="view_subscriber").exists()


def test_a_group_that_staff_had_before_is_theirs() -> None:
    ReadyGroup.objects.all().delete()
    Group.objects.all().delete()
    Group.objects.create(name="Managers")
    migrate()
    assert not Group.objects.get(name="Managers").permissions.exists()
    assert Group.objects.get(name="Editors").permissions.exists()


def test_it_takes_a_statement_an_app_when_nothing_is_new() -> None:
    with CaptureQueriesContext(connection) as queries:
        give_rights(apps.get_app_config("subscribers"), using="default")
    assert len(queries) == 1

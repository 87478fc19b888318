"""Fill a database as the last version without this app left it, migrate it, and print what is there then."""

import json
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

LANDED = [("subscribers", "0004_job_title_website_and_stage"), ("auth", "0012_alter_user_first_name_max_length")]
ENTRIES = 500


def fill(apps: Any) -> dict[str, Any]:
    """Entries of each kind, and a user and a group with the right to see them."""
    user = apps.get_model("auth", "User").objects.create(username="grace")
    content_type = apps.get_model("contenttypes", "ContentType").objects.create(app_label="subscribers", model="change")
    permission = apps.get_model("auth", "Permission").objects.create(
        codename="view_change", name="Can view change", content_type=content_type
    )
    group = apps.get_model("auth", "Group").objects.create(name="staff")
    user.user_permissions.add(permission)
    group.permissions.add(permission)
    change, changed = apps.get_model("subscribers", "Change"), apps.get_model("subscribers", "ChangedContact")
    made = [
        change(
            door=("api", "admin", "command")[number % 3],
            change=("updated", "tags_attached", "deleted")[number % 3],
            details={"targets": [number]} if number % 3 == 1 else {},
            user=user if number % 2 else None,
            contacts=1 + number % 4,
        )
        for number in range(ENTRIES)
    ]
    made = change.objects.bulk_create(made)
    changed.objects.bulk_create(changed(change=one, contact_id=pk) for one in made for pk in range(one.contacts))
    return snapshot(change, changed, "door", "change")


def snapshot(change: Any, changed: Any, channel: str, event: str) -> dict[str, Any]:
    columns = ("pk", channel, event, "details", "user", "contacts", "at")
    return {
        "entries": list(change.objects.order_by("pk").values_list(*columns)),
        "links": list(changed.objects.order_by("pk").values_list("pk", "change", "contact_id")),
    }


def main() -> None:
    django.setup()
    # Of the first migration on: the tables must be there as they were, without what the apps' code knows now.
    executor = MigrationExecutor(connection)
    executor.migrate(LANDED)
    before = fill(executor.loader.project_state(LANDED).apps)
    call_command("migrate", verbosity=0)

    from django.contrib.auth.models import Group, Permission, User  # noqa: PLC0415 - only after setup

    from changes.cursor import START  # noqa: PLC0415
    from changes.models import Change, ChangedContact  # noqa: PLC0415
    from changes.services import Entry, record  # noqa: PLC0415
    from tests.changes.crossing import follow, nothing_runs  # noqa: PLC0415

    after = snapshot(Change, ChangedContact, "channel", "event")
    [new] = record([Entry("created", [1])])
    read = [change.pk for change in follow(START, nothing_runs, lambda: ENTRIES)]
    grace = User.objects.get()
    report = {
        "before": before,
        "after": after,
        "subjects": list(Change.objects.exclude(pk=new).values_list("subject_kind", "subject_id").distinct()),
        "new": new,
        "read": read,
        "tables": [
            name for name in connection.introspection.table_names() if name.endswith(("_change", "changedcontact"))
        ],
        "user may": grace.has_perm("changes.view_change"),
        "group may": Group.objects.get(name="staff").permissions.filter(content_type__app_label="changes").count(),
        "permissions": Permission.objects.filter(codename="view_change").count(),
    }
    print(json.dumps(report, default=str))


if __name__ == "__main__":
    main()

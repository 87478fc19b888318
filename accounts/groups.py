"""The groups that a new site has for its staff, with their rights. What staff change in them later stays.

Each right is given to a group once, when its model is new. So a right that staff took from a group is not given
again, and a group that they renamed or deleted is not made again.
"""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db import transaction
from django.db.models import Count

# Apps by what their rights give power over; all others hold the daily work.
AREAS = {
    # To give every right, or to read what others keep secret.
    "power": {"admin", "auth", "axes", "contenttypes", "django_tasks_database", "sessions"},
    # How the site is connected and set up: keys, addresses with secrets in them, settings.
    "setup": {"accounts", "options", "webhooks"},
    # What gives contacts their shape, and what happened.
    "shape": {"changes", "custom_fields", "jobs", "labels", "pipelines"},
}
EVERYTHING, EDIT, VIEW = ("",), ("view_", "add_", "change_"), ("view_",)

# For each group, with which words the rights start that it has in an area.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "Administrators": {"work": EVERYTHING, "shape": EVERYTHING, "setup": EVERYTHING, "power": EVERYTHING},
    "Managers": {"work": EVERYTHING, "shape": EVERYTHING, "setup": EVERYTHING},
    "Editors": {"work": EDIT, "shape": VIEW},
    "Viewers": {"work": VIEW, "shape": VIEW},
}


def give_rights(app_config: AppConfig, using: str, apps: Any = installed, **options: Any) -> None:
    """Make the groups, and give them the rights of an app that are new. One statement where none is.

    Called after `migrate` for each app, when Django has made the app's permissions.
    """
    try:
        ready_group, group, permission = (
            apps.get_model(*name) for name in (("accounts", "ReadyGroup"), ("auth", "Group"), ("auth", "Permission"))
        )
    except LookupError:  # migrated to a time before the groups
        return
    of_app = permission.objects.using(using).filter(content_type__app_label=app_config.label)
    new = list(of_app.annotate(times=Count("readygroup")).filter(times__lt=len(GROUPS)).order_by("pk"))
    if not new:
        return
    with transaction.atomic(using=using):
        for name, rights in GROUPS.items():
            words = rights.get(area_of(app_config.label), ())
            ready, is_new = ready_group.objects.using(using).get_or_create(name=name)
            if is_new and not group.objects.using(using).filter(name=name).exists():
                # A group that staff made with this name stays as it is.
                ready.group = group.objects.using(using).create(name=name)
                ready.save(using=using)
            known = set(ready.considered.values_list("pk", flat=True))
            fresh = [right for right in new if right.pk not in known]
            ready.considered.add(*fresh)
            if ready.group:
                ready.group.permissions.add(*(right for right in fresh if right.codename.startswith(words)))


def area_of(app: str) -> str:
    return next((area for area, apps in AREAS.items() if app in apps), "work")

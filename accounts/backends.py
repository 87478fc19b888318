"""Who may do what, in the admin and on both APIs."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class Rights(ModelBackend):
    """Django's own, but the rights of a user and of the groups are read by one statement, not by one for each."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_superuser or not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            own = user_obj._meta.get_field("user_permissions").remote_field.through.objects.filter(user=user_obj)
            of_groups = Permission.group_set.through.objects.filter(group__user=user_obj)
            granted = Permission.objects.filter(
                Q(pk__in=own.values("permission")) | Q(pk__in=of_groups.values("permission"))
            )
            names = granted.order_by().values_list("content_type__app_label", "codename")
            user_obj._perm_cache = {f"{app}.{codename}" for app, codename in names}  # noqa: SLF001 - Django's cache
        return set(user_obj._perm_cache)  # noqa: SLF001

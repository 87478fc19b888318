"""Users and their groups in the admin. Nobody gives rights that they do not have, or changes a user who has more."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from staff.confirmation import SetActions

admin.site.unregister([User, Group])

NOT_YOURS = "You can only give rights that you have. You do not have: %(rights)s."
# So many rights are named in the message.
NAMED = 5


class GivesRights(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses rights, also those of groups, that the acting user does not have. What the row had before may stay."""

    acting: User
    # Fields with rights, and fields with groups.
    right_fields: ClassVar[tuple[str, ...]] = ()
    group_fields: ClassVar[tuple[str, ...]] = ()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.acting.is_superuser:
            return cleaned
        beyond = Permission.objects.exclude(pk__in=rights_of(self.acting)).select_related("content_type")
        for name in self.right_fields:
            self.refuse(name, beyond.filter(pk__in=self.added(name)))
        for name in self.group_fields:
            self.refuse(name, beyond.filter(group__in=self.added(name)).distinct())
        return cleaned

    def added(self, name: str) -> list[int]:
        """The ids of the field that the row does not have yet."""
        known = set(getattr(self.instance, name).values_list("pk", flat=True)) if self.instance.pk else set()
        return [row.pk for row in self.cleaned_data.get(name, ()) if row.pk not in known]

    def refuse(self, name: str, rights: QuerySet[Permission]) -> None:
        names = [right.name.removeprefix("Can ") for right in rights[: NAMED + 1]]
        if names:
            shown = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
            self.add_error(name, ValidationError(NOT_YOURS, params={"rights": shown}))


class UserForm(GivesRights, UserChangeForm):  # type: ignore[misc]
    right_fields = ("user_permissions",)
    group_fields = ("groups",)


class GroupForm(GivesRights):
    right_fields = ("permissions",)


class RightsAdmin(SetActions):
    """Pages whose form knows who acts."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"acting": request.user})


@admin.register(User)
class UserScreen(UserAdmin, RightsAdmin):  # type: ignore[misc,type-arg]
    form = UserForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "email", "group_names", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active", "groups")
    show_facets = admin.ShowFacets.NEVER
    search_help_text = "User name, name or e-mail address"
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="name", ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "-"

    @admin.display(description="groups")
    def group_names(self, user: User) -> str:
        return (
            "All rights" if user.is_superuser else ", ".join(sorted(str(group) for group in user.groups.all())) or "-"
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        superuser: Any = request.user
        return self.readonly_fields if superuser.is_superuser else (*self.readonly_fields, "is_superuser")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.reaches(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_self = obj is not None and obj.pk == request.user.pk
        return super().has_delete_permission(request, obj) and not is_self and self.reaches(request, obj)

    def reaches(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or within_reach(request.user, User.objects.filter(pk=obj.pk)).exists()

    @admin.action(description="Delete", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Delete those who have no more rights than who asks, who stays."""
        others = within_reach(request.user, queryset).exclude(pk=cast(int, request.user.pk))
        return super().delete_selected(request, others)


@admin.register(Group)
class GroupScreen(GroupAdmin, RightsAdmin):  # type: ignore[misc]
    form = GroupForm
    list_display = ("name", "members")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="users")
    def members(self, group: Group) -> str:
        return ", ".join(sorted(user.get_username() for user in group.user_set.all())) or "-"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self.reaches(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self.reaches(request, obj)

    def reaches(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or groups_within_reach(request.user, Group.objects.filter(pk=obj.pk)).exists()

    @admin.action(description="Delete", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Group]) -> HttpResponse | None:
        return super().delete_selected(request, groups_within_reach(request.user, queryset))


def rights_of(user: Any) -> QuerySet[Permission]:
    """The rights of a user who is no superuser, own ones and those of groups."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()


def within_reach(user: Any, users: QuerySet[User]) -> QuerySet[User]:
    """Those of the users who have no right that `user` does not have."""
    if user.is_superuser:
        return users
    beyond = Permission.objects.exclude(pk__in=rights_of(user))
    more = User.objects.filter(
        Q(user_permissions__in=beyond) | Q(groups__permissions__in=beyond) | Q(is_superuser=True)
    )
    return users.exclude(pk__in=more.order_by().values("pk"))


def groups_within_reach(user: Any, groups: QuerySet[Group]) -> QuerySet[Group]:
    """Those of the groups that give no right that `user` does not have."""
    if user.is_superuser:
        return groups
    beyond = Permission.objects.exclude(pk__in=rights_of(user))
    return groups.exclude(pk__in=Group.objects.filter(permissions__in=beyond).order_by().values("pk"))

"""Application passwords in the admin, and the admin's own titles."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import ApplicationPassword
from accounts.services import create_application_password, hash_password, revoke_application_passwords
from staff.confirmation import SetActions

admin.site.site_header = admin.site.site_title = settings.SITE_NAME
admin.site.index_title = "Contacts and settings"
# "View site" leads to the page that names the addresses of the APIs.
admin.site.site_url = "/"


class InUseFilter(admin.SimpleListFilter):
    title = "use"
    parameter_name = "revoked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "In use"), ("yes", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("no", "yes"):
            return queryset.filter(revoked_at__isnull=self.value() == "no")
        return queryset


@admin.register(ApplicationPassword)
class ApplicationPasswordAdmin(SetActions):
    """Whoever may change users sees and makes everyone's passwords; other staff their own alone.

    A new password is told in a message on the next page and nowhere else; a hash is never told.
    """

    list_display = ("name", "user", "created_at", "last_used_at", "last_used_from", "revoked_at")
    list_select_related = ("user",)
    list_filter = (InUseFilter,)
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("name", "user__username")
    search_help_text = "Name or user name"
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    actions = ("revoke", "delete_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApplicationPassword]:
        passwords: QuerySet[ApplicationPassword] = super().get_queryset(request)
        return passwords if may_change_users(request) else passwords.filter(user=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: ApplicationPassword | None = None) -> Any:
        if obj is not None:
            return ["name", *self.get_readonly_fields(request, obj)]
        return ["user", "name"] if may_change_users(request) else ["name"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApplicationPassword | None = None) -> list[str]:
        if obj is None:
            return []
        revocable = obj.revoked_at is None and self.has_change_permission(request, obj)
        revoked = "revoke_button" if revocable else "revoked_at"
        return ["user", "created_at", "last_used_at", "last_used_from", revoked]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk} | super().get_changeform_initial_data(request)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # ?hash__startswith= would tell the hash letter by letter.
        return not lookup.startswith("hash") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="revoked at")
    def revoke_button(self, password: ApplicationPassword) -> SafeString:
        # The Enter key presses a form's first button, which must not be the one that revokes.
        return SafeString(
            '<button type="submit" name="_save" hidden></button>'
            '<input type="submit" name="_revoke" value="Revoke this password">'
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # After "Save and continue" or "Save and add another" the new password would be easy to miss.
        buttons = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, buttons | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: ApplicationPassword, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["name"])
            return
        user: Any = obj.user if may_change_users(request) else request.user
        plain = create_application_password(user, obj.name)
        made = ApplicationPassword.objects.get(hash=hash_password(plain))
        obj.pk, obj.user = made.pk, user
        self.message_user(request, announcement(user, obj.name, plain), messages.SUCCESS)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return (
            "Revoked." if "_revoke" in request.POST else super().construct_change_message(request, form, formsets, add)
        )

    def response_add(
        self, request: HttpRequest, obj: ApplicationPassword, post_url_continue: str | None = None
    ) -> HttpResponse:
        # save_model has told all there is to tell.
        return self.response_post_save_add(request, obj)

    def response_change(self, request: HttpRequest, obj: ApplicationPassword) -> HttpResponse:
        if "_revoke" not in request.POST:
            return super().response_change(request, obj)
        self.revoke(request, ApplicationPassword.objects.filter(pk=obj.pk))
        return self.response_post_save_change(request, obj)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApplicationPassword]) -> HttpResponse | None:
        """Refuse every further request with one of the passwords."""

        def act(ids: list[int], _: Any) -> str:
            revoked = revoke_application_passwords(ApplicationPassword.objects.filter(pk__in=ids))
            return f"{revoked} {'password was' if revoked == 1 else 'passwords were'} revoked."

        return self.on_set(request, queryset, act)


def may_change_users(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm("auth.change_user"))


def announcement(user: User, name: str, plain: str) -> SafeString:
    return format_html(
        "The application password “{}” of {}, shown only now: <code>{}</code>", name, user.get_username(), plain
    )

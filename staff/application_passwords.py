"""Application passwords in the admin, and the admin's own titles."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from accounts.models import ApplicationPassword
from accounts.services import create_application_password, revoke_application_passwords
from staff.credentials import CredentialAdmin

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
class ApplicationPasswordAdmin(CredentialAdmin):
    noun = "application password"
    list_display = ("name", "user", "created_at", "last_used_at", "last_used_from", "revoked_at")
    list_filter = (InUseFilter,)
    show_facets = admin.ShowFacets.NEVER

    def create(self, user: Any, credential: ApplicationPassword) -> str:
        return create_application_password(user, credential.name)

    def get_readonly_fields(self, request: HttpRequest, obj: ApplicationPassword | None = None) -> list[str]:
        if obj is None:
            return []
        revocable = obj.revoked_at is None and self.has_change_permission(request, obj)
        revoked = "revoke_button" if revocable else "revoked_at"
        return ["user", "created_at", "last_used_at", "last_used_from", revoked]

    @admin.display(description="revoked at")
    def revoke_button(self, password: ApplicationPassword) -> SafeString:
        # The Enter key presses a form's first button: that must not be the one that revokes.
        return SafeString(
            '<button type="submit" name="_save" hidden></button>'
            '<input type="submit" name="_revoke" value="Revoke this password">'
        )

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        return (
            "Revoked." if "_revoke" in request.POST else super().construct_change_message(request, form, formsets, add)
        )

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

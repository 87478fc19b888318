"""API keys in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from accounts.api_keys import create_api_key, revoke_api_keys
from accounts.models import ApiKey
from accounts.services import hash_password
from staff.confirmation import SetActions


@admin.register(ApiKey)
class ApiKeyAdmin(SetActions):
    """Whoever may change users sees and makes everyone's keys; other staff their own alone.

    A new key is told in a message on the next page and nowhere else; a hash is never told.
    """

    list_display = ("name", "user", "read_only", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "read_only")
    search_fields = ("name", "user__username")
    search_help_text = "Name or user name"
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    actions = ("revoke", "delete_selected")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        keys: QuerySet[ApiKey] = super().get_queryset(request)
        return keys if may_change_users(request) else keys.filter(user=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is not None:
            return ["name", "read_only", *self.get_readonly_fields(request, obj)]
        return ["user", "name", "read_only"] if may_change_users(request) else ["name", "read_only"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [] if obj is None else ["user", "created_at", "last_used_at", "revoked_at"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk} | super().get_changeform_initial_data(request)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # ?hash__startswith= would tell the hash letter by letter.
        return not lookup.startswith("hash") and super().lookup_allowed(lookup, value, request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # After "Save and continue" or "Save and add another" the new key would be easy to miss.
        buttons = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, buttons | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=["name", "read_only"])
            return
        user: Any = obj.user if may_change_users(request) else request.user
        plain = create_api_key(user, obj.name, read_only=obj.read_only)
        obj.pk, obj.user = ApiKey.objects.get(hash=hash_password(plain)).pk, user
        text = format_html(
            "The API key “{}” of {}, shown only now: <code>{}</code>", obj.name, user.get_username(), plain
        )
        self.message_user(request, text, messages.SUCCESS)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        # save_model has told all there is to tell.
        return self.response_post_save_add(request, obj)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Refuse every further request with one of the keys."""

        def act(ids: list[int], _: Any) -> str:
            revoked = revoke_api_keys(ApiKey.objects.filter(pk__in=ids))
            return f"{revoked} {'key was' if revoked == 1 else 'keys were'} revoked."

        return self.on_set(request, queryset, act)


def may_change_users(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm("auth.change_user"))

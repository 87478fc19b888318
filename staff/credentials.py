"""What the screens of API keys and application passwords share."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from accounts.services import hash_password
from staff.confirmation import SetActions


class CredentialAdmin(SetActions):
    """Staff see and create their own credentials. Users who may change users see and create those of all.

    A new credential is shown once, in a message on the next page. Its hash is never shown.
    """

    noun: str  # as in "The API key ..."
    editable: tuple[str, ...] = ("name",)

    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    search_help_text = "Name or user name"
    ordering = ("-id",)
    autocomplete_fields = ("user",)
    actions = ("revoke", "delete_selected")

    def create(self, user: Any, credential: Any) -> str:
        """Make the credential for the user; returns its plain text."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> Any:
        credentials = super().get_queryset(request)
        return credentials if may_change_users(request) else credentials.filter(user=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return [*self.editable, *self.get_readonly_fields(request, obj)]
        return ["user", *self.editable] if may_change_users(request) else list(self.editable)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk} | super().get_changeform_initial_data(request)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # ?hash__startswith= would show the hash letter by letter.
        return not lookup.startswith("hash") and super().lookup_allowed(lookup, value, request)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # After "Save and continue" or "Save and add another" the new credential would be easy to miss.
        buttons = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().changeform_view(request, object_id, form_url, buttons | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=self.editable)
            return
        user: Any = obj.user if may_change_users(request) else request.user
        plain = self.create(user, obj)
        obj.pk, obj.user = self.model.objects.get(hash=hash_password(plain)).pk, user
        text = format_html(
            "The {} “{}” of {}, shown only now: "
            '<span x-data="copied"><span x-ref="text"><code>{}</code></span> '
            '<button type="button" class="copy-button" x-on:click="copy" aria-live="polite" x-text="said">Copy</button></span>',
            self.noun,
            obj.name,
            user.get_username(),
            plain,
        )
        self.message_user(request, text, messages.SUCCESS)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        # The message of save_model is enough.
        return self.response_post_save_add(request, obj)


def may_change_users(request: HttpRequest) -> bool:
    user: Any = request.user
    return bool(user.has_perm("auth.change_user"))

"""API keys in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.api_keys import create_api_key, revoke_api_keys
from accounts.models import ApiKey
from staff.credentials import CredentialAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(CredentialAdmin):
    noun = "API key"
    editable = ("name", "read_only")
    list_display = ("name", "user", "read_only", "created_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "read_only")

    def create(self, user: Any, credential: ApiKey) -> str:
        return create_api_key(user, credential.name, read_only=credential.read_only)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [] if obj is None else ["user", "created_at", "last_used_at", "revoked_at"]

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Refuse every further request with one of the keys."""

        def act(ids: list[int], _: Any) -> str:
            revoked = revoke_api_keys(ApiKey.objects.filter(pk__in=ids))
            return f"{revoked} {'key was' if revoked == 1 else 'keys were'} revoked."

        return self.on_set(request, queryset, act)

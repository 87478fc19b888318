"""`Authorization: Bearer flz_sk_...`."""

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.api_keys import Key, find_api_key, note_key_use
from rest.failures import refuse


class ApiKeyAuthentication(BaseAuthentication):
    """The user of an API key, and the key. One statement and one BLAKE2b.

    Raises AuthenticationFailed (401), or Throttled (429) after too many failures.
    """

    def authenticate(self, request: Request) -> tuple[User, Key] | None:
        scheme, _, plain = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if not scheme:
            return None
        key = find_api_key(plain.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            refuse(request)
        note_key_use(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

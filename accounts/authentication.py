"""HTTP Basic with application passwords (contract.md, 'Talking WordPress')."""

import binascii
import hmac
from base64 import b64decode
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import connection
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.services import hash_password, note_use
from database.sql import read

USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
USER_COLUMNS = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
CREDENTIALS = f"""
    SELECT p.hash, p.id, p.last_used_at, {USER_COLUMNS}
    FROM auth_user u JOIN accounts_applicationpassword p ON p.user_id = u.id AND p.revoked_at IS NULL
    WHERE u.{{column}} = %s AND u.is_active
"""


class ApplicationPasswordAuthentication(BaseAuthentication):
    """The user of `Authorization: Basic`, by user name or e-mail address and an application password.

    One statement and one BLAKE2b. `Basic user:password` that was not base64-encoded is read as it
    stands, as the guide's own curl lines send it. Raises AuthenticationFailed (401).
    """

    def authenticate(self, request: Request) -> tuple[User, int] | None:
        credentials = read_credentials(request.META.get("HTTP_AUTHORIZATION", ""))
        if credentials is None:
            return None
        name, password = credentials
        found = find_user(name, hash_password(password))
        if found is None:
            raise AuthenticationFailed
        user, password_id, last_used_at = found
        note_use(password_id, last_used_at, client_address(request))
        return user, password_id

    def authenticate_header(self, request: Request) -> str:
        # A challenge would make browsers ask for a password and send it along ever after.
        return ""


def read_credentials(header: str) -> tuple[str, str] | None:
    """(user name, password) of an Authorization header; None without one. Raises AuthenticationFailed."""
    scheme, _, rest = header.strip().partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "basic":
        raise AuthenticationFailed
    try:
        decoded = b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        decoded = rest.strip()
    name, colon, password = decoded.partition(":")
    if not colon or "\x00" in name:
        raise AuthenticationFailed
    return name.strip(), password


def find_user(name: str, hashed: str) -> tuple[User, int, datetime | None] | None:
    """The active user with that name or address and that password. One statement, two for an address."""
    for column in ("username", "email") if "@" in name else ("username",):
        for stored, password_id, last_used_at, *values in read(CREDENTIALS.format(column=column), name):
            if hmac.compare_digest(stored, hashed):
                # SQLite keeps UTC without saying so.
                used = last_used_at and last_used_at.replace(tzinfo=last_used_at.tzinfo or UTC)
                return User.from_db(connection.alias, USER_FIELDS, values), password_id, used
    return None


def client_address(request: Request) -> str | None:
    address = str(request.META.get("REMOTE_ADDR") or "")
    try:
        validate_ipv46_address(address)
    except ValidationError:
        return None
    return address

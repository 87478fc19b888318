"""HTTP Basic with application passwords (contract.md, 'Talking WordPress')."""

import binascii
from base64 import b64decode
from datetime import UTC, datetime
from unicodedata import normalize

from django.contrib.auth.models import User
from django.db import connection
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.services import hash_password, note_use
from database.sql import read
from rest.addresses import client_address
from rest.failures import refuse

USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
USER_COLUMNS = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
CREDENTIALS = f"""
    SELECT p.id, p.last_used_at, {USER_COLUMNS}
    FROM accounts_applicationpassword p JOIN auth_user u ON u.id = p.user_id
    WHERE p.hash = %s AND p.revoked_at IS NULL AND u.is_active
"""


class ApplicationPasswordAuthentication(BaseAuthentication):
    """The user of `Authorization: Basic`, by user name or e-mail address and an application password.

    One statement and one BLAKE2b. `Basic user:password` without base64 encoding is accepted too, as the
    guide's own curl lines send it. Raises AuthenticationFailed (401), or Throttled (429)
    after too many failures.
    """

    def authenticate(self, request: Request) -> tuple[User, int] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "").strip()
        if not header:
            return None
        name, password = read_credentials(header) or ("", "")
        found = find_user(name, hash_password(password)) if name else None
        if found is None:
            refuse(request, name)
        user, password_id, last_used_at = found
        note_use(password_id, last_used_at, client_address(request))
        return user, password_id

    def authenticate_header(self, request: Request) -> str:
        # A challenge would make browsers ask for a password and then send it with every request.
        return ""


def read_credentials(header: str) -> tuple[str, str] | None:
    """The user name and the password of an Authorization header; None if it has no such pair."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        decoded = rest.strip()
    name, colon, password = decoded.partition(":")
    return (name.strip(), password) if colon else None


def find_user(name: str, hashed: str) -> tuple[User, int, datetime | None] | None:
    """The active user with this password and this user name or e-mail address, in any case. One statement.

    The row is found by the password's hash, which has a unique index; names have no index that ignores case.
    The time that the look-up takes says nothing useful: the hash is of 142 random bits.
    """
    for password_id, last_used_at, *values in read(CREDENTIALS, hashed):
        user = User.from_db(connection.alias, USER_FIELDS, values)
        if caseless(name) in {caseless(user.username), caseless(user.email)} - {""}:
            # SQLite keeps UTC without saying so.
            used = last_used_at and last_used_at.replace(tzinfo=last_used_at.tzinfo or UTC)
            return user, password_id, used
    return None


def caseless(name: str) -> str:
    """A name as it is compared: in NFKC, as Django keeps user names, and without case."""
    return normalize("NFKC", name).strip().casefold()

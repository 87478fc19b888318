"""Making, finding and revoking API keys: `flz_sk_` and 32 letters and digits."""

import re
import secrets
from datetime import UTC, datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import ApiKey
from accounts.services import ALPHABET, hash_password, is_due, write_note
from database.sql import read, stored_datetime

PREFIX = "flz_sk_"
LENGTH = 32
FORM = re.compile(rf"{PREFIX}[A-Za-z0-9]{{{LENGTH}}}")
USER_FIELDS = [field.attname for field in User._meta.concrete_fields]
USER_COLUMNS = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
FIND = f"""
    SELECT k.id, k.read_only, k.last_used_at, {USER_COLUMNS}
    FROM accounts_apikey k JOIN auth_user u ON u.id = k.user_id
    WHERE k.hash = %s AND k.revoked_at IS NULL AND u.is_active
"""


class Key(NamedTuple):
    """A valid key, and its user."""

    id: int
    read_only: bool
    last_used_at: datetime | None
    user: User


def create_api_key(user: User, name: str, *, read_only: bool = False) -> str:
    """Make a key for `user` and return its plain text, which is not stored."""
    plain = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    ApiKey.objects.create(user=user, name=name, read_only=read_only, hash=hash_password(plain))
    return plain


def find_api_key(plain: str) -> Key | None:
    """The key; None if it does not exist, is revoked, or its user is not active. One statement."""
    if not FORM.fullmatch(plain):
        return None
    rows = read(FIND, hash_password(plain))
    if not rows:
        return None
    pk, read_only, last_used_at, *values = rows[0]
    # SQLite keeps UTC without saying so.
    used = last_used_at and last_used_at.replace(tzinfo=last_used_at.tzinfo or UTC)
    return Key(pk, bool(read_only), used, User.from_db(connection.alias, USER_FIELDS, values))


def revoke_api_keys(keys: QuerySet[ApiKey]) -> int:
    """Revoke a set of keys at once; the next request with one of them is refused. One statement."""
    return keys.filter(revoked_at=None).update(revoked_at=timezone.now())


def note_key_use(key: Key) -> None:
    """Store when a key was used, at most once a minute; skipped if the database is busy."""
    if is_due(key.last_used_at):
        write_note(ApiKey, key.id, {"last_used_at": stored_datetime(timezone.now())})

"""Making, checking and revoking application passwords."""

import hashlib
import logging
import secrets
import sqlite3
import string
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.models import ApplicationPassword
from database.sql import execute, is_postgresql, stored_datetime

log = logging.getLogger(__name__)

ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
GROUP = 4
# WordPress 6.8 stores application passwords in this form, so those of a site can be imported unchanged.
# A fast hash is safe here: the password is 142 random bits. It has to be fast, as every request is checked.
PREFIX = "$generic$"
HASH_KEY = b"wp_fast_hash_6.8+"
HASH_BYTES = 30
# Writing a row on each request would cost more than the request itself.
LAST_USED_EVERY = timedelta(minutes=1)


def create_application_password(user: User, name: str) -> str:
    """Make a password for `user` and return its plain text in groups of four letters; the text is not stored."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    ApplicationPassword.objects.create(user=user, name=name, hash=hash_password(plain))
    return " ".join(plain[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def hash_password(plain: str) -> str:
    """The stored form of a password. Spaces in the password do not matter."""
    digest = hashlib.blake2b("".join(plain.split()).encode(), key=HASH_KEY, digest_size=HASH_BYTES).digest()
    return PREFIX + urlsafe_b64encode(digest).decode().rstrip("=")


def revoke_application_passwords(passwords: QuerySet[ApplicationPassword]) -> int:
    """Revoke a set of passwords at once; the next request with one of them is refused. One statement."""
    return passwords.filter(revoked_at=None).update(revoked_at=timezone.now())


def note_use(password_id: int, last_used_at: datetime | None, address: str | None) -> None:
    """Store when and from where a password was used, at most once a minute; skipped if the database is busy."""
    if is_due(last_used_at):
        write_note(
            ApplicationPassword,
            password_id,
            {"last_used_at": stored_datetime(timezone.now()), "last_used_from": address},
        )


def is_due(last_used_at: datetime | None) -> bool:
    return last_used_at is None or timezone.now() - last_used_at >= LAST_USED_EVERY


class _Notes:
    """Until when this process does not try to store a use: after a failure the next attempts would fail too."""

    paused_until = 0.0


def write_note(model: type[Model], pk: int, values: dict[str, Any]) -> None:
    """Write columns of one row with one statement, without waiting and without raising database errors.

    If another transaction holds a lock, the disk is full or the database is read-only, nothing is written;
    a later request tries again.
    """
    table = model._meta.db_table
    # SKIP LOCKED: PostgreSQL does not wait for a locked row.
    row = f"(SELECT id FROM {table} WHERE id = %s FOR UPDATE SKIP LOCKED)" if is_postgresql() else "%s"
    changes = ", ".join(f"{column} = %s" for column in values)
    if _Notes.paused_until > time.monotonic():
        return
    try:
        with without_waiting():
            execute(f"UPDATE {table} SET {changes} WHERE id = {row}", *values.values(), pk)
    except DatabaseError as error:
        if sqlite_error(error) != sqlite3.SQLITE_BUSY:
            _Notes.paused_until = time.monotonic() + LAST_USED_EVERY.total_seconds()
            log.warning("The use of passwords and keys is not noted for now: %s", error)


@contextmanager
def without_waiting() -> Iterator[None]:
    """SQLite has one lock for the whole database and would wait for it for its `timeout`."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    patience = connection.settings_dict["OPTIONS"].get("timeout", 5)
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")


def sqlite_error(error: DatabaseError) -> int | None:
    """SQLite's primary error code; None for an error of another database."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF

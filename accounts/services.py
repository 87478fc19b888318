"""Making, checking and revoking application passwords."""

import hashlib
import secrets
import string
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import ApplicationPassword

ALPHABET = string.ascii_letters + string.digits
LENGTH = 24
GROUP = 4
# WordPress 6.8 keeps application passwords in this form, so a site's own can move in unchanged.
# A fast hash is right here: the password is 142 random bits, and every request carries it.
PREFIX = "$generic$"
HASH_KEY = b"wp_fast_hash_6.8+"
HASH_BYTES = 30
# A row written on each request would cost more than the request.
LAST_USED_EVERY = timedelta(minutes=1)


def create_application_password(user: User, name: str) -> str:
    """Make a password for `user` and return it, in groups of four letters; it cannot be had again."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    ApplicationPassword.objects.create(user=user, name=name, hash=hash_password(plain))
    return " ".join(plain[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def hash_password(plain: str) -> str:
    """The stored form of a password; spaces in it never matter."""
    digest = hashlib.blake2b("".join(plain.split()).encode(), key=HASH_KEY, digest_size=HASH_BYTES).digest()
    return PREFIX + urlsafe_b64encode(digest).decode().rstrip("=")


def revoke_application_passwords(passwords: QuerySet[ApplicationPassword]) -> int:
    """Revoke a set of passwords at once; the next request with one of them is refused. One statement."""
    return passwords.filter(revoked_at=None).update(revoked_at=timezone.now())


def note_use(password_id: int, last_used_at: datetime | None, address: str | None) -> None:
    """Remember when and from where a password was used, at most once a minute."""
    now = timezone.now()
    if last_used_at is None or now - last_used_at >= LAST_USED_EVERY:
        ApplicationPassword.objects.filter(pk=password_id).update(last_used_at=now, last_used_from=address)

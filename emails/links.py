"""The public addresses in mails: signed, so that nobody makes one, and short.

A token names a message (and a link of it) and is good for one purpose alone; nothing in it can be changed. What an
address leads to is looked up by it, never read out of it.
"""

import hmac
from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.core.signals import setting_changed
from django.core.signing import BadSignature, Signer, b62_decode, b62_encode

ROOT = "/mail"
PURPOSES = ("open", "click", "view", "unsubscribe", "manage", "confirm")
# A signed token is 43 letters and two or three numbers; a longer one is nobody's.
MAX_TOKEN = 100


class Target(NamedTuple):
    """What a token names. `link` is 0 but for clicks."""

    contact: int
    message: int
    link: int = 0


class MailSigner(Signer):
    """Django's signatures, with the key derived once: a mail has half a dozen of them."""

    def __init__(self, purpose: str) -> None:
        salt = f"emails.{purpose}"
        super().__init__(salt=salt)
        self.derived = sha256(f"{salt}signer{settings.SECRET_KEY}".encode()).digest()

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        if key is not None:
            return super().signature(value, key)
        plain = value.encode() if isinstance(value, str) else value
        return urlsafe_b64encode(hmac.digest(self.derived, plain, "sha256")).rstrip(b"=").decode()


@cache
def signer(purpose: str) -> MailSigner:
    return MailSigner(purpose)


# Another SECRET_KEY, in tests.
setting_changed.connect(lambda **_: signer.cache_clear(), weak=False)


def address(purpose: str, target: Target) -> str:
    """The whole public address of one of PURPOSES for a message: `{SITE_URL}/mail/click/1C-2a-5:signature`."""
    numbers = target if target.link else target[:2]
    return f"{settings.SITE_URL}{ROOT}/{purpose}/{signer(purpose).sign('-'.join(map(b62_encode, numbers)))}"


def read_token(purpose: str, token: str) -> Target | None:
    """What a token names; None for one that this server did not make for that purpose."""
    if len(token) > MAX_TOKEN:
        return None
    try:
        numbers = signer(purpose).unsign(token).split("-")
        return Target(*map(b62_decode, numbers))
    except (BadSignature, ValueError, TypeError):
        return None

"""The public addresses in mails: signed, so that nobody makes one, and short.

A token names a message (and a link of it) and is good for one purpose alone; nothing in it can be changed. What an
address leads to is looked up by it, never read out of it.
"""

from typing import NamedTuple

from django.conf import settings
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


def signer(purpose: str) -> Signer:
    return Signer(salt=f"emails.{purpose}")

"""Amazon SNS, which sends the notifications of SES: subscriptions and signatures.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from webhooks.addresses import Unreachable
from webhooks.outgoing import fetch
from webhooks.x509 import NoCertificate, is_signed_by, public_key

# The whole network location: no user, no port, no other letters.
HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?", re.ASCII)
DIGESTS = {"1": "sha1", "2": "sha256"}
SUBSCRIPTION = "SubscriptionConfirmation"
# The signed keys, in this order. Keys that a message does not have are left out.
SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
SIGNED_OF_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


class NotConfirmed(Exception):
    """A subscription was not confirmed; the message has the reason."""


def is_amazons(address: Any) -> bool:
    """Whether an address is https and belongs to Amazon SNS."""
    if not isinstance(address, str) or not address.isascii() or re.search(r"[\s\\@#]", address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and HOST.fullmatch(parts.netloc) is not None


def is_subscription(body: Any) -> bool:
    return isinstance(body, Mapping) and body.get("Type") == SUBSCRIPTION


def confirm(body: Mapping[str, Any]) -> None:
    """Confirm a subscription. Raises NotConfirmed, also for an address that is not Amazon's."""
    address = body.get("SubscribeURL")
    if not is_amazons(address):
        raise NotConfirmed("The SubscribeURL is not Amazon's.")
    try:
        fetch(str(address))
    except Unreachable as error:
        raise NotConfirmed(str(error)) from error


def is_genuine(body: Any) -> bool:
    """Whether the signature of a message is Amazon's. For a message without one the code in the address is enough.

    Raises Unreachable if Amazon's certificate cannot be fetched.
    """
    if not isinstance(body, Mapping) or "Signature" not in body:
        return True
    address, digest = body.get("SigningCertURL"), DIGESTS.get(str(body.get("SignatureVersion")))
    if digest is None or not is_amazons(address) or not str(address).endswith(".pem"):
        return False
    try:
        signature = base64.b64decode(str(body["Signature"]), validate=True)
        return is_signed_by(certificate_key(str(address)), digest, signed_text(body), signature)
    except (binascii.Error, NoCertificate, ValueError):
        return False


@lru_cache(maxsize=16)
def certificate_key(address: str) -> tuple[int, int]:
    """The key of the certificate at an address of Amazon; each process fetches it once."""
    return public_key(fetch(address).decode("ascii"))


def signed_text(body: Mapping[str, Any]) -> bytes:
    names = SIGNED_OF_SUBSCRIPTION if body.get("Type") in (SUBSCRIPTION, "UnsubscribeConfirmation") else SIGNED
    return "".join(f"{name}\n{body[name]}\n" for name in names if body.get(name) is not None).encode()

"""Signatures of what goes out: Standard Webhooks' (https://www.standardwebhooks.com) and FluenzR's."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
# Bytes of a key.
LEAST = 16


def key_of(secret: str) -> bytes:
    """The bytes of a secret: what follows `whsec_` is base64; any other secret is taken as it is."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def is_secret(text: str) -> bool:
    """Whether stock libraries read a secret as key_of does, and find it long enough."""
    return not text.startswith(PREFIX) or (len(key_of(text)) >= LEAST and key_of(text) != text.encode())


def signed_headers(name: str, seconds: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a request with that id and body, sent at that time. `secrets` are the valid ones, newest first.

    Standard Webhooks has a signature for each secret in one header. FluenzR's header has one: the former secret's is
    in a header of its own.
    """
    signed = f"{name}.{seconds}.".encode() + body
    headers = {"webhook-id": name, "webhook-timestamp": str(seconds), "X-FluenzR-Timestamp": str(seconds)}
    if secrets:
        digests = (hmac.digest(key_of(secret), signed, hashlib.sha256) for secret in secrets)
        headers["webhook-signature"] = " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
    theirs = f"{seconds}.".encode() + body
    for header, secret in zip(("X-FluenzR-Signature", "X-FluenzR-Signature-Former"), secrets, strict=False):
        headers[header] = f"sha256={hmac.digest(secret.encode(), theirs, hashlib.sha256).hex()}"
    return headers

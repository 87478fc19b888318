"""Signatures of an RSA key whose certificate is at hand: only as much of X.509 and PKCS #1 as Amazon's need.

Nothing here is secret. A signature is compared whole with the one block that it must be (RFC 8017, 8.2.2), and
nothing of it is parsed.
"""

import hashlib
import hmac
import ssl
from collections.abc import Iterator

# DER of rsaEncryption, and what precedes a digest in a signed block.
RSA = bytes.fromhex("06092a864886f70d010101")
DIGEST_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
SEQUENCE, BIT_STRING = 0x30, 0x03
MOST_BITS = 8192


class NoCertificate(ValueError):
    """The text is no certificate of an RSA key."""


def public_key(pem: str) -> tuple[int, int]:
    """Modulus and exponent of a certificate's RSA key. Raises NoCertificate."""
    try:
        [(_, certificate)] = elements(ssl.PEM_cert_to_DER_cert(pem))
        (_, signed), *_ = elements(certificate)
        for kind, inner in elements(signed):
            # subjectPublicKeyInfo is the one with the key's algorithm in front of a bit string.
            parts = list(elements(inner)) if kind == SEQUENCE else []
            if len(parts) == 2 and parts[0][1].startswith(RSA) and parts[1][0] == BIT_STRING:
                [(_, key)] = elements(parts[1][1][1:])
                (_, modulus), (_, exponent) = elements(key)
                return int.from_bytes(modulus), int.from_bytes(exponent)
    except (ValueError, IndexError) as error:
        raise NoCertificate(str(error)) from error
    raise NoCertificate("It has no RSA key.")


def elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element in some DER. Raises IndexError where it ends early."""
    place = 0
    while place < len(der):
        tag, size, start = der[place], der[place + 1], place + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(der[place + 2 : start])
        place = start + size
        if place > len(der):
            raise IndexError(place)
        yield tag, der[start:place]


def is_signed_by(key: tuple[int, int], digest: str, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message, with a digest of DIGEST_INFO, is that key's."""
    modulus, exponent = key
    length = (modulus.bit_length() + 7) // 8
    if len(signature) != length or modulus.bit_length() > MOST_BITS:
        return False
    block = pow(int.from_bytes(signature), exponent, modulus).to_bytes(length)
    tail = b"\x00" + DIGEST_INFO[digest] + hashlib.new(digest, message).digest()
    wanted = b"\x00\x01" + b"\xff" * (length - 2 - len(tail)) + tail
    return hmac.compare_digest(block, wanted)

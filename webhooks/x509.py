"""Verifies RSA signatures with the key of a certificate: as much of X.509 and PKCS #1 as Amazon's signatures need.

All values here are public. The decrypted signature is compared with the only block that is right (RFC 8017, 8.2.2);
it is not parsed.
"""

import hashlib
import hmac
import ssl
from collections.abc import Iterator

# The DER of rsaEncryption, and the DER before a digest in a signed block.
RSA = bytes.fromhex("06092a864886f70d010101")
DIGEST_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}
SEQUENCE, BIT_STRING = 0x30, 0x03
MAX_BITS = 8192


class NoCertificate(ValueError):
    """The text is not a certificate with an RSA key."""


def public_key(pem: str) -> tuple[int, int]:
    """The modulus and the exponent of the RSA key in a certificate. Raises NoCertificate."""
    try:
        [(_, certificate)] = elements(ssl.PEM_cert_to_DER_cert(pem))
        (_, signed), *_ = elements(certificate)
        for kind, inner in elements(signed):
            # subjectPublicKeyInfo is the only sequence of the algorithm and a bit string.
            parts = list(elements(inner)) if kind == SEQUENCE else []
            if len(parts) == 2 and parts[0][1].startswith(RSA) and parts[1][0] == BIT_STRING:
                [(_, key)] = elements(parts[1][1][1:])
                (_, modulus), (_, exponent) = elements(key)
                return int.from_bytes(modulus), int.from_bytes(exponent)
    except (ValueError, IndexError) as error:
        raise NoCertificate(str(error)) from error
    raise NoCertificate("It has no RSA key.")


def elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and the content of each element of some DER. Raises IndexError if it ends early."""
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
    """Whether the signature of the message was made with this key. `digest` is one of DIGEST_INFO."""
    modulus, exponent = key
    length = (modulus.bit_length() + 7) // 8
    if len(signature) != length or modulus.bit_length() > MAX_BITS:
        return False
    block = pow(int.from_bytes(signature), exponent, modulus).to_bytes(length)
    tail = b"\x00" + DIGEST_INFO[digest] + hashlib.new(digest, message).digest()
    wanted = b"\x00\x01" + b"\xff" * (length - 2 - len(tail)) + tail
    return hmac.compare_digest(block, wanted)

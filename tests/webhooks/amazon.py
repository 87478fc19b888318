"""A stand-in for Amazon: its certificate, and messages signed as SNS signs them. The key opens nothing."""

import base64
import hashlib
from typing import Any

from webhooks.sns import signed_text
from webhooks.x509 import DIGEST_INFO, public_key

CERTIFICATE_ADDRESS = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIDGzCCAgOgAwIBAgIUf2Ixa8vQVrvu0rGcKe/QJLTuj6owDQYJKoZIhvcNAQEL
BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wIBcNMjYxMTI4MTM0NzAy
WhgPMjEyNjExMDQxMzQ3MDJaMBwxGjAYBgNVBAMMEXNucy5hbWF6b25hd3MuY29t
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmwQpM4QRfcd8RpIFs5KO
obnuMKtd9htwvMarArNxG8t9muy0JcxL0Zy/JsHsNSy6pdjouyjZmbCrjHQt2pZE
evOIz5ukYSkTCK30TwX8SmDgssDroYjODAyyiCDLKT2pqLPICmSFEWKzqrUBsJAe
2oFQ9317hfVqJdp7tFc1rkFaQOhn5oFJDgECFIggistGjg/fJ+he87go6Aup8Gir
nYNOxxQsVz3MFTXwcZE3rqqxK1Ghk7YltgBy4Z0T1IIf/JSdviN7D7dWcO/sn1g1
d1x/YBDcsmvkLpu95nxCkexnGp5lCWpQOyxAQMN8yjiMzrYTH0uP5JPOJTnIqd+W
mQIDAQABo1MwUTAdBgNVHQ4EFgQUWbuArVdsBPnA4RN1MsQlneXDD0owHwYDVR0j
BBgwFoAUWbuArVdsBPnA4RN1MsQlneXDD0owDwYDVR0TAQH/BAUwAwEB/zANBgkq
hkiG9w0BAQsFAAOCAQEAKw5mMm5ux049eRE2YPOmk6d3LNB8Oz9Sq8J2Cfc4s6L0
Dp22GsMWGcyCasKU+2yrA+1BgoJbNCF/t36+R8wFuoju7VwOWXSvaDuM0MtnbG4c
Gg1eqgelVyvgbqpQqENqf0HkxJuR93RJ6wlf7/Pk/ZigO0D5jtjqQw5B1BBsTQpD
v88FFztv6cQOEEaVY5td1WLPD6pBvJ+DsvIDXD8jRJ+LVTGa4tyj5oj704587ImH
1y+935f1qmt/Ch761QImPx9jv9hNumvsbagbeYvdSZ5iiVlZaFrFrnLsFm6JKQ5j
JTM1GYVlNOs889CN78G8cMC0y356Ws5lHG8Pm2KNcA==
-----END CERTIFICATE-----
"""
EXPONENT = """
2d95f129d19e352f5b38038c02ad481d7e28720e8b00ab3c217f88ddaff844b4b838bd8012977bfa65ce7eaecb702db9abb8
d863e594ec11dcb8de97776ef62f73fb9915cba6b8e5fc88ef4de7d433e93e5ac2c9e8446b5776ca6fa6b927e516c5e22ca3
05c16e05e910fbcec5e5f3f4cccf8b204f196b3cae6a0c33d1eb9ad4eee7a4a5931de8d35e7649463c6ee1f3e88c45db173f
cda33130bf7a50bffb62b49b84c68394dcb7d3c892babee98b17486349a36c2d1992be1af22e10316cab12550494a54b6b71
9ef51d1e0374dd4921e94abad69d10e5fe41f3141b8e9ae602e4343b362d19347dce4aae59e1570f0f463378977a3a876110
933668f023fb
"""
# What `openssl dgst -sign` made of b"signed by openssl" with that key.
MADE_BY_OPENSSL = {
    "sha1": """
TPxfcQJ37z6WUf0Ly6a9xDXl6u4+2V41JC1Y6b9AR9qv6QP3P7xy6iULgaHEMxKoL9SkCo+ZdxJthC/5sBz0WaR+I50mKeMa5qlj
VhogmJsFTKcuN/EVkaq5ruiMO2mD5VpRn465cI+ZoJtN6GfASWvT1xSbfSkhQlfXpK2fe2Mke/9VcaFLugd5NL+nnelRKwVv5GeE
gPYybCtdTj1UFK2343IhwlNbI4doUmamJ9UqzwVUR5FgpAzNGIVVzOx6P5GbSVA9EmKEldOz4xWNMO/6CW6yOwhupDx1bhI7wHIb
3Lz17KtRJ4VSLVsqQvRc9hlwvnR9gPns2aOVlVxmOQ==
""",
    "sha256": """
gQVg/kzXQ8xhm72d5bNFkAUsTl/izRyQKlaWb1WvhOrMUcLF6EXmSOKDDngAhE+owYzwnsE9gdrjpQvsd/vGT87lIb1AgCVk++io
mgxeyjRkI12mpcB78K0m1NjghaOLIjKuub/AVO0uDFZHU+t2n2RajmXDUdakPdFw0/OrapOIJGTMA5c8ADW/RBsuE1JjmjtE2Edl
QtF2WRp/OHkrSVquHdjXPy3gHOk4PXonEwT9MA4ZY3HrORIuwQPAJYUdG3j+Nh7e2fGXzY3/lmjyRSRsnP0HV1WwVXB7d5M0tKjB
Ij8FURxYdX3w2wJUwG/q3HeGhko/0adbeiKs8fu5BQ==
""",
}


def signed(message: dict[str, Any], version: str = "2") -> dict[str, Any]:
    """The message with Amazon's envelope and a signature."""
    whole = {
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:Bounces",
        "Timestamp": "2026-01-31T09:05:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_ADDRESS,
        **message,
    }
    modulus, _ = public_key(CERTIFICATE)
    digest = {"1": "sha1", "2": "sha256"}[version]
    length = (modulus.bit_length() + 7) // 8
    tail = b"\x00" + DIGEST_INFO[digest] + hashlib.new(digest, signed_text(whole)).digest()
    block = b"\x00\x01" + b"\xff" * (length - 2 - len(tail)) + tail
    signature = pow(int.from_bytes(block), int("".join(EXPONENT.split()), 16), modulus).to_bytes(length)
    return {**whole, "Signature": base64.b64encode(signature).decode()}

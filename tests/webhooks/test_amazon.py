"""What only Amazon may do: subscribe its topics, and sign its messages."""

import base64
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from subscribers.models import Subscriber
from tests.webhooks.amazon import CERTIFICATE, CERTIFICATE_ADDRESS, MADE_BY_OPENSSL, signed
from tests.webhooks.test_bounces import HARD, report
from webhooks import outgoing, sns
from webhooks.addresses import Unreachable
from webhooks.x509 import NoCertificate, is_signed_by, public_key

CONFIRM = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
Asked = list[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The addresses that were asked; Amazon's stand-in answers with its certificate."""
    addresses: Asked = []

    def fetch(address: str) -> bytes:
        addresses.append(address)
        return CERTIFICATE.encode()

    sns.certificate_key.cache_clear()
    monkeypatch.setattr(sns, "fetch", fetch)
    return addresses


def subscription(address: Any) -> dict[str, Any]:
    return {"Type": "SubscriptionConfirmation", "Token": "x", "Message": "You have chosen to", "SubscribeURL": address}


def test_it_confirms_a_subscription_at_amazons_own_address(db: None, asked: Asked) -> None:
    # Amazon sends JSON as a text.
    answer = report("ses", json.dumps(subscription(CONFIRM)), content_type="text/plain; charset=UTF-8")
    assert (answer.status_code, asked) == (200, [CONFIRM])


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.eu-west-1.amazonaws.com.evil.example/",
        "https://evil.example/sns.eu-west-1.amazonaws.com",
        "https://evil.example#sns.eu-west-1.amazonaws.com",
        "https://sns.eu-west-1.amazonaws.com@evil.example/",
        "https://sns.eu-west-1.amazonaws.com:8443/",
        "https://evil.example\\@sns.eu-west-1.amazonaws.com/",
        "https://sns.eu-west-1.amazonaws.com\\.evil.example/",
        "https://s3.eu-west-1.amazonaws.com/bucket",
        "https://sns.amazonaws.com/",
        "https://sns.a.b.amazonaws.com/",
        "https://sns.eu-west-1.amazonaws.com\n.evil.example/",
        "https://sns.eu-west-1.amazonaws.cоm/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[",
        "//sns.eu-west-1.amazonaws.com/",
        "",
        None,
        7,
        ["https://sns.eu-west-1.amazonaws.com/"],
    ],
)
def test_it_asks_no_other_address(db: None, asked: Asked, address: Any) -> None:
    answer = report("ses", subscription(address))
    assert (answer.status_code, asked) == (400, [])
    # Nor for a certificate, which ends so.
    pem = f"{address}x.pem" if isinstance(address, str) else address
    assert report("ses", signed(HARD["ses"][1]) | {"SigningCertURL": pem}).status_code == 403
    assert asked == []
    assert not Subscriber.objects.exists()


def test_it_says_so_where_amazon_cannot_be_reached(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(address: str) -> bytes:
        raise Unreachable("Amazon cannot be reached.")

    sns.certificate_key.cache_clear()
    monkeypatch.setattr(sns, "fetch", fail)
    assert report("ses", subscription(CONFIRM)).status_code == 400
    refused = report("ses", signed(HARD["ses"][1]))
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("version", ["1", "2"])
def test_it_acts_on_what_amazon_signed(db: None, asked: Asked, version: str) -> None:
    assert report("ses", signed(HARD["ses"][1], version)).status_code == 200
    assert Subscriber.objects.get().status == "bounced"
    report("ses", signed(subscription(CONFIRM), version))
    # The certificate is asked for once.
    assert asked == [CERTIFICATE_ADDRESS, CONFIRM]


def flipped(signature: str) -> str:
    raw = bytearray(base64.b64decode(signature))
    raw[-1] ^= 1
    return base64.b64encode(raw).decode()


FORGERIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another message": lambda one: one | {"Message": one["Message"].replace("ada", "eve")},
    "another topic": lambda one: one | {"TopicArn": "arn:aws:sns:eu-west-1:666:Other"},
    "another subject": lambda one: one | {"Subject": "Added"},
    "another signature": lambda one: one | {"Signature": flipped(one["Signature"])},
    "a short signature": lambda one: one | {"Signature": one["Signature"][:8]},
    "no base64": lambda one: one | {"Signature": "§"},
    "no text": lambda one: one | {"Signature": None},
    "another version": lambda one: one | {"SignatureVersion": "3"},
    "the other digest": lambda one: one | {"SignatureVersion": "1"},
    "no certificate": lambda one: {name: value for name, value in one.items() if name != "SigningCertURL"},
    "a certificate that is a page": lambda one: one | {"SigningCertURL": CONFIRM},
}


@pytest.mark.parametrize("how", FORGERIES)
def test_it_refuses_a_forgery(db: None, asked: Asked, how: str) -> None:
    answer = report("ses", FORGERIES[how](signed(HARD["ses"][1])))
    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("digest", MADE_BY_OPENSSL)
def test_a_signature_is_what_openssl_makes(digest: str) -> None:
    key, signature = public_key(CERTIFICATE), base64.b64decode(MADE_BY_OPENSSL[digest])
    assert is_signed_by(key, digest, b"signed by openssl", signature)
    assert not is_signed_by(key, digest, b"signed by openssL", signature)
    assert not is_signed_by(key, digest, b"signed by openssl", b"\x00" + signature)


@pytest.mark.parametrize("text", ["", "x", CERTIFICATE.replace("MIID", "AAAA"), CERTIFICATE[:300], CERTIFICATE[200:]])
def test_what_is_no_certificate_has_no_key(text: str) -> None:
    with pytest.raises(NoCertificate):
        public_key(text)


# --- Outgoing requests ----------------------------------------------------------------------------


def names_lead_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every host name has these addresses."""

    def getaddrinfo(*arguments: Any, **options: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
    ],
)
@pytest.mark.parametrize("beside", [(), ("52.94.1.1",)])
def test_it_never_asks_a_private_address(
    monkeypatch: pytest.MonkeyPatch, address: str, beside: tuple[str, ...]
) -> None:
    names_lead_to(monkeypatch, *beside, address)
    with pytest.raises(Unreachable, match="private address"):
        outgoing.fetch(CONFIRM)


@pytest.mark.parametrize("address", ["http://sns.eu-west-1.amazonaws.com/", "https://", "https://example.com:8443/"])
def test_it_asks_by_https_alone(address: str) -> None:
    with pytest.raises(Unreachable, match="https"):
        outgoing.fetch(address)

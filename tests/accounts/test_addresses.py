"""Where a request comes from."""

from typing import Any

import pytest
from django.test import RequestFactory

from rest.addresses import client_address, client_network


@pytest.mark.parametrize(
    ("remote", "forwarded", "address", "behind"),
    [
        ("203.0.113.5", "", "203.0.113.5", "203.0.113.5"),
        ("203.0.113.5", "192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("203.0.113.5", "10.0.0.1, 192.0.2.1", "203.0.113.5", "192.0.2.1"),
        ("203.0.113.5", "192.0.2.1:4711", "203.0.113.5", "192.0.2.1"),
        ("203.0.113.5", "[2001:db8::1]:4711", "203.0.113.5", "2001:db8::1"),
        ("203.0.113.5", "nonsense", "203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "", "203.0.113.5", "203.0.113.5"),
        ("fe80::1%eth0", "", "fe80::1", "fe80::1"),
        ("", "192.0.2.1", None, "192.0.2.1"),
        ("unix:", "", None, None),
    ],
)
def test_it_is_the_other_end_of_the_connection_or_the_proxys_word(
    settings: Any, remote: str, forwarded: str, address: str | None, behind: str | None
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    settings.BEHIND_PROXY = False
    assert client_address(request) == address
    settings.BEHIND_PROXY = True
    assert client_address(request) == behind


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.5", "203.0.113.5"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("", None)],
)
def test_a_client_is_an_address_or_a_network_of_64_bits(settings: Any, address: str, network: str | None) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network

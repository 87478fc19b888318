"""Addresses that this server may send requests to."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

# Translated to IPv4 by a gateway (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """There is no answer; the message has the reason."""


def read_address(address: str) -> Url:
    """The parts of an http or https address. Raises Unreachable if it is none, or has a user name or password."""
    try:
        url = parse_url(address)
    except (HTTPError, ValueError):
        raise Unreachable("The address cannot be read.") from None
    if url.scheme not in PORTS or not url.host or not address.isprintable() or " " in address:
        raise Unreachable("The address must start with http:// or https://, and have a host.")
    if url.auth is not None:
        raise Unreachable("The address must not have a user name or a password.")
    if url.port == 0:
        raise Unreachable("The port must be from 1 to 65535.")
    return url


def check_address(address: str, *, only_public: bool) -> None:
    """Raise Unreachable for an address that nothing will ever be sent to. Names are not looked up."""
    host = (read_address(address).host or "").strip("[]")
    if not only_public:
        return
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
        raise Unreachable(f"{host} has a private address.")
    try:
        found = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):  # a name
        return
    if not all(is_public(str(entry[4][0])) for entry in found):
        raise Unreachable(f"{host} has a private address.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet's, also the IPv4 address that an IPv6 address stands for."""
    parsed = ip_address(address.partition("%")[0])
    return all(one.is_global and not one.is_multicast for one in (parsed, *embedded(parsed)))


def embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    # The last two are 6to4 and Teredo.
    found = [address.sixtofour, *(address.teredo or ())]
    if address in NAT64 or address.ipv4_mapped or int(address) < 2**32:
        found.append(low)
    return [one for one in found if one is not None]

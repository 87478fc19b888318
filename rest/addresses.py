"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

# The usual size of one customer's network in IPv6; all its addresses count as one client.
IPV6_PREFIX = 64


def client_address(request: Any) -> str | None:
    """The client's address, from a request of Django or REST framework; None on a Unix socket.

    Behind a proxy it is the last entry of X-Forwarded-For: the proxy wrote that one itself, and the client
    may have written those before it.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    address = parse(forwarded.rpartition(",")[2]) or parse(request.META.get("REMOTE_ADDR") or "")
    return str(address) if address else None


def client_network(request: Any) -> str | None:
    """What counts as one client: an IPv4 address, or the first address of an IPv6 network of 64 bits."""
    address = client_address(request)
    if address is None or ":" not in address:
        return address
    return str(ip_network((address, IPV6_PREFIX), strict=False).network_address)


def parse(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:4711, as some proxies write it
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address

"""Requests of this server to others: limited, by HTTPS, and never to private addresses."""

import socket
import ssl
import time
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

# Seconds for one step, and for the whole request.
STEP_SECONDS, ALL_SECONDS = 3.0, 8.0
MAX_BYTES = 64 * 1024


class Unreachable(Exception):
    """There is no answer; the message has the reason."""


class PinnedConnection(HTTPSConnection):
    """An HTTPS connection to an address that was looked up and checked before."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, timeout=STEP_SECONDS)
        self.address = address
        self.tls = ssl.create_default_context()

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), STEP_SECONDS)
        try:
            self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


def fetch(address: str) -> bytes:
    """The answer to a GET of an https address, up to MAX_BYTES. Redirects are not followed. Raises Unreachable.

    The host name is looked up once, and the connection goes to the address that was checked: a second look-up could
    find another one.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.port not in (None, 443):
        raise Unreachable("The address must start with https://.")
    connection = PinnedConnection(parts.hostname, public_address(parts.hostname))
    try:
        connection.request("GET", f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
        answer = connection.getresponse()
        if answer.status != 200:
            raise Unreachable(f"{parts.hostname} answers {answer.status}.")
        return read_all(answer, time.monotonic() + ALL_SECONDS)
    except (OSError, HTTPException) as error:
        raise Unreachable(f"{parts.hostname} cannot be reached.") from error
    finally:
        connection.close()


def public_address(host: str) -> str:
    """An address of the host. Raises Unreachable if the host has a private address."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} cannot be found.") from error
    if not found or not all(is_public(one) for one in found):
        raise Unreachable(f"{host} has a private address.")
    return found[0]


def is_public(address: str) -> bool:
    parsed = ip_address(address.partition("%")[0])
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return parsed.is_global and not parsed.is_multicast


def read_all(answer: Any, end: float) -> bytes:
    read = b""
    while part := answer.read1(8192):
        read += part
        if len(read) > MAX_BYTES or time.monotonic() > end:
            raise Unreachable("The answer is too long.")
    return read

"""Requests of this server to others: limited in time and size, and never to private addresses unless that is allowed.

A connection goes to an address that was looked up and checked for it: a second look-up could find another one.
Redirects are not followed.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, RemoteDisconnected
from threading import Timer
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Url

from webhooks.addresses import PORTS, Unreachable, is_public, read_address

# What is read of an answer.
MAX_BYTES = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """An answer, or why there is none: `status` is None and `error` has the reason. `text` is how it begins."""

    status: int | None
    text: str
    error: str
    milliseconds: int


class Checked:
    """A connection that looks its host up itself, checks what it finds, and can be cut off by another thread."""

    only_public = True
    end = 0.0  # time.monotonic() at which it is cut off
    host: str
    port: int
    line: socket.socket | None = None
    is_cut = False

    def _new_conn(self) -> socket.socket:
        found = connect(self.host, self.port, self.end, only_public=self.only_public)
        # TLS takes the socket over. With a second handle a handshake, too, can be cut off.
        self.line = found.dup()
        return found

    def cut(self) -> None:
        self.is_cut = True
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()  # type: ignore[misc]  # the connection's
        if self.line is not None:
            self.line.close()
            self.line = None


class PlainConnection(Checked, HTTPConnection):
    pass


class SecureConnection(Checked, HTTPSConnection):
    pass


class Client:
    """Sends requests one after the other; a connection stays open for the next request to the same host.

    `seconds` is what one request may take in all. Not for several threads at once.
    """

    def __init__(self, *, seconds: float, only_public: bool, tls: ssl.SSLContext | None = None) -> None:
        self.seconds, self.only_public, self.tls = seconds, only_public, tls
        self.connection: Any = None
        self.host: Any = None

    def send(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Never raises: an Answer without a status has the reason."""
        start = time.monotonic()
        status, read, error = None, b"", ""
        try:
            status, read = self.exchange(method, address, body, headers, start + self.seconds)
        except Exception as failure:  # noqa: BLE001 - whatever an answer does to a parser
            self.close()
            late = time.monotonic() - start >= self.seconds
            error = f"There was no answer within {self.seconds:g} seconds." if late else reason(failure)
        text = read.decode(errors="replace").replace("\x00", "")
        return Answer(status, text, error, round((time.monotonic() - start) * 1000))

    def exchange(
        self, method: str, address: str, body: bytes | None, headers: Mapping[str, str], end: float
    ) -> tuple[int, bytes]:
        url = read_address(address)
        used = self.connection is not None
        try:
            return self.ask(url, method, body, headers, end)
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The other side may close a connection that waits for the next request, at any moment.
            if not used or time.monotonic() > end:
                raise
            self.close()
            return self.ask(url, method, body, headers, end)

    def ask(
        self, url: Url, method: str, body: bytes | None, headers: Mapping[str, str], end: float
    ) -> tuple[int, bytes]:
        connection = self.connect(url, end)
        alarm = Timer(max(end - time.monotonic(), 0.001), connection.cut)
        alarm.daemon = True
        alarm.start()
        try:
            connection.request(method, url.request_uri, body, headers, preload_content=False, decode_content=False)
            answer = connection.getresponse()
            if connection.is_cut:  # which looks like the end of the headers
                raise Unreachable("The answer is too slow.")
            return answer.status, self.read(answer)
        finally:
            alarm.cancel()

    def connect(self, url: Url, end: float) -> Any:
        host = (url.scheme, url.host, url.port)
        if host != self.host or not self.connection.is_connected:
            self.close()
            port = url.port or PORTS[url.scheme or ""]
            name = (url.host or "").strip("[]")
            if url.scheme == "https":
                self.connection = SecureConnection(name, port, ssl_context=self.tls)
            else:
                self.connection = PlainConnection(name, port)
            self.connection.only_public, self.host = self.only_public, host
        self.connection.end = end
        self.connection.timeout = max(end - time.monotonic(), 0.001)
        if self.connection.sock is not None:
            self.connection.sock.settimeout(self.connection.timeout)
        return self.connection

    def read(self, answer: Any) -> bytes:
        """How the answer begins. It counts, too, if its rest does not come."""
        read = b""
        try:
            while len(read) < MAX_BYTES and (part := answer.read(MAX_BYTES - len(read))):
                read += part
            if len(read) >= MAX_BYTES or answer.headers.get("Connection", "").lower() == "close":
                self.close()
        except (OSError, HTTPException, HTTPError):
            self.close()
        return read

    def cut(self) -> None:
        """End the request that is under way; for another thread."""
        if self.connection is not None:
            self.connection.cut()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = self.host = None


def fetch(address: str) -> bytes:
    """The answer to a GET of an https address, up to MAX_BYTES, within some seconds. Raises Unreachable."""
    url = read_address(address)
    if url.scheme != "https" or url.port not in (None, 443):
        raise Unreachable("The address must start with https://.")
    client = Client(seconds=8, only_public=True)
    try:
        answer = client.send("GET", address, None, {})
    finally:
        client.close()
    if answer.status != 200:
        raise Unreachable(answer.error or f"{url.host} answers {answer.status}.")
    if len(answer.text) >= MAX_BYTES:
        raise Unreachable("The answer is too long.")
    return answer.text.encode()


def connect(host: str, port: int, end: float, *, only_public: bool) -> socket.socket:
    """A connection to the host. Raises Unreachable, also if one of its addresses is private and must not be."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{host} cannot be found.") from error
    if only_public and not all(is_public(str(entry[4][0])) for entry in found):
        raise Unreachable(f"{host} has a private address.")
    for family, kind, protocol, _, place in found:
        opened = socket.socket(family, kind, protocol)
        try:
            opened.settimeout(max(end - time.monotonic(), 0.001))
            opened.connect(place)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            opened.close()
        except BaseException:
            opened.close()
            raise
        else:
            return opened
    raise Unreachable(f"{host} cannot be reached.")


def reason(failure: Exception) -> str:
    """A sentence for people."""
    if isinstance(failure, Unreachable):
        return str(failure)[:500]
    if isinstance(failure, ssl.SSLError):
        return f"TLS failed: {failure.reason or failure}"[:500]
    return f"The connection failed: {type(failure).__name__}."

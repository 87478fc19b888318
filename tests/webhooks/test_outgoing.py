"""Requests that this server makes: a real handshake with a server on loopback."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

import pytest

from webhooks.outgoing import PinnedConnection

HOST = "sns.eu-west-1.amazonaws.com"
# A key that opens nothing, and its certificate for HOST.
PEM = Path(__file__).parent / "files" / "amazon.pem"


def serve_once(listener: socket.socket) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with listener, suppress(OSError):
        plain, _ = listener.accept()
        with plain, context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong")


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    number: int = listener.getsockname()[1]
    server = Thread(target=serve_once, args=[listener], daemon=True)
    server.start()
    yield number
    server.join(30)


def connection_to(host: str, port: int, context: ssl.SSLContext) -> PinnedConnection:
    connection = PinnedConnection(host, "127.0.0.1")
    connection.port, connection.tls = port, context
    return connection


def test_it_goes_to_the_address_and_asks_for_the_host(port: int) -> None:
    trusting = ssl.create_default_context(cafile=str(PEM))
    connection = connection_to(HOST, port, trusting)
    with closing(connection):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"pong"


@pytest.mark.parametrize("host", [HOST, "example.com"])
def test_it_wants_a_certificate_that_is_trusted_and_the_hosts(port: int, host: str) -> None:
    # Nobody vouches for this one; the other one is vouched for and another host's.
    context = ssl.create_default_context(cafile=str(PEM) if host != HOST else None)
    connection = connection_to(host, port, context)
    with closing(connection), pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/")

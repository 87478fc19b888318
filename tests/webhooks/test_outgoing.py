"""Requests that this server makes: where they may go, how long they may take, and a real handshake on loopback. One file, as it is about one client."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from webhooks import outgoing
from webhooks.addresses import Unreachable, is_public, read_address
from webhooks.outgoing import Answer, Client, fetch

HOST = "sns.eu-west-1.amazonaws.com"
# A key that opens nothing, and its certificate for HOST.
PEM = Path(__file__).parent / "files" / "amazon.pem"
PONG = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong"
Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk, *, tls: bool = False) -> Iterator[int]:
    """The port of a server that accepts one connection after the other and talks."""

    def serve(listener: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        with suppress(OSError):
            while True:
                plain, _ = listener.accept()
                with suppress(OSError), plain:
                    if tls:
                        with context.wrap_socket(plain, server_side=True) as secure:
                            talk(secure)
                    else:
                        talk(plain)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=[listener], daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(30)


def read_request(connection: socket.socket) -> None:
    read = b""
    while not read.endswith(b"{}") and (part := connection.recv(1000)):
        read += part


def saying(said: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(said)

    return talk


def trickle(connection: socket.socket) -> None:
    """Answer so slowly that no single wait is long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    with suppress(OSError):
        for number in range(10**6):
            connection.sendall(b"X-%d: y\r\n" % number)
            time.sleep(0.05)


def silence(connection: socket.socket) -> None:
    connection.recv(10)


def ask(address: str, *, seconds: float = 20, only_public: bool = False) -> Answer:
    with closing(Client(seconds=seconds, only_public=only_public)) as client:
        return client.send("POST", address, b"{}", {})


# --- Where they may go ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1%25lo]",
        "10.0.0.1",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "①②⑦.⓪.⓪.①",
    ],
)
def test_no_spelling_of_a_private_address_is_reached(host: str) -> None:
    reached: list[socket.socket] = []
    with server(reached.append) as port:
        answer = ask(f"http://{host}:{port}/", only_public=True, seconds=5)
    assert answer.status is None
    assert any(word in answer.error for word in ("private address", "cannot be found", "cannot be read"))
    assert not reached


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("2001:0:7f00:1::", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b::a9fe:a9fe", False),
    ],
)
def test_it_knows_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_names_that_change_their_answer_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first look-up says public, each later one loopback: the connection goes where the checked one led.
    looked_up, tried = [], []

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> Any:
        looked_up.append(host)
        address = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self: socket.socket, place: Any) -> None:
        tried.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert ask("http://example.com/", only_public=True).error == "example.com cannot be reached."
    assert ask("http://example.com/", only_public=True).error == "example.com has a private address."
    assert (looked_up, tried) == (["example.com"] * 2, ["93.184.216.34"])


def test_it_does_not_follow_redirects() -> None:
    reached: list[socket.socket] = []
    with (
        server(reached.append) as other,
        server(
            saying(b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % other)
        ) as port,
    ):
        assert ask(f"http://127.0.0.1:{port}/").status == 302
    assert not reached


@pytest.mark.parametrize(
    "address",
    [
        *("", "x", "example.com", "//example.com", "ftp://example.com", "file:///etc/passwd", "http://", "http:///x"),
        *("http://user@example.com", "http://user:password@example.com", "http://a b.com/"),
        *("http://example.com:0/", "http://example.com:99999/", "http://example.com:x/", "http://example.com/\r\nX: y"),
        *("http://[::1/", "http://exa\x00mple.com/", "http://\ud800.com/"),
    ],
)
def test_it_refuses_what_is_no_address(address: str) -> None:
    with pytest.raises(Unreachable):
        read_address(address)
    assert ask(address).status is None


# --- What they may take ---------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [False, True])
def test_it_ends_in_time_however_slow_the_other_side_is(tls: bool) -> None:
    start = time.monotonic()
    # With TLS the other side never says hello: it waits for one.
    with server(silence if tls else trickle) as port:
        answer = ask(f"{'https' if tls else 'http'}://127.0.0.1:{port}/", seconds=0.5)
        if not tls:
            assert answer.error == "There was no answer within 0.5 seconds."
    assert answer.status is None
    assert time.monotonic() - start < 10


def test_an_answer_counts_though_its_rest_does_not_come() -> None:
    with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npong")) as port:
        answer = ask(f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.text) == (200, "pong")


def test_it_reads_only_the_beginning() -> None:
    size = 10 * outgoing.MAX_BYTES
    with server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)) as port:
        assert len(ask(f"http://127.0.0.1:{port}/").text) == outgoing.MAX_BYTES


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"])
def test_it_survives_what_is_no_http(said: bytes) -> None:
    with server(saying(said)) as port:
        assert ask(f"http://127.0.0.1:{port}/").error.startswith("The connection failed")


def test_a_connection_is_used_again_while_it_is_open() -> None:
    connections = []

    def talk(connection: socket.socket) -> None:
        connections.append(connection)
        for _ in range(2):
            read_request(connection)
            connection.sendall(PONG)

    with server(talk) as port, closing(Client(seconds=20, only_public=False)) as client:
        answers = [client.send("POST", f"http://127.0.0.1:{port}/", b"{}", {}) for _ in range(4)]
    assert [answer.text for answer in answers] == ["pong"] * 4
    assert len(connections) == 2


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Any]:
    """Has HOST say something, once for each call."""

    @contextmanager
    def saying_as_amazon(said: bytes, *, trusted: bool = True) -> Iterator[None]:
        with server(saying(said), tls=True) as port:
            monkeypatch.setattr(outgoing, "connect", lambda *_, **__: socket.create_connection(("127.0.0.1", port)))
            tls = ssl.create_default_context(cafile=str(PEM) if trusted else None)
            monkeypatch.setattr(outgoing, "Client", partial(Client, tls=tls))
            yield

    return saying_as_amazon


def test_it_fetches_from_the_host_of_the_certificate(amazon: Any) -> None:
    with amazon(PONG):
        assert fetch(f"https://{HOST}/?Action=x") == b"pong"


@pytest.mark.parametrize(("host", "trusted"), [(HOST, False), ("example.com", True)])
def test_it_wants_a_certificate_that_is_trusted_and_the_hosts(amazon: Any, host: str, trusted: bool) -> None:
    # Nobody vouches for the one; the other one is vouched for and another host's.
    with amazon(PONG, trusted=trusted), pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        fetch(f"https://{host}/")


@pytest.mark.parametrize(("status", "size"), [(302, 0), (500, 0), (200, outgoing.MAX_BYTES + 1)])
def test_it_fetches_no_redirect_no_error_and_not_too_much(amazon: Any, status: int, size: int) -> None:
    said = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, size) + b"x" * size
    with amazon(said), pytest.raises(Unreachable):
        fetch(f"https://{HOST}/")

"""A client that loads a server: raw sockets kept open, requests made beforehand, nothing to install.

It runs on the machine that it measures, so it does as little as it can: it reads an answer's length
from its headers and counts bytes; it looks at no body.
"""

import gc
import json
import selectors
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TIMEOUT = 10  # seconds without any answer


class LoadFailed(Exception):
    """The server answered something else than 200, or nothing at all."""


@dataclass(frozen=True)
class Load:
    """What one run measured; `latencies` are seconds, sorted."""

    per_second: float
    latencies: list[float]

    def percentile(self, percent: int) -> float:
        """Milliseconds within which that many of a hundred requests were answered."""
        return self.latencies[min(len(self.latencies) * percent // 100, len(self.latencies) - 1)] * 1000


def make_request(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> bytes:
    """The bytes of a request on a connection that stays open."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Connection:
    """One connection, with one request under way at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = b""
        self.missing = -1  # bytes of the answer; below 0 until its headers are there
        self.started = 0.0

    def send(self, request: bytes) -> None:
        self.head, self.missing = b"", -1
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def receive(self, buffer: memoryview) -> bool:
        """Take in what there is; True when the answer is complete. Raises LoadFailed."""
        count = self.socket.recv_into(buffer)
        if not count:
            raise LoadFailed("The server closed the connection.")
        if self.missing < 0:
            self.head += bytes(buffer[:count])
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            if not self.head.startswith(b"HTTP/1.1 200 "):
                raise LoadFailed(self.head[:1500].decode(errors="replace"))
            self.missing = content_length(self.head[:end]) - (len(self.head) - end - 4)
        else:
            self.missing -= count
        return self.missing == 0


def content_length(headers: bytes) -> int:
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise LoadFailed("An answer does not say how long it is.")


def load(port: int, requests: Iterator[bytes], *, connections: int, seconds: float, most: int) -> Load:
    """Keep that many connections busy for so many seconds, or for `most` requests. Raises LoadFailed.

    The connections are new, so that each run is spread over the server's workers anew.
    """
    latencies: list[float] = []
    buffer = memoryview(bytearray(1 << 20))
    opened = [Connection(port) for _ in range(connections)]
    gc.disable()
    try:
        with selectors.DefaultSelector() as selector:
            for connection in opened:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            start = now = time.perf_counter()
            for connection in opened:
                connection.send(next(requests))
            while now < start + seconds and len(latencies) < most:
                ready = selector.select(TIMEOUT)
                if not ready:
                    raise LoadFailed(f"No answer within {TIMEOUT} seconds.")
                for key, _ in ready:
                    if key.data.receive(buffer):
                        now = time.perf_counter()
                        latencies.append(now - key.data.started)
                        key.data.send(next(requests))
            # The last requests are answered, though not counted: a write must not run into the next run.
            for connection in opened:
                while not connection.receive(buffer):
                    pass
    finally:
        gc.enable()
        for connection in opened:
            connection.socket.close()
    return Load(len(latencies) / (now - start), sorted(latencies))


def fetch(port: int, request: bytes) -> Any:
    """One answer's JSON. Raises LoadFailed."""
    connection = Connection(port)
    try:
        connection.send(request)
        answer = b""
        buffer = memoryview(bytearray(1 << 20))
        complete = False
        while not complete:
            before = connection.missing
            complete = connection.receive(buffer)
            answer = connection.head if before < 0 else answer + bytes(buffer[: before - max(connection.missing, 0)])
        return json.loads(answer.partition(b"\r\n\r\n")[2])
    finally:
        connection.socket.close()

"""A server that runs, and clients of it that do not behave."""

import http.client
import json
import socket
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TAGS = "/wp-json/fluent-crm/v2/tags"
FORM = "Content-Type: application/json"
LONG = "Content-Length: 5000"
CHUNKED = "Transfer-Encoding: chunked"


@dataclass(frozen=True)
class Running:
    port: int
    password: str
    key: str
    process: "subprocess.Popen[str]"

    @property
    def basic(self) -> str:
        return f"Basic {b64encode(f'admin:{self.password}'.encode()).decode()}"

    def head(self, method: str, path: str, *headers: str, credentials: bool = False) -> bytes:
        """The first bytes of a request; without the empty line at their end."""
        lines = [f"{method} {path} HTTP/1.1", *headers]
        if not any(line.startswith("Host:") for line in headers):
            lines.append("Host: 127.0.0.1")
        if credentials:
            lines.append(f"Authorization: {f'Bearer {self.key}' if path.startswith('/v1') else self.basic}")
        return "\r\n".join([*lines, ""]).encode()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    @contextmanager
    def sent(self, *pieces: bytes) -> Iterator[socket.socket]:
        with self.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            yield connection

    def get(self, path: str = TAGS) -> int:
        """The status of an ordinary request on a connection of its own."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request("GET", path, headers={"Authorization": self.basic})
            answer = client.getresponse()
            answer.read()
            return answer.status
        finally:
            client.close()

    def workers(self) -> list[int]:
        return children(self.process.pid)


def children(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def read_answer(connection: socket.socket, method: str = "GET") -> tuple[int, Any, "http.client.HTTPResponse"]:
    """(status, body, answer); a body of JSON is parsed."""
    answer = http.client.HTTPResponse(connection, method=method)
    answer.begin()
    body = answer.read()
    is_json = answer.headers.get_content_type() == "application/json"
    return answer.status, json.loads(body) if is_json and body else body, answer


def stalled(running: Running) -> list[bytes]:
    """What sixty clients have sent when they fall silent."""
    head = running.head
    strangers = [
        b"",
        b"GET ",
        head("GET", TAGS),
        *(head("POST", path, FORM, LONG) + b"\r\n{" for path in (TAGS, "/v1/contacts", "/nowhere", "/admin/login/")),
        *(head("POST", path, FORM, CHUNKED) + b"\r\n5\r\n{" for path in (TAGS, "/v1/contacts", "/nowhere", "/admin/")),
        head("POST", TAGS, FORM, LONG, "Host: elsewhere.example") + b"\r\n{",
        # Credentials that are none: only a look into the database can tell.
        head("POST", TAGS, FORM, LONG, "Authorization: Basic eDp5") + b"\r\n{",
        head("POST", "/v1/contacts", FORM, CHUNKED, "Authorization: Bearer x") + b"\r\n2\r\n{",
        head("POST", "/admin/", LONG, "Cookie: sessionid=x") + b"\r\n{",
    ]
    signed_in = [
        head("POST", TAGS, FORM, LONG, credentials=True) + b"\r\n{",
        head("POST", TAGS, FORM, CHUNKED, credentials=True) + b"\r\n5\r\n{",
        head("POST", "/v1/contacts", FORM, LONG, credentials=True) + b"\r\n{",
        head("GET", TAGS, credentials=True),
        # Sixty answers are asked for and none is read.
        (head("GET", TAGS, credentials=True) + b"\r\n") * 60,
    ]
    return (strangers * 4)[:50] + signed_in * 2

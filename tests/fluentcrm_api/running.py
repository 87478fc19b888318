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
        """The first bytes of a request; the empty line that ends them is not among them."""
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

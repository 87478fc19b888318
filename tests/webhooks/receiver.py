"""A server on loopback that takes webhooks, and keeps what it got."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


Reply = tuple[int, bytes, dict[str, str]]
OK: Reply = (200, b"thanks", {})


@dataclass
class Receiver:
    """`reply` is what each request is answered with, or a function of the request that returns it."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    reply: Reply | Callable[[Got], Reply] = OK

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def answer(self, got: Got) -> Reply:
        self.got.append(got)
        return self.reply(got) if callable(self.reply) else self.reply


@contextmanager
def receiving(receiver: Receiver | None = None) -> Iterator[Receiver]:
    """A receiver that listens; on its port, if it has one already."""
    taker = receiver or Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            raw = self.rfile.read(length)
            if len(raw) < length:  # who sent it was killed
                return
            got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, raw)
            status, body, headers = taker.answer(got)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *arguments: Any) -> None:
            """Clients that are killed are no error."""

    server = Server(("127.0.0.1", taker.port), Handler)
    taker.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield taker
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

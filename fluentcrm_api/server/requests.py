"""How a request is taken in: waitress's parser, held to bounds, and without the bodies that nobody wants."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge, RequestHeaderFieldsTooLarge

from rest.waiting import HAS_LEFT, WAIT_FOR

HEADER_BYTES = 64 * 1024
# The line before a chunk, and what follows the last one: waitress itself sets them no bound.
CHUNK_LINE_BYTES, TRAILER_BYTES = 1024, 8 * 1024
# How much of the first line tells which face is asked.
ADDRESS_BYTES = 1024
RETRY_SECONDS = 5


def wants_every_body(request: Any) -> bool:
    return True


def no_further_limit(request: Any) -> int | None:
    return None


def describe_plainly(path: str, status: int, reason: str) -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", f"{reason}\n".encode()


@dataclass(frozen=True)
class Limits:
    """What one process takes from its clients.

    A client has `request_seconds` from a request's first byte to its last (then 408), and may stay
    away `idle_seconds` between requests, or without reading an answer. Beyond `connections`, or when
    unfinished requests and unread answers hold more than `held_bytes`, those go that have kept us
    waiting longest.
    `wants_body(request)` says, once the headers are there, whether the application will look at the
    body; `body_limit(request)` is how many bytes of it are taken where those are fewer than `body_bytes`.
    `describe(path, status, reason)` is (content type, body) of a refusal.
    """

    body_bytes: int = 10 * 1024 * 1024
    request_seconds: float = 30
    idle_seconds: float = 75
    connections: int = 1000
    held_bytes: int = 64 * 1024 * 1024
    threads: int = 8
    wants_body: Callable[[Any], bool] = wants_every_body
    body_limit: Callable[[Any], int | None] = no_further_limit
    describe: Callable[[str, int, str], tuple[str, bytes]] = describe_plainly


class RequestTimeout(Error):  # type: ignore[misc]
    code = 408


class Overloaded(Error):  # type: ignore[misc]
    code = 503


class RequestParser(HTTPRequestParser):  # type: ignore[misc]
    body_rcv: Any
    header_plus: bytes
    path = ""  # until the first line is read
    command = ""
    body_limit: int | None = None  # bytes
    body_left = False  # the body stays where it is; the connection ends with the answer

    def received(self, data: bytes) -> int:
        """Take in what belongs to this request; the number of its bytes."""
        begun = self.header_plus or data
        try:
            consumed: int = super().received(data)
        except ValueError:  # an address that is none, a length of thousands of digits
            self.refuse(BadRequest("The request cannot be read."))
            return len(data)
        if self.error and not self.headers_finished:
            # Too long to be read: waitress goes on with an address of its own.
            self.header_plus = begun
        if self.chunked and not self.completed:
            if len(self.body_rcv.control_line) > CHUNK_LINE_BYTES:
                self.refuse(BadRequest("A chunk's length has no end."))
            elif len(self.body_rcv.trailer) > TRAILER_BYTES:
                self.refuse(RequestHeaderFieldsTooLarge("The trailer is too long."))
        if not self.completed:
            self.hold_to_limit()
        return consumed

    def hold_to_limit(self) -> None:
        """Refuse a body that is too large, or whose Content-Length is."""
        if self.body_limit is not None and max(self.content_length, self.body_bytes_received) > self.body_limit:
            self.refuse(RequestEntityTooLarge("The body is too large."))

    def refuse(self, error: Error) -> None:
        self.error, self.completed = error, True

    def asked_path(self) -> str:
        """The path that the first line names, as far as it has arrived, also of headers that never end."""
        if self.headers_finished:
            return self.path
        address = self.header_plus[:ADDRESS_BYTES].lstrip().partition(b" ")[2]
        return unquote(address.partition(b" ")[0].partition(b"?")[0].decode("latin-1"))

    def leave_body(self) -> None:
        """Complete the request without its body; the connection cannot be used again."""
        self.body_left = self.completed = True
        self.close()
        self.body_rcv = None
        self.headers["CONTENT_LENGTH"] = "0"
        self.headers["CONNECTION"] = "close"

    def held_bytes(self) -> int:
        return len(self.header_plus) + (len(self.body_rcv) if self.body_rcv is not None else 0)


class Task(WSGITask):  # type: ignore[misc]
    """One call of the application."""

    content_bytes_written: int
    wrote_header: bool

    def get_environment(self) -> dict[str, Any]:
        environment: dict[str, Any] = super().get_environment()
        environment[WAIT_FOR] = self.channel.server.task_dispatcher.wait_for
        environment[HAS_LEFT] = self.channel.has_left
        return environment

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping:
            self.request.headers["CONNECTION"] = "close"
        header: bytes = super().build_response_header()
        return header

    def write(self, data: bytes) -> None:
        if self.request.command == "HEAD" and data:
            # What follows the headers would be read as the next answer.
            self.content_bytes_written += len(data)
            data = b""
        if data and self.complete and not self.wrote_header and self.content_length == len(data) and self.has_body:
            # The usual answer: it leaves in one piece.
            header = self.build_response_header()
            self.wrote_header = True
            self.content_bytes_written = len(data)
            self.channel.write_soon(header + data)
        else:
            super().write(data)


class Refusal(ErrorTask):  # type: ignore[misc]
    """The answer to a request that the application does not see."""

    def execute(self) -> None:
        status = HTTPStatus(self.request.error.code)
        content_type, body = self.channel.adj.limits.describe(self.request.asked_path(), status.value, status.phrase)
        self.status = f"{status.value} {status.phrase}"
        self.response_headers.append(("Content-Type", content_type))
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            self.response_headers.append(("Retry-After", str(RETRY_SECONDS)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body if self.request.command != "HEAD" else b"")

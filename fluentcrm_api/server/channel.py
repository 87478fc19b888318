"""One client's connection."""

import socket
import time
from contextlib import suppress
from typing import Any

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.utilities import Error, InternalServerError

from fluentcrm_api.server.requests import Overloaded, Refusal, RequestParser, RequestTimeout, Task

# How long we listen on after a refusal: a client that is still sending must get to read it.
LINGER_SECONDS = 2.0


class Channel(HTTPChannel):  # type: ignore[misc]
    """waitress's channel with deadlines, one request at a time, and answers that leave at once.

    `request` is being received. `requests` holds the one that is at work or waits for a thread; what
    the client sends meanwhile waits in `ahead`. Only the loop's thread reads, refuses and closes.
    """

    parser_class, task_class, error_task_class = RequestParser, Task, Refusal
    request: Any  # RequestParser, or None
    close_when_flushed: bool
    current_outbuf_count: int

    def __init__(self, server: Any, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        self.ahead = b""
        # Since when we wait for this client: to begin a request, to finish it, to read its answer.
        self.waiting_since = time.monotonic()
        self.sending = False  # the client may be in the middle of a body that we leave
        self.linger_until: float | None = None
        self.linger_bytes = 0
        self.ended = False  # the client sends nothing more; it may still read
        super().__init__(server, sock, *arguments, **options)

    # --- The loop's thread ----------------------------------------------------------------------

    def readable(self) -> bool:
        if self.linger_until is not None:
            return True
        return not (self.close_when_flushed or self.will_close or self.total_outbufs_len or self.ahead or self.ended)

    def writable(self) -> bool:
        if self.will_close:
            return True
        if self.requests:  # its thread sends; the loop helps with large answers
            return bool(self.total_outbufs_len >= self.adj.send_bytes)
        if self.linger_until is not None:
            return False
        return bool(self.total_outbufs_len or self.ahead or self.ended or self.close_when_flushed)

    def handle_read(self) -> None:
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        if self.linger_until is not None:
            self.linger_bytes += len(data)
            if not data or self.linger_bytes > self.adj.limits.body_bytes:
                self.handle_close()
        elif data:
            self.server.unswept_bytes += len(data)
            self.received(data)
        elif self.requests:
            self.ended = True
        else:
            self.handle_close()

    def handle_write(self) -> None:
        if self.requests:
            self._flush_exception(self._flush_some_if_lockable)
        else:
            self._flush_exception(self._flush_some)
        if self.will_close:
            self.handle_close()
        if not self.connected or self.requests or self.total_outbufs_len:
            return
        if self.close_when_flushed and self.sending and not self.ended:
            self.linger()
        elif self.close_when_flushed or self.ended:
            self.handle_close()
        elif self.ahead:
            data, self.ahead = self.ahead, b""
            self.received(data)

    def received(self, data: bytes) -> None:
        """Take in what the client has sent; a request that is complete goes to a thread."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed:
                return
            if self.requests:
                self.ahead += data
                return
            request = self.receive_request(data)
            if request is None:
                return
            self.request = None
            self.requests.append(request)
        if request.error:
            self.refuse(request.error, request)
        else:
            self.sending = request.body_left
            self.server.add_task(self)

    def receive_request(self, data: bytes) -> RequestParser | None:
        """The request that is complete with these data; what is left of them waits in `ahead`."""
        while data:
            if self.request is None:
                self.request = self.parser_class(self.adj)
                self.waiting_since = time.monotonic()
            request: RequestParser = self.request
            had_headers = request.headers_finished
            data = data[request.received(data) :]
            if request.headers_finished and not had_headers and not request.completed:
                self.consider_body(request, data)
            if request.completed:
                if not request.empty:
                    self.ahead = b"" if request.error or request.body_left else data
                    return request
                self.request = None
        return None

    def consider_body(self, request: RequestParser, data: bytes) -> None:
        """Once the headers are there: leave the body, or ask for it. One that came along with them is taken."""
        is_here = not request.chunked and len(data) >= request.content_length
        if not is_here and not self.adj.limits.wants_body(request):
            request.leave_body()
            return
        request.body_limit = self.adj.limits.body_limit(request)
        request.hold_to_limit()
        if request.completed:
            return
        if request.expect_continue and not data:
            self.send_continue()

    def refuse(self, error: Error, request: RequestParser | None = None) -> None:
        """Answer here and now, without a thread, and close."""
        request = request or self.request or self.parser_class(self.adj)
        self.request, request.error = None, error
        self.sending = True
        with suppress(ClientDisconnected):
            self.error_task_class(self, request).service()
        self.finish(request, close=True)

    def linger(self) -> None:
        """Say that no more comes, and read on for a while: a socket closed with unread data discards our answer."""
        self.linger_until = time.monotonic() + LINGER_SECONDS
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def sweep(self, now: float) -> None:
        """End what has taken too long."""
        limits = self.adj.limits
        if self.linger_until is not None:
            if now >= self.linger_until:
                self.handle_close()
        elif self.total_outbufs_len:
            if time.time() - self.last_activity > limits.idle_seconds:
                self.handle_close()
        elif self.request is not None:
            if now - self.waiting_since > limits.request_seconds:
                self.refuse(RequestTimeout(""))
        elif not self.requests and now - self.waiting_since > limits.idle_seconds:
            self.handle_close()

    def give_way(self) -> None:
        """Make room for others: a request under way is answered 503, as far as the client reads it at once."""
        if self.request is not None:
            self.refuse(Overloaded(""))
        if self.connected:
            self.handle_close()

    def is_busy(self, *, receiving: bool) -> bool:
        """Whether an answer is still to come or to be read; `receiving`: a request that has begun counts too."""
        waits = self.requests or self.total_outbufs_len or self.linger_until is not None
        return bool(waits or (receiving and self.request is not None))

    def held_bytes(self) -> int:
        """The memory that waits for this client."""
        return int((self.request.held_bytes() if self.request else 0) + self.total_outbufs_len + len(self.ahead))

    # --- A thread of the dispatcher -------------------------------------------------------------

    def has_left(self) -> bool:
        """Whether the client has closed the connection, or at least its half of it."""
        return self.ended or not self.connected

    def service(self) -> None:
        """Run the application on the request and send what it answers."""
        request = self.requests[0]
        task = self.task_class(self, request)
        try:
            task.service()
        except ClientDisconnected:
            task.close_on_finish = True
        except Exception:
            self.logger.exception("Unexpected error in %s", request.path)
            if not task.wrote_header:
                request.error = InternalServerError("")
                with suppress(ClientDisconnected):
                    self.error_task_class(self, request).service()
            task.close_on_finish = True
        self.finish(request, close=task.close_on_finish)

    def write_soon(self, data: Any) -> int:
        """Send what the client takes at once; only the rest goes through a buffer. Raises ClientDisconnected."""
        if not isinstance(data, bytes) or self.total_outbufs_len:
            return int(super().write_soon(data))
        with self.outbuf_lock:
            if not self.connected:
                raise ClientDisconnected
            sent = self.send(data, do_close=False)
            self.last_activity = time.time()
        if sent < len(data):
            super().write_soon(data[sent:])
        return len(data)

    def finish(self, request: RequestParser, *, close: bool) -> None:
        """Send the answer as far as the client takes it; wake the loop where more is to be done."""
        request.close()
        with self.outbuf_lock:
            if self.connected:
                self._flush_exception(self._flush_some, do_close=False)
            if self.current_outbuf_count:
                # The next answer begins a new buffer: this one keeps what it has held.
                self.current_outbuf_count = self.adj.outbuf_high_watermark
        with self.requests_lock:
            self.requests.clear()
            self.waiting_since = time.monotonic()
            self.close_when_flushed = close
            rest = close or self.will_close or self.ended or self.ahead or self.total_outbufs_len
        if rest:
            self.server.pull_trigger()

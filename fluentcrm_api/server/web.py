"""One web process: waitress's loop with bounds."""

import signal
import socket
import time
from collections.abc import Callable
from mmap import mmap
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from fluentcrm_api.server.channel import Channel
from fluentcrm_api.server.requests import HEADER_BYTES, Limits
from fluentcrm_api.server.supervisor import Program
from fluentcrm_api.server.threads import Threads

SWEEP_SECONDS = 1.0
# How often a server that is stopping looks whether the last client has gone.
STOPPING_SECONDS = 0.05
SWEEP_BYTES = 16 * 1024 * 1024
# What a request that has begun to arrive gets when the server stops.
ARRIVAL_SECONDS = 3.0
BACKLOG = 1024
# A process with more clients than another lets that one go first, for so long at most.
YIELD_SECONDS, MOST_YIELDS = 0.0005, 20


class Shares:
    """How many clients each web process has, where all of them see it."""

    def __init__(self, workers: int) -> None:
        self.counts = memoryview(mmap(-1, 4 * workers)).cast("i")

    def are_larger(self, number: int) -> bool:
        """Whether that process has more than another."""
        return bool(self.counts[number] > min(self.counts))


class WebServer(TcpWSGIServer):  # type: ignore[misc]
    """Answers on a listening socket that it may share with other processes."""

    channel_class = Channel

    def __init__(
        self,
        application: Any,
        listener: socket.socket,
        limits: Limits,
        *,
        shares: Shares,
        number: int,
        stop_seconds: float,
        on_thread_end: Callable[[], None] = lambda: None,
    ) -> None:
        adj = Adjustments(
            sockets=[listener],
            backlog=BACKLOG,
            # Bodies and answers stay in memory, within held_bytes: a full disk stops nobody.
            inbuf_overflow=limits.body_bytes + 1,
            outbuf_overflow=limits.held_bytes,
            max_request_body_size=limits.body_bytes + 1,
            max_request_header_size=HEADER_BYTES,
            recv_bytes=64 * 1024,
            # Which of a proxy's headers count is for Django's settings to say.
            clear_untrusted_proxy_headers=False,
            log_socket_errors=False,
            ident=None,
        )
        adj.send_bytes = 64 * 1024  # headers and body leave together
        adj.limits = limits
        self.limits = limits
        self.shares, self.number = shares, number
        self.yielded = 0
        self.stop_seconds = stop_seconds
        self.stop_wanted = self.stopping = False
        self.stop_began = 0.0
        self.next_sweep = 0.0
        self.unswept_bytes = 0
        super().__init__(
            application,
            {},
            _sock=listener,
            dispatcher=Threads(limits.threads, self.wait_for_clients, on_thread_end),
            adj=adj,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM; running requests then get `stop_seconds`."""
        signal.signal(signal.SIGTERM, self.on_sigterm)
        self.shares.counts[self.number] = 0
        ready()
        self.task_dispatcher.run()

    def wait_for_clients(self, seconds: float | None) -> bool:
        """Take in what clients send within `seconds`, or send them what they wait for; True when the server may end."""
        if self.look_after(time.monotonic()):
            return True
        wasyncore.poll2(seconds or (STOPPING_SECONDS if self.stopping else SWEEP_SECONDS), self._map)
        return False

    def on_sigterm(self, *arguments: Any) -> None:
        self.stop_wanted = True
        self.pull_trigger()

    def look_after(self, now: float) -> bool:
        """What is to be done beside reading and writing; True when the server may end."""
        if now >= self.next_sweep or self.unswept_bytes > SWEEP_BYTES:
            self.next_sweep = now + SWEEP_SECONDS
            self.unswept_bytes = 0
            self.sweep(now)
        if self.stop_wanted and not self.stopping:
            self.stopping, self.stop_began = True, now
            self.task_dispatcher.closing.set()
            self.accepting = False
            self.del_channel()
            self.socket.close()
        self.shares.counts[self.number] = len(self.active_channels)
        if not self.stopping:
            return False
        for channel in list(self.active_channels.values()):
            if not channel.is_busy(receiving=now < self.stop_began + ARRIVAL_SECONDS):
                channel.handle_close()
        return not self.active_channels or now > self.stop_began + self.stop_seconds

    def sweep(self, now: float) -> None:
        channels = list(self.active_channels.values())
        for channel in channels:
            channel.sweep(now)
        held = sum(channel.held_bytes() for channel in channels)
        while held > self.limits.held_bytes:
            victim = self.longest_waited_for(holding=True)
            if victim is None:
                break
            held -= victim.held_bytes()
            victim.give_way()

    def longest_waited_for(self, *, holding: bool = False) -> Channel | None:
        """The client that has kept us waiting longest; none that waits for us."""
        waited_for = (
            channel
            for channel in self.active_channels.values()
            if not channel.requests and (not holding or channel.held_bytes())
        )
        return min(waited_for, key=lambda channel: channel.waiting_since, default=None)

    def handle_accept(self) -> None:
        """Take one client, unless another process has fewer and takes it within a few milliseconds."""
        self.shares.counts[self.number] = len(self.active_channels)
        if self.yielded < MOST_YIELDS and self.shares.are_larger(self.number):
            self.yielded += 1
            time.sleep(YIELD_SECONDS)
            return
        self.yielded = 0
        super().handle_accept()
        self.shares.counts[self.number] = len(self.active_channels)
        if len(self.active_channels) > self.limits.connections and (victim := self.longest_waited_for()):
            victim.give_way()

    def readable(self) -> bool:
        # More than that are at work only when none waits for its client.
        return bool(self.accepting and len(self.active_channels) <= self.limits.connections)


def web_program(application: Any, listener: socket.socket, workers: int, limits: Limits, **options: Any) -> Program:
    """So many processes that answer on the listener; `options` are WebServer's."""
    shares = Shares(workers)

    def run(number: int, ready: Callable[[], None]) -> None:
        WebServer(application, listener, limits, shares=shares, number=number, **options).run(ready)

    return Program("web", workers, run)

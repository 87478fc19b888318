"""Keeps programs running as forked processes: whatever ends is started again until the whole is told to stop.

Signal handlers here do nothing: a signal's number goes down a pipe and is acted on by the one loop,
so that no sequence of signals can meet another half-way.
"""

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NoReturn

log = logging.getLogger(__name__)

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
WATCHED = STOP_SIGNALS | {signal.SIGCHLD}
# A process is started at most once in so many seconds: one that cannot live does not keep a core busy.
RESTART_SECONDS = 1.0
# What a process needs to end after its own deadline.
MARGIN_SECONDS = 1.0


@dataclass(frozen=True)
class Program:
    """What `count` processes do: `run(number, ready)` calls `ready()` when it works and returns after SIGTERM.

    `number` is 0 for the first of them.
    """

    name: str
    count: int
    run: Callable[[int, Callable[[], None]], None]


@dataclass
class Slot:
    """The place of one process."""

    program: Program
    number: int
    pid: int = 0  # 0: none now
    started: float = float("-inf")


class Supervisor:
    """`run()` returns the exit status: 0, or 1 when a process had to be killed to end.

    `stop_seconds` is what running work gets after the first SIGTERM, SIGINT or SIGHUP; later ones
    change nothing. When this process is killed, the others notice by a pipe and stop too.
    """

    def __init__(self, programs: Sequence[Program], *, stop_seconds: float, on_ready: Callable[[], None]) -> None:
        self.slots = [Slot(program, number) for program in programs for number in range(program.count)]
        self.stop_seconds = stop_seconds
        self.on_ready = on_ready
        self.unready = len(self.slots)  # until each process has worked once
        self.kill_at: float | None = None  # None: not told to stop
        self.killed = False
        self.signals, self.signals_in = pipe()
        self.readiness, self.readiness_in = pipe()
        self.lifeline, self.lifeline_in = os.pipe()

    def run(self) -> int:
        signal.set_wakeup_fd(self.signals_in, warn_on_full_buffer=False)
        for number in WATCHED:
            signal.signal(number, lambda *_: None)
        while True:
            self.reap()
            if self.kill_at is None:
                self.start_what_is_due()
            elif not any(slot.pid for slot in self.slots):
                # One more signal would end Python on its way out: it puts the default handlers back.
                for number in STOP_SIGNALS:
                    signal.signal(number, signal.SIG_IGN)
                return int(self.killed)
            elif time.monotonic() >= self.kill_at:
                self.kill()
            self.wait()

    def wait(self) -> None:
        """Sleep until a signal, a word from a process, or the next moment at which something is due."""
        due = [slot.started + RESTART_SECONDS for slot in self.slots if not slot.pid]
        until = self.kill_at or min(due, default=None)
        timeout = None if until is None else max(0.0, until - time.monotonic())
        readable, _, _ = select.select([self.signals, self.readiness], [], [], timeout)
        if self.signals in readable and STOP_SIGNALS & set(os.read(self.signals, 4096)):
            self.stop()
        if self.readiness in readable:
            self.note_ready(len(os.read(self.readiness, 4096)))

    def note_ready(self, count: int) -> None:
        if self.unready > 0:
            self.unready -= count
            if self.unready <= 0 and self.kill_at is None:
                self.on_ready()

    def stop(self) -> None:
        if self.kill_at is None:
            self.kill_at = time.monotonic() + self.stop_seconds + MARGIN_SECONDS
            self.send(signal.SIGTERM)

    def kill(self) -> None:
        self.killed = True
        self.kill_at = time.monotonic() + MARGIN_SECONDS
        self.send(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        for slot in self.slots:
            if slot.pid:
                os.kill(slot.pid, number)  # until it is reaped, the number is its own

    def reap(self) -> None:
        for slot in self.slots:
            if slot.pid:
                pid, status = os.waitpid(slot.pid, os.WNOHANG)
                if pid:
                    if self.kill_at is None:
                        log.warning(
                            "A %s process (%d) %s; another one starts.", slot.program.name, pid, how_it_ended(status)
                        )
                    slot.pid = 0

    def start_what_is_due(self) -> None:
        for slot in self.slots:
            if not slot.pid and time.monotonic() >= slot.started + RESTART_SECONDS:
                slot.started = time.monotonic()
                with signals_held():  # a new process must not act on signals by our handlers
                    slot.pid = os.fork()
                    if not slot.pid:
                        self.become(slot)

    def become(self, slot: Slot) -> NoReturn:
        """Be that slot's program: in the new process, until its end."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            # Ctrl-C and a closed terminal reach every process; the supervisor says what follows.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
            for end in (self.signals, self.signals_in, self.readiness, self.lifeline_in):
                os.close(end)
            threading.Thread(target=self.end_with_supervisor, daemon=True).start()
            slot.program.run(slot.number, self.say_ready)
            status = 0
        except Exception:
            log.exception("A %s process failed.", slot.program.name)
        finally:
            os._exit(status)

    def say_ready(self) -> None:
        with suppress(OSError):  # nobody reads any more
            os.write(self.readiness_in, b"+")

    def end_with_supervisor(self) -> None:
        """Wait until no supervisor holds the other end, however it has ended; then stop like at its word."""
        os.read(self.lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(self.stop_seconds + MARGIN_SECONDS)
        os._exit(1)


def pipe() -> tuple[int, int]:
    """A pipe whose ends never make anyone wait."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


@contextmanager
def signals_held() -> Iterator[None]:
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)


def how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"

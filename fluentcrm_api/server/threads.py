"""The threads of one web process: one of them is in charge, others join when a request takes long."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

# A request that has run for longer waits for something: for a lock, a statement, the disk.
LONG_SECONDS = 0.2
TICK_SECONDS = 0.05
# How long a thread without work, and its connection to the database, is kept.
SPARE_SECONDS = 5.0
# Of so many requests that may run at once, one may wait for news, which is looked for every LOOK_SECONDS.
REQUESTS_A_WAITER = 4
LOOK_SECONDS = 0.5


class Threads:
    """Runs requests, at most `most` of them at once.

    The thread in charge calls `wait_for_clients(seconds)`, which adds tasks and returns True when the
    process is to end, and then runs the tasks itself: nothing passes from thread to thread, as two
    threads that take turns at Python cost small requests a third of their speed. When a task takes
    longer than LONG_SECONDS, another thread takes charge, and the first one is a spare when it is done.
    The process's main thread only watches, so that it is always there for signals.
    """

    def __init__(
        self, most: int, wait_for_clients: Callable[[float | None], bool], on_thread_end: Callable[[], None]
    ) -> None:
        self.most = most
        self.wait_for_clients = wait_for_clients
        self.on_thread_end = on_thread_end
        self.queue: deque[Any] = deque()
        # Guards what is below.
        self.changed = threading.Condition()
        self.in_charge: threading.Thread | None = None
        self.running: dict[threading.Thread, float] = {}  # since when
        self.spare = 0
        self.waiting = 0
        self.ended = False
        self.failure: BaseException | None = None
        self.awake = threading.Event()  # something has run since the last tick
        self.closing = threading.Event()  # nobody is to wait any more

    def add_task(self, task: Any) -> None:
        """Let a thread call `task.service()`; only the thread in charge adds tasks."""
        self.queue.append(task)

    def run(self) -> None:
        """Return when `wait_for_clients` has; raises what it raised. For the main thread."""
        self.put_in_charge()
        while not self.ended:
            self.awake.wait()
            self.awake.clear()
            time.sleep(TICK_SECONDS)
            self.watch(time.monotonic())
        if self.failure:
            raise self.failure

    def watch(self, now: float) -> None:
        """Put another thread in charge if the one that is runs a long task."""
        with self.changed:
            since = self.running.get(self.in_charge) if self.in_charge else None
            if since is None or self.ended:
                return
            self.awake.set()
            if now - since > LONG_SECONDS:
                self.put_in_charge()

    def put_in_charge(self) -> None:
        """Hand the charge to a spare thread, or to a new one."""
        with self.changed:
            self.in_charge = None
            if self.spare:
                self.changed.notify()
            else:
                self.in_charge = threading.Thread(target=self.work, daemon=True)
                self.in_charge.start()

    def work(self) -> None:
        """The life of one thread."""
        try:
            while self.is_in_charge() or self.take_charge():
                self.serve()
        except BaseException as error:  # noqa: BLE001 - run() raises it in the main thread
            self.failure = error
            self.end()
        finally:
            self.on_thread_end()

    def serve(self) -> None:
        """Wait for clients and run their requests for as long as this thread is in charge; then help to the end."""
        while self.is_in_charge():
            if self.wait_for_clients(TICK_SECONDS if self.queue else None):
                self.end()
                return
            while self.run_next() and self.is_in_charge():
                pass
        while not self.ended and self.run_next():
            pass

    def run_next(self) -> bool:
        """Run the task that has waited longest; False where none does, or as many as may be are running."""
        me = threading.current_thread()
        with self.changed:
            if not self.queue or len(self.running) >= self.most:
                return False
            task = self.queue.popleft()
            self.running[me] = time.monotonic()
        if not self.awake.is_set():
            self.awake.set()
        try:
            task.service()
        finally:
            with self.changed:
                del self.running[me]
        return True

    def wait_for(self, look: Callable[[], bool], seconds: float) -> bool | None:
        """Called by a task that waits: call `look` now and then until it is true; False when the time is over.

        Others are served meanwhile. None at once where as many tasks wait as may: they have threads, and others need
        some, too.
        """
        with self.changed:
            if self.waiting >= self.most // REQUESTS_A_WAITER or self.closing.is_set():
                return None
            self.waiting += 1
            if self.is_in_charge():
                # Not only after LONG_SECONDS: it is known that this takes long.
                self.put_in_charge()
        try:
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0 and not self.closing.wait(min(left, LOOK_SECONDS)):
                if look():
                    return True
            return False
        finally:
            with self.changed:
                self.waiting -= 1

    def is_in_charge(self) -> bool:
        return self.in_charge is threading.current_thread() and not self.ended

    def take_charge(self) -> bool:
        """Wait as a spare thread; True when the charge is this thread's now."""
        with self.changed:
            self.spare += 1
            self.changed.wait_for(lambda: self.in_charge is None or self.ended, SPARE_SECONDS)
            self.spare -= 1
            if self.in_charge is None and not self.ended:
                self.in_charge = threading.current_thread()
        return self.is_in_charge()

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self.closing.set()
            self.changed.notify_all()
        self.awake.set()

"""Which thread of a web process runs what (fluentcrm_api.server.threads)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

import pytest

from fluentcrm_api.server.threads import Threads

WAIT = 20  # seconds until a test fails


class Clients:
    """Sends tasks to threads as a server's clients do; `end` lets the process end."""

    def __init__(self, most: int) -> None:
        self.sent: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.ended_threads: SimpleQueue[threading.Thread] = SimpleQueue()
        self.waiting: set[threading.Thread] = set()
        self.threads = Threads(most, self.wait_for_clients, self.note_end)

    def wait_for_clients(self, seconds: float | None) -> bool:
        self.waiting.add(threading.current_thread())
        try:
            task = self.sent.get(timeout=seconds or WAIT)
        except Empty:
            return False
        if task is None:
            return True
        self.threads.add_task(Task(task))
        return False

    def note_end(self) -> None:
        self.ended_threads.put(threading.current_thread())

    def send(self, task: Callable[[], None]) -> None:
        self.sent.put(task)

    def end(self) -> None:
        self.sent.put(None)


class Task:
    def __init__(self, service: Callable[[], None]) -> None:
        self.service = service


class LongTask:
    """Runs until it is told to go on."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.began.set()
        self.go_on.wait(WAIT)


def send_long(clients: Clients) -> LongTask:
    """A long task that is running."""
    task = LongTask()
    clients.send(task)
    assert task.began.wait(WAIT)
    return task


@contextmanager
def running(most: int) -> Iterator[Clients]:
    clients = Clients(most)
    main = threading.Thread(target=clients.threads.run)
    main.start()
    try:
        yield clients
    finally:
        clients.end()
        main.join(WAIT)
    assert not main.is_alive()


def thread_of_a_task(clients: Clients) -> threading.Thread:
    ran: SimpleQueue[threading.Thread] = SimpleQueue()
    clients.send(lambda: ran.put(threading.current_thread()))
    return ran.get(timeout=WAIT)


def test_it_runs_a_task_in_the_thread_that_waited_for_it() -> None:
    with running(most=2) as clients:
        ran = {thread_of_a_task(clients) for _ in range(3)}
        assert ran == clients.waiting
        assert len(ran) == 1


def test_it_goes_on_with_the_others_when_a_task_takes_long() -> None:
    with running(most=2) as clients:
        task = send_long(clients)
        assert thread_of_a_task(clients) not in list(clients.threads.running)
        task.go_on.set()


def test_it_runs_no_more_than_so_many_at_once_and_the_rest_afterwards() -> None:
    after = threading.Event()
    with running(most=2) as clients:
        tasks = [send_long(clients) for _ in range(2)]
        clients.send(after.set)
        clients.send(lambda: None)
        # Somebody is in charge all the same, and takes both in.
        while len(clients.threads.queue) < 2:
            assert not after.is_set()
        assert not after.is_set()
        for task in tasks:
            task.go_on.set()
        assert after.wait(WAIT)


def test_it_keeps_a_thread_that_was_relieved_for_the_next_time() -> None:
    seen = set()
    with running(most=4) as clients:
        for _ in range(3):
            task = send_long(clients)
            seen.add(thread_of_a_task(clients))
            task.go_on.set()
            while not clients.threads.spare:
                assert len(clients.threads.running) <= 1
    assert len(seen) == 2


def test_it_tells_each_thread_s_end() -> None:
    with running(most=2) as clients:
        used = thread_of_a_task(clients)
    assert clients.ended_threads.get(timeout=WAIT) is used


def test_it_raises_what_fails_while_it_waits() -> None:
    def fail(seconds: float | None) -> bool:
        raise OSError("no more files")

    with pytest.raises(OSError, match="no more files"):
        Threads(1, fail, lambda: None).run()


def test_a_task_that_waits_for_news_keeps_nobody_from_work() -> None:
    news, looked, results = threading.Event(), threading.Event(), SimpleQueue[bool | None]()

    def look() -> bool:
        looked.set()
        return news.is_set()

    with running(most=4) as clients:
        clients.send(lambda: results.put(clients.threads.wait_for(look, WAIT)))
        assert looked.wait(WAIT)
        assert thread_of_a_task(clients) not in list(clients.threads.running)
        # No more than a quarter of the requests may wait.
        clients.send(lambda: results.put(clients.threads.wait_for(look, WAIT)))
        assert results.get(timeout=WAIT) is None
        news.set()
        assert results.get(timeout=WAIT) is True
        clients.send(lambda: results.put(clients.threads.wait_for(lambda: False, 0.01)))
        assert results.get(timeout=WAIT) is False


def test_nobody_waits_where_every_thread_is_wanted() -> None:
    with running(most=3) as clients:
        results = SimpleQueue[bool | None]()
        clients.send(lambda: results.put(clients.threads.wait_for(lambda: True, WAIT)))
        assert results.get(timeout=WAIT) is None


def test_waiting_ends_with_the_process() -> None:
    looked, results = threading.Event(), SimpleQueue[bool | None]()

    def look() -> bool:
        looked.set()
        return False

    with running(most=4) as clients:
        clients.send(lambda: results.put(clients.threads.wait_for(look, WAIT)))
        assert looked.wait(WAIT)
        clients.threads.closing.set()
        assert results.get(timeout=WAIT) is False

"""A worker: one thread takes tasks from the queue, another runs sweeps, until it is told to stop."""

import logging
import signal
from collections.abc import Callable
from threading import Thread, Timer
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from jobs.claims import new_word
from jobs.sweeping import sweep_until_stopped
from jobs.turns import one_line, stopping

log = logging.getLogger(__name__)

# A new task waits for so long at most.
POLL_SECONDS = 0.5
# When told to stop: what a chunk gets to end, before it is cut short, rolled back and given back.
CHUNK_SECONDS = 15.0
# What the thread of sweeps gets after that.
SWEEP_SECONDS = 5.0


def work(ready: Callable[[], None]) -> None:
    """Work until SIGTERM; `ready()` is called when it begins. To be called in the main thread."""
    stopping.clear()
    sweeper = Thread(target=sweep_until_stopped, daemon=True, name="sweeps")
    sweeper.start()
    if settings.TASK_BROKER_URL:
        from jobs.celery import consume  # noqa: PLC0415 - Celery is installed only where it is used

        consume(ready, stop)
    else:
        signal.signal(signal.SIGTERM, lambda *_: stop())
        ready()
        work_on_database_queue()
    stopping.set()
    sweeper.join(SWEEP_SECONDS)


def stop() -> None:
    """Have everything in this process come to its end."""
    if not stopping.is_set():
        stopping.set()
        cut_short_later()


def work_on_database_queue() -> None:
    """Run tasks one after the other; a database that is away is waited for."""
    runner = TaskRunner(
        queue_names=["*"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=new_word(),
        excluded_queue_names=[],
    )
    away = False
    while not stopping.is_set():
        try:
            ran = run_next_task(runner)
            away = False
        except Error as error:
            if not away:
                log.warning("The worker waits for the database: %s", one_line(error))
            away, ran = True, False
            connection.close()
        if not ran:
            stopping.wait(POLL_SECONDS)
    connection.close()


def run_next_task(runner: TaskRunner) -> bool:
    """Run the task that is due first; False where there is none, by one statement that only reads."""
    ready = DBTaskResult.objects.ready().filter(backend_name=runner.backend_name)
    if not ready.exists():
        return False
    with transaction.atomic():
        row = ready.get_locked()
        if row:
            row.claim(runner.worker_id)
    if row:
        runner.run_task(row)
    return row is not None


def cut_short_later() -> None:
    """End the statement of this thread that is at work CHUNK_SECONDS from now: its transaction is rolled back."""
    raw: Any = connection.connection
    if raw is not None:
        timer = Timer(CHUNK_SECONDS, raw.interrupt if connection.vendor == "sqlite" else raw.cancel)
        timer.daemon = True
        timer.start()

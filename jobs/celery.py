"""The same tasks over a message broker: RabbitMQ or Redis through Celery, where TASK_BROKER_URL names one.

What Celery brings is the broker. What there is to be done stands in our own rows, so a message that is lost
or comes twice harms nothing, and no result is kept.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from celery import Celery, signals
from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task
from django_tasks.exceptions import InvalidTaskError
from kombu.entity import Queue
from kombu.exceptions import OperationalError

from jobs.claims import new_word
from jobs.turns import one_line

log = logging.getLogger(__name__)

# Ten of them, as RabbitMQ advises; Django's are -100 to 100.
PRIORITIES = 10
# Seconds: who starts a job never waits longer for a broker that is away.
CONNECT_SECONDS = 2
# How often the worker looks whether it is to stop.
LOOK_SECONDS = 0.5
REDIS = {
    "socket_timeout": 30,
    "socket_connect_timeout": CONNECT_SECONDS,
    # Several sites may share one Redis.
    "global_keyprefix": f"{settings.TASK_QUEUE}:",
}

app = Celery("fluentcrm")
app.conf.update(
    broker_url=settings.TASK_BROKER_URL,
    broker_connection_timeout=CONNECT_SECONDS,
    broker_connection_retry_on_startup=True,
    broker_transport_options=REDIS if settings.TASK_BROKER_URL.startswith("redis") else {},
    task_publish_retry=False,
    task_ignore_result=True,
    task_default_queue=settings.TASK_QUEUE,
    task_queues=[Queue(settings.TASK_QUEUE, max_priority=PRIORITIES - 1)],  # type: ignore[no-untyped-call]
    # A message is not held while its task runs: the rows know what is still to be done.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
)


@app.task(name="fluentcrm.run")  # type: ignore[untyped-decorator]
def run(path: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Run one of Django's tasks. One that fails for the database is not repeated: what it was for still stands there."""
    task = import_string(path)
    if not isinstance(task, Task):
        raise InvalidTaskError(f"{path} is no task.")
    try:
        task.call(*args, **kwargs)
    except Error as error:
        log.warning("A task was lost, to be made anew: %s", one_line(error))
        connection.close()


class CeleryBackend(BaseTaskBackend):
    """Sends tasks to the broker when the transaction that makes them is committed."""

    supports_defer = True
    supports_async_task = True
    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """A broker that is away is logged, not raised: sweeps make a task anew for what is still to be done."""
        self.validate_task(task)
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=new_word(),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        transaction.on_commit(partial(send, result))
        return result


def send(result: TaskResult[Any]) -> None:
    task = result.task
    try:
        run.apply_async(
            (task.module_path, result.args, result.kwargs),
            task_id=result.id,
            eta=task.run_after,
            priority=(task.priority + 100) * PRIORITIES // 201,
        )
    except (OperationalError, OSError) as error:
        log.warning("The broker of TASK_BROKER_URL cannot be reached: %s", one_line(error))


def consume(ready: Callable[[], None], stop: Callable[[], None]) -> None:
    """Run tasks from the broker in this thread until SIGTERM, which calls `stop` first."""

    def on_ready(sender: Any, **_: Any) -> None:
        # Celery's loop looks at what it was told only when something happens: without this after many seconds.
        sender.timer.call_repeatedly(LOOK_SECONDS, lambda: None)
        ready()

    def on_stop(**_: Any) -> None:
        stop()

    signals.worker_ready.connect(on_ready)
    signals.worker_shutting_down.connect(on_stop)
    app.Worker(
        pool="solo",
        concurrency=1,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    ).start()

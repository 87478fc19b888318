"""The queue and its tasks, run in the test's own process."""

from typing import Any

from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from jobs.models import Job
from jobs.worker import run_next_task


def run_tasks() -> int:
    """Run what is in the queue, and what that puts into it, to the end; how many tasks that were. None may fail."""
    runner = TaskRunner(
        queue_names=["*"],
        interval=0,
        batch=False,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id="tests",
        excluded_queue_names=[],
    )
    ran = 0
    while run_next_task(runner):
        ran += 1
    failed = DBTaskResult.objects.filter(status="FAILED").values_list("traceback", flat=True)
    assert not failed, failed[0]
    return ran


def finish(job: Job) -> Any:
    """The job after its tasks have run."""
    run_tasks()
    job.refresh_from_db()
    return job

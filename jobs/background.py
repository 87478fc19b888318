"""The sweeps of jobs themselves (forgotten ones go on, old ones go), and of history and kept answers, which are below this app."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from changes.retention import remove_old_changes
from jobs.models import UNFINISHED, Job
from jobs.registry import register_sweep
from jobs.tasks import go_on
from retries.services import remove_old_answers

BATCH = 100
# A task is done in seconds. One that is at work for longer was its worker's last.
TASKS_KEPT = timedelta(days=1)


@transaction.atomic
def enqueue_forgotten() -> bool:
    """Make tasks for jobs that nobody works on: their worker died, their last chunk failed, their task got lost."""
    jobs = Job.objects.forgotten().order_by("due")
    if connection.features.has_select_for_update_skip_locked:
        jobs = jobs.select_for_update(skip_locked=True)
    ids = list(jobs.values_list("pk", flat=True)[:BATCH])
    Job.objects.filter(pk__in=ids).update(enqueued_at=Now())
    for pk in ids:
        go_on.enqueue(pk)
    return len(ids) == BATCH


def remove_old_jobs() -> None:
    """Remove jobs that ended JOBS_RETENTION_DAYS ago, and what is left of tasks."""
    if days := settings.JOBS_RETENTION_DAYS:
        over = Job.objects.exclude(state__in=UNFINISHED)
        over.filter(finished_at__lt=timezone.now() - timedelta(days=days)).delete()
    DBTaskResult.objects.exclude(status="READY").filter(enqueued_at__lt=timezone.now() - TASKS_KEPT).delete()


register_sweep("forgotten jobs", enqueue_forgotten, 2)


def remove_old_history() -> None:
    """Remove what CHANGES_RETENTION_DAYS and DELETED_CONTACTS_RETENTION_DAYS have ended for."""
    remove_old_changes()


register_sweep("old jobs", remove_old_jobs, 3600)
register_sweep("old history", remove_old_history, 3600)
register_sweep("kept answers", remove_old_answers, 3600)

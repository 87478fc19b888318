"""A job on the wire."""

from typing import Any

from django.urls import reverse

from jobs.models import Job
from wp_rest.dates import write_datetime


def show_job(job: Job) -> dict[str, Any]:
    """A job with its user read. It needs no options: they may hold every id of the set."""
    rate = job.rate
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "done": job.done,
        "of": job.total,
        "rate": None if rate is None else round(rate, 1),
        "seconds_left": job.seconds_left,
        "result": job.result,
        "error": job.error,
        "user": job.user and {"ID": job.user.pk, "display_name": job.user.get_full_name() or job.user.username},
        **{
            name: (at := getattr(job, name)) and write_datetime(at)
            for name in ("created_at", "started_at", "finished_at")
        },
    }


def job_address(job: Job) -> str:
    """The path of the job's own route."""
    return reverse("job-detail", args=[job.pk])

"""Starting and cancelling jobs; a push for what comes again and again."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from changes.actors import Actor, current_actor
from jobs.models import UNFINISHED, Job, State, Sweep
from jobs.registry import kinds
from jobs.tasks import go_on


@transaction.atomic
def start_job(
    kind: str,
    options: Mapping[str, Any],
    *,
    title: str,
    total: int,
    result: Mapping[str, Any] | None = None,
    actor: Actor | None = None,
    undoes: Job | None = None,
) -> Job:
    """Make a job of a registered kind, to be worked on as soon as the transaction is committed. Two statements.

    Its changes are recorded as those of `actor`, the present one without it. `result` is what the
    first step finds. `undoes` is the job that this one takes back: one that none takes back, or only jobs that failed
    or were cancelled. Raises KeyError for a kind that nobody registered.
    """
    who = actor or current_actor()
    job: Job = Job.objects.create(
        kind=kinds()[kind].name,
        title=title[:255],
        options=dict(options),
        user_id=who.user_id,
        channel=who.channel,
        actor_kind=who.kind,
        actor_id=who.id,
        total=total,
        result=dict(result or {}),
        enqueued_at=timezone.now(),
        undoes=undoes,
    )
    go_on.enqueue(job.pk)
    return job


def cancel_jobs(ids: Collection[int]) -> int:
    """Stop jobs; how many were not over yet. What was done stays done, a chunk at work is rolled back. One statement."""
    unfinished = Job.objects.filter(pk__in=ids, state__in=UNFINISHED)
    cancelled: int = unfinished.update(state=State.CANCELLED, finished_at=Now(), claimed_by="", claimed_until=None)
    return cancelled


def run_sweeps_now() -> None:
    """Let workers run every sweep that none of them runs already, without waiting for its time. One statement."""
    Sweep.objects.filter(due__gt=Now(), claimed_until=None).update(due=Now())

"""Work that outlives a request: jobs, which are done in committed chunks, and sweeps, which come again and again."""

from math import ceil
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from changes.actors import Actor
from jobs.querysets import JobQuerySet, SweepQuerySet


class State(models.TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


UNFINISHED = (State.QUEUED, State.RUNNING)
# What failed or was cancelled may be started again, for what is left; nothing else.
NOT_AGAIN = (*UNFINISHED, State.DONE)


class Claimed(models.Model):
    """Work of which one worker at a time has the claim; a worker that dies loses it when the lease ends."""

    # Not before this time. The database's clock rules: those of several machines differ.
    due = models.DateTimeField(db_default=Now())
    claimed_by = models.CharField(max_length=32, blank=True, default="", help_text="A new word for each claim.")
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Job(Claimed):
    """A long action on a set, done chunk by chunk. Written by jobs.services and jobs.claims alone.

    What a chunk does and that it is done are committed together, so a worker that is killed loses
    nothing and nothing is done twice.
    """

    kind = models.CharField(max_length=64, help_text="A kind of jobs.registry.")
    title = models.CharField(max_length=255)  # what it does, for people
    options = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="What to do, in the kind's words.")
    # Who asked for it: what it changes is recorded as theirs (changes.actors).
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="jobs")
    channel = models.CharField(max_length=16)
    actor_kind = models.CharField(max_length=32, blank=True, default="")
    actor_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(help_text="How many there were at the start; as many as done at the end.")
    cursor = models.JSONField(null=True, help_text="Where the next chunk starts, in the kind's words.")
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True, default="")  # why it failed, or why the last attempt did
    attempts = models.PositiveIntegerField(default=0, help_text="Claims since the last chunk that was done.")
    # None where no task is under way for it: jobs.background makes one.
    enqueued_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # The job that this one takes back. Of those that take back the same one, all but one have failed or were cancelled.
    undoes = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, editable=False, related_name="undone_by")

    objects: ClassVar[Any] = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # Never two at once, and none after one that was done.
            models.UniqueConstraint(
                fields=["undoes"], name="jobs_undone_once", condition=models.Q(state__in=NOT_AGAIN)
            ),
        ]
        indexes: ClassVar = [
            # The sweep looks for those that nobody works on, among any number of finished ones.
            models.Index(fields=["due"], name="jobs_unfinished", condition=models.Q(state__in=UNFINISHED)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def actor(self) -> Actor:
        return Actor(self.channel, self.user_id, self.actor_kind, self.actor_id, self.pk)

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def rate(self) -> float | None:
        """How many a second, from the start until now or the end; None before anything is done."""
        if self.started_at is None or not self.done:
            return None
        seconds = ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
        return self.done / max(seconds, 0.001)

    @property
    def seconds_left(self) -> int | None:
        """At the rate so far; None where that cannot be told, or the job is over."""
        return ceil((self.total - self.done) / self.rate) if self.rate and self.is_unfinished else None


class Sweep(Claimed):
    """When a sweep of jobs.registry is due: a row for each worker that may run it at once, for all workers together."""

    name = models.CharField(max_length=64)
    lane = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0, help_text="How often in a row it failed.")
    error = models.TextField(blank=True, default="", help_text="Why it failed the last time.")
    ran_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = SweepQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["name", "lane"], name="jobs_sweep_lane")]

    def __str__(self) -> str:
        return f"{self.name} {self.lane}"

"""Which work may be claimed. The time is the database's, as each worker's clock is a little off."""

from datetime import timedelta
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

# A task that got lost on its way is made again after this.
ENQUEUED_FOR = timedelta(seconds=60)


class ClaimedQuerySet(models.QuerySet[Any]):
    def free(self) -> Self:
        """Due, and nobody has the claim."""
        return self.filter(due__lte=Now()).filter(Q(claimed_until=None) | Q(claimed_until__lt=Now()))

    def claim(self, word: str, lease: timedelta, **columns: Any) -> int:
        """Take what is free; how many rows that are. One statement: of two who come at once one gets a row."""
        return self.free().update(claimed_by=word, claimed_until=Now() + lease, **columns)

    def held(self, word: str) -> Self:
        """Those that this word has claimed and nobody else since."""
        return self.filter(claimed_by=word)


class JobQuerySet(ClaimedQuerySet):
    def free(self) -> Self:
        return super().free().filter(state__in=("queued", "running"))

    def claim(self, word: str, lease: timedelta, **columns: Any) -> int:
        return super().claim(
            word,
            lease,
            state="running",
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", Now()),
            enqueued_at=None,
            **columns,
        )

    def forgotten(self) -> Self:
        """Free, with no task that will come to them soon: after a crash, a failure, a queue that was lost."""
        return self.free().filter(Q(enqueued_at=None) | Q(enqueued_at__lt=Now() - ENQUEUED_FOR))

    def visible_to(self, user: AbstractUser) -> Self:
        """Those of the user, and everybody's for who may view jobs."""
        return self if user.has_perm("jobs.view_job") else self.filter(user=user.pk)

    def cancellable_by(self, user: AbstractUser) -> Self:
        """Those of the user, and everybody's for who may change jobs."""
        return self if user.has_perm("jobs.change_job") else self.filter(user=user.pk)


class SweepQuerySet(ClaimedQuerySet):
    pass

"""Conditions on what contacts did with their mails (see subscribers.conditions)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from emails.models import Message
from subscribers.conditions import AGES, Condition


@dataclass(frozen=True)
class Activity(Condition):
    """That mails were opened or clicked in (`name`): in the last `days` days, or before them and not since."""

    OPERATORS = AGES

    days: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name not in ("opened", "clicked"):
            raise ValueError(f"Contacts have not {self.name!r} their mails.")

    def as_q(self) -> Q:
        start = timezone.now() - timedelta(days=self.days)
        # Of one contact after the other, by the index on its messages.
        messages = Message.objects.filter(subscriber=OuterRef("pk"))
        since = Exists(messages.filter(**{f"{self.name}_at__gte": start}))
        if self.operator == "days_within":
            return Q(since)
        return Q(Exists(messages.filter(**{f"{self.name}_at__lt": start}))) & ~Q(since)

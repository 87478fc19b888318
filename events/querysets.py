"""Sets of tracked events."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from segments.querysets import CaseBlind


class TrackedEventQuerySet(models.QuerySet[Any]):
    def of_contact(self, pk: int) -> Self:
        return self.filter(subscriber=pk)

    def matching(self, text: str) -> Self:
        """Those with `text` in the key or title, in any case; % and _ are plain letters."""
        lower = text.lower()
        events = self.alias(lower_key=CaseBlind("event_key"), lower_title=CaseBlind("title"))
        return events.filter(Q(lower_key__contains_text=lower) | Q(lower_title__contains_text=lower))

"""Sets of tracked events."""

from typing import Any, Self

from django.db import models

from database.expressions import holding


class TrackedEventQuerySet(models.QuerySet[Any]):
    def of_contact(self, pk: int) -> Self:
        return self.filter(subscriber=pk)

    def matching(self, text: str) -> Self:
        """Events with `text` in the key or title, as `fold` compares."""
        return self.filter(holding(text, "event_key", "title"))

"""Sets of automations, blocks and enrolments."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models

from database.expressions import holding

OPEN = ("active", "waiting", "pending")


class AutomationQuerySet(models.QuerySet[Any]):
    def published(self) -> Self:
        return self.filter(status="published")

    def matching(self, text: str) -> Self:
        """Those with `text` in the title, as `fold` compares."""
        return self.filter(holding(text, "title"))


class BlockQuerySet(models.QuerySet[Any]):
    def in_order(self) -> Self:
        """As staff see them: those of one branch follow each other by `sequence`."""
        return self.order_by("automation", "sequence", "id")


class EnrolmentQuerySet(models.QuerySet[Any]):
    def of_contact(self, pk: int) -> Self:
        return self.filter(subscriber=pk)

    def of_contacts(self, ids: Iterable[int]) -> Self:
        return self.filter(subscriber__any_of=list(ids))

    def unfinished(self) -> Self:
        """Those that may still go on by themselves."""
        return self.filter(status__in=OPEN)

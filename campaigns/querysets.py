"""Sets of campaigns."""

from typing import Any, Self

from django.db import models

from database.expressions import holding


class CampaignQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Those with `text` in the title, as `fold` compares; % and _ are plain letters."""
        return self.filter(holding(text, "mailing__title"))

    def once(self) -> Self:
        """Those that staff made, not the runs of recurring ones."""
        return self.filter(recurrence=None, run_at=None)


class RecurringQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Those with `text` in the title, as `fold` compares; % and _ are plain letters."""
        return self.filter(holding(text, "title"))

"""Sets of smart links."""

from typing import Any, Self

from django.db import models

from database.expressions import holding


class SmartLinkQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Those with `text` in the title, target or notes, as `fold` compares; % and _ are plain letters."""
        return self.filter(holding(text, "title", "target_url", "notes"))

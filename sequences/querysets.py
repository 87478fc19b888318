"""Sets of sequences."""

from typing import Any, Self

from django.db import models

from database.expressions import holding


class EmailSequenceQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Those with `text` in the title, as `fold` compares; % and _ are plain letters."""
        return self.filter(holding(text, "title"))

"""Sets of tags and of lists."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from database.expressions import AnyOfFolded, Fold, holding


class SegmentQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> "SegmentQuerySet":
        """Those with `text` in the title, slug or description, as `fold` compares."""
        return self.filter(holding(text, "title", "slug", "description"))

    def titled(self, titles: Iterable[str]) -> "SegmentQuerySet":
        """Those with one of the titles, as `fold` compares."""
        return self.filter(AnyOfFolded(Fold("title"), titles))

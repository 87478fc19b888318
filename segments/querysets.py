"""Sets of tags and of lists."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Func


class CaseBlind(Func):
    """Lower case in every script. SQLite's own lower() knows ASCII alone; subscribers.apps gives it another."""

    function = "LOWER"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="unicode_lower", **context)


class SegmentQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> "SegmentQuerySet":
        """Those with `text` in the title, slug or description, in any case; % and _ are plain letters."""
        return self.filter(Q(title__icontains=text) | Q(slug__icontains=text) | Q(description__icontains=text))

    def titled(self, titles: Iterable[str]) -> "SegmentQuerySet":
        """Those of the titles, in any case."""
        return self.alias(lower_title=CaseBlind("title")).filter(lower_title__in=[title.lower() for title in titles])

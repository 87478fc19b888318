"""Sets of companies."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models

from database.expressions import AnyOfFolded, Fold, holding


class CompanyQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Companies with `text` in name, e-mail, phone, website or description, as `fold` compares."""
        return self.filter(holding(text, "name", "email", "phone", "website", "description", "industry"))

    def named(self, names: Iterable[str]) -> Self:
        """Companies with one of the names, as `fold` compares."""
        return self.filter(AnyOfFolded(Fold("name"), names))

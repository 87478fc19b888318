"""Sets of companies."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from segments.querysets import CaseBlind


class CompanyQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Those with `text` in name, e-mail, phone, website or description, in any case; % and _ are plain letters."""
        columns = ("name", "email", "phone", "website", "description", "industry")
        lower = {f"lower_{column}": CaseBlind(column) for column in columns}
        condition = Q()
        for name in lower:
            condition |= Q(**{f"{name}__contains_text": text.lower()})
        return self.alias(**lower).filter(condition)

    def named(self, names: Iterable[str]) -> Self:
        """Those of the names, in any case."""
        return self.alias(lower_name=CaseBlind("name")).filter(lower_name__in=[name.lower() for name in names])

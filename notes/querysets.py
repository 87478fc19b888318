"""Sets of notes."""

from typing import Any, Self

from django.db import models

from segments.querysets import CaseBlind


class NoteQuerySet(models.QuerySet[Any]):
    def of_contact(self, pk: int) -> Self:
        return self.filter(subscriber=pk)

    def of_company(self, pk: int) -> Self:
        return self.filter(company=pk)

    def matching(self, text: str) -> Self:
        """Those with `text` in the title, in any case; % and _ are plain letters."""
        return self.alias(searched=CaseBlind("title")).filter(searched__contains_text=text.lower())

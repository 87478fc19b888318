"""Sets of notes."""

from typing import Any, Self

from django.db import models

from database.expressions import holding


class NoteQuerySet(models.QuerySet[Any]):
    def of_contact(self, pk: int) -> Self:
        return self.filter(subscriber=pk)

    def of_company(self, pk: int) -> Self:
        return self.filter(company=pk)

    def matching(self, text: str) -> Self:
        """Notes with `text` in the title, as `fold` compares."""
        return self.filter(holding(text, "title"))

"""Sets of hooks."""

from typing import Self

from django.db import models


class WebhookQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def matching(self, text: str) -> Self:
        """Those with the text in the name, as `fold` compares."""
        return self.filter(name__holds=text)

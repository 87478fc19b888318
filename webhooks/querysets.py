"""Which hooks."""

from typing import Self

from django.db import models


class WebhookQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def matching(self, text: str) -> Self:
        """Those that hold the text in their name, as `fold` compares."""
        return self.filter(name__holds=text)

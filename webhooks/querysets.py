"""Sets of hooks."""

from typing import Self

from django.db import models


class WebhookQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def matching(self, text: str) -> Self:
        """Those with the text in the name, as `fold` compares."""
        return self.filter(name__holds=text)


class DeliveryQuerySet(models.QuerySet):  # type: ignore[type-arg]
    def listed(self) -> Self:
        """As logs show them: the newest first, with their events."""
        return self.select_related("event").order_by("-pk")

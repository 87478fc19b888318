"""Sets of templates and messages."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef

from database.expressions import holding


class TemplateQuerySet(models.QuerySet[Any]):
    def matching(self, text: str) -> Self:
        """Those with `text` in the title, as `fold` compares; % and _ are plain letters."""
        return self.filter(holding(text, "title"))


class MessageQuerySet(models.QuerySet[Any]):
    def of_contact(self, pk: int) -> Self:
        return self.filter(subscriber=pk)

    def listed(self) -> Self:
        """Those that lists and numbers show: not the requests for consent."""
        return self.exclude(kind__in=("double_optin", "return"))

    def opened(self) -> Self:
        return self.filter(opened_at__isnull=False)

    def unopened(self) -> Self:
        return self.filter(opened_at=None)

    def clicked(self) -> Self:
        return self.filter(clicked_at__isnull=False)

    def sent(self) -> Self:
        return self.filter(sent_at__isnull=False)

    def matching(self, text: str) -> Self:
        """Those to contacts with every word of `text`, as SubscriberQuerySet.matching finds them."""
        contacts = self.model._meta.get_field("subscriber").related_model._default_manager
        return self.filter(Exists(contacts.filter(pk=OuterRef("subscriber")).matching(text)))

"""Sets of entries."""

from typing import Any, Self

from django.db import models


class ChangeQuerySet(models.QuerySet[Any]):
    def about(self, contact_id: int) -> Self:
        """The entries about one contact, including those of bulk actions; not what became of its mails.

        There are many of these, and a contact's mails are listed elsewhere.
        """
        links = self.model._meta.get_field("changed").related_model.objects
        about = self.filter(pk__in=links.filter(contact_id=contact_id).values("change"))
        return about.exclude(subject_kind="mailing")

"""Labels, and what they are on."""

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Label(models.Model):
    """A word by which staff file campaigns, automations and other things. Clients choose titles and slugs freely."""

    title = models.CharField(max_length=192, blank=True)
    slug = models.CharField(max_length=192, blank=True)
    color = models.CharField(max_length=32, null=True, blank=True)  # noqa: DJ001 - FluentCRM distinguishes null and ""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.title or self.slug or f"label {self.pk}"


class Labelled(models.Model):
    """That something has a label: a row of the `kind`, by its id."""

    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="labelled", db_index=False)
    kind = models.CharField(max_length=16, help_text="One of labels.services.KINDS.")
    object_id = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            # Filters by label: GET /funnels?labels[]=1.
            models.UniqueConstraint(fields=["label", "kind", "object_id"], name="labels_once"),
        ]
        indexes: ClassVar = [
            # The labels of the rows of a page, and the deletion of a row.
            models.Index(fields=["kind", "object_id"], name="labels_of_object"),
        ]

    def __str__(self) -> str:
        return f"{self.label_id}: {self.kind} {self.object_id}"

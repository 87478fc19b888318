"""Dynamic segments: conditions that staff saved, and the number of contacts who met them when it was last counted."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from dynamic_segments.querysets import DynamicSegmentQuerySet


class DynamicSegment(models.Model):
    """Saved conditions. Who is in a segment is asked when it is used; nothing is kept of its contacts but their number.

    `conditions` is what engines use (subscribers.conditions.Conditions.to_json); `filters` are the same conditions in
    the words of the client that saved them, which it gets back as they were.
    """

    title = models.CharField(max_length=192)
    description = models.TextField(blank=True, default="")
    filters = models.JSONField(default=dict)
    conditions = models.JSONField(default=list, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Kept by dynamic_segments.services.counting.
    contact_count = models.PositiveBigIntegerField(null=True, editable=False)
    counted_at = models.DateTimeField(null=True, editable=False)
    tried_at = models.DateTimeField(null=True, editable=False)  # the same, unless counting took too long
    # The end of history (changes.cursor) before it was counted: as long as it is the same, nobody has changed.
    counted_to = models.CharField(max_length=40, blank=True, default="", editable=False)
    milliseconds = models.PositiveIntegerField(default=0, editable=False, help_text="What counting took.")

    objects: ClassVar[Any] = DynamicSegmentQuerySet.as_manager()

    class Meta:
        verbose_name = "dynamic segment"

    def __str__(self) -> str:
        return self.title

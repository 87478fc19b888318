"""What contacts did in other systems, as those report it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from events.querysets import TrackedEventQuerySet
from subscribers.models import Subscriber


class TrackedEvent(models.Model):
    """One report of an event of a contact. It is deleted with the contact."""

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, db_index=False, related_name="tracked_events", verbose_name="contact"
    )
    # FluentCRM has this column. As recorded, each report is a row of its own and counts 1.
    counter = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        # Only used when a user is deleted.
        db_index=False,
        related_name="+",
    )
    provider = models.CharField(max_length=192, default="custom")
    event_key = models.CharField(max_length=192)
    title = models.CharField(max_length=192)
    value = models.TextField(null=True, blank=True)  # noqa: DJ001 - FluentCRM distinguishes null and ""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = TrackedEventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # GET /subscribers/1/tracking-events: newest first, its count, and the deletion of a contact.
            models.Index(fields=["subscriber", "id"], name="events_of_subscriber"),
        ]

    def __str__(self) -> str:
        return self.title

"""Removes old events, with their deliveries and attempts."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from database.sql import execute, stored_datetime
from webhooks.models import Attempt, Delivery, Event

BATCH = 5_000
# The oldest ones have the lowest ids: no index by time is needed.
OLD = """
    SELECT id FROM (SELECT id, at FROM webhooks_event ORDER BY id LIMIT %s) oldest WHERE at < %s
"""


@transaction.atomic
def remove_old_events(batch: int = BATCH) -> bool:
    """Remove what is older than WEBHOOK_RETENTION_DAYS; True if there may be more. Four statements for a batch."""
    days: int = settings.WEBHOOK_RETENTION_DAYS
    if not days:
        return False
    limit = stored_datetime(timezone.now() - timedelta(days=days))
    old = [pk for (pk,) in execute(OLD, batch, limit)]
    if old:
        deliveries = Delivery.objects.filter(event__any_of=old)
        Attempt.objects.filter(delivery__in=deliveries.values("pk"))._raw_delete(using="default")
        deliveries._raw_delete(using="default")
        Event.objects.filter(pk__any_of=old)._raw_delete(using="default")
    return len(old) == batch

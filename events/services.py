"""Writing what contacts did in other systems."""

from django.db import transaction

from changes.services import Entry, record
from events.models import TrackedEvent


@transaction.atomic(savepoint=False)
def track(event: TrackedEvent) -> None:
    """Keep a report of an event, whose contact is locked, and record it: automations start by it. Two statements.

    History names the event; its value stays in the report.
    """
    event.save()
    details = {"event_key": event.event_key, "title": event.title, "provider": event.provider}
    record([Entry("event_tracked", [event.subscriber_id], details, ("event", event.pk))])

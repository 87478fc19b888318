"""Contacts into a sequence and out of it, as sets."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from changes.services import Entry, record
from database.sql import any_of, any_of_texts, execute, ids_parameter, stored_datetime
from emails.consent import MAY_GET
from emails.models import Kind
from emails.services.queueing import cancel
from sequences.models import SequenceMail, SequenceTracker
from sequences.services.holding import hold_sequence
from subscribers.services import lock_contacts

ACTIVE, COMPLETED, CANCELLED = SequenceTracker.Status
REMOVED = "Taken out of the sequence."
ENTER = """
    INSERT INTO sequences_sequencetracker (
        sequence_id, subscriber_id, status, reason, next_mail_id, passed, started_at, next_execution_time, updated_at
    )
    SELECT %s, id, %s, '', %s, '[]', %s, %s, %s FROM subscribers_subscriber
    WHERE id {ids} AND status {statuses} ORDER BY id
    ON CONFLICT (sequence_id, subscriber_id) DO NOTHING RETURNING subscriber_id
"""


@transaction.atomic
def enrol(sequence_id: int, contacts: Iterable[int]) -> list[int]:
    """Let contacts enter a sequence; returns those who are new in it, upward.

    A contact enters once: whoever is in it, or was, is left out, and whoever may not get its mails. A sequence that
    is not there, or is not published, takes nobody; one without mails is complete at once. The first mail leaves by
    the worker. Five statements, seven on SQLite.
    """
    if not hold_sequence(sequence_id, published=True):
        return []
    locked = lock_contacts(contacts)
    first = SequenceMail.objects.filter(sequence=sequence_id).order_by("delay", "pk").first()
    now = timezone.now()
    at = stored_datetime(now)
    due = first and stored_datetime(first.window.next(now + timedelta(seconds=first.delay)))
    entered = execute(
        ENTER.format(ids=any_of(), statuses=any_of_texts()),
        *(sequence_id, ACTIVE if first else COMPLETED, first and first.pk, at, due, at),
        *(ids_parameter(locked), ids_parameter(sorted(MAY_GET[Kind.SEQUENCE]))),
    )
    # RETURNING has no order.
    new = sorted(pk for (pk,) in entered)
    happened = [Entry("sequence_entered", new, {}, ("sequence", sequence_id))]
    if first is None:
        happened.append(Entry("sequence_completed", new, {}, ("sequence", sequence_id)))
    record(happened)
    return new


@transaction.atomic
def leave(sequence_id: int, contacts: Iterable[int], reason: str = REMOVED) -> list[int]:
    """Stop the contacts who are on their way through a sequence; returns who they were, upward.

    A mail of it that has not left yet does not leave. They cannot enter again. Six statements, seven on SQLite.
    """
    hold_sequence(sequence_id)
    inside = SequenceTracker.objects.filter(sequence=sequence_id, subscriber__any_of=lock_contacts(contacts))
    rows = list(inside.order_by("subscriber").values_list("pk", "subscriber", "status", "last_message"))
    cancel([message for *_, message in rows if message], reason)
    SequenceTracker.objects.filter(pk__any_of=[pk for pk, _, status, _ in rows if status == ACTIVE]).update(
        status=CANCELLED, reason=reason, next_mail=None, next_execution_time=None, updated_at=timezone.now()
    )
    left = [contact for _, contact, status, _ in rows if status == ACTIVE]
    record([Entry("sequence_left", left, {"reason": reason}, ("sequence", sequence_id))])
    return left


@transaction.atomic
def remove(sequence_id: int, contacts: Collection[int]) -> int:
    """Take contacts out of a sequence as if they had never been in it: they can enter it again. Returns how many.

    The statements of `leave`, and one.
    """
    leave(sequence_id, contacts)
    chosen = SequenceTracker.objects.filter(sequence=sequence_id, subscriber__any_of=contacts)
    removed: int = chosen._raw_delete(using="default")
    return removed


def contacts_of_trackers(sequence_id: int, trackers: Collection[int]) -> list[int]:
    """The contacts of some trackers of a sequence. One statement."""
    chosen = SequenceTracker.objects.filter(sequence=sequence_id, pk__any_of=trackers)
    return list(chosen.values_list("subscriber", flat=True))

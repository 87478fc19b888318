"""Messages before and after they are sent: queued, repeated by staff, deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from database.insert import insert_new
from emails.models import Click, Mailing, Message, State
from emails.written_settings import statuses_of
from subscribers.models import Subscriber
from subscribers.services import lock_contacts

# What staff may send once more: it was not sent, or nobody knows.
REPEATABLE = (State.FAILED, State.UNSURE, State.CANCELLED)


@transaction.atomic
def queue(mailing: Mailing, contacts: Iterable[int], due: datetime | None = None) -> list[int]:
    """Queue a mailing, written before or now, for those of the contacts who may get it; returns the ids of its messages.

    Whoever may not get it any more when it is due does not; nobody gets a campaign twice. Three statements, and the
    mailing's.
    """
    # Held until the commit: none is deleted in between.
    held = lock_contacts(contacts)
    allowed = Subscriber.objects.filter(pk__any_of=held).with_status(sorted(statuses_of(mailing.kind, mailing)))
    rows = list(allowed.order_by("pk").values_list("pk", "email"))
    if rows and mailing._state.adding:
        mailing.save()
    due_at = due or timezone.now()
    messages = [
        Message(subscriber_id=pk, mailing=mailing, kind=mailing.kind, email=email, due=due_at) for pk, email in rows
    ]
    return [pk for pk, _ in insert_new(messages, "subscriber_id")]


@transaction.atomic
def repeat(ids: Sequence[int]) -> int:
    """Queue messages once more that were not sent or may not have been; returns how many. One statement."""
    now = timezone.now()
    again = Message.objects.filter(pk__any_of=ids, state__in=REPEATABLE)
    return again.update(state=State.SCHEDULED, due=now, attempts=0, claimed_until=None, error="", updated_at=now)


@transaction.atomic
def cancel(ids: Sequence[int], reason: str = "Cancelled by staff.") -> int:
    """Stop messages that have not left; returns how many. One statement."""
    waiting = Message.objects.filter(pk__any_of=ids, state=State.SCHEDULED)
    return waiting.update(state=State.CANCELLED, error=reason, updated_at=timezone.now())


@transaction.atomic
def delete_messages(ids: Iterable[int], contact: int | None = None) -> int:
    """Delete messages, of one contact alone where it is given; returns how many. Those that leave now stay.

    Three statements. Addresses in them that lead on still do.
    """
    chosen = Message.objects.filter(pk__any_of=list(ids)).exclude(state=State.SENDING)
    if contact is not None:
        chosen = chosen.of_contact(contact)
    # Messages before what belongs to them, as clicks are counted.
    found = list(chosen.order_by("pk").select_for_update().values_list("pk", flat=True))
    Click.objects.filter(message__any_of=found)._raw_delete(using="default")
    Message.objects.filter(pk__any_of=found)._raw_delete(using="default")
    return len(found)

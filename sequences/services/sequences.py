"""Sequences: made, changed, copied, paused, deleted, and applied again to those who completed them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from changes.rows import entry_of, saving
from changes.services import Entry, record
from emails.consent import MAY_GET
from emails.models import Kind, Mailing
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.services.holding import lock_sequence
from sequences.services.mails import DUPLICATE, TITLE_LENGTH, copy_of, drop

ACTIVE, COMPLETED, _ = SequenceTracker.Status


@transaction.atomic
def save_sequence(sequence: EmailSequence) -> None:
    """Write one sequence; its sender becomes that of all its mails. Six statements at most."""
    is_new = sequence._state.adding
    with saving(sequence, "sequence"):
        sequence.save()
    if not is_new and (sender := sequence.settings.get("mailer_settings")) is not None:
        give_sender(sequence.pk, sender)


def give_sender(sequence_id: int, sender: Mapping[str, Any]) -> None:
    """Two statements."""
    mailings = list(Mailing.objects.filter(sequence_mail__sequence=sequence_id).only("settings"))
    for mailing in mailings:
        mailing.settings = {**mailing.settings, "mailer_settings": dict(sender)}
    Mailing.objects.bulk_update(mailings, ["settings"])


@transaction.atomic
def duplicate_sequence(sequence: EmailSequence, user_id: int | None) -> EmailSequence:
    """A copy with its mails and nobody in it, in the name of that user. Six statements."""
    twin = EmailSequence(
        title=(DUPLICATE + sequence.title)[:TITLE_LENGTH],
        status=sequence.status,
        settings=sequence.settings,
        created_by_id=user_id,
    )
    save_sequence(twin)
    mails = SequenceMail.objects.filter(sequence=sequence.pk).select_related("mailing").order_by("delay", "pk")
    copies = [copy_of(mail, twin.pk, user_id) for mail in mails]
    Mailing.objects.bulk_create([mail.mailing for mail in copies])
    for mail in copies:
        mail.mailing = mail.mailing  # with the id that it has by now
    SequenceMail.objects.bulk_create(copies)
    return twin


@transaction.atomic
def delete_sequences(ids: Iterable[int]) -> int:
    """Delete sequences with their mails and all trackers; returns how many there were. A fixed number of statements.

    Messages that wait are cancelled; what was sent stays in the history of its contacts.
    """
    found = list(EmailSequence.objects.filter(pk__any_of=list(ids)).order_by("pk").select_for_update())
    chosen = [sequence.pk for sequence in found]
    mails = list(SequenceMail.objects.filter(sequence__any_of=chosen).values_list("pk", flat=True))
    SequenceTracker.objects.filter(sequence__any_of=chosen)._raw_delete(using="default")
    drop(mails)
    EmailSequence.objects.filter(pk__any_of=chosen)._raw_delete(using="default")
    record([entry_of(sequence, "sequence", "deleted") for sequence in found])
    return len(found)


@transaction.atomic
def set_status(ids: Iterable[int], status: str) -> int:
    """Pause sequences or let them go on; returns how many changed. Three statements.

    Nobody moves on in a paused one. What is in the queue of mails already leaves. As it goes on, whoever became due
    meanwhile gets the next mail at once, and the later ones as long after it as ever.
    """
    others = EmailSequence.objects.filter(pk__any_of=list(ids)).exclude(status=status)
    changed = list(others.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    EmailSequence.objects.filter(pk__any_of=changed).update(status=status, updated_at=timezone.now())
    record([Entry("sequence_updated", None, {"columns": ["status"]}, ("sequence", pk)) for pk in changed])
    return len(changed)


@dataclass(frozen=True)
class Reapplied:
    """How many contacts go on; and of the one who completed the sequence last, the tracker and the mail that is next."""

    contacts: int
    tracker: SequenceTracker
    next_mail: SequenceMail

    @property
    def offset(self) -> int:
        """Seconds between the last mail and the next one."""
        return self.next_mail.delay - (self.tracker.position or 0)

    @property
    def from_last(self) -> datetime:
        """When the next mail comes, but for its window."""
        return (self.tracker.last_executed_time or self.tracker.started_at) + timedelta(seconds=self.offset)

    @property
    def from_start(self) -> datetime:
        """When it would have come, had it been there from the start."""
        return self.tracker.started_at + timedelta(seconds=self.next_mail.delay)


@transaction.atomic
def reapply(sequence_id: int) -> Reapplied | None:
    """Send mails that were added since on to those who completed a sequence before; None where nobody goes on.

    Contacts who may not get its mails stay as they are. Each mail comes as long after the one before it as always, at
    once where that is over. Four statements.
    """
    lock_sequence(sequence_id)
    mails = list(SequenceMail.objects.filter(sequence=sequence_id).select_related("mailing").order_by("delay", "pk"))
    if not mails:
        return None
    last = mails[-1]
    further = Q(position__lt=last.delay) | Q(position=last.delay, last_mail__lt=last.pk) | Q(position=None)
    completed = SequenceTracker.objects.filter(
        further, sequence=sequence_id, status=COMPLETED, subscriber__status__in=sorted(MAY_GET[Kind.SEQUENCE])
    )
    latest = completed.select_related("last_mail__mailing").order_by("-last_executed_time", "-pk").first()
    if latest is None:
        return None
    now = timezone.now()
    contacts = completed.update(status=ACTIVE, next_execution_time=now, updated_at=now)
    return Reapplied(contacts, latest, next(mail for mail in mails if mail.place > latest.reached))

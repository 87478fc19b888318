"""The mails of a sequence: written, changed, copied and deleted, also while contacts are on their way through it."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone

from changes.services import Entry, record
from emails.models import Kind, Mailing, Message, State
from emails.services.queueing import cancel
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.services.holding import lock_sequence

DUPLICATE = "[Duplicate] "
DELETED = "The mail of the sequence was deleted."
TITLE_LENGTH = 192


@transaction.atomic
def save_mail(mail: SequenceMail) -> None:
    """Write a mail and what is written in it, and record that its sequence changed.

    Whoever is on the way gets a new mail if it has not passed the mail's place, and the next one at its new time.
    Nobody gets a mail a second time. Raises EmailSequence.DoesNotExist. Six statements.
    """
    sequence = lock_sequence(mail.sequence_id)
    if sequence is None:
        raise EmailSequence.DoesNotExist
    mailing = mail.mailing
    mailing.kind = Kind.SEQUENCE
    mailing.title = mailing.title or mailing.subject[:TITLE_LENGTH]
    mailing.save()
    mail.mailing = mailing
    mail.save()
    look_again(sequence.pk)
    record_change(sequence, "mails")


@transaction.atomic
def duplicate_mail(mail: SequenceMail, user_id: int | None) -> SequenceMail:
    """A copy of a mail in its own sequence, in the name of that user. The statements of save_mail."""
    twin = copy_of(mail, mail.sequence_id, user_id)
    twin.mailing.title = (DUPLICATE + twin.mailing.title)[:TITLE_LENGTH]
    save_mail(twin)
    return twin


def copy_of(mail: SequenceMail, sequence_id: int, user_id: int | None) -> SequenceMail:
    """A new mail with the same words and times; not written yet."""
    mailing = copy(mail.mailing)
    mailing._state = type(mailing._state)()
    mailing.pk, mailing.created_by_id, mailing.created_at = None, user_id, timezone.now()
    twin = copy(mail)
    twin._state = type(twin._state)()
    twin.sequence_id = sequence_id
    twin.mailing = mailing
    return twin


@transaction.atomic
def delete_mails(sequence: EmailSequence, ids: Iterable[int]) -> int:
    """Delete mails of a sequence; returns how many there were. A fixed number of statements.

    Messages that wait are cancelled; what was sent stays in the history of its contacts.
    """
    lock_sequence(sequence.pk)
    chosen = SequenceMail.objects.filter(sequence=sequence.pk, pk__any_of=list(ids))
    found = list(chosen.values_list("pk", flat=True))
    if not found:
        return 0
    forget(found, SequenceTracker.objects.filter(sequence=sequence.pk))
    drop(found)
    look_again(sequence.pk)
    record_change(sequence, "mails")
    return len(found)


def forget(mails: list[int], trackers: Any) -> None:
    """Take deleted mails from the trackers that name them. One statement."""
    naming = trackers.filter(Q(last_mail__any_of=mails) | Q(next_mail__any_of=mails))
    naming.update(
        **{
            name: Case(When(**{f"{name}__any_of": mails}, then=Value(None)), default=F(name))
            for name in ("last_mail", "next_mail")
        }
    )


def drop(mails: list[int]) -> None:
    """Delete mails that nobody names any more, with the mailings that were sent to nobody. Seven statements at most."""
    waiting = Message.objects.filter(mailing__any_of=mails, state=State.SCHEDULED)
    cancel(list(waiting.values_list("pk", flat=True)), DELETED)
    SequenceMail.objects.filter(pk__any_of=mails)._raw_delete(using="default")
    used = Exists(Message.objects.filter(mailing=OuterRef("pk")))
    Mailing.objects.filter(~used, pk__any_of=mails).delete()


def look_again(sequence_id: int) -> None:
    """Have the worker find out anew what is next for everybody on the way. One statement."""
    on_the_way = SequenceTracker.objects.filter(sequence=sequence_id, status=SequenceTracker.Status.ACTIVE)
    on_the_way.update(next_execution_time=timezone.now())


def record_change(sequence: EmailSequence, *columns: str) -> None:
    """Two statements: the time of the change, and the entry."""
    EmailSequence.objects.filter(pk=sequence.pk).update(updated_at=timezone.now())
    record([Entry("sequence_updated", None, {"columns": list(columns)}, ("sequence", sequence.pk))])

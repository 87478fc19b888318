"""Numbers of sequences."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db.models import Count

from sequences.models import EmailSequence, SequenceMail, SequenceTracker


class Size(NamedTuple):
    """How many mails a sequence has, and how many contacts ever entered it."""

    mails: int = 0
    contacts: int = 0


def sizes_of(sequences: Collection[int]) -> Mapping[int, Size]:
    """The sizes of sequences by their ids. Two statements."""
    mails, contacts = (
        dict(
            model._base_manager.filter(sequence__any_of=list(sequences))
            .values_list("sequence")
            .annotate(number=Count("pk"))
            .order_by()
        )
        for model in (SequenceMail, SequenceTracker)
    )
    return {pk: Size(mails.get(pk, 0), contacts.get(pk, 0)) for pk in sequences}


def refusal_of(sequence: EmailSequence) -> str:
    """Why a sequence takes nobody, as a sentence; nothing where it does. One statement at most."""
    if sequence.status != EmailSequence.Status.PUBLISHED:
        return "The sequence is paused"
    return "" if sequence.mails.exists() else "The sequence has no mails"

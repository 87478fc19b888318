"""Who of those that work on a sequence waits for whom.

A sequence is locked before any contact (subscribers.services.locks), its trackers after them. Whoever moves contacts
on holds it, which many can do at once; whoever changes its mails or its status locks it alone.
"""

from database.sql import execute, is_postgresql
from sequences.models import EmailSequence

HOLD = "SELECT id FROM sequences_emailsequence WHERE id = %s{condition}{lock}"


def hold_sequence(pk: int, *, published: bool = False) -> bool:
    """Keep a sequence and its mails as they are until the transaction ends; False where there is none. One statement.

    With `published` it also has to be published.
    """
    condition = " AND status = 'published'" if published else ""
    lock = " FOR SHARE" if is_postgresql() else ""
    return bool(execute(HOLD.format(condition=condition, lock=lock), pk))


def lock_sequence(pk: int) -> EmailSequence | None:
    """The sequence, locked against everybody else until the transaction ends. One statement."""
    found: EmailSequence | None = EmailSequence.objects.filter(pk=pk).select_for_update(no_key=True).first()
    return found

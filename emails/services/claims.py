"""Who sends which message: claims, by any number of workers at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from database.sql import execute, is_postgresql, stored_datetime
from emails.services.due import WAITING, Source, turns
from emails.services.pace import allowance, use_up

# How long a worker may take over its claim. It starts no message in the second half.
LEASE = timedelta(minutes=10)
ABANDONED = "The worker that sent it has not said what became of it."
COLUMNS = "id, subscriber_id, mailing_id, kind, hash, due, attempts, variant"
OVERDUE = "SELECT id FROM emails_message WHERE state = 'sending' AND claimed_until < %s"
GIVE_UP = """
    UPDATE emails_message SET state = 'unsure', error = %s, updated_at = %s
    WHERE id {chosen} AND state = 'sending' RETURNING id
"""
DUE = f"{WAITING.format(column='id', which='{which}')} AND due <= %s ORDER BY due, id LIMIT %s"
CLAIM = f"""
    UPDATE emails_message SET state = 'sending', claimed_until = %s, attempts = attempts + 1, updated_at = %s
    WHERE id {{chosen}} RETURNING {COLUMNS}
"""
# RETURNING has no order.
in_order = itemgetter(5, 0)


@dataclass(slots=True)
class Claimed:
    """A message that is this worker's for a while. `email`, `subject` and `variant` are filled in as it is written.

    `left` is whether it may have left.
    """

    id: int
    subscriber_id: int
    mailing_id: int
    kind: str
    hash: str
    due: Any
    attempts: int
    variant: int | None
    claimed_until: Any
    email: str = ""
    subject: str = ""
    left: bool = False


def chosen(sql: str) -> str:
    """The rows of a statement that nobody else has locked, after `id`.

    As one array: of a plain subquery PostgreSQL may lock other rows than it changes.
    """
    return f"= ANY(ARRAY({sql} FOR UPDATE SKIP LOCKED))" if is_postgresql() else f"IN ({sql})"


def claim(limit: int, rate: int, sources: Sequence[Source]) -> list[Claimed]:
    """Messages that are due, now this worker's alone: committed as `sending` before any of them leaves.

    Of the sources in their order, as long as there are less than `limit`, and no more than `rate` a second of all
    workers (0: no limit). Four statements at most, and one for each source but the first.
    """
    now = timezone.now()
    until, stored_now = stored_datetime(now + LEASE), stored_datetime(now)
    rows: list[Any] = []
    with transaction.atomic():
        allowed = min(limit, allowance(now, rate))
        for source in sources:
            if len(rows) >= allowed:
                break
            sql = CLAIM.format(chosen=chosen(DUE.format(which=source.which)))
            rest = allowed - len(rows)
            taken = execute(sql, until, stored_now, *source.parameters, stored_now, rest)
            rows += sorted(taken, key=in_order)
            if taken and source.mailing:
                turns.last = source.mailing
        if rows and rate:
            use_up(now, len(rows), rate)
    return [Claimed(*columns) for columns in ([*row, until] for row in rows)]


def give_up_abandoned() -> int:
    """Mark messages whose worker died as unsure: they may have left. Returns how many. One statement."""
    now = stored_datetime(timezone.now())
    return len(execute(GIVE_UP.format(chosen=chosen(OVERDUE)), ABANDONED, now, now))

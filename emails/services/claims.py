"""Who sends which message: claims, the rate of all workers together, and what became of each."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import timezone

from changes.actors import Channel, acting_as
from database.sql import any_of, execute, ids_parameter, is_postgresql, json_parameter, rows_from_json, stored_datetime
from emails.models import Message, Pace, State
from emails.services.outcomes import Outcome
from subscribers.models import Status
from subscribers.services import set_status

# How long a worker may take over its claim. It starts no message in the second half.
LEASE = timedelta(minutes=10)
# Messages that fail for now are tried so often, with waits that double from the first one to the longest: for a day
# and a half.
MAX_ATTEMPTS = 15
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
# How long all workers leave a server alone that takes nothing.
PAUSE = timedelta(seconds=30)
ABANDONED = "The worker that sent it has not said what became of it."
COLUMNS = "id, subscriber_id, mailing_id, kind, hash, due, attempts"
# States stand in the text, not as parameters: SQLite uses an index of few rows only where it sees which rows they are.
HAS_DUE = "SELECT 1 FROM emails_message WHERE state = 'scheduled' AND due <= %s LIMIT 1"
GIVE_UP = """
    UPDATE emails_message SET state = 'unsure', error = %s, updated_at = %s
    WHERE state = 'sending' AND claimed_until < %s RETURNING id
"""
# As one array: of a plain subquery PostgreSQL may lock other rows than it changes.
DUE = "SELECT id FROM emails_message WHERE state = 'scheduled' AND due <= %s{only} ORDER BY due, id LIMIT %s"
CLAIM = f"""
    UPDATE emails_message SET state = 'sending', claimed_until = %s, attempts = attempts + 1, updated_at = %s
    WHERE id {{chosen}} RETURNING {COLUMNS}
"""
# `550 5.1.1`: the code of an answer, and RFC 3463's.
REPLY_CODE = re.compile(r"\d{3}( \d\.\d{1,3}\.\d{1,3})?")
# RETURNING has no order.
in_order = itemgetter(5, 0)
ROW: list[tuple[str, Any]] = [
    (name, Message._meta.get_field(name))
    for name in ("id", "claimed_until", "attempts", "state", "email", "subject", "error", "due", "sent_at")
]
# Only by who claimed it last; also where it was given up as unsure in the meantime.
FINISH = """
    UPDATE emails_message SET state = r.state, attempts = r.attempts, email = r.email, subject = r.subject,
        error = r.error, due = r.due, sent_at = r.sent_at, claimed_until = NULL, updated_at = %s
    FROM {rows}
    WHERE emails_message.id = r.id AND emails_message.claimed_until = r.claimed_until
        AND emails_message.state IN ('sending', 'unsure')
"""


@dataclass(slots=True)
class Claimed:
    """A message that is this worker's for a while. `email` and `subject` are filled in as it is written.

    `left` is whether it may have left.
    """

    id: int
    subscriber_id: int
    mailing_id: int
    kind: str
    hash: str
    due: Any
    attempts: int
    claimed_until: Any
    email: str = ""
    subject: str = ""
    left: bool = False


@dataclass(frozen=True)
class Finished:
    """A claimed message and what became of it."""

    message: Claimed
    outcome: Outcome


def claim(limit: int, rate: int, only: Collection[int] | None = None) -> list[Claimed]:
    """Messages that are due, now this worker's alone: committed as `sending` before any of them leaves.

    Of the ids `only`, where they are given; at most `limit`, and no more than `rate` a second of all workers (0: no
    limit). Five statements at most.
    """
    now = timezone.now()
    with transaction.atomic():
        allowed = min(limit, allowance(now, rate))
        if allowed <= 0:
            return []
        until = stored_datetime(now + LEASE)
        due = DUE.format(only="" if only is None else f" AND id {any_of()}")
        chosen = f"= ANY(ARRAY({due} FOR UPDATE SKIP LOCKED))" if is_postgresql() else f"IN ({due})"
        narrowed = [] if only is None else [ids_parameter(only)]
        stored_now = stored_datetime(now)
        rows = execute(CLAIM.format(chosen=chosen), until, stored_now, stored_now, *narrowed, allowed)
        if rows and rate:
            use_up(now, len(rows), rate)
    claimed = ([*row, until] for row in sorted(rows, key=in_order))
    return [Claimed(*columns) for columns in claimed]


def allowance(now: datetime, rate: int) -> int:
    """How many messages may leave now. Locks the row of the pace, where there is a rate, until the commit."""
    paces = Pace.objects.filter(pk=1)
    pace = (paces.select_for_update() if rate else paces).first()
    second = now + timedelta(seconds=1)
    if pace is None:
        if rate:
            Pace.objects.get_or_create(pk=1, defaults={"until": now})
        return rate or 2**31
    if not rate:
        return 2**31 if pace.until <= second else 0
    return int((second - max(pace.until, now)) / timedelta(seconds=1) * rate + 1e-6)


def use_up(now: datetime, number: int, rate: int) -> None:
    """Note that so many messages leave: the next ones wait for their part of a second."""
    pace = Pace.objects.get(pk=1)
    Pace.objects.filter(pk=1).update(until=max(pace.until, now) + timedelta(seconds=number / rate))


def pause() -> None:
    """Let all workers leave the mail server alone for a while."""
    Pace.objects.update_or_create(pk=1, defaults={"until": timezone.now() + PAUSE})


def give_up_abandoned() -> int:
    """Mark messages whose worker died as unsure: they may have left. Returns how many. One statement."""
    now = stored_datetime(timezone.now())
    return len(execute(GIVE_UP, ABANDONED, now, now))


def anything_due() -> bool:
    """One statement, which a worker asks all day long."""
    return bool(execute(HAS_DUE, stored_datetime(timezone.now())))


def finish(finished: Sequence[Finished]) -> None:
    """Keep what became of claimed messages; contacts whose address takes no mail become bounced.

    One statement, and those of set_status for each reason of bounces.
    """
    now = timezone.now()
    rows = [row_of(done.message, done.outcome, now) for done in finished]
    with transaction.atomic(), acting_as(Channel.SYSTEM):
        # Contacts before what belongs to them (subscribers.services.locks).
        for reason, contacts in bounced_by_reason(finished).items():
            set_status(contacts, Status.BOUNCED, reason)
        execute(FINISH.format(rows=rows_from_json(ROW)), stored_datetime(now), json_parameter(rows))


def row_of(message: Claimed, outcome: Outcome, now: datetime) -> Mapping[str, object]:
    state, due, attempts = outcome.state, message.due, message.attempts
    if not outcome.tried:
        attempts -= 1
    elif state == State.SCHEDULED and attempts >= MAX_ATTEMPTS:
        state = State.FAILED
    elif state == State.SCHEDULED:
        due = stored_datetime(now + min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT))
    return {
        "id": message.id,
        "claimed_until": str(message.claimed_until),
        "attempts": attempts,
        "state": str(state),
        "email": message.email,
        "subject": message.subject,
        "error": outcome.error,
        "due": str(due),
        "sent_at": str(stored_datetime(now)) if state == State.SENT else None,
    }


def bounced_by_reason(finished: Sequence[Finished]) -> Mapping[str, list[int]]:
    """The contacts who bounced. Their servers' codes are the reason; what else they say differs for each address."""
    reasons = defaultdict(list)
    for done in finished:
        if done.outcome.bounced:
            code = REPLY_CODE.match(done.outcome.error)
            reasons[f"The mail server refused the address ({code[0] if code else 'no code'})."].append(
                done.message.subscriber_id
            )
    return reasons

"""Who sends which message: claims, the rate of all workers together, and what became of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from changes.actors import Channel, acting_as
from database.sql import execute, json_parameter, rows_from_json, stored_datetime
from emails.models import Message, Pace, State
from emails.services.outcomes import Outcome
from subscribers.models import Status
from subscribers.services import set_status

# How long a worker may take over its claim. It starts no message in the second half.
LEASE = timedelta(minutes=10)
# Messages that fail for now are tried so often, with waits that double from the first one to the longest: two days.
MAX_ATTEMPTS = 15
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
# How long all workers leave a server alone that takes nothing.
PAUSE = timedelta(seconds=30)
ABANDONED = "The worker that sent it has not said what became of it."
ROW = [
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


@dataclass(frozen=True)
class Finished:
    """A claimed message and what became of it."""

    message: Message
    outcome: Outcome


def claim(limit: int, rate: int, only: Collection[int] | None = None) -> list[Message]:
    """Messages that are due, now this worker's alone: committed as `sending` before any of them leaves.

    Of the ids `only`, where they are given. At most `limit`, and no more than `rate` a second of all workers (0: no limit). Four statements at most.
    """
    now = timezone.now()
    with transaction.atomic():
        allowed = min(limit, allowance(now, rate))
        if allowed <= 0:
            return []
        # A plain list first: of a set in a subquery PostgreSQL may lock other rows than it changes.
        ids = list(Message.objects.due(now).select_for_update(skip_locked=True).values_list("pk", flat=True)[:allowed])
        if not ids:
            return []
        Message.objects.filter(pk__any_of=ids).update(
            state=State.SENDING, claimed_until=now + LEASE, attempts=F("attempts") + 1, updated_at=now
        )
        if rate:
            use_up(now, len(ids), rate)
    return list(Message.objects.filter(pk__any_of=ids).order_by("due", "pk"))


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
    now = timezone.now()
    return Message.objects.abandoned(now).order_by().update(state=State.UNSURE, error=ABANDONED, updated_at=now)


def finish(finished: Sequence[Finished]) -> None:
    """Keep what became of claimed messages. Contacts whose address takes no mail become bounced. One statement, and theirs."""
    now = timezone.now()
    rows = [row_of(done.message, done.outcome, now) for done in finished]
    bounced = {done.message.subscriber_id: done.outcome.error for done in finished if done.outcome.bounced}
    with transaction.atomic(), acting_as(Channel.SYSTEM):
        execute(FINISH.format(rows=rows_from_json(ROW)), stored_datetime(now), json_parameter(rows))
        for reason, contacts in by_reason(bounced).items():
            set_status(contacts, Status.BOUNCED, reason)


def row_of(message: Message, outcome: Outcome, now: datetime) -> Mapping[str, object]:
    state, due, attempts = outcome.state, message.due, message.attempts
    if not outcome.tried:
        attempts -= 1
    elif state == State.SCHEDULED and attempts >= MAX_ATTEMPTS:
        state = State.FAILED
    elif state == State.SCHEDULED:
        due = now + min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return {
        "id": message.pk,
        "claimed_until": str(stored_datetime(message.claimed_until or now)),
        "attempts": attempts,
        "state": str(state),
        "email": message.email,
        "subject": message.subject,
        "error": outcome.error,
        "due": str(stored_datetime(due)),
        "sent_at": str(stored_datetime(now)) if state == State.SENT else None,
    }


def by_reason(bounced: Mapping[int, str]) -> Mapping[str, list[int]]:
    reasons: dict[str, list[int]] = {}
    for contact, reason in bounced.items():
        reasons.setdefault(reason, []).append(contact)
    return reasons

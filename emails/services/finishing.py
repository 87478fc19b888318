"""What became of claimed messages: kept, and recorded for each mailing and its contacts."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from changes.actors import Channel, acting_as
from database.sql import execute, json_parameter, rows_from_json, stored_datetime
from emails.models import Message, State
from emails.services.claims import Claimed
from emails.services.events import record_states
from emails.services.outcomes import Outcome
from subscribers.models import Status
from subscribers.services import set_status

# Messages that fail for now are tried so often, with waits that double from the first one to the longest: for a day
# and a half.
MAX_ATTEMPTS = 15
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
# `550 5.1.1`: the code of an answer, and RFC 3463's.
REPLY_CODE = re.compile(r"\d{3}( \d\.\d{1,3}\.\d{1,3})?")
ROW: list[tuple[str, Any]] = [
    (name, Message._meta.get_field(name))
    for name in ("id", "claimed_until", "attempts", "state", "email", "subject", "variant", "error", "due", "sent_at")
]
# Only by who claimed it last; also where it was given up as unsure in the meantime.
FINISH = """
    UPDATE emails_message SET state = r.state, attempts = r.attempts, email = r.email, subject = r.subject,
        variant = r.variant, error = r.error, due = r.due, sent_at = r.sent_at, claimed_until = NULL, updated_at = %s
    FROM {rows}
    WHERE emails_message.id = r.id AND emails_message.claimed_until = r.claimed_until
        AND emails_message.state IN ('sending', 'unsure')
    RETURNING emails_message.id, emails_message.state
"""


@dataclass(frozen=True)
class Finished:
    """A claimed message and what became of it."""

    message: Claimed
    outcome: Outcome


def finish(finished: Sequence[Finished]) -> None:
    """Keep what became of claimed messages, and record it; contacts whose address takes no mail become bounced.

    Two statements, and those of set_status for each reason of bounces.
    """
    now = timezone.now()
    rows = [row_of(done.message, done.outcome, now) for done in finished]
    with transaction.atomic(), acting_as(Channel.SYSTEM):
        # Contacts before what belongs to them (subscribers.services.locks).
        for reason, contacts in bounced_by_reason(finished).items():
            set_status(contacts, Status.BOUNCED, reason)
        kept = dict(execute(FINISH.format(rows=rows_from_json(ROW)), stored_datetime(now), json_parameter(rows)))
        messages = [done.message for done in finished if done.message.id in kept]
        record_states((message, kept[message.id]) for message in messages)


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
        "variant": message.variant,
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

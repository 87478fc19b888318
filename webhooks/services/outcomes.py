"""What requests came to: kept for each delivery and each attempt, with when it is tried again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from database.sql import execute, json_parameter, rows_from_json, stored_datetime
from webhooks.models import Attempt, Delivery, Event, State
from webhooks.outgoing import Answer

# What is kept of an answer.
LETTERS = 1000
UPDATED = ("id", "state", "due", "attempts", "attempted_at", "status_code", "milliseconds", "error")
ROW: list[tuple[str, Any]] = [(name, Delivery._meta.get_field(name)) for name in UPDATED]
ATTEMPT_ROW: list[tuple[str, Any]] = [
    ("delivery_id", Event._meta.get_field("contact_id")),
    *((name, Attempt._meta.get_field(name)) for name in ("at", "status_code", "milliseconds", "error", "answer")),
]
# Not one that somebody else has finished meanwhile.
FINISH = """
    UPDATE webhooks_delivery SET state = r.state, due = r.due, attempts = r.attempts, attempted_at = r.attempted_at,
        status_code = r.status_code, milliseconds = r.milliseconds, error = r.error
    FROM {rows} WHERE webhooks_delivery.id = r.id AND webhooks_delivery.state = 'pending'
"""
# Deleted deliveries have no attempts.
NOTE = """
    INSERT INTO webhooks_attempt (delivery_id, at, status_code, milliseconds, error, answer)
    SELECT r.delivery_id, r.at, r.status_code, r.milliseconds, r.error, r.answer FROM {rows}
    WHERE EXISTS (SELECT 1 FROM webhooks_delivery d WHERE d.id = r.delivery_id)
"""
WAITING_ROW: list[tuple[str, Any]] = [
    *((name, Event._meta.get_field("contact_id")) for name in ("id", "endpoint_id", "contact_id")),
    ("due", Delivery._meta.get_field("due")),
]
# They could not be sent before: so that nobody looks at them until then.
WAIT_TOO = """
    UPDATE webhooks_delivery SET due = r.due FROM {rows}
    WHERE webhooks_delivery.state = 'pending' AND webhooks_delivery.endpoint_id = r.endpoint_id
        AND webhooks_delivery.contact_id = r.contact_id AND webhooks_delivery.id > r.id
        AND webhooks_delivery.due < r.due
"""


@dataclass(frozen=True)
class SentDelivery:
    """A delivery that a request was made for, and its answer."""

    id: int
    endpoint_id: int | None
    contact_id: int | None
    attempts: int
    answer: Answer

    @property
    def succeeded(self) -> bool:
        return self.answer.status is not None and 200 <= self.answer.status < 300

    @property
    def refused(self) -> bool:
        """A 4xx is final."""
        return self.answer.status is not None and 400 <= self.answer.status < 500


@transaction.atomic
def keep_outcomes(sent: Sequence[SentDelivery], *, final: bool = False) -> None:
    """Keep what requests came to; `final` ones are not tried again. Two statements, one more if any waits."""
    if not sent:
        return
    now = timezone.now()
    rows = [row_of(one, now, final=final) for one in sent]
    execute(FINISH.format(rows=rows_from_json(ROW)), json_parameter(rows))
    tried = [
        {
            "delivery_id": one.id,
            "at": str(stored_datetime(now)),
            "status_code": one.answer.status,
            "milliseconds": one.answer.milliseconds,
            "error": one.answer.error,
            "answer": one.answer.text[:LETTERS],
        }
        for one in sent
    ]
    execute(NOTE.format(rows=rows_from_json(ATTEMPT_ROW)), json_parameter(tried))
    waiting = [
        {"id": one.id, "endpoint_id": one.endpoint_id, "contact_id": one.contact_id, "due": row["due"]}
        for one, row in zip(sent, rows, strict=True)
        if row["state"] == State.PENDING and one.contact_id is not None and one.endpoint_id is not None
    ]
    if waiting:
        execute(WAIT_TOO.format(rows=rows_from_json(WAITING_ROW)), json_parameter(waiting))


def row_of(sent: SentDelivery, now: datetime, *, final: bool) -> Mapping[str, Any]:
    """The columns of a delivery after an attempt. A 4xx is final; what else fails is tried again, some times."""
    attempts, waits = sent.attempts + 1, settings.WEBHOOK_RETRIES
    state, due = State.FAILED, now
    if sent.succeeded:
        state = State.DELIVERED
    elif not (final or sent.refused) and attempts <= len(waits):
        state, due = State.PENDING, now + timedelta(seconds=waits[attempts - 1])
    return {
        "id": sent.id,
        "state": str(state),
        "due": str(stored_datetime(due)),
        "attempts": attempts,
        "attempted_at": str(stored_datetime(now)),
        "status_code": sent.answer.status,
        "milliseconds": sent.answer.milliseconds,
        "error": sent.answer.error,
    }

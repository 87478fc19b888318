"""Who runs a block for whom: enrolments that are due are one worker's for a while, and only it moves them on."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from automations.models import Block, Enrolment
from database.sql import execute, is_postgresql, stored_datetime
from jobs.claims import lease

# How many at once, by the failures so far: a contact that makes a batch fail ends up alone.
SIZES = (5000, 500, 50, 5, 1)
FREE = "e.status = 'active' AND e.next_execution_time <= %s AND (e.claimed_until IS NULL OR e.claimed_until < %s)"
# The block of whoever waits longest: a look into the index for each block.
NEXT = """
    SELECT block.id, e.attempts FROM (
        SELECT b.id, (
            SELECT e.id FROM automations_enrolment e WHERE e.next_block_id = b.id AND {free}
            ORDER BY e.next_execution_time, e.id LIMIT 1
        ) AS first
        FROM automations_block b JOIN automations_automation a ON a.id = b.automation_id WHERE a.status = 'published'
    ) block JOIN automations_enrolment e ON e.id = block.first ORDER BY e.next_execution_time, e.id LIMIT 1
"""
CHOSEN = """
    SELECT e.id FROM automations_enrolment e WHERE e.next_block_id = %s AND e.attempts = %s AND {free}
    ORDER BY e.next_execution_time, e.id LIMIT %s
"""
CLAIM = """
    UPDATE automations_enrolment SET claimed_until = %s WHERE id {chosen}
    RETURNING id, subscriber_id, round, attempts
"""


@dataclass(frozen=True)
class Claimed:
    """Enrolments at one block, by id; `until` is the claim's mark."""

    block: Block
    enrolments: dict[int, "Row"]
    until: datetime
    attempts: int


@dataclass(frozen=True)
class Row:
    id: int
    contact: int
    round: int


def claim() -> Claimed | None:
    """Those who are due at one block, now this worker's alone; committed before anything runs. Three statements.

    The claim holds for JOB_LEASE seconds, and as long as the transaction that runs the block locks them (`held`).
    """
    now = timezone.now()
    at, until = stored_datetime(now), now + lease()
    found = execute(NEXT.format(free=FREE), at, at)
    if not found:
        return None
    block_id, attempts = found[0]
    # As one array: of a plain subquery PostgreSQL may lock other rows than it changes.
    due = CHOSEN.format(free=FREE)
    chosen = f"= ANY(ARRAY({due} FOR UPDATE SKIP LOCKED))" if is_postgresql() else f"IN ({due})"
    size = SIZES[min(attempts, len(SIZES) - 1)]
    with transaction.atomic():
        block = Block.objects.select_related("automation").filter(pk=block_id).first()
        rows = execute(CLAIM.format(chosen=chosen), stored_datetime(until), block_id, attempts, at, at, size)
    if block is None or not rows:
        return None
    return Claimed(block, {pk: Row(pk, contact, number) for pk, contact, number, _ in rows}, until, attempts)


def held(claimed: Claimed) -> list[Row]:
    """Those of the claimed who are still this worker's and at the block, locked, upward by contact. One statement.

    Their contacts are locked before, so whoever moves them by hand or by a goal is done or waits.
    """
    chosen = Enrolment.objects.filter(
        pk__any_of=claimed.enrolments,
        claimed_until=claimed.until,
        status=Enrolment.Status.ACTIVE,
        next_block=claimed.block,
    )
    ids = chosen.order_by("subscriber").select_for_update().values_list("pk", flat=True)
    return [claimed.enrolments[pk] for pk in ids]

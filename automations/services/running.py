"""Running blocks: one block for all contacts that are due at it, in one transaction with their way on.

Whatever a block does is in the database, and so is that it ran: a worker that is killed leaves both or neither.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils import timezone

from automations.models import Block, BlockRun, Enrolment
from automations.registry import Action, BlockFailed, Outcome, Run, blocks
from automations.services.claims import SIZES, Claimed, Row, claim, held
from automations.services.flow import Flow
from automations.services.holding import hold_published
from automations.services.passages import record_left
from changes.actors import ActorKind, Channel, acting_as
from database.sql import any_of, execute, ids_parameter, json_parameter, rows_from_json, stored_datetime
from subscribers.services import lock_contacts

log = logging.getLogger(__name__)

# After so many failures in a row an enrolment is cancelled. The waits double from the first one.
MAX_ATTEMPTS = len(SIZES) + 1
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
NOBODY: Mapping[int, str] = MappingProxyType({})
UNKNOWN = "This server has no such block."
COLUMNS: list[tuple[str, Any]] = [
    ("id", Enrolment._meta.pk),
    *((name, Enrolment._meta.get_field(name)) for name in ("status", "next_execution_time", "notes", "round")),
    *((name, Enrolment._meta.get_field("source_ref_id")) for name in ("next_block_id", "last_block_id")),
]
MOVE = """
    UPDATE automations_enrolment SET status = r.status, next_block_id = r.next_block_id,
        next_execution_time = r.next_execution_time, last_block_id = COALESCE(r.last_block_id, automations_enrolment.last_block_id),
        last_executed_time = %s, updated_at = %s, claimed_until = NULL, attempts = 0
    FROM {rows} WHERE automations_enrolment.id = r.id
"""
NOTE_RUNS = """
    INSERT INTO automations_blockrun (enrolment_id, block_id, round, status, notes, created_at)
    SELECT r.id, {block}, r.round, r.status, r.notes, {now} FROM {rows} WHERE true ORDER BY r.id
    ON CONFLICT (enrolment_id, round, block_id) DO UPDATE SET status = EXCLUDED.status, notes = EXCLUDED.notes
"""
RELEASE = "UPDATE automations_enrolment SET claimed_until = NULL WHERE id {any_of} AND claimed_until = %s"


def run_next() -> bool:
    """Run one block for everybody who is due at it; False if nobody is due anywhere.

    A fixed number of statements: three to claim, six and the block's own to run it.
    """
    claimed = claim()
    if claimed is None:
        return False
    action = blocks().get(claimed.block.action_name)
    try:
        if action is None:
            raise BlockFailed(UNKNOWN)
        run_block(claimed, action)
    except Exception as error:  # noqa: BLE001 - one block that fails does not keep others from their turn
        fail(claimed, error)
    return True


def run_block(claimed: Claimed, action: Action) -> None:
    """The block and the way on of those it ran for, by one transaction, as the automation."""
    block, now = claimed.block, timezone.now()
    contacts = [row.contact for row in claimed.enrolments.values()]
    with (
        transaction.atomic(),
        acting_as(Channel.AUTOMATION, kind=ActorKind.AUTOMATION, id=block.automation_id),
    ):
        if not hold_published([block.automation_id]):
            release(claimed)
            return
        run = Run(block, contacts, now)
        action.hold(run.settings, contacts)
        lock_contacts(contacts)
        rows = held(claimed)
        if not rows:
            return
        run = Run(block, [row.contact for row in rows], now)
        outcome = action.run(run) or Outcome()
        move(block, rows, outcome, now)


def move(
    block: Block, rows: Collection[Row], outcome: Outcome, now: datetime, note: Callable[..., None] | None = None
) -> None:
    """Send those for whom a block ran to where its outcome says. Three statements.

    `note` keeps what ran in the place of note_runs.
    """
    flow = Flow.read(block.automation_id)
    # Of a block that was just deleted nothing is known any more; whoever was at it has been moved.
    following = flow.after(flow.blocks[block.pk])
    into = {contact: flow.into(block, branch) for branch, some in outcome.branches.items() for contact in some}
    waiting, ended, passed = set(outcome.waiting), set(outcome.ended), set(outcome.passed)
    moved = []
    for row in rows:
        if row.contact in waiting:
            moved.append(place(row, Enrolment.Status.WAITING, block, None, None))
            continue
        target = None if row.contact in ended else into.get(row.contact, following)
        last = None if row.contact in passed else block
        if target is None:
            moved.append(place(row, Enrolment.Status.COMPLETED, None, None, last))
        else:
            moved.append(place(row, Enrolment.Status.ACTIVE, target, due_of(row, outcome, now), last))
    stored = stored_datetime(now)
    execute(MOVE.format(rows=rows_from_json(COLUMNS)), stored, stored, json_parameter(moved))
    ran = [row for row in rows if row.contact not in waiting | passed]
    (note or note_runs)(block, ran, now, skipped=outcome.skipped)


def due_of(row: Row, outcome: Outcome, now: datetime) -> datetime:
    until = outcome.until.get(row.contact) if isinstance(outcome.until, Mapping) else outcome.until
    return max(until, now) if until else now


def place(row: Row, status: str, block: Block | None, due: datetime | None, last: Block | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": str(status),
        "next_block_id": block and block.pk,
        "next_execution_time": due and str(stored_datetime(due)),
        "last_block_id": last and last.pk,
    }


def note_runs(
    block: Block, rows: Collection[Row], now: datetime, *, failed: str = "", skipped: Mapping[int, str] = NOBODY
) -> None:
    """Keep that a block ran, or why it `failed`, or why it did nothing for some. One statement, none for nobody."""
    status = BlockRun.Status.FAILED if failed else BlockRun.Status.COMPLETED
    runs = [
        {
            "id": row.id,
            "round": row.round,
            "status": str(BlockRun.Status.SKIPPED if row.contact in skipped else status),
            "notes": skipped.get(row.contact) or failed or None,
        }
        for row in rows
    ]
    if runs:
        block_id, at = int(block.pk), stored_datetime(now)
        sql = NOTE_RUNS.format(block=block_id, now="%s", rows=rows_from_json(COLUMNS))
        execute(sql, at, json_parameter(runs))


def release(claimed: Claimed) -> None:
    """Give a claim back. One statement."""
    execute(RELEASE.format(any_of=any_of()), ids_parameter(claimed.enrolments), stored_datetime(claimed.until))


@transaction.atomic
def fail(claimed: Claimed, error: Exception) -> None:
    """Keep why a block did not run: those claimed are tried again later, or are cancelled where that would not help."""
    now = timezone.now()
    attempts = claimed.attempts + 1
    for_good = isinstance(error, BlockFailed) or attempts >= MAX_ATTEMPTS
    # What an exception says may hold contacts' data: the log has its kind alone.
    reason = str(error) if isinstance(error, BlockFailed) else f"It failed: {type(error).__name__}."
    if not isinstance(error, BlockFailed):
        log.warning("Block %s (%s) failed.", claimed.block.pk, claimed.block.action_name, exc_info=error)
    lock_contacts(row.contact for row in claimed.enrolments.values())
    rows = held(claimed)
    notes = f"{claimed.block}: {reason}"
    chosen = Enrolment.objects.filter(pk__any_of=[row.id for row in rows])
    if for_good:
        with acting_as(Channel.AUTOMATION, kind=ActorKind.AUTOMATION, id=claimed.block.automation_id):
            record_left(chosen, notes)
        chosen.update(status=Enrolment.Status.CANCELLED, notes=notes, attempts=0, claimed_until=None, updated_at=now)
        note_runs(claimed.block, rows, now, failed=reason)
    else:
        wait = min(FIRST_WAIT * 2**claimed.attempts, LONGEST_WAIT)
        chosen.update(
            attempts=attempts, notes=notes, next_execution_time=now + wait, claimed_until=None, updated_at=now
        )

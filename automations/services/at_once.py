"""Contacts that somebody takes into an automation: of a few the first blocks run while they wait, as in FluentCRM.

The worker does the same for everybody else, and what comes after a wait or a goal.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from automations.models import Block, BlockRun, Enrolment
from automations.registry import BlockFailed, Outcome, Run, blocks
from automations.services.claims import Row
from automations.services.enrolling import enrol
from automations.services.flow import Flow
from automations.services.holding import hold_published
from automations.services.running import UNKNOWN, move
from changes.actors import ActorKind, Channel, acting_as

log = logging.getLogger(__name__)

# More contacts than this are the worker's from the beginning.
AT_ONCE = 100
# Blocks that run at once.
MOST_BLOCKS = 50


def hold_for(automation_id: int, contacts: Collection[int]) -> bool:
    """Keep the automation as it is, and what its blocks link contacts to, before contacts are locked.

    False if it is not published. Two statements and those of the blocks, none of those for many contacts.
    """
    if not hold_published([automation_id]):
        return False
    if len(contacts) <= AT_ONCE:
        for block in list(Flow.read(automation_id).blocks.values())[:MOST_BLOCKS]:
            action = blocks().get(block.action_name)
            if action is not None:
                action.hold(block.settings, contacts)
    return True


def enrol_at_once(automation_id: int, contacts: Collection[int], source: str) -> list[int]:
    """Take locked contacts into an automation that is held (hold_for), and run what is due; returns who began.

    One transaction with the caller's. The statements of `enrol`, and for a few contacts some for each block, however
    many they are. Where a block fails, nothing of what ran is kept: the worker begins with the first block.
    """
    taken = enrol(automation_id, contacts, source)
    if 0 < len(taken) <= AT_ONCE:
        try:
            with transaction.atomic(), acting_as(Channel.AUTOMATION, kind=ActorKind.AUTOMATION, id=automation_id):
                run_due(automation_id, taken)
        except Exception as error:  # noqa: BLE001 - the worker tries again, and says why it fails
            log.info("Automation %s goes on in the worker: %s", automation_id, type(error).__name__)
    return taken


def run_due(automation_id: int, contacts: Collection[int]) -> None:
    """Run the blocks that are due for these contacts, one after the other."""
    flow = Flow.read(automation_id)
    notes: list[BlockRun] = []
    now = timezone.now()

    def note(block: Block, rows: Collection[Row], now: datetime, skipped: Mapping[int, str]) -> None:
        for row in rows:
            why = skipped.get(row.contact)
            status = BlockRun.Status.SKIPPED if why else BlockRun.Status.COMPLETED
            notes.append(
                BlockRun(enrolment_id=row.id, block=block, round=row.round, status=status, notes=why, created_at=now)
            )

    for _ in range(MOST_BLOCKS):
        due = due_by_block(automation_id, contacts, now)
        if not due:
            break
        for block_id, rows in due.items():
            block = flow.blocks[block_id]
            action = blocks().get(block.action_name)
            if action is None:
                raise BlockFailed(UNKNOWN)
            outcome = action.run(Run(block, [row.contact for row in rows], now)) or Outcome()
            move(block, rows, outcome, now, note)
    # In the order of the contacts, then of the blocks: as if each had gone its way alone.
    BlockRun.objects.bulk_create(sorted(notes, key=lambda run: run.enrolment_id))


def due_by_block(automation_id: int, contacts: Collection[int], now: datetime) -> dict[int, list[Row]]:
    """Who is due at which block. One statement."""
    there = Enrolment.objects.filter(
        automation=automation_id,
        subscriber__any_of=contacts,
        status=Enrolment.Status.ACTIVE,
        next_execution_time__lte=now,
        next_block__isnull=False,
    )
    found: dict[int, list[Row]] = defaultdict(list)
    for pk, contact, number, block in there.order_by("pk").values_list("pk", "subscriber", "round", "next_block"):
        found[block].append(Row(pk, contact, number))
    return found

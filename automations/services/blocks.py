"""The blocks of an automation, saved as a whole. Contacts stay where they are; those at a block that goes move on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from automations.models import Block, BlockRun, Enrolment
from automations.parts import waits
from automations.services.flow import Flow
from automations.services.holding import lock_automations
from changes.services import Entry, record
from database.sql import execute, json_parameter, rows_from_json, stored_datetime

WRITTEN = (
    "action_name type title description status settings conditions note condition_type parent sequence delay c_delay"
).split()
NUMBER = Enrolment._meta.get_field("source_ref_id")
MOVE_ON = """
    UPDATE automations_enrolment SET next_block_id = r.next,
        status = CASE WHEN r.next IS NULL AND automations_enrolment.status IN ('active', 'waiting', 'pending')
            THEN 'completed' WHEN automations_enrolment.status = 'waiting' THEN 'active'
            ELSE automations_enrolment.status END,
        next_execution_time = CASE WHEN automations_enrolment.status = 'waiting' THEN {now}
            ELSE automations_enrolment.next_execution_time END,
        claimed_until = NULL, attempts = 0, updated_at = {now}
    FROM {rows} WHERE automations_enrolment.next_block_id = r.gone
"""


@dataclass
class BlockDraft:
    """A block as it is to be: with the id of one that exists, or as a new one. `branches` are those of a condition."""

    columns: Mapping[str, Any]
    id: int | None = None
    branches: Mapping[str, Sequence["BlockDraft"]] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def save_blocks(automation_id: int, drafts: Sequence[BlockDraft], author_id: int | None = None) -> list[Block]:
    """Replace the blocks of an automation; returns them, each with its place. Those of a draft's id keep it.

    Ids of other automations count as new blocks. Whoever is at a block that is left out goes on to the next one that
    stays. A fixed number of statements for any number of blocks and contacts, and one for each depth of branches.
    """
    lock_automations([automation_id])
    before = Flow.read(automation_id)
    blocks = list(Placing(automation_id, dict(before.blocks), author_id).placed(drafts))
    kept = [block for block in blocks if block.pk]
    # By depth, parents first: a new block in a new branch needs its parent's id.
    created: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        if not block.pk:
            created[depth_of(block)].append(block)
    for depth in sorted(created):
        for block in created[depth]:
            block.parent = block.parent  # takes over the id that it has by now
        Block.objects.bulk_create(created[depth])
    now = timezone.now()
    for block in kept:
        block.parent, block.updated_at = block.parent, now
    Block.objects.bulk_update(kept, [*WRITTEN, "updated_at"])
    after = Flow.of(blocks)
    remove([block for pk, block in before.blocks.items() if pk not in after.blocks], before, after)
    record([Entry("automation_updated", None, {"columns": ["blocks"]}, ("automation", automation_id))])
    return sorted(after.blocks.values(), key=lambda block: (block.parent_id or 0, block.sequence, block.pk))


@dataclass(frozen=True)
class Placing:
    """Blocks of drafts: those that exist changed, others new."""

    automation_id: int
    known: dict[int, Block]  # those that no draft has named yet
    author_id: int | None

    def placed(
        self, drafts: Sequence[BlockDraft], parent: Block | None = None, branch: str | None = None, waited: int = 0
    ) -> Iterator[Block]:
        """All of them, parents first, each with its place and the delay that the waits before it make."""
        delay = 0
        for number, draft in enumerate(drafts, start=1):
            block = self.known.pop(draft.id or 0, None) or Block(created_by_id=self.author_id)
            for name, value in draft.columns.items():
                setattr(block, name, value)
            block.automation_id, block.parent = self.automation_id, parent
            block.condition_type, block.sequence = branch, number
            block.delay, block.c_delay = delay, waited
            yield block
            for name, inner in draft.branches.items():
                yield from self.placed(inner, block, name, waited)
            is_wait = block.action_name == waits.Wait.name and isinstance(block.settings, dict)
            delay = waits.seconds(block.settings) if is_wait else 0
            waited += delay


def depth_of(block: Block) -> int:
    return 0 if block.parent is None else depth_of(block.parent) + 1


def remove(gone: Sequence[Block], before: Flow, after: Flow) -> None:
    """Delete blocks; whoever is at one goes on to the next that stays. Three statements, none for none."""
    if not gone:
        return
    rows = [{"gone": block.pk, "next": next_that_stays(block, before, after)} for block in gone]
    now = stored_datetime(timezone.now())
    source = rows_from_json([("gone", NUMBER), ("next", NUMBER)])
    execute(MOVE_ON.format(now="%s", rows=source), now, now, json_parameter(rows))
    ids = [block.pk for block in gone]
    BlockRun.objects.filter(block__any_of=ids)._raw_delete(using="default")
    Block.objects.filter(pk__any_of=ids)._raw_delete(using="default")


def next_that_stays(block: Block, before: Flow, after: Flow) -> int | None:
    following = before.after(block)
    while following is not None and following.pk not in after.blocks:
        following = before.after(following)
    return following.pk if following else None

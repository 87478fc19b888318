"""The order of an automation's blocks: what comes after which, in branches and after them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from automations.models import Block

Branch = tuple[int | None, str]


@dataclass
class Flow:
    """Blocks by id, and those of each branch in order: of (parent, "yes"), and of (None, "") at the top."""

    blocks: dict[int, Block] = field(default_factory=dict)
    branches: dict[Branch, list[Block]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> Self:
        flow = cls()
        for block in sorted(blocks, key=lambda one: (one.sequence, one.pk)):
            flow.blocks[block.pk] = block
            flow.branches[branch_of(block)].append(block)
        return flow

    @classmethod
    def read(cls, automation_id: int) -> Self:
        """One statement."""
        return cls.of(Block.objects.filter(automation=automation_id))

    def first(self) -> Block | None:
        return self.first_in(None, "")

    def first_in(self, parent: int | None, branch: str) -> Block | None:
        return next(iter(self.branches.get((parent, branch), ())), None)

    def after(self, block: Block) -> Block | None:
        """The next one of the branch; after its last one what follows the block that the branch belongs to."""
        current: Block | None = block
        while current is not None:
            siblings = self.branches[branch_of(current)]
            place = siblings.index(current) + 1
            if place < len(siblings):
                return siblings[place]
            current = self.blocks.get(current.parent_id) if current.parent_id else None
        return None

    def into(self, block: Block, branch: str) -> Block | None:
        """The first block of a branch of this one; where it has none, what comes after the block."""
        return self.first_in(block.pk, branch) or self.after(block)

    def up_to(self, goal: Block) -> list[int]:
        """The ids of a goal and of all blocks that come before it. For one in a branch, of that alone."""
        if goal.parent_id:
            return [goal.pk]
        top = self.branches[branch_of(goal)]
        reached = top[: top.index(goal)]
        found = [goal.pk]
        while reached:
            block = reached.pop()
            found.append(block.pk)
            reached += self.children_of(block)
        return found

    def children_of(self, block: Block) -> list[Block]:
        return [child for (parent, _), blocks in self.branches.items() if parent == block.pk for child in blocks]


def branch_of(block: Block) -> Branch:
    return block.parent_id, (block.condition_type or "") if block.parent_id else ""

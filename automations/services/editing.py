"""One change among the blocks of an automation, on what they are at that moment: two who edit at once lose nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from automations.models import Automation, Block
from automations.services.blocks import BlockDraft
from automations.services.flow import Flow
from automations.services.holding import lock_automations
from automations.services.mails import save_flow

KEPT = ("action_name", "type", "title", "description", "status", "settings", "conditions", "note")
BRANCHES = ("yes", "no")


class NoSuchBlock(Exception):
    """Raised where the automation, or the block to change, is not there any more."""


@dataclass
class Drafts:
    """The blocks of an automation as drafts, in branches that can be changed."""

    top: list[BlockDraft]

    @classmethod
    def of(cls, flow: Flow) -> "Drafts":
        def branch(parent: int | None, name: str) -> list[BlockDraft]:
            return [
                BlockDraft(
                    {column: getattr(block, column) for column in KEPT},
                    block.pk,
                    {inner: drafts for inner in BRANCHES if (drafts := branch(block.pk, inner))},
                )
                for block in flow.branches.get((parent, name), ())
            ]

        return cls(branch(None, ""))

    def place_of(self, pk: int) -> tuple[list[BlockDraft], int]:
        """The branch of a block, and its place in it. Raises NoSuchBlock."""
        found = self.find(pk, self.top)
        if found is None:
            raise NoSuchBlock(pk)
        return found

    def find(self, pk: int, branch: Any) -> tuple[list[BlockDraft], int] | None:
        for place, draft in enumerate(branch):
            if draft.id == pk:
                return branch, place
            for inner in draft.branches.values():
                if found := self.find(pk, inner):
                    return found
        return None

    def change(self, pk: int, columns: dict[str, Any]) -> BlockDraft:
        branch, place = self.place_of(pk)
        branch[place].columns = {**branch[place].columns, **columns}
        return branch[place]

    def remove(self, pk: int) -> None:
        """Take a block out, with those in its branches."""
        branch, place = self.place_of(pk)
        del branch[place]

    def move(self, pk: int, by: int) -> None:
        """Move a block within its branch; beyond its ends nothing happens."""
        branch, place = self.place_of(pk)
        if 0 <= place + by < len(branch):
            branch.insert(place + by, branch.pop(place))

    def insert(self, draft: BlockDraft, *, after: int | None = None, parent: int | None = None, name: str = "") -> None:
        """Put a new block after another one, or first into a branch of a condition, or first of all."""
        if after is not None:
            branch, place = self.place_of(after)
            branch.insert(place + 1, draft)
        elif parent is not None:
            branch, place = self.place_of(parent)
            condition = branch[place]
            condition.branches = {**condition.branches, name: [draft, *condition.branches.get(name, ())]}
        else:
            self.top.insert(0, draft)


@transaction.atomic(savepoint=False)
def edit_flow(automation_id: int, edit: Callable[[Drafts], Any], author_id: int | None) -> list[Block]:
    """Let `edit` change the blocks, and save them; whoever is at a block stays there, as save_blocks says.

    Raises NoSuchBlock. Two statements more than save_flow.
    """
    found: list[Automation] = lock_automations([automation_id])
    if not found:
        raise NoSuchBlock(automation_id)
    drafts = Drafts.of(Flow.read(automation_id))
    edit(drafts)
    return save_flow(found[0], drafts.top, author_id)

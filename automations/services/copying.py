"""Copies of automations."""

from django.db import transaction

from automations.models import Automation, Block
from automations.services.blocks import BlockDraft
from automations.services.flow import Flow
from automations.services.mails import MAIL_BLOCK, MailDraft, save_flow
from automations.services.publishing import save_automation

COPY = "[Copy] "
TITLE_LENGTH = 255
COPIED = ("type", "action_name", "title", "description", "settings", "conditions", "note")


@transaction.atomic
def copy_automation(automation: Automation, user_id: int | None) -> Automation:
    """A draft with the same trigger and blocks, and with mails of its own; nobody is in it."""
    twin = Automation(
        title=(COPY + automation.title)[:TITLE_LENGTH],
        description=automation.description,
        trigger_name=automation.trigger_name,
        settings=automation.settings,
        conditions=automation.conditions,
        created_by_id=user_id,
    )
    save_automation(twin)
    save_flow(twin, drafts_of(automation.pk), user_id)
    return twin


def drafts_of(automation_id: int) -> list[BlockDraft]:
    """The blocks of an automation as drafts for a copy of it. One statement."""
    flow = Flow.read(automation_id)

    def draft(block: Block) -> BlockDraft:
        columns = {name: getattr(block, name) for name in COPIED}
        branches = {
            name: [draft(inner) for inner in inside]
            for (parent, name), inside in flow.branches.items()
            if parent == block.pk
        }
        kind = MailDraft if block.action_name == MAIL_BLOCK else BlockDraft
        return kind(columns=columns, branches=branches)

    return [draft(block) for block in flow.branches[None, ""]]

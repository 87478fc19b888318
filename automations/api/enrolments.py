"""Pages of who is in automations. A fixed number of statements, however many contacts and automations they name."""

from collections.abc import Sequence
from typing import Any

from automations.api.blocks import show_block
from automations.api.representation import show_automation, show_enrolment, show_run
from automations.models import Automation, Block, Enrolment
from automations.reading import blocks_of, runs_of
from subscribers.api.representation import show_contacts
from subscribers.reading import read_contacts

# What a row may have beside itself.
METRICS, SUBSCRIBER, FUNNEL, ACTIONS = "metrics", "subscriber", "funnel", "actions"


def show_enrolments(rows: Sequence[Enrolment], *beside: str) -> list[dict[str, Any]]:
    """Enrolments with their last and next block, and with what `beside` names. Up to six statements."""
    automations = {row.automation_id for row in rows}
    inside = blocks_of(automations)
    runs = runs_of(rows) if METRICS in beside else {}
    contacts: dict[int, Any] = {}
    if SUBSCRIBER in beside:
        shown = show_contacts(read_contacts([row.subscriber_id for row in rows]))
        contacts = {contact["id"]: contact for contact in shown}
    named = Automation.objects.in_bulk(automations) if FUNNEL in beside else {}
    answer = []
    for row in rows:
        blocks = {block.pk: block for block in inside[row.automation_id]}
        one = show_enrolment(row, blocks)
        if METRICS in beside:
            one["metrics"] = [show_run(run, row) for run in runs[row.pk]]
        if SUBSCRIBER in beside:
            one["subscriber"] = contacts.get(row.subscriber_id)
        one["last_sequence"] = show_known(blocks, row.last_block_id)
        one["next_sequence_item"] = show_known(blocks, int(one["next_sequence_id"] or 0))
        if FUNNEL in beside:
            one["funnel"] = show_automation(named[row.automation_id])
            if ACTIONS in beside:
                one["funnel"]["actions"] = [show_block(block) for block in inside[row.automation_id]]
        answer.append(one)
    return answer


def show_known(blocks: dict[int, Block], pk: int | None) -> dict[str, Any] | None:
    """A block of the automation; None for one that was deleted."""
    block = blocks.get(pk or 0)
    return show_block(block) if block else None

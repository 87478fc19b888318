"""Automations, who is in them, and what ran, in FluentCRM's words (recordings funnels.json, funnel-subscribers.json)."""

from collections.abc import Mapping, Sequence
from typing import Any

from automations.models import Automation, Block, BlockRun, Enrolment
from automations.registry import Part, triggers
from labels.api.representation import show_short_label
from labels.models import Label
from wp_rest.dates import write_datetime

# Clients show a trigger or block of another kind of site as one that cannot be chosen.
UNKNOWN = {"label": "Unknown trigger", "category": "", "description": "This server does not have it.", "icon": ""}


def show_automation(automation: Automation) -> dict[str, Any]:
    """An automation as a part of something."""
    return {
        "id": automation.pk,
        "type": "funnels",
        "title": automation.title,
        "trigger_name": automation.trigger_name,
        "status": automation.status,
        "conditions": automation.conditions,
        "settings": automation.settings,
        "created_by": str(automation.created_by_id or 0),
        "created_at": write_datetime(automation.created_at),
        "updated_at": write_datetime(automation.updated_at),
    }


def show_listed(automation: Automation, contacts: int, labels: Sequence[Label]) -> dict[str, Any]:
    return {
        **show_automation(automation),
        "subscribers_count": contacts,
        "description": automation.description,
        "labels": [show_short_label(label) for label in labels],
    }


def show_new(automation: Automation) -> dict[str, Any]:
    """One that has just been made; its author is a number here, as recorded."""
    return {**show_automation(automation), "created_by": automation.created_by_id}


def show_configured(automation: Automation) -> dict[str, Any]:
    """One with the settings that its trigger starts with where none were chosen, and the forms of both."""
    trigger = triggers().get(automation.trigger_name)
    return {
        **show_automation(automation),
        "conditions": {**(trigger.conditions if trigger else {}), **automation.conditions},
        "settings": {**(trigger.settings if trigger else {}), **automation.settings},
        "settingsFields": show_fields(trigger, trigger.settings if trigger else {}),
        "conditionFields": show_fields(trigger, trigger.conditions if trigger else {}),
    }


def show_whole(automation: Automation) -> dict[str, Any]:
    return {
        **show_configured(automation),
        "trigger": show_trigger(automation.trigger_name),
        "description": automation.description,
    }


def show_trigger(name: str) -> dict[str, str]:
    trigger = triggers().get(name)
    return show_part(trigger) if trigger else dict(UNKNOWN)


def show_part(part: Part) -> dict[str, str]:
    return {"category": part.category, "label": part.label, "description": part.description, "icon": part.icon}


def show_fields(part: Part | None, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a trigger or block: its settings, with the kind of each."""
    if part is None:
        return {"title": "", "sub_title": "", "fields": {}}
    fields = {
        name: {"type": field_type(name, value), "label": name.replace("_", " ").capitalize()}
        for name, value in settings.items()
    }
    return {"title": part.label, "sub_title": part.description, "fields": fields}


def field_type(name: str, value: Any) -> str:
    """`option_selectors` for several of the site's tags, lists or companies."""
    if name in ("tags", "lists", "companies"):
        return "option_selectors"
    return "yes_no_check" if value in ("yes", "no") else "multi-select" if isinstance(value, list) else "input-text"


def show_enrolment(enrolment: Enrolment, blocks: Mapping[int, Block]) -> dict[str, Any]:
    """Where a contact is. `blocks` has those of its automation, by id.

    As recorded in funnel-goals.json, whoever is through still shows the block after the last goal as the next one.
    """
    following, at = enrolment.next_block_id, enrolment.next_execution_time
    after = block_after_goal(enrolment, blocks)
    number = blocks[following].sequence if following and following in blocks else after.sequence if after else None
    if after and enrolment.starting_block_id != enrolment.last_goal_id:
        following, at = after.pk, enrolment.last_goal_at
    return {
        "id": enrolment.pk,
        "funnel_id": str(enrolment.automation_id),
        "starting_sequence_id": as_text(enrolment.starting_block_id),
        "next_sequence": as_text(number),
        "subscriber_id": str(enrolment.subscriber_id),
        "last_sequence_id": as_text(enrolment.last_block_id),
        "next_sequence_id": as_text(following),
        "last_sequence_status": "complete" if enrolment.last_block_id else "pending",
        "status": enrolment.status,
        "type": "funnel",
        "last_executed_time": write_datetime(enrolment.last_executed_time),
        "next_execution_time": write_datetime(at),
        "notes": enrolment.notes,
        "source_trigger_name": enrolment.source_trigger_name,
        # As recorded, whoever came in by a goal has none.
        "source_ref_id": None if enrolment.starting_block_id else as_text(enrolment.source_ref_id),
        "created_at": write_datetime(enrolment.created_at),
        "updated_at": write_datetime(enrolment.updated_at),
    }


def block_after_goal(enrolment: Enrolment, blocks: Mapping[int, Block]) -> Block | None:
    """Of who is through: the block after the last goal that was met; None without one."""
    goal = blocks.get(enrolment.last_goal_id or 0)
    if goal is None or enrolment.status != Enrolment.Status.COMPLETED:
        return None
    later = [block for block in blocks.values() if same_branch(block, goal) and block.sequence > goal.sequence]
    return min(later, key=lambda block: block.sequence, default=None)


def same_branch(one: Block, other: Block) -> bool:
    return (one.parent_id, one.condition_type) == (other.parent_id, other.condition_type)


def as_text(number: int | None) -> str | None:
    return None if number is None else str(number)


def show_run(run: BlockRun, enrolment: Enrolment) -> dict[str, Any]:
    """That a block ran; FluentCRM counts what it was worth, too, which nothing here has."""
    at = write_datetime(run.created_at)
    return {
        "id": run.pk,
        "funnel_id": str(enrolment.automation_id),
        "sequence_id": str(run.block_id),
        "subscriber_id": str(enrolment.subscriber_id),
        "benchmark_value": "0",
        "benchmark_currency": "USD",
        "status": run.status,
        "notes": run.notes,
        "created_at": at,
        "updated_at": at,
    }

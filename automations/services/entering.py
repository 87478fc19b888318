"""Rows of contacts that enter automations, and that they did. Two statements for any number of them, three on SQLite."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automations.models import Automation, Block, Enrolment
from automations.registry import Entered
from automations.services.passages import record_entered
from database.sql import execute, is_postgresql, json_parameter, rows_from_json, stored_datetime

# So many automations in a row may start each other for a contact, each within a day of the one before it.
MOST_IN_A_ROW = 10
IN_A_ROW = timedelta(days=1)
TOO_MANY = f"Not started: more than {MOST_IN_A_ROW} automations in a row started each other."
NUMBER = Enrolment._meta.get_field("source_ref_id")
ROW: list[tuple[str, Any]] = [("contact", NUMBER), ("ref", NUMBER), ("made_by", NUMBER)]
# The enrolment that led to this one is that of the automation that made the change, or this one itself.
ENTER = """
    INSERT INTO automations_enrolment (
        automation_id, subscriber_id, status, starting_block_id, last_block_id, next_block_id, last_executed_time,
        next_execution_time, last_goal_id, last_goal_at, source_trigger_name, source_ref_id, notes, round, depth,
        started_at, attempts, claimed_until, created_at, updated_at
    )
    SELECT {automation}, entering.contact,
        CASE WHEN depth > {most} THEN 'cancelled' WHEN entering.pending THEN 'pending' ELSE {status} END,
        {goal}, {goal}, {block}, {goal_at},
        CASE WHEN depth > {most} OR entering.pending OR {block} IS NULL THEN {no_time} ELSE {now} END,
        {goal}, {goal_at}, {source}, entering.ref, CASE WHEN depth > {most} THEN {too_many} ELSE {no_text} END, 1, depth,
        {now}, 0, {no_time}, {now}, {now}
    FROM (
        SELECT s.id AS contact, r.ref AS ref, (s.status = 'pending' AND {asks_consent}) AS pending,
            CASE WHEN m.started_at > {since} THEN m.depth + 1 ELSE 0 END AS depth
        FROM {rows} JOIN subscribers_subscriber s ON s.id = r.contact
        LEFT JOIN automations_enrolment m ON m.automation_id = r.made_by AND m.subscriber_id = r.contact
    ) entering
    WHERE true ORDER BY entering.contact
    ON CONFLICT (automation_id, subscriber_id) DO {again}
    RETURNING id, subscriber_id, round, status
"""
# Of the columns that say where it is, all begin anew. The round tells its runs from those before.
AGAIN = """
    UPDATE SET status = EXCLUDED.status, starting_block_id = EXCLUDED.starting_block_id,
        last_block_id = EXCLUDED.last_block_id, next_block_id = EXCLUDED.next_block_id,
        last_executed_time = EXCLUDED.last_executed_time, next_execution_time = EXCLUDED.next_execution_time,
        last_goal_id = EXCLUDED.last_goal_id, last_goal_at = EXCLUDED.last_goal_at,
        source_trigger_name = EXCLUDED.source_trigger_name, source_ref_id = EXCLUDED.source_ref_id,
        notes = EXCLUDED.notes, round = automations_enrolment.round + 1, depth = EXCLUDED.depth,
        started_at = EXCLUDED.started_at, attempts = 0, claimed_until = NULL, updated_at = EXCLUDED.updated_at
    WHERE automations_enrolment.status IN ('completed', 'cancelled')
"""


@dataclass(frozen=True)
class Entry:
    """Where and how contacts enter: at `block`, by the goal before it or by the trigger."""

    automation: Automation
    block: Block | None
    source: str
    now: datetime
    goal: Block | None = None
    again: bool = False
    # Whether those who have not confirmed their subscription wait until they do.
    asks_consent: bool = True


def enter(entry: Entry, entered: Collection[Entered]) -> list[tuple[int, int, int]]:
    """Take contacts in, who are locked; (enrolment, contact, round) of those who begin, upward by contact.

    Whoever is in it stays where it is; whoever is through begins again with `again`. Contacts that do not exist are
    left out. A chain of automations that has become too long is written down as cancelled, with the reason.
    """
    if not entered:
        return []
    now = stored_datetime(entry.now)
    values = {
        "automation": entry.automation.pk,
        "status": Enrolment.Status.ACTIVE if entry.block else Enrolment.Status.COMPLETED,
        "goal": entry.goal and entry.goal.pk,
        "block": entry.block and entry.block.pk,
        "goal_at": now if entry.goal else None,
        "source": entry.source,
        "now": now,
        "since": stored_datetime(entry.now - IN_A_ROW),
        "asks_consent": entry.asks_consent,
        "too_many": TOO_MANY,
        "no_text": None,
        "no_time": None,
    }
    rows = json_parameter([{"contact": one.contact, "ref": one.ref, "made_by": one.made_by} for one in entered])
    sql, parameters = with_values(ENTER, values | {"rows": rows}, AGAIN if entry.again else "NOTHING")
    written = execute(sql, *parameters)
    begun = [(pk, contact, number) for pk, contact, number, status in written if status != Enrolment.Status.CANCELLED]
    begun.sort(key=lambda row: row[1])
    record_entered(entry.automation.pk, [contact for _, contact, _ in begun])
    return begun


TYPES = {
    "automation": "bigint",
    "goal": "bigint",
    "block": "bigint",
    "goal_at": "timestamptz",
    "now": "timestamptz",
    "no_time": "timestamptz",
    "since": "timestamptz",
    "asks_consent": "boolean",
    "rows": "",
}


def with_values(template: str, values: Mapping[str, Any], again: str) -> tuple[str, Sequence[Any]]:
    """The statement with a placeholder for each mention of a value, and the values in that order."""
    found: list[Any] = []

    class Placeholders(dict[str, str]):
        def __missing__(self, name: str) -> str:
            found.append(values[name])
            if name == "rows":
                return rows_from_json(ROW)
            return f"%s::{TYPES.get(name, 'text')}" if is_postgresql() else "%s"

    sql = template.format_map(Placeholders(again=again, most=str(MOST_IN_A_ROW)))
    return sql, found

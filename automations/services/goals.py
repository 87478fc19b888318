"""Goals that contacts met: whoever is at one or before it goes on after it; some are a way in, too."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from automations.models import Automation, Block, Enrolment
from automations.registry import Entered
from automations.services.claims import Row
from automations.services.entering import Entry, enter
from automations.services.flow import Flow
from automations.services.running import note_runs
from database.sql import any_of, execute, ids_parameter, is_postgresql, stored_datetime

MOVE_ON = """
    UPDATE automations_enrolment SET status = {status}, last_block_id = {goal}, last_goal_id = {goal},
        last_goal_at = {now}, next_block_id = {block}, next_execution_time = {due}, last_executed_time = {now},
        updated_at = {now}, claimed_until = NULL, attempts = 0
    WHERE automation_id = {automation} AND subscriber_id {contacts} AND status IN ('active', 'waiting')
        AND next_block_id {up_to}
    RETURNING id, subscriber_id, round
"""


def meet(automation: Automation, goal: Block, entered: Collection[Entered]) -> None:
    """Contacts, who are locked, met a goal of the automation, which is held. Six statements at most, seven on SQLite.

    What took a contact into the automation does not meet a goal of it as well.
    """
    entered = without_beginners(automation, entered)
    if not entered:
        return
    now = timezone.now()
    flow = Flow.read(automation.pk)
    goal = flow.blocks.get(goal.pk, goal)
    if goal.pk not in flow.blocks:
        return
    following = flow.after(goal)
    passed = let_pass(flow, goal, following, [one.contact for one in entered], stored_datetime(now))
    settings: Any = goal.settings if isinstance(goal.settings, dict) else {}
    if not goal.parent_id and settings.get("can_enter") in (True, 1, "1", "yes"):
        entry = Entry(automation, following, goal.action_name, now, goal=goal)
        others = {one.contact for one in entered}.difference(row.contact for row in passed)
        begun = enter(entry, [one for one in entered if one.contact in others])
        passed += [Row(*row) for row in begun]
    note_runs(goal, passed, now)


def without_beginners(automation: Automation, entered: Collection[Entered]) -> list[Entered]:
    """Those whom another entry took into the automation, or none. One statement, none for nobody."""
    if not entered:
        return []
    begun = Enrolment.objects.of_contacts(one.contact for one in entered).filter(
        automation=automation, source_ref_id__any_of={one.ref for one in entered if one.ref}
    )
    by_it = set(begun.values_list("subscriber", "source_ref_id"))
    return [one for one in entered if (one.contact, one.ref) not in by_it]


def let_pass(flow: Flow, goal: Block, following: Block | None, contacts: Collection[int], now: Any) -> list[Row]:
    """Those who are at the goal or before it, in no matter which wait, go on after it. One statement."""
    status = Enrolment.Status.ACTIVE if following else Enrolment.Status.COMPLETED
    time, number = ("%s::timestamptz", "%s::bigint") if is_postgresql() else ("%s", "%s")
    sql = MOVE_ON.format(
        status=f"'{status}'",
        goal=int(goal.pk),
        now=time,
        block=number,
        due=time,
        automation=int(goal.automation_id),
        contacts=any_of(),
        up_to=any_of(),
    )
    following_id = following and following.pk
    parameters = (now, following_id, now if following else None, now, now)
    rows = execute(sql, *parameters, ids_parameter(contacts), ids_parameter(flow.up_to(goal)))
    return [Row(*row) for row in sorted(rows, key=lambda row: row[1])]

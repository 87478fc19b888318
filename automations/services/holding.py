"""An automation is locked before any contact (subscribers.services.locks), enrolments after them.

Whoever moves contacts on holds it, which many can do at once; whoever changes its blocks or its status locks it alone.
"""

from collections.abc import Collection, Iterable

from automations.models import Automation
from database.sql import any_of, execute, ids_parameter, is_postgresql

HOLD = "SELECT id FROM automations_automation WHERE id {any_of} AND status = 'published' ORDER BY id{lock}"


def hold_published(ids: Iterable[int]) -> set[int]:
    """Those that are published, as they are until the transaction ends. One statement."""
    lock = " FOR SHARE" if is_postgresql() else ""
    return {pk for (pk,) in execute(HOLD.format(any_of=any_of(), lock=lock), ids_parameter(ids))}


def lock_automations(ids: Collection[int]) -> list[Automation]:
    """The automations that there are, upward by id; nobody moves in them until the transaction ends. One statement."""
    return list(Automation.objects.filter(pk__any_of=ids).order_by("pk").select_for_update())

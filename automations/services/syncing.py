"""Blocks that were added at the end after contacts had come there: those who are through may go on with them."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone

from automations.models import Automation, Block, Enrolment
from automations.services.flow import Flow
from subscribers.services import lock_contacts

# Whoever came to this block is through by the automation's own word.
END = "end_this_funnel"


def new_ways_on(automation: Automation) -> tuple[QuerySet[Enrolment], Mapping[int, Block]]:
    """Those who are through and have a block before them that is newer than that, and it by the last block.

    One statement.
    """
    flow = Flow.read(automation.pk)
    following = {
        pk: after for pk, block in flow.blocks.items() if block.action_name != END and (after := flow.after(block))
    }
    behind = Q(pk__in=[])
    for pk, after in following.items():
        behind |= Q(last_block=pk, updated_at__lt=after.created_at)
    through = Enrolment.objects.filter(automation=automation.pk, status=Enrolment.Status.COMPLETED)
    return through.filter(behind), following


def count_syncable(automation: Automation) -> int:
    """How many are through that blocks were added for since. Two statements."""
    rows, following = new_ways_on(automation)
    return rows.count() if following else 0


@transaction.atomic
def sync_new_steps(automation: Automation) -> int:
    """Have these contacts go on with the new blocks; returns how many do. Four statements."""
    rows, following = new_ways_on(automation)
    if not following:
        return 0
    lock_contacts(rows.values_list("subscriber", flat=True))
    now = timezone.now()
    ways_on = Case(*(When(last_block=pk, then=Value(block.pk)) for pk, block in following.items()))
    moved: int = rows.update(
        status=Enrolment.Status.ACTIVE, next_block=ways_on, next_execution_time=now, attempts=0, updated_at=now
    )
    return moved

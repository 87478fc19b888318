"""Reading automations: numbers, who is where, what ran. A fixed number of statements each."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from automations.models import Automation, Block, BlockRun, Enrolment


def blocks_of(automations: Collection[int]) -> dict[int, list[Block]]:
    """The blocks of each automation, in the order of their branches. One statement."""
    found: dict[int, list[Block]] = {pk: [] for pk in automations}
    for block in Block.objects.filter(automation__any_of=list(found)).in_order():
        found[block.automation_id].append(block)
    return found


def count_enrolments(automations: Collection[int]) -> dict[int, int]:
    """How many contacts are or were in each automation. One statement."""
    rows = Enrolment.objects.filter(automation__any_of=list(automations)).order_by()
    counts = dict(rows.values_list("automation").annotate(Count("pk")))
    return {pk: counts.get(pk, 0) for pk in automations}


def count_runs(automation: Automation) -> dict[int, int]:
    """For how many contacts each block ran, also where it had nothing to do. One statement."""
    runs = BlockRun.objects.filter(block__automation=automation.pk).exclude(status=BlockRun.Status.FAILED).order_by()
    return dict(runs.values_list("block").annotate(Count("enrolment", distinct=True)))


def count_waiting(automation: Automation) -> dict[int, int]:
    """How many contacts are at each block and have not left it. One statement."""
    there = Enrolment.objects.filter(automation=automation.pk, next_block__isnull=False).unfinished().order_by()
    return dict(there.values_list("next_block").annotate(Count("pk")))


def runs_of(enrolments: Sequence[Enrolment]) -> dict[int, list[BlockRun]]:
    """What ran for each, in its present round. One statement."""
    rounds = {enrolment.pk: enrolment.round for enrolment in enrolments}
    found: dict[int, list[BlockRun]] = {pk: [] for pk in rounds}
    for run in BlockRun.objects.filter(enrolment__any_of=list(rounds)).order_by("pk"):
        if run.round == rounds[run.enrolment_id]:
            found[run.enrolment_id].append(run)
    return found


def who_ran(rows: QuerySet[Any], block: int) -> QuerySet[Any]:
    """Those of the enrolments for which a block ran."""
    return rows.filter(Exists(BlockRun.objects.filter(enrolment=OuterRef("pk"), block=block)))

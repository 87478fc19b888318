"""Contacts that enter automations, leave them, and are moved by hand."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from automations.models import Automation, Block, BlockRun, Enrolment
from automations.registry import Entered, triggers
from automations.services.entering import Entry, enter
from automations.services.flow import Flow
from automations.services.holding import hold_published
from automations.services.passages import record_left, record_return
from subscribers.services import lock_contacts

RELEASED: Mapping[str, Any] = {"claimed_until": None, "attempts": 0}
REMOVED, STOPPED = "Taken out of the automation.", "Stopped by hand."
# What staff may set.
SETTABLE = (Enrolment.Status.ACTIVE, Enrolment.Status.COMPLETED, Enrolment.Status.CANCELLED)


@transaction.atomic(savepoint=False)
def enrol(
    automation_id: int, contacts: Iterable[int], source: str, ref: int | None = None, made_by: int | None = None
) -> list[int]:
    """Take contacts into a published automation; returns those that it took, upward by id.

    Whoever is in it stays where it is; whoever is through begins again if the automation says so (run_multiple).
    `source` is the word that the API shows (source_trigger_name), `ref` the entry of `changes` that led to it,
    `made_by` the automation. Six statements, seven on SQLite.
    """
    return enrol_all([automation_id], contacts, source, ref, made_by)[automation_id]


@transaction.atomic(savepoint=False)
def enrol_all(
    automation_ids: Collection[int],
    contacts: Iterable[int],
    source: str,
    ref: int | None = None,
    made_by: int | None = None,
) -> dict[int, list[int]]:
    """Take contacts into several automations, as `enrol` does. Three statements, and those of `begin` for each."""
    taken: dict[int, list[int]] = {pk: [] for pk in automation_ids}
    held = hold_published(automation_ids)
    locked = lock_contacts(contacts) if held else []
    if not locked:
        return taken
    entered = [Entered(pk, ref, made_by) for pk in locked]
    for automation in Automation.objects.filter(pk__any_of=held).order_by("pk"):
        taken[automation.pk] = [contact for _, contact, _ in begin(automation, entered, source)]
    return taken


def begin(
    automation: Automation, entered: Collection[Entered], source: str, *, again: bool = False
) -> list[tuple[int, int, int]]:
    """Take contacts in at the first block; they are locked, the automation is held. Three statements, four on SQLite.

    Whoever is through begins again with `again`, or if the automation says so.
    """
    if not entered:
        return []
    trigger = triggers().get(automation.trigger_name)
    first = Block.objects.filter(automation=automation, parent=None).order_by("sequence", "pk").first()
    entry = Entry(
        automation,
        first,
        source,
        timezone.now(),
        again=again or runs_again(automation),
        asks_consent=trigger is None or trigger.waits_for_consent,
    )
    return enter(entry, entered)


def runs_again(automation: Automation) -> bool:
    """Whether whoever is through may begin again."""
    for kept in (automation.conditions, automation.settings):
        if isinstance(kept, dict) and kept.get("run_multiple") in (True, 1, "1", "yes"):
            return True
    return False


@transaction.atomic(savepoint=False)
def leave(automation_id: int, contacts: Iterable[int]) -> int:
    """Take contacts out of an automation, as if they had never been in it; returns how many were.

    Five statements, six on SQLite.
    """
    locked = lock_contacts(contacts)
    return _remove(Enrolment.objects.filter(automation=automation_id, subscriber__any_of=locked))


@transaction.atomic(savepoint=False)
def remove(enrolment_ids: Iterable[int]) -> int:
    """The same by the ids of enrolments, of any automations. Six statements, seven on SQLite."""
    chosen = Enrolment.objects.filter(pk__any_of=list(enrolment_ids))
    lock_contacts(chosen.values_list("subscriber", flat=True))
    return _remove(chosen)


def _remove(enrolments: Any) -> int:
    record_left(enrolments, REMOVED)
    BlockRun.objects.filter(enrolment__in=enrolments)._raw_delete(using="default")
    removed: int = enrolments._raw_delete(using="default")
    return removed


def cancel(enrolments: Any, reason: str) -> int:
    """Stop enrolments, whose contacts are locked; returns how many. Three statements, four on SQLite."""
    record_left(enrolments, reason)
    stopped: int = enrolments.update(
        status=Enrolment.Status.CANCELLED, notes=reason, updated_at=timezone.now(), **RELEASED
    )
    return stopped


@transaction.atomic(savepoint=False)
def set_status(automation_id: int, contacts: Iterable[int], status: str) -> int:
    """Set active, completed or cancelled; returns how many of the contacts are in it.

    Six statements at most, seven on SQLite. Active ones go on where they were: at once, or at the end of their wait. Raises ValueError for another status.
    """
    return _give(Enrolment.objects.filter(automation=automation_id, subscriber__any_of=lock_contacts(contacts)), status)


@transaction.atomic(savepoint=False)
def set_status_of(enrolment_ids: Iterable[int], status: str) -> int:
    """The same by the ids of enrolments, of any automations. Seven statements at most, eight on SQLite."""
    chosen = Enrolment.objects.filter(pk__any_of=list(enrolment_ids))
    lock_contacts(chosen.values_list("subscriber", flat=True))
    return _give(chosen, status)


def _give(chosen: Any, status: str) -> int:
    wanted = Enrolment.Status(status)
    if wanted not in SETTABLE:
        raise ValueError(status)
    now = timezone.now()
    common = {"status": wanted, "notes": None, "updated_at": now, **RELEASED}
    if wanted == Enrolment.Status.CANCELLED:
        record_left(chosen, STOPPED)
    if wanted != Enrolment.Status.ACTIVE:
        return int(chosen.update(**common))
    # Whoever has no block left is through: there is nothing to go on with.
    stopped = chosen.exclude(status__in=(Enrolment.Status.ACTIVE, Enrolment.Status.WAITING)).exclude(next_block=None)
    record_return(stopped)
    stopped.filter(next_execution_time=None).update(next_execution_time=now)
    stopped.update(**common)
    return int(chosen.count())


@transaction.atomic(savepoint=False)
def advance(automation_id: int, contact: int, block_id: int) -> bool:
    """Have a contact go on at a block of the automation now; False if it is not in it or there is no such block."""
    held = lock_contacts([contact])
    block = Flow.read(automation_id).blocks.get(block_id)
    if block is None or not held:
        return False
    now = timezone.now()
    chosen = Enrolment.objects.filter(automation=automation_id, subscriber=contact)
    record_return(chosen)
    moved = chosen.update(
        status=Enrolment.Status.ACTIVE,
        next_block=block,
        next_execution_time=now,
        notes=None,
        updated_at=now,
        **RELEASED,
    )
    return bool(moved)

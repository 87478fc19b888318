"""Automations themselves: written, published and paused, deleted. Each change is recorded."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from automations.models import Automation, Block, BlockRun, Enrolment
from automations.services.holding import lock_automations
from changes.rows import entry_of, saving
from changes.services import Entry, record
from labels.services import remove_labels


def save_automation(automation: Automation) -> None:
    """Save an automation and record the change; what it says of its status counts. At most three statements."""
    note_publication(automation)
    with saving(automation, "automation"):
        automation.save()


def note_publication(automation: Automation) -> None:
    """From when on a published one listens. Whoever unpublishes and publishes again begins anew."""
    if automation.status != Automation.Status.PUBLISHED:
        automation.published_at = None
    elif automation.published_at is None:
        automation.published_at = timezone.now()


@transaction.atomic(savepoint=False)
def set_status(ids: Iterable[int], status: str) -> int:
    """Publish automations or pause them; returns how many there are. Two statements, and history's.

    Whoever is in a paused one stays where it is, and goes on when it is published again: waits go on meanwhile.
    What happens while it is paused starts nothing. A block that runs now is waited for.
    """
    wanted = Automation.Status(status)
    found = lock_automations(list(ids))
    changed = [one for one in found if one.status != wanted]
    now = timezone.now()
    Automation.objects.filter(pk__any_of=[one.pk for one in changed]).update(
        status=wanted, published_at=now if wanted == Automation.Status.PUBLISHED else None, updated_at=now
    )
    record(Entry("automation_updated", None, {"columns": ["status"]}, ("automation", one.pk)) for one in changed)
    return len(found)


@transaction.atomic(savepoint=False)
def delete_automations(ids: Iterable[int]) -> list[int]:
    """Delete automations with their blocks and enrolments; returns who there was. Six statements, and history's.

    Mails that are queued stay queued.
    """
    found = lock_automations(list(ids))
    gone = [one.pk for one in found]
    BlockRun.objects.filter(enrolment__in=Enrolment.objects.filter(automation__any_of=gone))._raw_delete(
        using="default"
    )
    Enrolment.objects.filter(automation__any_of=gone)._raw_delete(using="default")
    Block.objects.filter(automation__any_of=gone)._raw_delete(using="default")
    Automation.objects.filter(pk__any_of=gone)._raw_delete(using="default")
    remove_labels("automation", gone)
    record([entry_of(one, "automation", "deleted") for one in found])
    return gone

"""Automations for tests, and what workers do for them, in the test's own process."""

import time
from typing import Any

from automations.models import Automation, Block, Enrolment, Reader
from automations.services.blocks import BlockDraft, save_blocks
from automations.services.history import read_history
from automations.services.publishing import save_automation
from automations.services.running import run_next
from changes.cursor import cursor_at
from changes.models import Change
from subscribers.models import Subscriber
from tests.threads import SECONDS

# A chain that does not end would go on for ever.
MOST = 200

TAGGED, UNTAGGED = "fluentcrm_contact_added_to_tags", "fluentcrm_contact_removed_from_tags"
LISTED = "fluentcrm_contact_added_to_lists"


def automation(
    *blocks: BlockDraft,
    trigger: str = "fluent_crm/contact_created",
    settings: dict[str, Any] | None = None,
    conditions: dict[str, Any] | None = None,
    status: str = "published",
    title: str = "Welcome",
) -> Automation:
    """A published automation with these blocks."""
    made = Automation(
        title=title, trigger_name=trigger, settings=settings or {}, conditions=conditions or {}, status=status
    )
    save_automation(made)
    save_blocks(made.pk, blocks)
    return made


def block(name: str, kind: Any = "action", *, yes: Any = (), no: Any = (), **settings: Any) -> BlockDraft:
    branches = {"yes": list(yes), "no": list(no)} if yes or no else {}
    return BlockDraft({"action_name": name, "type": kind, "title": name, "settings": settings}, branches=branches)


def tag(*tags: Any) -> BlockDraft:
    return block("add_contact_to_tag", tags=[str(one.pk) for one in tags])


def wait(amount: int = 1, unit: str = "days") -> BlockDraft:
    return block("fluentcrm_wait_times", wait_type="unit_wait", wait_time_amount=amount, wait_time_unit=unit)


def goal(*tags: Any, kind: str = "required", can_enter: str = "no", name: str = TAGGED) -> BlockDraft:
    return block(name, "benchmark", tags=[str(one.pk) for one in tags], type=kind, can_enter=can_enter)


def work() -> int:
    """Read history and run blocks until nothing is new and nobody is due; how many steps that were."""
    steps = 0
    while read_all() or run_next():
        steps += 1
        assert steps < MOST, "It does not end."
    return steps


def run_blocks() -> None:
    """Run blocks until nobody is due, without a look at history: also inside of a transaction."""
    steps = 0
    while run_next():
        steps += 1
        assert steps < MOST, "It does not end."


def read_all() -> bool:
    """Read history to its end; whether there was anything. Transactions of tests beside this one hold it up."""
    limit, some = time.monotonic() + SECONDS, False
    while Change.objects.exists() and Reader.objects.values_list("cursor", flat=True).first() != end():
        some = read_history() or some
        assert time.monotonic() < limit
    return some


def end() -> str:
    return cursor_at(Change.objects.latest("transaction_number", "pk"))


def enrolment(of: Automation, contact: Subscriber) -> Enrolment:
    found: Enrolment = Enrolment.objects.get(automation=of, subscriber=contact)
    return found


def contacts_in(of: Automation) -> list[int]:
    return list(Enrolment.objects.filter(automation=of).order_by("subscriber").values_list("subscriber", flat=True))


def tags_of(contact: Subscriber) -> set[int]:
    return set(contact.tags.values_list("pk", flat=True))


def names(of: Automation) -> dict[str, Block]:
    """Blocks by their names; of several of a name the last."""
    return {one.action_name: one for one in of.blocks.in_order()}

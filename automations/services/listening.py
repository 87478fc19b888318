"""What listens to history: triggers of published automations and goals in them."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automations.models import Automation, Block, BlockType, Enrolment
from automations.parts.goals import Goal
from automations.registry import Settings, Trigger, blocks, triggers
from changes.models import Change

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listener:
    """An automation's trigger, or one of its goals."""

    automation: Automation
    trigger: Trigger
    settings: Settings
    goal: Block | None = None

    def matches(self, entry: Change) -> bool:
        since: datetime | None = self.automation.published_at
        if since is not None and entry.at < since:
            return False
        try:
            return self.trigger.matches(entry, self.settings)
        except Exception as error:  # noqa: BLE001 - settings that one trigger cannot read do not keep the others from theirs
            self.warn(error)
            return False

    def warn(self, error: Exception) -> None:
        """Note in the log that an entry was passed over."""
        log.warning("The trigger %s of automation %s failed.", self.trigger.name, self.automation.pk, exc_info=error)


@dataclass
class Listeners:
    """All of them, by the event that they listen to."""

    by_event: dict[str, list[Listener]] = field(default_factory=lambda: defaultdict(list))
    # Whether anybody waits for a contact's consent.
    consent: bool = False

    def of(self, entry: Change) -> Iterator[Listener]:
        """Those whom the entry concerns. No statement."""
        return (listener for listener in self.by_event.get(entry.event, ()) if listener.matches(entry))

    def add(self, listener: Listener) -> None:
        for event in listener.trigger.events:
            self.by_event[event].append(listener)


def read_listeners() -> Listeners:
    """The published automations and their goals. Three statements."""
    listeners = Listeners(consent=Enrolment.objects.filter(status=Enrolment.Status.PENDING).exists())
    automations = {one.pk: one for one in Automation.objects.published().order_by("pk")}
    for automation in automations.values():
        if trigger := triggers().get(automation.trigger_name):
            listeners.add(Listener(automation, trigger, as_settings(automation.settings)))
    goals = Block.objects.filter(automation__status=Automation.Status.PUBLISHED, type=BlockType.GOAL)
    for block in goals.order_by("pk"):
        goal, automation = blocks().get(block.action_name), automations.get(block.automation_id)
        if isinstance(goal, Goal) and automation:
            listeners.add(Listener(automation, goal.trigger, as_settings(block.settings), block))
    return listeners


def as_settings(kept: Any) -> Settings:
    """FluentCRM writes empty settings as a list."""
    return kept if isinstance(kept, dict) else {}

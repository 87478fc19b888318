"""Goals: blocks at which contacts wait for something to happen to them. Each is a trigger, seen as a block."""

from collections.abc import Collection
from typing import ClassVar

from automations.parts.values import Settings, text
from automations.registry import Action, Outcome, Run, Trigger
from subscribers.models import Subscriber

OPTIONAL = "optional"


class Goal(Action):
    """Contacts who come to it and have met it go on; the others wait, unless it is optional."""

    type = "benchmark"
    trigger: ClassVar[Trigger]

    def check(self, settings: Settings) -> str:
        return self.trigger.check(settings)

    def run(self, run: Run) -> Outcome:
        met = self.who_met_it(run)
        others = [pk for pk in run.contacts if pk not in met]
        if text(run.settings, "type") == OPTIONAL:
            return Outcome(passed=others)
        return Outcome(waiting=others)

    def who_met_it(self, run: Run) -> Collection[int]:
        condition = self.trigger.is_met(run.settings)
        if condition is None:
            return ()
        met = Subscriber.objects.filter(condition, pk__any_of=run.contacts)
        return set(met.values_list("pk", flat=True))


def goal_of(trigger: type[Trigger], name: str = "", label: str = "") -> type[Goal]:
    """The goal of a trigger, under its name unless another is given."""
    settings = {**trigger.settings, "type": OPTIONAL, "can_enter": "yes"}
    shown = {
        "name": name or trigger.name,
        "label": label or trigger.label,
        "icon": trigger.icon,
        "description": f"The contact waits here. {trigger.description.replace('Starts when', 'Goes on when')}",
    }
    return type(f"{trigger.__name__}Goal", (Goal,), {**shown, "trigger": trigger(), "settings": settings})

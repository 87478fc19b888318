"""Blocks about automations: the end of this one, others begun and cancelled."""

from collections.abc import Collection
from typing import ClassVar

from automations.models import Enrolment
from automations.parts.values import Settings, ids
from automations.registry import Action, BlockFailed, Outcome, Run, register_block
from automations.services.enrolling import cancel, enrol_all
from automations.services.holding import hold_published


@register_block
class End(Action):
    name, label, icon = "end_this_funnel", "End This Funnel Here", "fc-icon-end_funnel"
    description = "The contact is through with this automation."

    def run(self, run: Run) -> Outcome:
        return Outcome(ended=run.contacts)


@register_block
class StartAutomation(Action):
    name, label = "add_to_automation", "Start Automation"
    description = "Takes the contact into another automation."
    settings: ClassVar[Settings] = {"automation_ids": []}

    def check(self, settings: Settings) -> str:
        return "" if automations_of(settings) else "Choose the automations."

    def hold(self, settings: Settings, contacts: Collection[int]) -> None:
        hold_published(automations_of(settings))

    def run(self, run: Run) -> Outcome | None:
        wanted = automations_of(run.settings)
        if not wanted:
            raise BlockFailed(self.check(run.settings))
        enrol_all(wanted, run.contacts, source=self.name, made_by=run.block.automation_id)
        return None


@register_block
class CancelAutomations(Action):
    name, label, icon = "remove_from_funnel", "Cancel Automations", "fc-icon-cancel_automation"
    description = "Stops other automations of the contact, or all of them where none is chosen."
    settings: ClassVar[Settings] = {"automation_ids": []}

    def run(self, run: Run) -> Outcome | None:
        chosen = Enrolment.objects.of_contacts(run.contacts).unfinished()
        if wanted := automations_of(run.settings):
            chosen = chosen.filter(automation__any_of=wanted)
        cancel(chosen.exclude(automation=run.block.automation_id), f"Cancelled by {run.block}.")
        return None


def automations_of(settings: Settings) -> list[int]:
    return ids(settings, "automation_ids", "automation_id", "funnel_ids", "funnel_id", "funnels", "automations")

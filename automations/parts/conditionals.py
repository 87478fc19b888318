"""Conditions: blocks with the branches "yes" and "no"."""

from typing import ClassVar

from automations.filters import groups_of, problem_of, who_meets
from automations.parts.values import Settings, ids, text
from automations.registry import Action, BlockFailed, Outcome, Run, register_block
from subscribers.models import Subscriber


class Conditional(Action):
    type = "conditional"

    def who_meets(self, run: Run) -> set[int]:
        """Those of the contacts who go into the branch "yes". Raises BlockFailed."""
        raise NotImplementedError

    def run(self, run: Run) -> Outcome:
        if problem := self.check(run.settings):
            raise BlockFailed(problem)
        met = self.who_meets(run)
        return Outcome(branches={"yes": met, "no": [pk for pk in run.contacts if pk not in met]})


class HasSegments(Conditional):
    """Whether the contact has one of the tags or lists, or all of them with `select_type` "all"."""

    kind: ClassVar[str]

    def check(self, settings: Settings) -> str:
        return "" if ids(settings, self.kind) else f"Choose {self.kind}."

    def who_meets(self, run: Run) -> set[int]:
        contacts = Subscriber.objects.filter(pk__any_of=run.contacts)
        wanted = ids(run.settings, self.kind)
        if text(run.settings, "select_type") == "all":
            contacts = contacts.filter(contacts.has_every_link(self.kind, wanted))
        else:
            contacts = contacts.filter(contacts.link_exists(self.kind, wanted))
        return set(contacts.values_list("pk", flat=True))


@register_block
class HasTags(HasSegments):
    name, label, kind, icon = "fcrm_has_contact_tag", "Has Selected tags", "tags", "fc-icon-has_list"
    description = "Asks whether the contact has one of the tags."
    settings: ClassVar[Settings] = {"tags": [], "select_type": "any"}


@register_block
class HasLists(HasSegments):
    name, label, kind, icon = "fcrm_has_contact_list", "Has In Selected Lists", "lists", "fc-icon-has_list"
    description = "Asks whether the contact is on one of the lists."
    settings: ClassVar[Settings] = {"lists": [], "select_type": "any"}


class Meets(Conditional):
    """Whether the contact meets advanced filters, with all that those know: columns, fields, tags, lists."""

    description = "Asks whether the contact meets conditions."
    settings: ClassVar[Settings] = {"conditions": [[]]}

    def groups(self, settings: Settings) -> list[object]:
        every = text(settings, "condition_match", "match_type", "select_type") not in ("match_any", "any")
        return groups_of(settings.get("conditions"), every=every)

    def check(self, settings: Settings) -> str:
        return problem_of(self.groups(settings))

    def who_meets(self, run: Run) -> set[int]:
        return who_meets(self.groups(run.settings), run.contacts)


@register_block
class CheckProperties(Meets):
    name, label = "fcrm_check_user_prop", "Check Contact's Properties"
    icon = "fc-icon-check_contact_property_conditional"


@register_block
class CheckConditions(Meets):
    name, label = "funnel_condition", "Conditional Action"
    icon = "fc-icon-check_contact_property_conditional"

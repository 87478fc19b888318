"""Tags, lists and companies: applied and removed, as triggers, as goals and as blocks."""

from collections.abc import Collection
from typing import ClassVar, Literal

from django.db.models import Q

from automations.parts.goals import goal_of
from automations.parts.values import Settings, ids, text
from automations.registry import Action, BlockFailed, Outcome, Run, Trigger, register_block, register_trigger
from changes.models import Change
from companies.models import Company
from segments.models import ContactList, Tag
from subscribers import services
from subscribers.models import Subscriber

Kind = Literal["tags", "lists", "companies"]
TITLES = {"tags": "tags", "lists": "lists", "companies": "companies"}
MODELS = {"tags": Tag, "lists": ContactList, "companies": Company}


class SegmentTrigger(Trigger):
    """A tag, list or company that contacts got or lost: one of those named, or of any where none is named."""

    kind: ClassVar[Kind]
    applied: ClassVar[bool] = True

    def matches(self, entry: Change, settings: Settings) -> bool:
        wanted = ids(settings, self.kind)
        return not wanted or entry.subject_id in wanted

    def narrow(self, settings: Settings) -> Q:
        wanted = ids(settings, self.kind)
        if text(settings, "select_type") != "all":
            return Q()
        # All of those named; where they are removed, none of them is left.
        if self.applied:
            return Subscriber.objects.has_every_link(self.kind, wanted)
        return ~Q(Subscriber.objects.link_exists(self.kind, wanted))

    def is_met(self, settings: Settings) -> Q | None:
        wanted = ids(settings, self.kind)
        if not self.applied or not wanted:
            return None
        if text(settings, "select_type") == "all":
            return Subscriber.objects.has_every_link(self.kind, wanted)
        return Q(Subscriber.objects.link_exists(self.kind, wanted))


@register_trigger
class TagApplied(SegmentTrigger):
    name, label, icon = "fluentcrm_contact_added_to_tags", "Tag Applied", "fc-icon-tag_applied"
    description = "Starts when a contact gets one of the tags."
    kind, is_goal, events = "tags", True, ("tags_attached",)
    settings: ClassVar[Settings] = {"tags": [], "select_type": "any"}


@register_trigger
class TagRemoved(SegmentTrigger):
    name, label, icon = "fluentcrm_contact_removed_from_tags", "Tag Removed", "fc-icon-tag_removed"
    description = "Starts when a contact loses one of the tags."
    kind, applied, is_goal, events = "tags", False, True, ("tags_detached",)
    settings: ClassVar[Settings] = {"tags": [], "select_type": "any"}


@register_trigger
class ListApplied(SegmentTrigger):
    name, label, icon = "fluentcrm_contact_added_to_lists", "List Applied", "fc-icon-list_applied_2"
    description = "Starts when a contact is added to one of the lists."
    kind, is_goal, events = "lists", True, ("lists_attached",)
    settings: ClassVar[Settings] = {"lists": [], "select_type": "any"}


@register_trigger
class ListRemoved(SegmentTrigger):
    name, label, icon = "fluentcrm_contact_removed_from_lists", "List Removed", "fc-icon-list_removed"
    description = "Starts when a contact is removed from one of the lists."
    kind, applied, is_goal, events = "lists", False, True, ("lists_detached",)
    settings: ClassVar[Settings] = {"lists": [], "select_type": "any"}


@register_trigger
class CompanyApplied(SegmentTrigger):
    name, label = "fluent_crm/company_applied", "Company Applied"
    description = "Starts when a contact is added to one of the companies."
    kind, events = "companies", ("companies_attached",)
    settings: ClassVar[Settings] = {"companies": [], "select_type": "any"}


@register_trigger
class CompanyRemoved(SegmentTrigger):
    name, label = "fluent_crm/company_removed", "Company Removed"
    description = "Starts when a contact is removed from one of the companies."
    kind, applied, events = "companies", False, ("companies_detached",)
    settings: ClassVar[Settings] = {"companies": [], "select_type": "any"}


for trigger in (TagApplied, TagRemoved, ListApplied, ListRemoved):
    register_block(goal_of(trigger))


class SegmentAction(Action):
    """Attaches or detaches tags, lists or companies. Those that were deleted are left out; without any it fails."""

    kind: ClassVar[Kind]
    detaches: ClassVar[bool] = False

    def check(self, settings: Settings) -> str:
        return "" if self.wanted(settings) else f"Choose {TITLES[self.kind]}."

    def wanted(self, settings: Settings) -> list[int]:
        return ids(settings, self.kind, self.kind.removesuffix("s"), "company")

    def hold(self, settings: Settings, contacts: Collection[int]) -> None:
        if not self.detaches:
            services.hold(**{self.kind: self.wanted(settings)})
        elif self.kind == "companies":
            services.hold_companies_of(contacts)

    def run(self, run: Run) -> Outcome | None:
        wanted = self.wanted(run.settings)
        if not wanted:
            raise BlockFailed(self.check(run.settings))
        if self.kind == "companies":
            change = services.detach_companies if self.detaches else services.attach_companies
            change(run.contacts, wanted)
        else:
            services.sync_segments(
                run.contacts, self.kind, () if self.detaches else wanted, wanted if self.detaches else ()
            )
        return None


@register_block
class ApplyTag(SegmentAction):
    name, label, icon, kind = "add_contact_to_tag", "Apply Tag", "fc-icon-apply_tag", "tags"
    description = "Gives the contact tags."
    settings: ClassVar[Settings] = {"tags": []}


@register_block
class RemoveTag(SegmentAction):
    name, label, icon, kind = "detach_contact_from_tag", "Remove From Tag", "fc-icon-remove_tag", "tags"
    description = "Takes tags from the contact."
    detaches = True
    settings: ClassVar[Settings] = {"tags": []}


@register_block
class ApplyList(SegmentAction):
    name, label, icon, kind = "add_contact_to_list", "Apply List", "fc-icon-apply_list", "lists"
    description = "Adds the contact to lists."
    settings: ClassVar[Settings] = {"lists": []}


@register_block
class RemoveList(SegmentAction):
    name, label, icon, kind = "detach_contact_from_list", "Remove From List", "fc-icon-list_remove", "lists"
    description = "Removes the contact from lists."
    detaches = True
    settings: ClassVar[Settings] = {"lists": []}


@register_block
class ApplyCompany(SegmentAction):
    name, label, kind = "add_contact_to_company", "Apply Company", "companies"
    description = "Adds the contact to companies."
    settings: ClassVar[Settings] = {"companies": []}


@register_block
class RemoveCompany(SegmentAction):
    name, label, kind = "detach_contact_from_company", "Remove From Company", "companies"
    description = "Removes the contact from companies."
    detaches = True
    settings: ClassVar[Settings] = {"companies": []}

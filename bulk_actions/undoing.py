"""Taking an action on contacts back, where history has what is needed for it.

History has the contacts whom a tag, a list or a company was given to or taken from, and those who got a status or a type
with the one that all of them had before: an entry for each that some had. Undoing does the opposite to exactly those of
them whom nobody has changed in this respect since. A deletion or a custom value cannot be undone: history does not have
what was before. Nor does it have which company was the primary one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from bulk_actions.actions import Done, PreparedAction, prepare, run
from changes.models import Change, ChangedContact
from companies.models import Company
from segments.models import ContactList, Tag
from subscribers.models import Subscriber

# By event: the action that is the opposite, the relation, and the model of what the entry is about.
OPPOSITES: Mapping[str, tuple[str, str, Any]] = {
    "tags_attached": ("remove_from_tags", "tags", Tag),
    "tags_detached": ("add_to_tags", "tags", Tag),
    "lists_attached": ("remove_from_lists", "lists", ContactList),
    "lists_detached": ("add_to_lists", "lists", ContactList),
    "companies_attached": ("remove_from_company", "companies", Company),
    "companies_detached": ("add_to_company", "companies", Company),
}
# By action: what it is called in history.
EVENTS = {
    "add_to_tags": "tags_attached",
    "remove_from_tags": "tags_detached",
    "add_to_lists": "lists_attached",
    "remove_from_lists": "lists_detached",
    "add_to_company": "companies_attached",
    "remove_from_company": "companies_detached",
    "change_contact_status": "status_changed",
    "change_contact_type": "updated",
}
# By column: the action that sets it. History has the value that contacts had before, an entry for each.
SETTERS = {"status": "change_contact_status", "contact_type": "change_contact_type"}
# An action on contacts with more values than these is not undone at once: each is set by statements of its own.
MOST_VALUES = 20
# After one of these, a contact's status is not what the action made it, even if it is the same word.
OF_STATUS = (
    *("status_changed", "left_again", "consent_given"),
    *("message_unsubscribed", "message_complained", "message_bounced"),
)


class CannotUndo(Exception):
    """What has no opposite. The message is for staff."""


class ColumnChange(NamedTuple):
    """A column that an entry changed, and the values that all of its contacts had before and after."""

    column: str
    before: str
    after: str


class Undo:
    """What takes entries of history back: one, or those of one action that differ in what was before alone."""

    def __init__(self, *entries: Change) -> None:
        """Upward by id. Raises CannotUndo. One statement for what the entry is about."""
        self.entry, *self.others = entries
        self.relation = ""
        # What the action is told, by entry.
        self.arguments: dict[int, Sequence[Any]] = {}
        if self.entry.event in OPPOSITES and self.entry.subject_id is not None and not self.others:
            self.name, self.relation, model = OPPOSITES[self.entry.event]
            target = model.objects.filter(pk=self.entry.subject_id).first()
            if target is None:
                raise CannotUndo("What the contacts were linked to was deleted.")
            attaches = self.name.startswith("add")
            self.arguments[self.entry.pk] = (
                [target.pk] if self.relation == "companies" else [self.relation, [target.pk]]
            )
            self.title = f"{'Give back' if attaches else 'Take away'} {model._meta.verbose_name} “{target}”"
        else:
            done = {entry.pk: what_was_set(entry) for entry in entries}
            self.change = done[self.entry.pk]
            if any((one.column, one.after) != (self.change.column, self.change.after) for one in done.values()):
                raise CannotUndo("That is not one action.")
            self.name = SETTERS[self.change.column]
            self.arguments |= {pk: [one.before] for pk, one in done.items()}
            what = "status" if self.change.column == "status" else "type"
            before = ", ".join(sorted({one.before for one in done.values()}))
            self.title = f"Change the {what} back to {before}"
            if self.others:
                self.title = f"Change the {what} back to what each contact had ({before})"

    def linked(self) -> QuerySet[ChangedContact]:
        """The contacts of the entries."""
        return ChangedContact.objects.filter(change__in=list(self.arguments))

    def contacts(self) -> QuerySet[Subscriber]:
        """Those of the entries that are still as these left them, and whom no later entry says otherwise of."""
        contacts: Any = Subscriber.objects.filter(pk__in=self.linked().values("contact_id"))
        if self.relation:
            has_it = contacts.link_exists(self.relation, [self.entry.subject_id])
            contacts = contacts.filter(~has_it if self.name.startswith("add") else has_it)
            about = Q(
                change__event__in=(f"{self.relation}_attached", f"{self.relation}_detached"),
                change__subject_id=self.entry.subject_id,
            )
        elif self.change.column == "status":
            contacts = contacts.filter(status=self.change.after)
            about = Q(change__event__in=OF_STATUS)
        else:
            contacts = contacts.filter(contact_type=self.change.after)
            # Of many contacts it has the names of the columns alone.
            about = Q(change__event="updated", change__details__columns__icontains='"contact_type"')
        later = ChangedContact.objects.filter(about, contact_id=OuterRef("pk"), change__gt=self.entry.pk)
        if self.others:
            # A contact is in one of them.
            later = later.exclude(change__in=[entry.pk for entry in self.others])
        return cast("QuerySet[Subscriber]", contacts.filter(~Exists(later)))

    def run(self, ids: Sequence[int]) -> Done:
        """Do it to those contacts that are still as the entries left them once they are locked; counts these.

        The statements of the action, once for each entry, and one; with several entries one more.
        """
        actions = {pk: prepare(self.name, arguments) for pk, arguments in self.arguments.items()}
        one = actions[self.entry.pk]
        return run(replace(one, apply=lambda locked: self.apply(actions, locked)), ids)

    def apply(self, actions: Mapping[int, PreparedAction], locked: Sequence[int]) -> int:
        left = list(self.contacts().filter(pk__any_of=locked).order_by("pk").values_list("pk", flat=True))
        if not self.others:
            return actions[self.entry.pk].apply(left)
        of_entry: dict[int, list[int]] = defaultdict(list)
        links = self.linked().filter(contact_id__any_of=left).order_by("contact_id")
        for entry, contact in links.values_list("change_id", "contact_id"):
            of_entry[entry].append(contact)
        return sum(actions[entry].apply(contacts) for entry, contacts in of_entry.items())


def what_was_set(entry: Change) -> ColumnChange:
    """Raises CannotUndo where history does not have both values."""
    columns = entry.details.get("columns")
    if entry.event == "status_changed" and entry.details.get("previous"):
        return ColumnChange("status", entry.details["previous"], entry.details["status"][0])
    if entry.event == "updated" and isinstance(columns, dict) and is_change_of_type(columns):
        return ColumnChange("contact_type", *columns["contact_type"])
    raise CannotUndo("History does not have what was before.")


def is_change_of_type(columns: Mapping[str, Any]) -> bool:
    """Whether an entry has both values of this column, and of no other one."""
    return columns.keys() == {"contact_type"} and isinstance(both := columns["contact_type"], list) and len(both) == 2


def recorded_together(first: int, last: int) -> list[Change]:
    """The entry with that id, and those up to another one that the same action wrote. Two statements at most.

    An action writes its entries by one statement, at one moment.
    """
    entry = Change.objects.filter(pk=first).first()
    if entry is None or last <= first:
        return [entry] if entry else []
    of_the_same = {name: getattr(entry, name) for name in ("event", "at", "transaction_number", "user_id", "job_id")}
    others = Change.objects.filter(pk__gt=first, pk__lte=last, **of_the_same).order_by("pk")
    return [entry, *others[: MOST_VALUES - 1]]

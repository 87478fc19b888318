"""The thirteen bulk actions: what each does to a set of contacts, and the permission that it needs.

To add one: a function that prepares it, a row in ACTIONS, a reader of its options in
bulk_actions.api.options, and a test. A prepared action calls one service, which takes the same number of
statements for ten contacts as for ten thousand.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from automations.services.at_once import enrol_at_once, hold_for
from emails.services.asking import ask_consent
from sequences.services.enrolling import enrol
from sequences.services.holding import hold_sequence
from subscribers import services

# How an automation shows that staff or a client took the contact in.
BY_HAND = "bulk_action"
CHANGE, DELETE = "subscribers.change_subscriber", "subscribers.delete_subscriber"


@dataclass(frozen=True)
class PreparedAction:
    """An action with its options, which are valid.

    `apply` takes the ids of locked contacts and returns how many of them it changed, or how many there are.
    What they are linked to is kept from being deleted before they are locked (subscribers.services.locks): tags, lists
    and companies of `links`, by their kind, in the statement that locks; anything else by `hold`.
    """

    apply: Callable[[Sequence[int]], int]
    links: Mapping[str, Collection[int]] = field(default_factory=dict)
    hold: Callable[[Sequence[int]], Any] = lambda _: None
    deletes: bool = False


@dataclass(frozen=True)
class Done:
    """How many of the contacts exist, what the action counted, and what it held: all of that may be deleted by now."""

    contacts: int
    count: int
    held: Any = None


@dataclass(frozen=True)
class Action:
    """How an action is prepared, and the Django permission that it needs."""

    prepare: Callable[..., PreparedAction]
    right: str = CHANGE


def prepare(name: str, arguments: Sequence[Any]) -> PreparedAction:
    """The action of that name with its options."""
    return ACTIONS[name].prepare(*arguments)


@services.atomic
def run(action: PreparedAction, ids: Sequence[int]) -> Done:
    """Apply a prepared action to contacts, in one transaction. Ids that no contact has are ignored.

    Holding and locking are one statement, two to delete; what an action holds by itself comes before.
    """
    held = action.hold(ids)
    if action.deletes:
        locked = services.lock_contacts(ids, to_delete=True)
    else:
        linked, locked = services.hold_and_lock(ids, **action.links)
        held = linked if action.links else held
    return Done(len(locked), action.apply(locked) if locked else 0, held)


def attach(kind: Literal["tags", "lists"], segment_ids: Collection[int]) -> PreparedAction:
    return PreparedAction(
        lambda contacts: services.sync_segments(contacts, kind, segment_ids, ()),
        links={kind: segment_ids},
    )


def detach(kind: Literal["tags", "lists"], segment_ids: Collection[int]) -> PreparedAction:
    return PreparedAction(
        lambda contacts: services.sync_segments(contacts, kind, (), segment_ids),
        links={kind: segment_ids},
    )


def change_status(status: str, reason: str = "") -> PreparedAction:
    return PreparedAction(lambda contacts: services.set_status(contacts, status, reason))


def change_type(contact_type: str) -> PreparedAction:
    return PreparedAction(
        lambda contacts: services.set_column(contacts, "contact_type", contact_type, keep_before=True)
    )


def set_custom_value(slug: str, value: Any) -> PreparedAction:
    return PreparedAction(lambda contacts: services.set_custom_value(contacts, slug, value))


def add_to_company(company: int) -> PreparedAction:
    """Counts the contacts that were not in the company yet."""
    return PreparedAction(
        lambda contacts: len(services.attach_companies(contacts, [company])),
        links={"companies": [company]},
    )


def remove_from_company(company: int) -> PreparedAction:
    """Counts the contacts that were in the company."""
    return PreparedAction(
        lambda contacts: len(services.detach_companies(contacts, [company])), hold=services.hold_companies_of
    )


def send_double_optin(include_unsubscribed: bool) -> PreparedAction:
    """Counts the contacts that get a mail; it leaves by the worker."""
    return PreparedAction(
        lambda contacts: len(ask_consent(contacts, returning=contacts if include_unsubscribed else ()).messages)
    )


def add_to_email_sequence(sequence: int) -> PreparedAction:
    """Counts the contacts that enter: those who may get its mails and were never in it. Others stay as they are."""
    return PreparedAction(
        lambda contacts: len(enrol(sequence, contacts)), hold=lambda _: hold_sequence(sequence, published=True)
    )


def add_to_automation(automation: int) -> PreparedAction:
    """Counts the contacts that enter. Whoever is in it stays where they are."""
    return PreparedAction(
        lambda contacts: len(enrol_at_once(automation, contacts, BY_HAND)),
        hold=lambda contacts: hold_for(automation, contacts),
    )


def delete_contacts() -> PreparedAction:
    return PreparedAction(lambda contacts: len(services.delete_contacts(contacts)), deletes=True)


ACTIONS: dict[str, Action] = {
    "add_to_tags": Action(attach),
    "add_to_lists": Action(attach),
    "remove_from_tags": Action(detach),
    "remove_from_lists": Action(detach),
    "change_contact_status": Action(change_status),
    "change_contact_type": Action(change_type),
    "add_to_email_sequence": Action(add_to_email_sequence),
    "add_to_automation": Action(add_to_automation),
    "send_double_optin": Action(send_double_optin),
    "update_custom_fields": Action(set_custom_value),
    "delete_contacts": Action(delete_contacts, DELETE),
    "add_to_company": Action(add_to_company),
    "remove_from_company": Action(remove_from_company),
}

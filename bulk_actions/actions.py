"""The thirteen bulk actions: what each does to a set of contacts, and the permission that it needs.

To add one: a function that prepares it, a row in ACTIONS, a reader of its options in
bulk_actions.api.options, and a test. A prepared action calls one service, which takes the same number of
statements for ten contacts as for ten thousand.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from subscribers import services

CHANGE, DELETE = "subscribers.change_subscriber", "subscribers.delete_subscriber"


@dataclass(frozen=True)
class PreparedAction:
    """An action with its options, which are valid.

    `apply` takes the ids of locked contacts and returns how many of them it changed, or how many there are.
    `hold` is called before the contacts are locked; it keeps what they are linked to from being deleted
    (subscribers.services.locks).
    """

    apply: Callable[[Sequence[int]], int]
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
    """How an action is prepared, and the Django permission that it needs.

    `prepare` is None if the server does not have what the action is about yet: the action is refused.
    """

    prepare: Callable[..., PreparedAction] | None
    right: str = CHANGE


def prepare(name: str, arguments: Sequence[Any]) -> PreparedAction:
    """The action of that name with its options. Raises LookupError for one that this server cannot do."""
    make = ACTIONS[name].prepare
    if make is None:
        raise LookupError(f"This server cannot do {name} yet.")
    return make(*arguments)


@services.atomic
def run(action: PreparedAction, ids: Sequence[int]) -> Done:
    """Apply a prepared action to contacts, in one transaction. Ids that no contact has are ignored."""
    held = action.hold(ids)
    locked = services.lock_contacts(ids, to_delete=action.deletes)
    return Done(len(locked), action.apply(locked) if locked else 0, held)


def attach(kind: Literal["tags", "lists"], segment_ids: Collection[int]) -> PreparedAction:
    return PreparedAction(
        lambda contacts: services.sync_segments(contacts, kind, segment_ids, ()),
        hold=lambda _: services.hold(**{kind: segment_ids}),
    )


def detach(kind: Literal["tags", "lists"], segment_ids: Collection[int]) -> PreparedAction:
    return PreparedAction(
        lambda contacts: services.sync_segments(contacts, kind, (), segment_ids),
        hold=lambda _: services.hold(**{kind: segment_ids}),
    )


def change_status(status: str, reason: str = "") -> PreparedAction:
    return PreparedAction(lambda contacts: services.set_status(contacts, status, reason))


def change_type(contact_type: str) -> PreparedAction:
    return PreparedAction(lambda contacts: services.set_column(contacts, "contact_type", contact_type))


def set_custom_value(slug: str, value: Any) -> PreparedAction:
    return PreparedAction(lambda contacts: services.set_custom_value(contacts, slug, value))


def add_to_company(company: int) -> PreparedAction:
    """Counts the contacts that were not in the company yet."""
    return PreparedAction(
        lambda contacts: len(services.attach_companies(contacts, [company])),
        hold=lambda _: services.hold(companies=[company]),
    )


def remove_from_company(company: int) -> PreparedAction:
    """Counts the contacts that were in the company."""
    return PreparedAction(
        lambda contacts: len(services.detach_companies(contacts, [company])), hold=services.hold_companies_of
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
    "add_to_email_sequence": Action(None),
    "add_to_automation": Action(None),
    "send_double_optin": Action(None),
    "update_custom_fields": Action(set_custom_value),
    "delete_contacts": Action(delete_contacts, DELETE),
    "add_to_company": Action(add_to_company),
    "remove_from_company": Action(remove_from_company),
}

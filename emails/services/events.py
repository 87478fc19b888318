"""What becomes of messages, recorded in `changes`: entries of a mailing with exactly the contacts that it happened to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from changes.services import Entry, record
from emails.models import CONSENT_KINDS, State

# The states that are an event; of others nobody is told.
EVENT_OF = {
    State.SENT: "message_sent",
    State.FAILED: "message_failed",
    State.BOUNCED: "message_bounced",
}
NOTHING: Mapping[str, Any] = MappingProxyType({})


class Addressed(Protocol):
    """A message, or a claimed one."""

    @property
    def kind(self) -> str: ...
    @property
    def mailing_id(self) -> int: ...
    @property
    def subscriber_id(self) -> int: ...


def record_states(messages: Iterable[tuple[Addressed, str]]) -> None:
    """Record the new states of messages, as far as they are an event. One statement, two on SQLite."""
    told = ((message, EVENT_OF.get(State(state), "")) for message, state in messages)
    record_messages((message, event) for message, event in told if event)


def record_messages(messages: Iterable[tuple[Addressed, str]]) -> None:
    """Record an event of each message: an entry for each mailing and event. One statement, two on SQLite.

    Requests for consent are left out: what comes of them is recorded as consent.
    """
    contacts: dict[tuple[str, int], list[int]] = defaultdict(list)
    for message, event in messages:
        if message.kind not in CONSENT_KINDS:
            contacts[event, message.mailing_id].append(message.subscriber_id)
    record(
        Entry(event, sorted(set(chosen)), subject=("mailing", mailing))
        for (event, mailing), chosen in sorted(contacts.items())
    )


def entry_of_message(event: str, message: Addressed, details: Mapping[str, Any] = NOTHING) -> list[Entry]:
    """The entry of what a contact did with a message; none for a request for consent."""
    if message.kind in CONSENT_KINDS:
        return []
    return [Entry(event, [message.subscriber_id], details, ("mailing", message.mailing_id))]

"""Recording what happened to contacts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from changes import services as changes
from changes.services import Entry, SideStatement
from database.sql import any_of, ids_parameter, stored_datetime

MOVE = "UPDATE subscribers_lastchange SET at = %s WHERE subscriber_id {any_of}"
# What contacts are linked to, by the first word of the event.
SUBJECTS = {"tags": "tag", "lists": "list", "companies": "company"}


def each(
    event: str, pairs: Iterable[tuple[int, int]], name: str, named: Mapping[int, Any] | None = None
) -> list[Entry]:
    """An entry for each tag (list, company) of the pairs (contact, tag), with those who got or lost it.

    `name` is the key of its id, in a list, in the details; `named` has what else is kept of each.
    """
    contacts = defaultdict(list)
    for contact, target in pairs:
        contacts[target].append(contact)
    subject = SUBJECTS[event.partition("_")[0]]
    return [
        Entry(
            event,
            sorted(contacts[target]),
            {name: [target], **(named[target] if named else {})},
            (subject, target),
        )
        for target in sorted(contacts)
    ]


def record(entries: Iterable[Entry]) -> None:
    """Record what happened to contacts (changes.services.record), and move updated_at of each of them.

    It moves in the same statement (on SQLite in one more). Those that were created keep the time of their creation.
    """
    happened = list(entries)
    created = _contacts_of(entry for entry in happened if entry.event == "created")
    if changed := sorted(_contacts_of(happened) - created):
        parameters = (stored_datetime(timezone.now()), ids_parameter(changed))
        changes.record(happened, side=SideStatement(MOVE.format(any_of=any_of(keep_plan=True)), parameters))
    else:
        changes.record(happened)


def _contacts_of(entries: Iterable[Entry]) -> set[int]:
    return set().union(*(entry.contacts or () for entry in entries))

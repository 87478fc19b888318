"""Recording what happened to contacts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from changes import services as changes
from changes.services import Beside, Entry
from database.sql import any_of, ids_parameter, stored_datetime

MOVE = "UPDATE subscribers_subscriber SET updated_at = %s WHERE id {any_of}"
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


def record(entries: Iterable[Entry], *, moves: Iterable[int] = ()) -> None:
    """Record what happened to contacts (changes.services.record).

    `moves` are the contacts whose updated_at has to follow: those of the entries whose own row was
    not written anyway. It follows in the same statement (on SQLite in one more).
    """
    moving = sorted(set(moves))
    beside = None
    if moving:
        beside = Beside(MOVE.format(any_of=any_of()), (stored_datetime(timezone.now()), ids_parameter(moving)))
    changes.record(entries, beside=beside)

"""Recording what happened to contacts."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone

from changes import services as changes
from changes.services import Entry, SideStatement
from database.sql import any_of, ids_parameter, stored_datetime

MOVE = "UPDATE subscribers_lastchange SET at = %s WHERE subscriber_id {any_of}"
# What contacts are linked to, by the first word of the event.
SUBJECTS = {"tags": "tag", "lists": "list", "companies": "company"}


def each(
    event: str, links: Mapping[int, Collection[int]], name: str, named: Mapping[int, Any] | None = None
) -> list[Entry]:
    """An entry for each tag (list, company), with the contacts who got or lost it.

    `name` is the key of its id, in a list, in the details; `named` has what else is kept of each.
    """
    subject = SUBJECTS[event.partition("_")[0]]
    return [
        Entry(
            event,
            sorted(links[target]),
            {name: [target], **(named[target] if named else {})},
            (subject, target),
        )
        for target in sorted(links)
    ]


def record(entries: Iterable[Entry]) -> None:
    """Record what happened to contacts (changes.services.record), and move updated_at of each that it changed.

    It moves in the same statement (on SQLite in one more). Those that were created keep the time of their creation.
    """
    happened = list(entries)
    if changed := _changed(happened):
        parameters = (stored_datetime(timezone.now()), ids_parameter(changed))
        changes.record(happened, side=SideStatement(MOVE.format(any_of=any_of(keep_plan=True)), parameters))
    else:
        changes.record(happened)


def _changed(entries: Iterable[Entry]) -> list[int]:
    """The contacts whose updated_at moves, each once, upward by id."""
    created = [entry.contacts for entry in entries if entry.contacts and entry.event == "created"]
    changed = [entry.contacts for entry in entries if entry.contacts and entry.event not in ("created", "left_again")]
    if len(changed) == 1 and not created:
        return sorted(changed[0])
    return sorted(set().union(*changed).difference(*created))

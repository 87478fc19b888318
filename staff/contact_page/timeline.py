"""What happened to a contact, the newest first: notes, mails, events, automations, and its history."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from segments.services import is_id
from staff.contact_page.items import KINDS, Item, enrolment_items
from staff.contact_page.reading import Linked


class Position(NamedTuple):
    """Where a page of the timeline ends. Items are in the order of time, then of kind, then of id."""

    at: datetime
    rank: int
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From an address; None for a text that is none."""
        at, _, rest = text.partition("_")
        rank, _, pk = rest.partition("_")
        try:
            when = parse_datetime(at)
        except ValueError:
            return None
        if when is None or not is_aware(when) or not is_id(rank) or not is_id(pk):
            return None
        return cls(when, int(rank), int(pk))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.rank}_{self.pk}"

    def narrow(self, rows: QuerySet[Any], rank: int) -> QuerySet[Any]:
        """Those rows of the kind `rank`, with their time in `happened`, that come after it."""
        older = Q(happened__lt=self.at)
        if rank > self.rank:
            older |= Q(happened=self.at)
        elif rank == self.rank:
            older |= Q(happened=self.at, pk__lt=self.pk)
        return rows.filter(older)


@dataclass(frozen=True)
class Timeline:
    items: list[Item] = field(default_factory=list)
    # Where the older ones begin; None if there are none.
    older: Position | None = None


def read_timeline(
    pk: int, kinds: Collection[str], number: int, after: Position | None = None, enrolments: Iterable[Linked] = ()
) -> Timeline:
    """The newest `number` items of the kinds and enrolments, or those after a position.

    One statement for each kind, and one for the names in history.
    """
    entered = (replace(item, rank=len(KINDS)) for item in enrolment_items(enrolments))
    found = [item for item in entered if after is None or place(item) < place(after)]
    for rank, kind in enumerate(KINDS):
        if kind.name in kinds:
            rows = kind.rows(pk) if after is None else after.narrow(kind.rows(pk), rank)
            newest = rows.order_by("-happened", "-pk")[: number + 1]
            found += (replace(item, rank=rank) for item in kind.items(newest))
    found.sort(key=place, reverse=True)
    shown = found[:number]
    if len(found) <= number:
        return Timeline(shown)
    return Timeline(shown, Position(shown[-1].at, shown[-1].rank, shown[-1].pk))


def place(item: Item | Position) -> tuple[datetime, int, int]:
    """What the timeline is sorted by, downwards."""
    return item.at, -item.rank, item.pk

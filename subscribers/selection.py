"""A set of contacts in pages: its size, and the ids of a page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

from segments.counts import count_contacts
from subscribers.querysets import SubscriberQuerySet
from subscribers.reading import ORDERS, following, following_of_segment, page_of_all, page_of_segment


@dataclass(frozen=True)
class Order:
    """A column to sort by, and the direction."""

    column: str = "id"
    descending: bool = True


@dataclass(frozen=True)
class Selection:
    """A set of contacts, with what makes counting and paging fast.

    `segment` is ("tags" or "lists", id) if this is the only condition beside `statuses`. `counted` says that there
    are no other conditions. With `after` pages begin after the contact of that id and go upward by id, in whatever
    order they are asked for; the total is still that of the whole set.
    """

    narrow: Callable[[], SubscriberQuerySet]
    segment: tuple[str, int] | None = None
    statuses: list[str] | None = None
    counted: bool = False
    after: int | None = None

    @cached_property
    def contacts(self) -> SubscriberQuerySet:
        """The queryset, made when it is needed: the ORM takes half a millisecond for a condition, and a page of one tag
        does not need it.
        """
        return self.narrow()

    def total(self) -> int:
        """The exact number of contacts. One statement; with `counted` from kept counts (segments.counts)."""
        if not self.counted:
            return self.contacts.count()
        if self.segment is None:
            return count_contacts(statuses=self.statuses)
        relation, pk = self.segment
        kind = cast(Literal["tag", "list"], relation.removesuffix("s"))
        return count_contacts(kind, pk, self.statuses)

    def page(self, order: Order, offset: int, limit: int) -> tuple[list[int], int]:
        """The ids of one page, and the number of all contacts.

        Two statements; one if there is no kept count and all contacts fit on the first page.
        """
        if self.after is not None:
            total = self.total()
            # An offset beyond it may be larger than a statement takes.
            return self.ids_after(self.after, offset, limit) if offset < total else [], total
        if offset or self.counted:
            total = self.total()
            return self.page_of_ids(order, offset, limit, total), total
        ids = self.ids_in_order(order, 0, limit)
        return ids, self.total() if len(ids) == limit else len(ids)

    def page_of_ids(self, order: Order, offset: int, limit: int, total: int) -> list[int]:
        """The ids of one page. One narrow statement.

        A page in the second half is read from the other end, so that the last page is as fast as the first.
        """
        limit = min(limit, total - offset)
        if limit <= 0:
            return []
        if offset > total // 2:
            flipped = Order(order.column, not order.descending)
            return self.ids_in_order(flipped, total - offset - limit, limit)[::-1]
        return self.ids_in_order(order, offset, limit)

    def ids_after(self, pk: int, offset: int, limit: int) -> list[int]:
        """The ids of one page after a contact, upward. One statement."""
        if self.counted and self.statuses is None:
            if self.segment is None:
                return following(pk, offset, limit)
            relation, segment = self.segment
            return following_of_segment(relation.removesuffix("s"), segment, pk, offset, limit)
        ids = self.contacts.filter(pk__gt=pk).order_by("pk")
        return list(ids.values_list("pk", flat=True)[offset : offset + limit])

    def ids_in_order(self, order: Order, offset: int, limit: int) -> list[int]:
        # Fixed SQL if possible: making a statement through the ORM costs more than running it.
        plain = self.counted and self.statuses is None
        if plain and self.segment is None and order.column in ORDERS:
            return page_of_all(order.column, offset, limit, descending=order.descending)
        if plain and self.segment and order.column == "id":
            relation, pk = self.segment
            return page_of_segment(relation.removesuffix("s"), pk, offset, limit, descending=order.descending)
        ids = self.contacts.in_order(order.column, descending=order.descending)
        return list(ids.values_list("pk", flat=True)[offset : offset + limit])

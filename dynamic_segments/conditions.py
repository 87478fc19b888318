"""The condition of being in a saved segment, and what becomes of saved conditions when what they name is deleted.

A condition that excludes the contacts of a deleted tag would be true for everybody; so would one that asks whether a
deleted custom field is empty. A saved condition that names something deleted is true for nobody instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from companies.models import Company
from custom_fields.models import CustomField, Scope
from dynamic_segments.models import DynamicSegment
from segments.models import ContactList, Tag
from subscribers.conditions import NOBODY, Choice, Condition, Conditions, Link

# So many conditions the segments of one query may have together: SQLite nests no more than a thousand. One segment has no
# more: the 200 of its filters, each of them with either of two activities.
MOST_CONDITIONS = 800
MODELS: Mapping[str, Any] = {"tags": Tag, "lists": ContactList, "companies": Company}


@dataclass(frozen=True)
class InSegment(Condition):
    """in: in at least one of the segments, by id; not_in: in none of them. A deleted segment has no contacts, and
    nobody is outside of it either. The same goes for segments that have grown beyond MOST_CONDITIONS together; who asks
    for so many is refused beforehand (services.are_too_many).

    A segment's own conditions cannot have this one (services.saving), so segments never refer to each other in a circle.
    """

    OPERATORS = frozenset({"in", "not_in"})

    ids: tuple[int, ...] = ()

    def as_q(self) -> Q:
        """Six statements at most run here, whatever the number of segments."""
        kept = DynamicSegment.objects.filter(pk__any_of=list(self.ids)).order_by("pk")
        saved = [Conditions.from_json(groups) for groups in kept.values_list("conditions", flat=True)]
        if sum(conditions.size for conditions in saved) > MOST_CONDITIONS:
            return Q(**NOBODY)
        inside = q_of(saved)
        if self.operator == "in":
            return inside
        return ~inside if len(saved) == len(set(self.ids)) else Q(**NOBODY)


def q_of(saved: Sequence[Conditions]) -> Q:
    """The contacts who meet at least one of some saved conditions, for a query. Four statements at most run here."""
    groups = tuple(group for conditions in living(saved) for group in conditions.groups)
    return Conditions(groups).as_q() if groups else Q(**NOBODY)


def living(saved: Sequence[Conditions]) -> list[Conditions]:
    """Saved conditions without the groups that nobody meets, as they name what was deleted.

    Four statements at most: for tags, lists, companies and custom fields, if they are named.
    """
    every = [condition for conditions in saved for group in conditions.groups for condition in group]
    there = {
        relation: existing(relation, (condition for condition in every if isinstance(condition, Link)))
        for relation in MODELS
    }
    slugs = {condition.name for condition in every if is_custom(condition)}
    fields = set(defined(slugs)) if slugs else set()

    def lives(condition: Condition) -> bool:
        if isinstance(condition, Link):
            # One of several tags may go: nobody has it. But nobody is known to be without it either.
            return condition.operator == "in" or there[condition.name].issuperset(condition.ids)
        return condition.name in fields if is_custom(condition) else True

    return [Conditions(tuple(group for group in one.groups if all(map(lives, group)))) for one in saved]


def existing(relation: str, links: Iterable[Link]) -> set[int]:
    ids = sorted({pk for link in links if link.name == relation for pk in link.ids})
    return set(MODELS[relation].objects.filter(pk__any_of=ids).values_list("pk", flat=True)) if ids else set()


def is_custom(condition: Condition) -> bool:
    return isinstance(condition, Choice) or getattr(condition, "source", "") == "custom"


def defined(slugs: Iterable[str]) -> Iterable[str]:
    return CustomField.objects.filter(scope=Scope.CONTACT, slug__in=sorted(slugs)).values_list("slug", flat=True)

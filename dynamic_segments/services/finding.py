"""The contacts of a segment, as they are now."""

from collections.abc import Iterable

from dynamic_segments.conditions import MOST_CONDITIONS, InSegment, q_of
from dynamic_segments.models import DynamicSegment
from subscribers.conditions import Condition, Conditions
from subscribers.models import Subscriber
from subscribers.querysets import SubscriberQuerySet


def contacts_of(segment: DynamicSegment) -> SubscriberQuerySet:
    """The contacts who meet the segment's conditions; nobody for one that names nothing but what was deleted.

    Four statements at most, before the set is asked for anything.
    """
    return contacts_who_meet(Conditions.from_json(segment.conditions))


def contacts_who_meet(conditions: Conditions) -> SubscriberQuerySet:
    """The same for conditions that are not saved, or not yet."""
    contacts: SubscriberQuerySet = Subscriber.objects.filter(q_of([conditions]))
    return contacts


def existing_ids(ids: Iterable[int]) -> list[int]:
    """Those of the ids that segments have, upward. One statement."""
    return list(DynamicSegment.objects.filter(pk__any_of=list(ids)).order_by("pk").values_list("pk", flat=True))


def are_too_many(conditions: Iterable[Condition]) -> bool:
    """Whether the segments that conditions name have more conditions of their own than a query may ask for.

    One statement, if they name more than one segment: none is saved that would be too much alone.
    """
    named = [pk for condition in conditions if isinstance(condition, InSegment) for pk in condition.ids]
    if len(named) < 2:
        return False
    saved = DynamicSegment.objects.filter(pk__any_of=named).values_list("pk", "conditions")
    sizes = {pk: Conditions.from_json(groups).size for pk, groups in saved}
    return sum(sizes.get(pk, 0) for pk in named) > MOST_CONDITIONS

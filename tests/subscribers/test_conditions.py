"""Conditions are data: JSON keeps them, and what comes back is equal and finds the same contacts."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dynamic_segments.conditions import InSegment
from emails.conditions import Activity
from subscribers.conditions import (
    CLASSES,
    Choice,
    Code,
    Condition,
    Conditions,
    DateTime,
    Day,
    Link,
    Number,
    Text,
    condition_from_json,
)
from subscribers.models import Subscriber
from tests.factories import SubscriberFactory, TagFactory

EVERY_KIND: list[Condition] = [
    Text("first_name", "in", texts=("Ada", "Çağla")),
    Text("job", "is_null", source="custom"),
    Number("total_points", ">", numbers=(Decimal("12345678901234567890.5"),)),
    Day("date_of_birth", "before", day=date(1990, 2, 28)),
    Day("due", "days_within", source="custom", days=30),
    DateTime("created_at", "=", begin=datetime(2026, 3, 1, tzinfo=UTC), end=datetime(2026, 3, 2, tzinfo=UTC)),
    DateTime("last_activity", "days_before", days=7),
    Choice("colours", "in_all", options=("red", "blue, green")),
    Code("status", "not_in", codes=("bounced",)),
    Link("tags", "in", ids=(1, 2), missing=True),
    InSegment("segments", "not_in", ids=(1, 2)),
    Activity("opened", "days_within", days=30),
]


@pytest.mark.parametrize("condition", EVERY_KIND, ids=repr)
def test_it_comes_back_equal_from_json(condition: Condition) -> None:
    kept = json.loads(json.dumps(condition.to_json()))
    assert condition_from_json(kept) == condition
    assert hash(condition_from_json(kept)) == hash(condition)


def test_every_class_is_kept() -> None:
    assert {type(condition) for condition in EVERY_KIND} == set(CLASSES.values())


def test_groups_come_back_equal_and_find_the_same_contacts(db: None) -> None:
    tag = TagFactory.create()
    ada = SubscriberFactory.create(first_name="Ada", tags=[tag])
    bob = SubscriberFactory.create(first_name="Bob", status="bounced")
    SubscriberFactory.create(first_name="Ada")
    conditions = Conditions(
        (
            (Text("first_name", "=", texts=("ada",)), Link("tags", "in", ids=(tag.pk,))),
            (Code("status", "in", codes=("bounced",)),),
        )
    )
    again = Conditions.from_json(json.loads(json.dumps(conditions.to_json())))
    assert again == conditions
    assert list(again.narrow(Subscriber.objects.order_by("pk"))) == [ada, bob]


def test_without_a_group_everybody_is_in(db: None) -> None:
    contact = SubscriberFactory.create()
    assert list(Conditions().narrow(Subscriber.objects.all())) == [contact]


@pytest.mark.parametrize(
    "kept",
    [
        {"compares": "text", "name": "first_name", "operator": "sounds like"},
        {"compares": "smell", "name": "first_name", "operator": "="},
        {"compares": "text", "name": "first_name", "operator": "=", "weight": 1},
    ],
)
def test_it_refuses_what_it_has_not_written(kept: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        condition_from_json(kept)

"""PUT /subscribers/subscribers-property: one property of many contacts."""

from typing import Any

import pytest

from subscribers.models import LastChange, Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.subscribers.expected import missing, refused


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("status", status) for status in "pending unsubscribed transactional bounced complained spammed".split()),
        ("contact_type", "customer"),
    ],
)
@pytest.mark.parametrize("key", ["subscribers", "subscriber_ids"])
def test_it_sets_one_property_of_the_chosen(api: Api, key: str, column: str, value: str) -> None:
    first, other, second = SubscriberFactory.create_batch(3)
    body = {"property": column, "value": value, key: [first.pk, str(second.pk), 999_999]}
    answer = api.put("/subscribers/subscribers-property", body)
    assert (answer.status_code, answer.json()) == (200, {"message": "Subscribers successfully updated"})
    changed = Subscriber.objects.filter(**{column: value}).order_by("pk").values_list("pk", flat=True)
    assert list(changed) == [first.pk, second.pk]
    assert Subscriber.objects.get(pk=other.pk).updated_at == other.updated_at


def test_it_leaves_updated_at_of_those_that_have_the_value(api: Api) -> None:
    same, new = SubscriberFactory.create(status="pending"), SubscriberFactory.create()
    LastChange.objects.update(at="2020-01-01 00:00:00+00:00")
    body = {"property": "status", "value": "pending", "subscribers": [same.pk, new.pk]}
    api.put("/subscribers/subscribers-property", body)
    same.refresh_from_db()
    new.refresh_from_db()
    assert (same.updated_at.year, new.updated_at.year > 2020) == (2020, True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"property": "status", "value": "pending"}, missing("subscriber_ids")),
        ({"property": "status", "value": "pending", "subscribers": []}, missing("subscriber_ids")),
        ({"property": "status", "value": "pending", "subscribers": "x"}, missing("subscriber_ids")),
        ({"property": "email", "value": "x@example.com", "subscribers": [1]}, refused("Column is not valid")),
        ({"property": ["status"], "value": "pending", "subscribers": [1]}, refused("Column is not valid")),
        ({"property": {"a": 1}, "value": "pending", "subscribers": [1]}, refused("Column is not valid")),
        ({"value": "pending", "subscribers": [1]}, refused("Column is not valid")),
        ({"property": "status", "value": "platinum", "subscribers": [1]}, refused("Value is not valid")),
        ({"property": "status", "value": ["pending"], "subscribers": [1]}, refused("Value is not valid")),
        ({"property": "status", "value": {"a": 1}, "subscribers": [1]}, refused("Value is not valid")),
        ({"property": "status", "subscribers": [1]}, refused("Value is not valid")),
        ({"property": "contact_type", "value": "subscribed", "subscribers": [1]}, refused("Value is not valid")),
    ],
    ids=str,
)
def test_it_refuses_what_it_cannot_set(api: Api, body: dict[str, Any], expected: dict[str, Any]) -> None:
    contact = SubscriberFactory.create()
    if body.get("subscribers") == [1]:
        body = {**body, "subscribers": [contact.pk]}
    answer = api.put("/subscribers/subscribers-property", body)
    assert (answer.status_code, answer.json()) == (422, expected)
    contact.refresh_from_db()
    assert (contact.status, contact.contact_type) == ("subscribed", "lead")

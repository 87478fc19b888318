"""A list of contacts posted to a hook, at the address with &many=1."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Subscriber
from tests.factories import CustomFieldFactory, SubscriberFactory, TagFactory
from tests.webhooks.strangers import data_of, post
from webhooks.models import Webhook
from webhooks.public import MAX_CONTACTS

MANY = "&many=1"


@pytest.fixture
def hook(db: None) -> Webhook:
    return Webhook.objects.create(name="Form", tags=[TagFactory.create().pk])


def test_it_makes_them_all_and_tells_how_many(hook: Webhook) -> None:
    known = SubscriberFactory.create(email="known@example.com", status="unsubscribed")
    told = data_of(post(hook, [{"email": f"{name}@example.com"} for name in ("one", "known", "two")], beside=MANY))
    made = list(Subscriber.objects.exclude(pk=known.pk).order_by("email").values_list("pk", flat=True))
    assert told == {
        "message": "2 created, 1 updated",
        "type": "success",
        "created": made,
        "updated": [known.pk],
        "invalids": [],
    }
    assert {one.status for one in Subscriber.objects.all()} == {"subscribed"}
    assert all(one.tags.exists() for one in Subscriber.objects.all())


def test_it_names_the_bad_rows_and_makes_the_good_ones(hook: Webhook) -> None:
    CustomFieldFactory.create(slug="seats", type="number")
    rows = [{"email": "one@example.com"}, {"email": "bad"}, "no object", {"email": "two@example.com", "seats": "x"}]
    told = data_of(post(hook, rows, beside=MANY))
    assert told["message"] == "1 created, 0 updated"
    assert [(one["row"], list(one["errors"])) for one in told["invalids"]] == [
        (1, ["email"]),
        (2, ["email"]),
        (3, ["seats"]),
    ]
    assert [one.email for one in Subscriber.objects.all()] == ["one@example.com"]


def test_it_names_the_tags_that_are_not_there(hook: Webhook) -> None:
    told = data_of(
        post(hook, [{"email": "one@example.com", "tags": ["New"]}, {"email": "two@example.com"}], beside=MANY)
    )
    assert told["ignored"] == {"tags": ["New"]}


def test_it_is_no_success_where_none_is_good(hook: Webhook) -> None:
    assert data_of(post(hook, [{"email": "bad"}], beside=MANY), success=False)["type"] == "validation_failed"
    assert not Subscriber.objects.exists()


def test_two_rows_of_one_address_are_one_contact(hook: Webhook) -> None:
    rows = [{"email": "one@example.com", "city": "Leeds"}, {"email": "ONE@example.com", "first_name": "One"}]
    assert data_of(post(hook, rows, beside=MANY))["message"] == "1 created, 0 updated"
    contact = Subscriber.objects.get()
    assert (contact.city, contact.first_name) == ("Leeds", "One")


@pytest.mark.parametrize(
    "body", [[], {}, {"email": "one@example.com"}, [{"email": "a@example.com"}] * (MAX_CONTACTS + 1)]
)
def test_it_takes_a_list_alone_and_not_too_long_a_one(hook: Webhook, body: Any) -> None:
    assert data_of(post(hook, body, beside=MANY), success=False)["errors"]["body"]["list"]
    assert not Subscriber.objects.exists()


def test_without_the_word_a_list_is_refused_as_recorded(hook: Webhook) -> None:
    told = data_of(post(hook, [{"email": "one@example.com"}], beside="&email=other@example.com"), success=False)
    assert told["errors"]["email"] == {"required": "The email field is required."}
    assert "many=1" in told["errors"]["body"]["format"]
    assert not Subscriber.objects.exists()


def test_many_cost_as_many_statements_as_few(hook: Webhook) -> None:
    CustomFieldFactory.create(slug="plan")
    costs = []
    for count in (2, 40):
        rows = [{"email": f"{count}-{number}@example.com", "plan": "pro"} for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            data_of(post(hook, rows, beside=MANY))
        costs.append(len(queries))
    assert costs[0] == costs[1]

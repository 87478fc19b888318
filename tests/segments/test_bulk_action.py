"""POST /tags/do-bulk-action and /lists/do-bulk-action: delete many."""

from typing import Any, NamedTuple

import pytest
from pytest_django import DjangoAssertNumQueries

from segments.models import ContactList, Tag
from subscribers.models import Subscriber, SubscriberList, SubscriberTag
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import HISTORY, HISTORY_OF_OTHERS, MOVE


class Kind(NamedTuple):
    word: str
    one: str
    model: Any
    factory: Any
    links: Any
    message: str


KINDS = [
    Kind("tags", "tag", Tag, TagFactory, SubscriberTag, "Selected Tags has been removed permanently"),
    Kind(
        "lists", "list", ContactList, ContactListFactory, SubscriberList, "Selected Lists has been removed permanently"
    ),
]
of_both_kinds = pytest.mark.parametrize("kind", KINDS, ids=["tags", "lists"])


@of_both_kinds
@pytest.mark.parametrize("key", ["{one}Ids", "{one}_ids", "ids"])
@pytest.mark.parametrize("action", [{}, {"action": "delete"}, {"action_name": "delete"}, {"action": "delete_{word}"}])
def test_it_deletes_those_that_are_named_and_leaves_the_contacts(
    api: Api, kind: Kind, key: str, action: dict[str, str]
) -> None:
    first, second, kept = kind.factory.create_batch(3)
    SubscriberFactory.create(**{kind.word: [first, second, kept]})
    sent = {name: value.format(word=kind.word) for name, value in action.items()}
    named = {key.format(one=kind.one): [first.pk, str(second.pk), 999]}
    answer = api.post(f"/{kind.word}/do-bulk-action", named | sent)
    assert (answer.status_code, answer.json()) == (200, {"message": kind.message})
    assert list(kind.model.objects.all()) == [kept]
    assert list(kind.links.objects.values_list(kind.one, flat=True)) == [kept.pk]
    assert Subscriber.objects.count() == 1


@of_both_kinds
def test_it_does_nothing_when_none_is_named(api: Api, kind: Kind) -> None:
    kind.factory.create()
    answer = api.post(f"/{kind.word}/do-bulk-action", {})
    assert (answer.status_code, answer.json()) == (200, {"message": kind.message})
    assert kind.model.objects.count() == 1


@pytest.mark.parametrize("action", ["nonsense", "delete_lists", ["delete"], {"a": "delete"}])
def test_it_refuses_another_action_before_anything_is_deleted(api: Api, action: object) -> None:
    tag = TagFactory.create()
    answer = api.post("/tags/do-bulk-action", {"tagIds": [tag.pk], "action": action})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "rest_invalid_param",
        "message": "Selected Action is not valid",
        "data": {"status": 422},
    }
    assert Tag.objects.exists()


@pytest.mark.parametrize("size", [1, 60])
def test_it_costs_a_fixed_number_of_statements(
    api: Api, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tags = TagFactory.create_batch(size)
    SubscriberFactory.create(tags=tags)
    api.get("/tags/0")
    # Credentials; the transaction's begin and end; four for the deletion, three for the links, history.
    with django_assert_num_queries(1 + 2 + 4 + 3 + HISTORY + MOVE + HISTORY_OF_OTHERS):
        api.post("/tags/do-bulk-action", {"tagIds": [tag.pk for tag in tags]})
    assert not Tag.objects.exists()

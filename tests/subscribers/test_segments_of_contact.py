"""POST /subscribers/{id}/tags, /tags/detach, /lists, /lists/detach (contract.md: clients call them)."""

from typing import Any

import pytest

from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import NO_ROUTE, NOT_FOUND, missing, slugs

KINDS = [("tags", TagFactory), ("lists", ContactListFactory)]


@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
@pytest.mark.parametrize(("kind", "factory"), KINDS)
def test_it_attaches(api: Api, prefix: str, kind: str, factory: Any) -> None:
    rows = [factory.create(slug=slug) for slug in ("a", "b", "c")]
    contact = SubscriberFactory.create(**{kind: rows[:1]})
    answer = api.post(f"/{prefix}/{contact.pk}/{kind}", {kind: [rows[0].pk, "b", 999]})
    assert answer.status_code == 200
    body = answer.json()
    shown = body["contact"]
    assert body == {
        "message": "Subscriber successfully updated",
        "contact": shown,
        "subscriber": shown,
        "ignored": {kind: [999]},
    }
    assert slugs(shown[kind]) == ["a", "b"]
    assert getattr(contact, kind).count() == 2


@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
@pytest.mark.parametrize(("kind", "factory"), KINDS)
def test_it_detaches(api: Api, prefix: str, kind: str, factory: Any) -> None:
    rows = [factory.create(slug=slug) for slug in ("a", "b", "c")]
    contact, other = SubscriberFactory.create_batch(2, **{kind: rows[:2]})
    answer = api.post(f"/{prefix}/{contact.pk}/{kind}/detach", {kind: f"{rows[0].pk},c"})
    assert answer.status_code == 200
    assert slugs(answer.json()["contact"][kind]) == ["b"]
    assert "ignored" not in answer.json()
    assert getattr(other, kind).count() == 2


@pytest.mark.parametrize("path", ["tags", "tags/detach", "lists", "lists/detach"])
@pytest.mark.parametrize("body", [{}, {"tags": [], "lists": ""}, {"lists": None, "tags": None}])
def test_it_wants_something_to_link(api: Api, path: str, body: dict[str, Any]) -> None:
    answer = api.post(f"/subscribers/{SubscriberFactory.create().pk}/{path}", body)
    assert (answer.status_code, answer.json()) == (422, missing(path.removesuffix("/detach")))


@pytest.mark.parametrize("path", ["tags", "tags/detach", "lists", "lists/detach"])
def test_it_answers_404_for_a_contact_that_is_not_there(api: Api, path: str) -> None:
    answer = api.post(f"/subscribers/999999/{path}", {"tags": ["Brand New"], "lists": ["Brand New"]})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("path", ["tags", "tags/detach", "lists", "lists/detach"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_it_answers_to_post_alone(api: Api, method: str, path: str) -> None:
    answer = api.send(method, f"/subscribers/{SubscriberFactory.create().pk}/{path}")
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)

"""POST /subscribers/sync-segments: attach and detach tags, or lists, of many contacts."""

from typing import Any

import pytest

from changes.models import Change
from segments.models import Tag
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import missing, refused, slugs


@pytest.mark.parametrize(("kind", "factory"), [("tags", TagFactory), ("lists", ContactListFactory)])
def test_it_attaches_and_detaches_for_all_of_the_chosen(api: Api, kind: str, factory: Any) -> None:
    rows = {slug: factory.create(slug=slug) for slug in ("old", "kept", "new")}
    first = SubscriberFactory.create(**{kind: [rows["old"], rows["kept"]]})
    second = SubscriberFactory.create(**{kind: [rows["new"]]})
    other = SubscriberFactory.create(**{kind: [rows["old"]]})
    answer = api.post(
        "/subscribers/sync-segments",
        {
            "type": kind,
            "attach": ["new", 999],
            "detach": [rows["old"].pk, "unknown"],
            "subscribers": [second.pk, first.pk, 999_999],
        },
    )
    assert answer.status_code == 200
    body = answer.json()
    shown = body["subscribers"]
    assert body == {
        "message": "Successfully updated the subscribers.",
        "subscribers": shown,
        "ignored": {kind: [999, "unknown"]},
    }
    assert [(row["id"], slugs(row[kind])) for row in shown] == [(second.pk, ["new"]), (first.pk, ["kept", "new"])]
    assert shown[1] == api.get(f"/subscribers/{first.pk}").json()["subscriber"]
    assert list(getattr(other, kind).all()) == [rows["old"]]


def test_it_attaches_what_is_in_both(api: Api) -> None:
    had, new = TagFactory.create(slug="had"), TagFactory.create(slug="new")
    contact = SubscriberFactory.create(tags=[had])
    both = [had.pk, new.pk]
    body = {"type": "tags", "attach": both, "detach": both, "subscribers": [contact.pk]}
    shown = api.post("/subscribers/sync-segments", body).json()["subscribers"][0]["tags"]
    assert sorted(slugs(shown)) == ["had", "new"]
    # What it had it did not get, nor lose for a moment.
    assert [change.details for change in Change.objects.all()] == [{"targets": [new.pk]}]


def test_it_changes_nothing_where_nothing_is_named(api: Api) -> None:
    tag = TagFactory.create(slug="gold")
    contact = SubscriberFactory.create(tags=[tag])
    answer = api.post("/subscribers/sync-segments", {"type": "tags", "subscribers": [contact.pk]})
    assert slugs(answer.json()["subscribers"][0]["tags"]) == ["gold"]
    assert "ignored" not in answer.json()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"type": "tags", "attach": ["Brand New"]}, missing("subscriber_ids")),
        ({"type": "tags", "attach": ["Brand New"], "subscribers": []}, missing("subscriber_ids")),
        ({"type": "companies", "attach": ["Brand New"], "subscribers": [1]}, refused("Selected type is not valid")),
        ({"type": ["tags"], "attach": ["Brand New"], "subscribers": [1]}, refused("Selected type is not valid")),
        ({"attach": ["Brand New"], "subscribers": [1]}, refused("Selected type is not valid")),
    ],
    ids=str,
)
def test_it_refuses_what_it_cannot_do(api: Api, body: dict[str, Any], expected: dict[str, Any]) -> None:
    answer = api.post("/subscribers/sync-segments", body)
    assert (answer.status_code, answer.json()) == (422, expected)
    assert not Tag.objects.exists()

"""GET, PUT and DELETE /tags/{id} (recording tags.json)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction

from segments.models import Tag
from segments.services import delete_segments
from subscribers.models import Subscriber, SubscriberTag
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.threads import Worker, two_writers

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)
SAVED = {"lists": 1, "message": "Successfully saved the tag."}


@pytest.fixture
def tag(db: None) -> Tag:
    with time_machine.travel(NOON, tick=False):
        return TagFactory.create(title="Newsletter", slug="newsletter", description="Weekly news")


def test_it_shows_one(api: Api, tag: Tag) -> None:
    SubscriberFactory.create(tags=[tag])
    assert api.get(f"/tags/{tag.pk}").json() == {
        "tag": {
            "id": tag.pk,
            "title": "Newsletter",
            "slug": "newsletter",
            "description": "Weekly news",
            "created_at": "2026-05-01 12:00:00",
            "updated_at": "2026-05-01 12:00:00",
        }
    }


def test_it_shows_null_for_one_that_is_not_there(api: Api) -> None:
    answer = api.get("/tags/999999")
    assert (answer.status_code, answer.json()) == (200, {"tag": None})


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"title": "New", "slug": "new", "description": "x"}, ("New", "new", "x")),
        ({"title": "New"}, ("New", "newsletter", "Weekly news")),
        ({"title": "New", "slug": ""}, ("New", "newsletter", "Weekly news")),
        ({"title": "New", "slug": "newsletter"}, ("New", "newsletter", "Weekly news")),
        ({"title": "New", "slug": "Odd Slug!! äö"}, ("New", "Odd Slug!! äö", "Weekly news")),
        ({"title": "New", "description": ""}, ("New", "newsletter", "")),
        ({"title": "New", "description": None}, ("New", "newsletter", None)),
        ({"title": "Newsletter", "id": 99, "created_at": "2001-01-01"}, ("Newsletter", "newsletter", "Weekly news")),
    ],
)
def test_it_changes_what_is_sent_and_keeps_the_rest(
    api: Api, tag: Tag, sent: dict[str, Any], stored: tuple[str, str, str | None]
) -> None:
    with time_machine.travel(LATER, tick=False):
        answer = api.put(f"/tags/{tag.pk}", sent)
    assert (answer.status_code, answer.json()) == (200, SAVED)
    now = Tag.objects.get(pk=tag.pk)
    assert (now.title, now.slug, now.description) == stored
    assert (now.created_at, now.updated_at) == (NOON, LATER)


def test_it_refuses_the_slug_of_another(api: Api, tag: Tag) -> None:
    TagFactory.create(slug="vip")
    answer = api.put(f"/tags/{tag.pk}", {"title": "Stolen", "slug": "vip"})
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "rest_invalid_param",
        "message": "Provided slug already exist in another tag",
        "data": {"status": 422},
    }
    tag.refresh_from_db()
    assert (tag.title, tag.slug) == ("Newsletter", "newsletter")


def test_it_needs_a_title(api: Api, tag: Tag) -> None:
    answer = api.put(f"/tags/{tag.pk}", {"slug": "only-slug"})
    assert answer.status_code == 422
    assert answer.json()["title"] == {"required": "The title field is required."}
    tag.refresh_from_db()
    assert tag.slug == "newsletter"


@pytest.mark.parametrize(("method", "body"), [("PUT", {"title": "Nobody"}), ("DELETE", None)])
@pytest.mark.parametrize("pk", [0, 999999, 999999999999999999])
def test_it_answers_404_for_one_that_is_not_there(api: Api, tag: Tag, method: str, body: Any, pk: int) -> None:
    answer = api.send(method, f"/tags/{pk}", body)
    assert answer.status_code == 404
    assert answer.json() == {
        "code": "rest_post_invalid_id",
        "message": "Invalid post ID.",
        "data": {"status": 404},
    }
    assert Tag.objects.count() == 1


@pytest.mark.parametrize("pk", [0, 999999])
def test_it_changes_by_slug_the_one_that_has_the_slug_of_the_title(api: Api, pk: int) -> None:
    # As recorded: FluentCRM looks for the title's slug, whatever slug is sent with it.
    tag = TagFactory.create(title="by SLUG", slug="by-slug", description="Kept")
    other = TagFactory.create(title="Newsletter", slug="newsletter")
    sent = {"title": "By slug", "slug": "newsletter", "update_by": "slug"}
    answer = api.put(f"/tags/{pk}", sent)
    assert (answer.status_code, answer.json()) == (200, SAVED)
    tag.refresh_from_db()
    assert (tag.title, tag.slug, tag.description) == ("By slug", "by-slug", "Kept")
    other.refresh_from_db()
    assert (other.title, other.slug) == ("Newsletter", "newsletter")


def test_it_answers_404_where_no_tag_has_that_slug(api: Api, tag: Tag) -> None:
    answer = api.put("/tags/0", {"title": "By slug", "slug": "newsletter", "update_by": "slug"})
    assert answer.status_code == 404
    tag.refresh_from_db()
    assert tag.title == "Newsletter"


def test_it_deletes_one_and_leaves_its_contacts(api: Api, tag: Tag) -> None:
    other = TagFactory.create()
    contact = SubscriberFactory.create(tags=[tag, other])
    answer = api.delete(f"/tags/{tag.pk}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Successfully removed the tag."})
    assert list(Tag.objects.all()) == [other]
    assert list(SubscriberTag.objects.values_list("subscriber", "tag")) == [(contact.pk, other.pk)]
    assert Subscriber.objects.count() == 1


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_does_not_bring_back_one_that_is_deleted_at_the_same_moment(api: Api) -> None:
    tag = TagFactory.create(title="Newsletter")
    with transaction.atomic():
        delete_segments(Tag, [tag.pk])
        other = Worker(lambda: api.put(f"/tags/{tag.pk}", {"title": "Weekly"}))
        other.wait_until_blocked()
    assert other.finish().status_code == 404
    assert not Tag.objects.exists()


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_loses_neither_of_two_changes_at_once(api: Api) -> None:
    tag = TagFactory.create(title="Newsletter", slug="newsletter", description="Weekly news")
    with transaction.atomic():
        Tag.objects.filter(pk=tag.pk).update(description="Monthly news")
        other = Worker(lambda: api.put(f"/tags/{tag.pk}", {"title": "Monthly"}))
        other.wait_until_blocked()
    assert other.finish().status_code == 200
    tag.refresh_from_db()
    assert (tag.title, tag.slug, tag.description) == ("Monthly", "newsletter", "Monthly news")

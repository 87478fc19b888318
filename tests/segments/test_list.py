"""GET, PUT and DELETE /lists/{id} (recording lists.json)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from segments.models import ContactList
from subscribers.models import Subscriber, SubscriberList
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SAVED = {"lists": 1, "message": "Successfully saved the list."}


@pytest.fixture
def newsletter(db: None) -> ContactList:
    with time_machine.travel(NOON, tick=False):
        return ContactListFactory.create(title="Newsletter", slug="newsletter", description="Weekly news")


def test_it_shows_one_bare(api: Api, newsletter: ContactList) -> None:
    assert api.get(f"/lists/{newsletter.pk}").json() == {
        "id": newsletter.pk,
        "title": "Newsletter",
        "slug": "newsletter",
        "description": "Weekly news",
        "is_public": "0",
        "created_at": "2026-05-01 12:00:00",
        "updated_at": "2026-05-01 12:00:00",
    }


def test_it_answers_null_as_json_for_one_that_is_not_there(api: Api) -> None:
    answer = api.get("/lists/999")
    assert answer["Content-Type"] == "application/json"
    assert (answer.status_code, answer.content) == (200, b"null")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"title": "Renamed", "slug": "newsletter", "description": "x"}, ("Renamed", "renamed", "x")),
        ({"title": "Renamed"}, ("Renamed", "renamed", "")),
        ({"title": "Stolen slug", "slug": "vip"}, ("Stolen slug", "stolen-slug", "")),
        ({"title": "VIP"}, ("VIP", "newsletter", "")),
        ({"title": "Newsletter", "description": None}, ("Newsletter", "newsletter", None)),
    ],
)
def test_its_slug_follows_its_title_unless_another_has_it(
    api: Api, newsletter: ContactList, sent: dict[str, Any], stored: tuple[str, str, str | None]
) -> None:
    ContactListFactory.create(slug="vip")
    answer = api.put(f"/lists/{newsletter.pk}", sent)
    assert (answer.status_code, answer.json()) == (200, SAVED)
    newsletter.refresh_from_db()
    assert (newsletter.title, newsletter.slug, newsletter.description) == stored


def test_it_stays_as_public_as_it_was(api: Api) -> None:
    public = ContactListFactory.create(is_public=True)
    api.put(f"/lists/{public.pk}", {"title": "New", "is_public": "0"})
    assert api.get(f"/lists/{public.pk}").json()["is_public"] == "1"


def test_it_needs_a_title(api: Api, newsletter: ContactList) -> None:
    answer = api.put(f"/lists/{newsletter.pk}", {"slug": "only-slug"})
    assert answer.status_code == 422
    assert answer.json()["title"] == {"required": "The title field is required."}


@pytest.mark.parametrize(("method", "body"), [("PUT", {"title": "Nobody"}), ("DELETE", None)])
@pytest.mark.parametrize("pk", [0, 999])
def test_it_answers_404_for_one_that_is_not_there(
    api: Api, newsletter: ContactList, method: str, body: Any, pk: int
) -> None:
    answer = api.send(method, f"/lists/{pk}", body)
    assert answer.status_code == 404
    assert answer.json()["code"] == "rest_post_invalid_id"
    assert ContactList.objects.count() == 1


def test_it_changes_by_slug_the_one_that_has_the_slug_of_the_title(api: Api, newsletter: ContactList) -> None:
    answer = api.put("/lists/0", {"title": "NewsLetter", "update_by": "slug"})
    assert (answer.status_code, answer.json()) == (200, SAVED)
    newsletter.refresh_from_db()
    assert (newsletter.title, newsletter.slug) == ("NewsLetter", "newsletter")


def test_it_deletes_one_and_leaves_its_contacts(api: Api, newsletter: ContactList) -> None:
    other = ContactListFactory.create()
    contact = SubscriberFactory.create(lists=[newsletter, other])
    answer = api.delete(f"/lists/{newsletter.pk}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Successfully removed the list."})
    assert list(SubscriberList.objects.values_list("subscriber", "list")) == [(contact.pk, other.pk)]
    assert Subscriber.objects.count() == 1

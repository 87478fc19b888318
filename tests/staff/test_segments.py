"""Tags and lists in the admin."""

from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from segments import services
from segments.counting import MANY
from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory

TAGS = "/admin/segments/tag/"
LISTS = "/admin/segments/contactlist/"
FACTORIES: dict[str, Any] = {TAGS: TagFactory, LISTS: ContactListFactory}


def contacts_of(factory: Any, segment: Any) -> dict[str, Any]:
    return {"tags" if factory is TagFactory else "lists": [segment]}


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


@pytest.mark.parametrize(("url", "word"), [(TAGS, "tag"), (LISTS, "list")])
def test_it_lists_by_title_with_links_to_the_contacts(browser: Client, url: str, word: str) -> None:
    factory = FACTORIES[url]
    used, unused = factory.create(title="Used"), factory.create(title="Free")
    SubscriberFactory.create_batch(2, status="bounced", **contacts_of(factory, used))
    SubscriberFactory.create(**contacts_of(factory, used))
    answer = browser.get(url)
    assert [segment.title for segment in answer.context["cl"].result_list] == ["Free", "Used"]
    page = answer.content.decode()
    assert f'<a href="/admin/subscribers/subscriber/?{word}={used.pk}">3</a>' in page
    assert f'<a href="/admin/subscribers/subscriber/?{word}={unused.pk}">0</a>' in page
    assert f"?{word}={used.pk}&quot;>3</a>" not in page
    assert f'?{word}={used.pk}">3</a>' in browser.get(f"{url}{used.pk}/change/").content.decode()


@pytest.mark.parametrize("url", [TAGS, LISTS])
def test_it_costs_as_many_statements_for_many_as_for_few(browser: Client, url: str) -> None:
    factory = FACTORIES[url]
    counts = []
    for size in (1, 20):
        for segment in factory.create_batch(size):
            SubscriberFactory.create(**contacts_of(factory, segment))
        with CaptureQueriesContext(connection) as statements:
            browser.get(url)
        counts.append(len(statements))
    # The session, the user, the total, the page, its counts.
    assert counts == [5, 5]


def test_it_searches_title_slug_and_description(browser: Client) -> None:
    for fields in ({"title": "Very Vip"}, {"slug": "so-vip"}, {"description": "for VIPs"}, {"title": "Other"}):
        TagFactory.create(**fields)
    assert browser.get(TAGS, {"q": " vip "}).context["cl"].result_count == 3
    assert browser.get(TAGS, {"q": "%"}).context["cl"].result_count == 0


def test_it_offers_tags_to_choose_by_a_part_of_their_title(browser: Client) -> None:
    TagFactory.create(title="Other")
    vip = TagFactory.create(title="Very VIP")
    asked = {"app_label": "subscribers", "model_name": "subscriber", "field_name": "tags", "term": "vip"}
    assert browser.get("/admin/autocomplete/", asked).json() == {
        "results": [{"id": str(vip.pk), "text": "Very VIP"}],
        "pagination": {"more": False},
    }


def test_it_adds_one_with_a_slug_from_its_title(browser: Client) -> None:
    answer = browser.post(f"{LISTS}add/", {"title": " <b>Weekly</b> News ", "description": "a\nb", "is_public": "on"})
    assert answer.status_code == 302
    made = ContactList.objects.values("title", "slug", "description", "is_public").get()
    assert made == {"title": "Weekly News", "slug": "weekly-news", "description": "a\nb", "is_public": True}


def test_it_changes_one_and_leaves_the_rest(browser: Client) -> None:
    tag = TagFactory.create(title="Old", slug="old", description=None)
    assert browser.post(f"{TAGS}{tag.pk}/change/", {"title": "New", "slug": "old"}).status_code == 302
    tag.refresh_from_db()
    assert (tag.title, tag.slug, tag.description) == ("New", "old", None)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"title": ""}, {"title": ["This field is required."]}),
        ({"title": "<p></p>"}, {"title": ["The title field is required."]}),
        ({"title": "Other", "slug": "taken"}, {"slug": ["Tag with this Slug already exists."]}),
        ({"title": "Taken"}, {"slug": ["Tag with this Slug already exists."]}),
    ],
)
def test_it_refuses_what_cannot_be(browser: Client, sent: dict[str, str], expected: dict[str, list[str]]) -> None:
    TagFactory.create(title="Taken", slug="taken")
    assert errors(browser.post(f"{TAGS}add/", sent)) == expected
    assert Tag.objects.count() == 1


def test_it_refuses_a_slug_that_is_taken_just_after_it_was_checked(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = ModelAdmin.changeform_view

    def first_try(self: Any, *arguments: Any, **options: Any) -> Any:
        # Another request takes the slug; this one's service finds out.
        monkeypatch.setattr(ModelAdmin, "changeform_view", checked)
        TagFactory.create(title="VIP", slug="vip")
        raise services.SlugTaken("vip")

    monkeypatch.setattr(ModelAdmin, "changeform_view", first_try)
    assert errors(browser.post(f"{TAGS}add/", {"title": "VIP"})) == {"slug": ["Tag with this Slug already exists."]}


@pytest.mark.parametrize("url", [TAGS, LISTS])
@pytest.mark.parametrize("many", [False, True])
def test_it_deletes_and_leaves_the_contacts(browser: Client, url: str, many: bool) -> None:
    factory = FACTORIES[url]
    segment, spared = factory.create(title="Gone"), factory.create()
    SubscriberFactory.create_batch(3, **contacts_of(factory, segment))
    address = url if many else f"{url}{segment.pk}/delete/"
    sent = {"action": "delete_selected", "_selected_action": segment.pk} if many else {}
    asked = browser.post(address, sent | {"index": "0"}) if many else browser.get(address)
    assert "Gone (its contacts are kept: 3)" in asked.content.decode()
    confirmed = {"confirmed": dict(asked.context["sent"])["confirmed"]} if many else {"post": "yes"}
    assert browser.post(address, sent | confirmed).status_code == 302
    assert list(factory._meta.model.objects.all()) == [spared]
    assert Subscriber.objects.count() == 3


def test_it_deletes_in_as_many_statements_whatever_the_number_of_contacts(browser: Client) -> None:
    counts = []
    # Django keeps it once it was asked for; the log of the admin asks.
    ContentType.objects.get_for_model(Tag)
    for size in (MANY, 150):
        tag = TagFactory.create()
        contacts = Subscriber.objects.bulk_create([Subscriber(email=f"{size}-{n}@example.com") for n in range(size)])
        tag.subscribers.add(*contacts)
        browser.get(TAGS)
        with CaptureQueriesContext(connection) as statements:
            browser.post(f"{TAGS}{tag.pk}/delete/", {"post": "yes"})
        assert not Tag.objects.exists()
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_it_is_only_for_those_who_have_the_right() -> None:
    user, tag = UserFactory.create(is_staff=True), TagFactory.create()
    client = Client()
    client.force_login(user)
    assert client.get(TAGS).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_tag"))
    assert client.get(TAGS).status_code == 200
    assert client.get(LISTS).status_code == 403
    assert client.post(f"{TAGS}{tag.pk}/change/", {"title": "New"}).status_code == 403
    assert client.post(f"{TAGS}{tag.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{TAGS}add/").status_code == 403


@pytest.mark.parametrize(("url", "word"), [(TAGS, "tag"), (LISTS, "list")])
def test_it_asks_before_it_merges(browser: Client, url: str, word: str) -> None:
    factory = FACTORIES[url]
    kept, gone = factory.create(title="Kept"), factory.create(title="Gone")
    contact = SubscriberFactory.create(**contacts_of(factory, gone))
    chosen = {"action": "merge", "_selected_action": [gone.pk, kept.pk], word: kept.pk}
    asked = browser.post(url, {**chosen, word: ""})
    assert f"Choose the {word} to keep." in asked.content.decode()
    asked = browser.post(url, chosen)
    assert "Gone (its contacts are kept: 1)" in asked.content.decode()
    assert factory._meta.model.objects.count() == 2
    confirmed = dict(asked.context["sent"])["confirmed"]
    answer = browser.post(url, {**chosen, "confirmed": confirmed}, follow=True)
    assert f"Merged into Kept: 1 {word}. New to it: 1 contacts." in answer.content.decode()
    assert [*factory._meta.model.objects.all()] == [kept]
    assert [*getattr(contact, f"{word}s").all()] == [kept]


def test_merging_needs_the_right_to_delete_and_to_change_contacts(viewer_of: Any) -> None:
    tag = TagFactory.create()
    chosen = {"action": "merge", "_selected_action": [tag.pk]}
    may = ("segments.view_tag", "segments.change_tag", "segments.delete_tag")
    assert "merge" not in viewer_of(*may).post(TAGS, chosen).content.decode()
    shown = viewer_of(*may, "subscribers.change_subscriber").post(TAGS, chosen).content.decode()
    assert 'value="merge"' in shown

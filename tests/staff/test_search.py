"""What Ctrl+K finds."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from subscribers.models import Subscriber
from tests.factories import SubscriberFactory, TagFactory, UserFactory

SEARCH = "/admin/search/?extended=1&s="


def found(browser: Client, term: str) -> list[tuple[str, str, str]]:
    results: Any = browser.get(f"{SEARCH}{term}").context["results"]
    return [(str(result.title), str(result.description), str(result.link)) for result in results]


def test_it_finds_contacts_by_all_words_and_rows_by_their_names(browser: Client) -> None:
    ada = SubscriberFactory.create(email="ada@example.com", first_name="Ada", last_name="Lovelace")
    SubscriberFactory.create(email="ada@example.org", first_name="Ada", last_name="Smith")
    tag = TagFactory.create(title="Lovelace readers")
    assert found(browser, "love+ADA") == [
        ("Ada Lovelace · ada@example.com", "Subscribed", f"/admin/subscribers/subscriber/{ada.pk}/change/")
    ]
    assert found(browser, "LOVELACE+r") == [("Lovelace readers", "tag", f"/admin/segments/tag/{tag.pk}/change/")]


@pytest.mark.parametrize("term", ["%00", "nobody", "%ED%A0%80", "a" * 3000])
def test_it_finds_nothing_for_what_nobody_has(browser: Client, term: str) -> None:
    SubscriberFactory.create()
    assert found(browser, term) == []


def test_it_shows_only_what_the_user_may_view(db: None) -> None:
    SubscriberFactory.create(email="spring@example.com")
    TagFactory.create(title="Spring")
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_tag"))
    client = Client()
    client.force_login(user)
    assert [title for title, _, _ in found(client, "spring")] == ["Spring"]
    assert Client().get(f"{SEARCH}spring").status_code == 302


def test_it_finds_what_there_is_now(browser: Client) -> None:
    """The theme would keep what it has found."""
    contact, tag = SubscriberFactory.create(first_name="Ada", last_name="Smith"), TagFactory.create(title="Ada's")
    assert [title for title, _, _ in found(browser, "ada")] == [f"Ada Smith · {contact.email}", "Ada's"]
    Subscriber.objects.filter(pk=contact.pk).update(last_name="Jones")
    tag.delete()
    assert [title for title, _, _ in found(browser, "ada")] == [f"Ada Jones · {contact.email}"]


def test_it_takes_as_many_statements_for_many_rows_as_for_few(browser: Client) -> None:
    found(browser, "warm")  # what is read once a process
    counts = []
    for number in (1, 20):
        for _ in range(number):
            SubscriberFactory.create(first_name="Ada")
            TagFactory.create(title=f"Ada {number} {TagFactory.build().title}")
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"{SEARCH}ada")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_it_says_beforehand_what_it_may_read(browser: Client) -> None:
    assert "Where few match, this may read all contacts and companies." in browser.get("/admin/").content.decode()

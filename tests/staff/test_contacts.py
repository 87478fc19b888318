"""The admin's list of contacts."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from segments.counts import count_contacts
from staff.contacts import SubscriberAdmin
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory

LIST = "/admin/subscribers/subscriber/"


def emails(answer: Any) -> list[str]:
    return [contact.email for contact in answer.context["cl"].result_list]


def test_it_lists_the_newest_first_with_their_tags_and_lists(browser: Client) -> None:
    tags = [TagFactory.create(title=title) for title in ("Zeta", "VIP")]
    SubscriberFactory.create(email="old@example.com", tags=tags, lists=[ContactListFactory.create(title="Weekly")])
    SubscriberFactory.create(email="new@example.com", first_name="Ada", last_name="Lovelace", status="bounced")
    answer = browser.get(LIST)
    assert emails(answer) == ["new@example.com", "old@example.com"]
    rows = answer.content.decode().partition('id="result_list"')[2].split("</tr>")[1:]
    assert [part in rows[0] for part in ("Ada Lovelace", "Bounced", "VIP")] == [True, True, False]
    assert [part in rows[1] for part in (">VIP</a>", ">Zeta</a>", ">Weekly</a>", "Subscribed")] == [True] * 4
    assert rows[1].index("VIP") < rows[1].index("Zeta")
    assert f'href="?tag={tags[1].pk}"' in rows[1]


def test_it_tells_how_many_more_tags_there_are_than_it_shows(browser: Client) -> None:
    SubscriberFactory.create(tags=[TagFactory.create(title=f"T{number}") for number in range(6)])
    row = browser.get(LIST).content.decode().partition('id="result_list"')[2]
    assert [f">T{number}</a>" in row for number in range(6)] == [True] * 4 + [False] * 2
    assert 'title="T4, T5">and 2 more</span>' in row


@pytest.mark.parametrize("query", ["", "?q=example", "?status=subscribed", "?p=2"])
def test_it_costs_as_many_statements_for_many_contacts_as_for_few(
    browser: Client, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SubscriberAdmin, "list_per_page", 20)
    tags, lists = TagFactory.create_batch(3), ContactListFactory.create_batch(2)
    SubscriberFactory.create_batch(21, tags=tags[:1], lists=lists)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as few:
        browser.get(LIST + query)
    SubscriberFactory.create_batch(20, tags=tags, lists=lists)
    with CaptureQueriesContext(connection) as many:
        assert len(emails(browser.get(LIST + query))) == 20
    # The session, the user, the tags, lists, companies and segments to filter by; the total (not of a search), ids,
    # rows, tags, lists.
    # The columns that the user has chosen, and the custom fields that could be. The counts by status, tag and list.
    expected = 16 - ("q" in query)
    assert (len(few), len(many)) == (expected, expected)


@pytest.mark.parametrize(
    ("query", "kept", "total"),
    [
        ("", {"statuses": None}, 4),
        ("?o=1&p=1&e=1", {"statuses": None}, 4),
        ("?status=bounced", {"statuses": ["bounced"]}, 2),
        ("?tag={tag}", ("tag", None), 3),
        ("?list={list}&status=bounced", ("list", ["bounced"]), 1),
        ("?tag={tag}&list={list}", None, 1),
        ("?contact_type=customer", None, 1),
        ("?status=bounced&q=first", None, 1),
        ("?q=first", None, 1),
    ],
)
def test_it_counts_afresh_only_what_is_not_kept(
    browser: Client, monkeypatch: pytest.MonkeyPatch, query: str, kept: Any, total: int
) -> None:
    tag, weekly = TagFactory.create(), ContactListFactory.create()
    SubscriberFactory.create(email="first@example.com", first_name="", status="bounced", tags=[tag], lists=[weekly])
    SubscriberFactory.create(first_name="", status="bounced", tags=[tag])
    SubscriberFactory.create(first_name="", contact_type="customer", lists=[weekly])
    SubscriberFactory.create(first_name="", tags=[tag])
    asked = []

    def recording(*arguments: Any, **options: Any) -> int:
        asked.append(arguments or options)
        return count_contacts(*arguments, **options)

    monkeypatch.setattr("staff.contact_filters.count_contacts", recording)
    answer = browser.get(LIST + query.format(tag=tag.pk, list=weekly.pk))
    if isinstance(kept, tuple):
        kept = (kept[0], {"tag": tag.pk, "list": weekly.pk}[kept[0]], kept[1])
    assert asked == ([] if kept is None else [kept])
    assert answer.context["cl"].result_count == len(emails(answer)) == total


@pytest.mark.parametrize("text", ["LOVE", "love  ", "ada lovelace", "+44 20", "100%_"])
def test_it_searches_as_the_api_does(browser: Client, text: str) -> None:
    SubscriberFactory.create(first_name="Ada", last_name="Lovelace", phone="+44 20", city="100%_ City")
    SubscriberFactory.create(first_name="Ada", last_name="Other", phone="+45 20", city="1000 City")
    (found,) = browser.get(LIST, {"q": text}).context["cl"].result_list
    assert found.last_name == "Lovelace"


def test_it_lists_a_contact_with_the_tag_and_other_tags_once(browser: Client) -> None:
    tags = TagFactory.create_batch(3)
    SubscriberFactory.create(email="both@example.com", tags=tags)
    SubscriberFactory.create(tags=tags[1:])
    answer = browser.get(f"{LIST}?tag={tags[0].pk}&contact_type=lead")
    assert emails(answer) == ["both@example.com"]
    assert answer.context["cl"].result_count == 1


@pytest.mark.parametrize("query", ["?tag=x", "?list=1.5", "?tag=", "?list=99999999999999999999"])
def test_it_goes_back_to_all_contacts_for_a_tag_or_list_that_is_no_id(browser: Client, query: str) -> None:
    answer = browser.get(LIST + query)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


def test_it_lists_nobody_for_a_tag_that_is_gone(browser: Client) -> None:
    SubscriberFactory.create()
    answer = browser.get(LIST, {"tag": 7})
    assert (answer.context["cl"].result_count, emails(answer)) == (0, [])


@pytest.mark.parametrize("order", ["", "1", "-1", "6"])
def test_it_pages_in_one_order_from_both_ends(browser: Client, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    monkeypatch.setattr(SubscriberAdmin, "list_per_page", 2)
    names = ["b", "A", "d", "C", "e", "F", "g"]
    for name in names:
        SubscriberFactory.create(email=f"{name}@example.com")
    pages = [emails(browser.get(LIST, {"o": order, "p": str(page)})) for page in (1, 2, 3, 4)]
    expected = {
        "": names[::-1],
        "1": sorted(names, key=str.lower),
        "-1": sorted(names, key=str.lower, reverse=True),
        "6": names,
    }[order]
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert [email[0] for page in pages for email in page] == expected


def test_it_offers_the_first_tags_by_title_and_the_chosen_one(browser: Client) -> None:
    tags = [TagFactory.create(title=f"Tag {number:02}") for number in range(32)]
    answer = browser.get(LIST, {"tag": tags[31].pk})
    (spec,) = [spec for spec in answer.context["cl"].filter_specs if spec.title == "tag"]
    assert [title for _, title, _ in spec.lookup_choices] == [f"Tag {number:02}" for number in [*range(30), 31]]


@pytest.mark.django_db
def test_it_is_only_for_those_who_may_see_contacts() -> None:
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))
    contact = SubscriberFactory.create()
    answer = client.get(LIST)
    assert emails(answer) == [contact.email]
    assert answer.context["action_form"] is None
    sent = {"action": "delete_selected", "_selected_action": contact.pk, "post": "yes"}
    client.post(LIST, sent)
    client.post(LIST, sent | {"_selected_action": "all-1"})
    assert client.post(f"{LIST}{contact.pk}/change/", {}).status_code == 403
    assert client.post(f"{LIST}{contact.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Subscriber.objects.count() == 1

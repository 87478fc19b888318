"""Smart links in the admin."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from automations.models import Automation
from changes.models import Change
from smart_links.models import SmartLink
from smart_links.services import follow
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.sequences.factories import EmailSequenceFactory
from tests.smart_links.factories import SmartLinkFactory

LIST = "/admin/smart_links/smartlink/"
TARGET = "https://shop.example.com/prices"


def form(**values: Any) -> dict[str, Any]:
    return {"title": "Prices", "target_url": TARGET, "notes": ""} | values


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def test_it_lists_addresses_and_numbers(browser: Client) -> None:
    link = SmartLinkFactory.create()
    for contact in SubscriberFactory.create_batch(2):
        for _ in range(3):
            follow(link, contact.pk)
    page = browser.get(LIST).content.decode()
    assert f"?fluentcrm=1&amp;route=smart_url&amp;slug={link.short}</code>" in page
    assert re.search('<td class="field-contacts [^>]*>2</td>', page)
    assert re.search('<td class="field-clicks [^>]*>6</td>', page)
    page = browser.get(f"{LIST}{link.pk}/change/").content.decode()
    assert re.search('<div class="readonly[^>]*>6</div>', page)


@pytest.mark.parametrize("links", [1, 30])
def test_it_lists_with_a_constant_number_of_statements(
    browser: Client, django_assert_max_num_queries: DjangoAssertNumQueries, links: int
) -> None:
    for link in SmartLinkFactory.create_batch(links):
        follow(link, SubscriberFactory.create().pk)
    # The session, the user, the total, the page, its numbers.
    with django_assert_max_num_queries(5):
        assert browser.get(LIST).status_code == 200


def test_it_finds_by_title_target_and_notes(browser: Client) -> None:
    SmartLinkFactory.create(title="Spring", target_url=TARGET, notes="For the fair")
    SmartLinkFactory.create(title="Other")
    for text in ("SPRING", "fair", "prices"):
        assert [one.title for one in browser.get(LIST, {"q": text}).context["cl"].result_list] == ["Spring"]


def test_it_makes_and_changes_a_link_and_records_it(browser: Client, admin: User) -> None:
    tag, other, one = TagFactory.create(), TagFactory.create(), ContactListFactory.create()
    sent = form(title=" Price\nlist ", attach_tags=[tag.pk], attach_lists=[one.pk], detach_tags=[other.pk])
    sequence, automation = EmailSequenceFactory.create(), Automation.objects.create(title="A")
    sent |= {"enrol_automations": [automation.pk], "enrol_sequences": [sequence.pk]}
    assert browser.post(f"{LIST}add/", sent).status_code == 302
    link = SmartLink.objects.get()
    assert (link.title, link.target_url, link.created_by) == ("Price list", TARGET, admin)
    assert (link.attach, link.detach) == ({"tags": [tag.pk], "lists": [one.pk]}, {"tags": [other.pk]})
    assert link.enrol == {"automations": [automation.pk], "sequences": [sequence.pk]}
    page = browser.get(f"{LIST}{link.pk}/change/").content.decode()
    assert f'<option value="{tag.pk}" selected>' in page
    assert browser.post(f"{LIST}{link.pk}/change/", form(detach_lists=[one.pk])).status_code == 302
    link.refresh_from_db()
    assert (link.title, link.attach, link.detach) == ("Prices", {}, {"lists": [one.pk]})
    assert list(Change.objects.order_by("pk").values_list("event", "channel")) == [
        ("smart_link_created", "admin"),
        ("smart_link_updated", "admin"),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"target_url": ""}, "target_url"),
        ({"target_url": "javascript:alert(1)"}, "target_url"),
        ({"target_url": "https://["}, "target_url"),
        ({"target_url": "http://127.0.0.1:8000/go/abc"}, "target_url"),
        ({"attach_tags": ["999"]}, "attach_tags"),
        ({"notes": "x" * 2001}, "notes"),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, values: dict[str, Any], field: str) -> None:
    assert errors(browser.post(f"{LIST}add/", form(**values))).keys() == {field}
    assert not SmartLink.objects.exists()


def test_it_deletes_links_with_their_visits(browser: Client) -> None:
    first, second = SmartLinkFactory.create_batch(2)
    for link in (first, second):
        follow(link, SubscriberFactory.create().pk)
    assert browser.post(f"{LIST}{first.pk}/delete/", {"post": "yes"}).status_code == 302
    page = browser.post(LIST, {"action": "delete_selected", "_selected_action": [second.pk]})
    sent = dict(page.context["sent"]) | {"_selected_action": [second.pk]}
    assert browser.post(LIST, sent).status_code == 302
    assert not SmartLink.objects.exists()
    assert Change.objects.filter(event="smart_link_deleted").count() == 2


def test_its_form_speaks_as_staff_do(browser: Client) -> None:
    page = browser.get("/admin/smart_links/smartlink/add/").content.decode()
    assert all(word in page for word in ("Give it tags", "Take it off lists", "Start e-mail sequences"))

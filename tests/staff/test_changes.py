"""History in the admin: read, never written."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.actors import acting_as
from changes.models import Change
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.automations.factories import AutomationFactory
from tests.campaigns.factories import make_campaign
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import statements

LIST = "/admin/changes/change/"


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="Ada@example.com")


def listed(answer: Any) -> list[tuple[str, str, int]]:
    assert answer.status_code == 200
    return [(entry.event, entry.channel, entry.contacts) for entry in answer.context["cl"].result_list]


def test_it_lists_who_did_what_to_how_many_newest_first(browser: Client, api: Api, contact: Subscriber) -> None:
    other = SubscriberFactory.create()
    services.attach_tags([contact.pk, other.pk], [TagFactory.create().pk])
    api.put(f"/subscribers/{contact.pk}", {"city": "London"})
    answer = browser.get(LIST)
    assert listed(answer) == [("updated", "api", 1), ("tags_attached", "system", 2)]
    assert re.search('<td class="field-who [^>]*>admin</td>', answer.content.decode())


def test_it_says_what_was_attached_and_which_automation_did_it(browser: Client, contact: Subscriber) -> None:
    flow = AutomationFactory.create(title="Welcome")
    with acting_as("automation", kind="automation", id=flow.pk):
        services.attach_tags([contact.pk], [TagFactory.create(title="VIP").pk])
    page = browser.get(LIST).content.decode()
    assert "Tags attached: VIP" in page
    assert re.search('<td class="field-who [^>]*>Welcome</td>', page)
    entry = Change.objects.get(event="tags_attached")
    assert "automation: Welcome" in browser.get(f"{LIST}{entry.pk}/change/").content.decode()
    timeline = browser.get(f"/admin/subscribers/subscriber/{contact.pk}/change/?tab=activity").content.decode()
    assert "<span>by Welcome</span> <span>automation</span>" in timeline


def test_what_is_about_no_contact_has_no_number(browser: Client) -> None:
    make_campaign("Spring")
    page = browser.get(LIST).content.decode()
    assert "Campaign created: Spring" in page
    assert not re.search('<td class="field-number [^>]*>0</td>', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("event=updated", ["updated"]),
        ("event=deleted", []),
        ("channel=system", ["updated", "status_changed"]),
        ("channel=api", []),
        ("q=ada@EXAMPLE.com", ["updated", "status_changed"]),
        ("q=nobody@example.com", []),
        ("q=ada", []),
        ("q={pk}", ["updated", "status_changed"]),
        ("q={other}", ["status_changed"]),
        ("q=999999", []),
        ("q={other}&event=updated", []),
        ("q=%00", ["updated", "status_changed"]),
    ],
)
def test_it_filters_and_finds_what_was_done_to_a_contact(
    browser: Client, contact: Subscriber, query: str, found: list[str]
) -> None:
    other = SubscriberFactory.create()
    services.set_status([contact.pk, other.pk], "bounced")
    services.update_contact(contact.pk, Draft({"city": "London"}))
    answer = browser.get(f"{LIST}?{query.format(pk=contact.pk, other=other.pk)}")
    assert [change for change, _, _ in listed(answer)] == found


def test_it_finds_a_contact_that_is_gone_by_its_id(browser: Client, contact: Subscriber) -> None:
    services.delete_contacts([contact.pk])
    assert listed(browser.get(f"{LIST}?q={contact.pk}")) == [("deleted", "system", 1)]


def test_it_takes_as_many_statements_for_many_entries_as_for_few(browser: Client, contact: Subscriber) -> None:
    counts = []
    for entries in (2, 30):
        for number in range(entries):
            services.update_contact(contact.pk, Draft({"city": f"{entries} {number}"}))
        Change.objects.update(user=UserFactory.create())
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        counts.append(len(queries))
    # The session, the user; the ids of the page, its rows with their users.
    assert counts == [4, 4]


def test_it_shows_one_entry_with_its_details_and_whom_it_is_about(browser: Client, contact: Subscriber) -> None:
    gone = SubscriberFactory.create()
    services.set_status([contact.pk, gone.pk], "bounced", "<b>No such box</b>")
    services.delete_contacts([gone.pk])
    entry = Change.objects.get(event="status_changed")
    page = browser.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert f'<div><a href="/admin/subscribers/subscriber/{contact.pk}/change/">Ada@example.com</a>' in page
    assert "1 that was deleted" in page
    assert "&lt;b&gt;No such box&lt;/b&gt;" in page


def test_it_names_a_hundred_contacts_at_most(browser: Client) -> None:
    pks = [contact.pk for contact in SubscriberFactory.create_batch(101)]
    services.set_status(pks, "bounced")
    path = f"{LIST}{Change.objects.get().pk}/change/"
    browser.get(path)  # content types are read once a process
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(path).content.decode()
    assert page.count("@example.com</a></div>") == 100
    assert "<div>…</div>" in page
    # The session, the user; the entry, its contacts, their addresses.
    assert len(statements(queries)) == 5


def test_it_lets_nobody_write(browser: Client, contact: Subscriber) -> None:
    services.set_status([contact.pk], "bounced")
    entry = Change.objects.get()
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(f"{LIST}{entry.pk}/change/", {"channel": "admin"}).status_code == 403
    assert browser.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    browser.post(LIST, {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"})
    assert Change.objects.get().channel == "system"


def test_it_takes_the_right_to_view_history(db: None) -> None:
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_change"))
    assert client.get(LIST).status_code == 200

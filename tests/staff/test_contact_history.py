"""A contact's history in the admin: what the API's history says, in words."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations.services.enrolling import enrol, set_status
from changes.models import Change
from pipelines.models import Stage
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.automations.factories import AutomationFactory, BlockFactory
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory

LIST = "/admin/subscribers/subscriber/"


@pytest.fixture
def contact(db: None) -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com", city="Leeds")


def history(browser: Client, pk: int, query: str = "") -> Any:
    answer = browser.get(f"{LIST}{pk}/history/{query}")
    assert answer.status_code == 200
    return answer


def recorded(answer: Any) -> list[str]:
    return [entry.what for entry in answer.context["entries"]]


def lines(answer: Any) -> list[list[tuple[str, str, str]]]:
    return [[(line.name, line.before, line.after) for line in entry.lines] for entry in answer.context["entries"]]


def test_it_shows_what_the_api_shows(browser: Client, api: Api, admin: User, contact: Subscriber) -> None:
    """Bulk actions, other channels, both values; newest first."""
    other, tag = SubscriberFactory.create(), TagFactory.create(title="<VIP>")
    services.attach_tags([contact.pk, other.pk], [tag.pk])
    api.put(f"/subscribers/{contact.pk}", {"city": "York", "status": "bounced"})
    browser.post(LIST, {"action": "change_status", "status": "complained", "_selected_action": contact.pk})
    answer = history(browser, contact.pk)
    expected = api.get(f"/subscribers/{contact.pk}/history").json()["history"]["data"]
    shown = answer.context["entries"]
    assert [entry.change.pk for entry in shown] == [entry["id"] for entry in expected]
    assert recorded(answer) == [
        "Status: Complained (before: Bounced)",
        "Status: Bounced (before: Subscribed)",
        "Changed",
        "Tags attached: <VIP>",
    ]
    assert [(entry.who, entry.channel) for entry in shown] == [
        ("admin", "admin"),
        ("admin", "FluentCRM's API"),
        ("admin", "FluentCRM's API"),
        ("–", "the server itself"),
    ]
    assert ("city", "Leeds", "York") in lines(answer)[2]
    assert ("status", "subscribed", "bounced") in lines(answer)[2]
    page = answer.content.decode()
    assert "Tags attached: &lt;VIP&gt;" in page
    assert "(one of 2 contacts)" in page


def test_it_names_lists_companies_stages_and_what_is_no_longer_there(browser: Client, contact: Subscriber) -> None:
    other = SubscriberFactory.create()
    company, stage = CompanyFactory.create(name="Acme"), Stage.objects.create(name="Won", slug="won_x")
    weekly, gone = ContactListFactory.create(title="Weekly"), ContactListFactory.create(title="Gone")
    services.attach_lists([contact.pk], [weekly.pk, gone.pk])
    gone_pk = gone.pk
    gone.delete()
    services.attach_companies([contact.pk], [company.pk])
    services.update_contact(contact.pk, Draft({"pipeline_stage_id": stage.pk}, {"size": ["S", "M"]}))
    services.set_column([contact.pk, other.pk], "contact_type", "customer")
    services.set_custom_value([contact.pk, other.pk], "size", "XL")
    answer = history(browser, contact.pk)
    assert recorded(answer) == [
        "Changed",
        "Changed",
        "Changed",
        "Companies attached: Acme",
        f"Added to lists: {gone_pk} (deleted)",
        "Added to lists: Weekly",
    ]
    assert lines(answer)[:3] == [
        [("size", "not kept", "XL")],
        [("contact type", "not kept", "customer")],
        [("pipeline stage", "–", "Won"), ("size", "–", "S, M")],
    ]


def test_it_shows_a_page_at_a_time_in_as_many_statements(browser: Client, contact: Subscriber) -> None:
    tags = TagFactory.create_batch(3)
    services.attach_tags([contact.pk], [tags[0].pk])
    history(browser, contact.pk)
    counts = []
    for entries in (2, 60):
        for number in range(entries):
            services.update_contact(contact.pk, Draft({"city": f"{entries} {number}"}))
            services.attach_tags([contact.pk], [tags[number % 3].pk])
        with CaptureQueriesContext(connection) as statements:
            answer = history(browser, contact.pk)
        counts.append(len(statements))
    # The session, the user, the contact; the number, ids and rows of its changes; the tags, for few alone.
    assert counts[0] == 7
    assert counts[1] == 6
    assert len(recorded(answer)) == 50
    assert recorded(history(browser, contact.pk, "?p=2"))[-1] == f"Tags attached: {tags[0].title}"
    assert recorded(history(browser, contact.pk, "?p=99")) == recorded(history(browser, contact.pk, "?p=2"))


def test_it_shows_the_deletion_of_a_contact_that_is_gone(browser: Client, contact: Subscriber) -> None:
    services.delete_contacts([contact.pk])
    answer = history(browser, contact.pk)
    assert recorded(answer) == ["Deleted"]
    assert f"History: contact {contact.pk}" in answer.content.decode()
    assert browser.get(f"{LIST}999/history/").status_code == 404
    assert browser.get(f"{LIST}x/history/").status_code == 404


def test_it_reads_any_details(browser: Client, contact: Subscriber) -> None:
    """Entries that other versions have written."""
    for change, details in [
        ("updated", {}),
        ("updated", {"columns": ["city", "state"]}),
        ("updated", {"columns": {"avatar": None}, "odd": {"x": [1]}}),
        ("tags_attached", {}),
        ("merged_away", {"targets": [1]}),
        ("status_changed", {"status": "odd", "reason": "why"}),
    ]:
        entry = Change.objects.create(channel="webhook", event=change, details=details, contacts=1)
        entry.changed.create(contact_id=contact.pk)
    answer = history(browser, contact.pk)
    assert recorded(answer) == [
        "Status: odd (why)",
        "Merged away",
        "Tags attached: –",
        "Changed",
        "Changed: city, state",
        "Changed",
    ]
    assert lines(answer)[3] == [("avatar", "not kept", "–"), ("odd", "not kept", "{'x': [1]}")]
    assert {entry.channel for entry in answer.context["entries"]} == {"webhook"}


def test_it_takes_the_rights_to_view_contacts_and_changes(contact: Subscriber) -> None:
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    path, page = f"{LIST}{contact.pk}/history/", f"{LIST}{contact.pk}/change/"
    for codenames, status in [(["view_subscriber"], 403), (["view_change"], 403)]:
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert client.get(path).status_code == status
    user.user_permissions.set(Permission.objects.filter(codename="view_subscriber"))
    assert path not in client.get(page).content.decode()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_subscriber", "view_change"]))
    assert client.get(path).status_code == 200
    assert f'href="{path}"' in client.get(page).content.decode()


def test_other_histories_say_what_they_leave_out(browser: Client) -> None:
    tag = TagFactory.create(title="VIP")
    path = f"/admin/segments/tag/{tag.pk}/"
    note = "Only changes of this tag in the admin."
    page = browser.get(f"{path}history/").content.decode()
    assert note in page
    assert "There are no changes in the admin." in page
    browser.post(f"{path}change/", {"title": "VIPs", "slug": "vip"})
    page = browser.get(f"{path}history/").content.decode()
    assert note in page
    assert "Changed Title" in page


def test_recent_actions_say_whose_and_where(browser: Client, contact: Subscriber) -> None:
    browser.post(LIST, {"action": "change_status", "status": "bounced", "_selected_action": contact.pk})
    page = browser.get("/admin/").content.decode()
    assert "Mine, in this admin" in page
    assert "Changes through the API are not in this list." in page
    assert "ada@example.com" in page
    assert "Changed the status to bounced." in page


def test_it_names_automations_and_the_page_shows_each_once(browser: Client, contact: Subscriber) -> None:
    automation = AutomationFactory.create(title="Welcome", status="published")
    BlockFactory.create(automation=automation)
    enrol(automation.pk, [contact.pk], "by hand")
    set_status(automation.pk, [contact.pk], "cancelled")
    left = "Left an automation: Welcome (Stopped by hand.)"
    assert recorded(history(browser, contact.pk)) == [left, "Entered an automation: Welcome"]
    # The contact's page has the enrolment itself.
    page = browser.get(f"{LIST}{contact.pk}/change/").content.decode()
    assert page.count("Entered an automation") == page.count("Left an automation") == 1

"""The front page of the admin: what it tells, to whom, and by how many statements."""

import json
from datetime import timedelta

import pytest
from django.contrib import messages
from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import MessageEncoder
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.groups import GROUPS
from automations.models import Automation
from changes.models import Change
from changes.services import Entry, record
from database.sql import is_postgresql
from reports.services.daily import count_changes
from segments.counts import FOLD_AT
from segments.models import ContactCount, Tag
from staff.charts import chart_options
from tests.automations.factories import AutomationFactory
from tests.changes.crossing import wait_until_all_is_seen
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory
from tests.jobs.factories import JobFactory
from webhooks.models import Lane

PAGE = "/admin/"
# A reader of history sees what is committed (changes.cursor).
committed = pytest.mark.django_db(transaction=True)


def shown(browser: Client, query: str = "") -> str:
    answer = browser.get(PAGE + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def staff_with(*names: str) -> Client:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(user)
    return client


def test_an_empty_site_has_a_front_page(browser: Client) -> None:
    page = shown(browser)
    assert "<strong>0</strong> <small>0 new, 0 left or deleted</small>" in page
    assert "None has contacts yet." in page
    assert "None is published." in page
    assert "To look at" not in page


@committed
def test_it_tells_contacts_by_status_and_how_they_grew(browser: Client) -> None:
    contacts = [*SubscriberFactory.create_batch(3), SubscriberFactory.create(status="bounced")]
    record([Entry("created", [contact.pk for contact in contacts])])
    record([Entry("status_changed", [contacts[3].pk], {"status": ["bounced"]}, ("status", None))])
    record([Entry("message_sent", [contacts[0].pk, contacts[1].pk], subject=("mailing", 1))])
    record([Entry("message_opened", [contacts[0].pk], subject=("mailing", 1))])
    wait_until_all_is_seen()
    count_changes()
    page = shown(browser)
    assert "<strong>4</strong> <small>4 new, 1 left or deleted</small>" in page
    assert "<span>Subscribed</span> <strong>3</strong> <small>75.0 %</small>" in page
    assert "<span>Mails sent</span> <strong>2</strong>" in page
    assert "<span>Opened</span> <strong>1</strong> <small>50.0 % of the sent</small>" in page


@committed
@pytest.mark.parametrize(
    ("query", "days"), [("", 30), ("?days=7", 7), ("?days=90", 90), ("?days=x", 30), ("?days=8", 30)]
)
def test_the_period_may_be_chosen(browser: Client, query: str, days: int) -> None:
    SubscriberFactory.create()
    record([Entry("created", [1])])
    Change.objects.update(at=timezone.now() - timedelta(days=20))
    wait_until_all_is_seen()
    count_changes()
    page = shown(browser, query)
    assert f'aria-current="true">{days} days</a>' in page
    assert page.count('<th scope="row">') == 2 * days
    assert f"{int(days > 20)} new, 0 left" in page


def test_it_ranks_tags_and_lists(browser: Client) -> None:
    small, large, empty = (
        TagFactory.create(title="Small"),
        TagFactory.create(title="Large"),
        TagFactory.create(title="No"),
    )
    letter = ContactListFactory.create(title="Newsletter")
    SubscriberFactory.create_batch(2, tags=[large], lists=[letter])
    SubscriberFactory.create(tags=[small])
    page = shown(browser)
    assert page.index(f"/admin/segments/tag/{large.pk}/change/") < page.index(f"/admin/segments/tag/{small.pk}/change/")
    assert f"/admin/segments/tag/{empty.pk}/change/" not in page
    assert 'Newsletter</a><span>2</span><progress max="100" value="100"' in page


def test_it_tells_what_to_look_at(browser: Client) -> None:
    JobFactory.create(state="failed", finished_at=timezone.now())
    JobFactory.create(state="failed", finished_at=timezone.now() - timedelta(days=8))
    Lane.objects.update_or_create(endpoint=None, defaults={"failing_since": timezone.now()})
    page = shown(browser)
    assert "1 background job failed in the last 7 days" in page
    assert "1 receiver of webhooks does not answer" in page
    for query in ("/admin/jobs/job/?state__exact=failed", "/admin/emails/message/?state__exact=unsure"):
        assert browser.get(query).status_code == 200


def test_it_tells_which_automations_work(browser: Client) -> None:
    for title, status in (("Welcome", "published"), ("Later", "draft")):
        Automation.objects.create(title=title, status=status, trigger_name="tag_applied")
    page = shown(browser)
    assert "Welcome</a><span>0 on their way</span>" in page
    assert "Later" not in page


def test_what_happened_last_leaves_mails_out(browser: Client, admin: User) -> None:
    tag = Tag.objects.create(title="It", slug="it")
    record([Entry("tags_attached", [1, 2], {"tags": [tag.pk]})])
    record([Entry("message_sent", [1], subject=("mailing", 1)) for _ in range(20)])
    page = shown(browser)
    assert "Mail sent" not in page.partition("What happened last")[2].partition("Mine, in this admin")[0]
    assert f"/admin/changes/change/{Change.objects.get(event='tags_attached').pk}/change/" in page


def test_staff_see_what_they_may_view(db: None) -> None:
    SubscriberFactory.create()
    JobFactory.create(state="failed", finished_at=timezone.now())
    record([Entry("created", [1])])
    nothing = shown(staff_with("view_note"))
    for words in ("Mails sent", "What happened last", "Largest", "Automations at work", "To look at", "<strong>"):
        assert words not in nothing
    contacts = shown(staff_with("view_subscriber", "view_tag"))
    assert "Largest tags" in contacts
    for words in ("Mails sent", "What happened last", "Largest lists", "Automations at work", "To look at"):
        assert words not in contacts
    assert "To look at" in shown(staff_with("view_job"))


@committed
def test_it_takes_the_same_statements_for_a_large_site(browser: Client) -> None:
    counts = []
    for size in (3, 30):
        tags, lists = TagFactory.create_batch(size), ContactListFactory.create_batch(size)
        SubscriberFactory.create_batch(size, tags=tags, lists=lists)
        for tag in tags:
            record([Entry("tags_attached", [1], {"tags": [tag.pk]}), Entry("created", [2])])
            Automation.objects.create(title="It", status="published", trigger_name="tag_applied")
        wait_until_all_is_seen()
        count_changes()
        with CaptureQueriesContext(connection) as queries:
            shown(browser)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


@committed
@pytest.mark.parametrize("group", GROUPS)
def test_no_group_needs_more_than_15_statements(group: str) -> None:
    """With a message to show, whose session is saved, and a ledger of contacts that is to be folded."""
    user = UserFactory.create(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    shown(client)  # what is read once a process
    counts = []
    for size in (2, 20):
        tags, lists = TagFactory.create_batch(size), ContactListFactory.create_batch(size)
        companies = CompanyFactory.create_batch(size)
        SubscriberFactory.create_batch(size, tags=tags, lists=lists)
        if is_postgresql():
            rows = [
                ContactCount(kind="contact", object_id=0, status="pending", delta=1 - 2 * (n % 2))
                for n in range(2 * FOLD_AT)
            ]
            ContactCount.objects.bulk_create(
                [*rows, ContactCount(kind="contact", object_id=0, status="bounced", delta=0)]
            )
        for tag, weekly, company in zip(tags, lists, companies, strict=True):
            record(
                [Entry("tags_attached", [1], {"tags": [tag.pk]}), Entry("lists_attached", [1], {"lists": [weekly.pk]})]
            )
            record([Entry("companies_attached", [1], {"companies": [company.pk]}), Entry("created", [2])])
            AutomationFactory.create(status="published")
            JobFactory.create(state="failed", finished_at=timezone.now())
        wait_until_all_is_seen()
        count_changes()
        session = client.session
        session["_messages"] = MessageEncoder().encode([Message(messages.SUCCESS, "Saved.")])
        session.save()
        with CaptureQueriesContext(connection) as queries:
            assert "Saved." in shown(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_charts_have_whole_numbers_and_no_axis_below_zero(browser: Client) -> None:
    """Chart.js is told everything: what is named here takes the place of all of the theme's options."""
    contacts, mails = (json.loads(chart.options) for chart in browser.get(PAGE).context["charts"])
    for options in (contacts, mails):
        assert options["scales"]["y"]["ticks"]["precision"] == 0
        assert options["scales"]["y"]["beginAtZero"] is True
        assert {"grid", "ticks"} <= options["scales"]["x"].keys()
        assert options["maintainAspectRatio"] is False


@pytest.mark.parametrize(
    ("numbers", "from_zero", "begins"), [([5, 6], False, False), ([0, 0], False, True), ([5], True, True)]
)
def test_an_axis_begins_at_zero_where_that_says_more(numbers: list[int], from_zero: bool, begins: bool) -> None:
    assert chart_options(numbers, from_zero=from_zero)["scales"]["y"]["beginAtZero"] is begins

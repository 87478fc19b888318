"""Recurring campaigns in the admin. One file, as it is one screen."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign, Recurring
from campaigns.services.recurring import make_due_run
from labels.services import labels_of, set_labels
from staff.confirmation import fingerprint
from tests.campaigns.factories import make_recurring, make_run, rows, send_to
from tests.factories import ContactListFactory, SubscriberFactory
from tests.labels.factories import LabelFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns/recurring/"
WRITTEN = {"title": "News", "subject": "Hello", "pre_header": "", "body": "<p>Hi</p>", "design": "simple"}
DAYS = {"weekday": "wed", "month_day": "31", "year_day": "12-24"}
FORM = {**WRITTEN, **DAYS, "everybody": "on", "frequency": "weekly", "time": "09:30", "send_automatically": "on"}


def page_of(recurring: Recurring) -> str:
    return f"{LIST}{recurring.pk}/change/"


def press(browser: Client, action: str, *recurring: Recurring) -> Any:
    """Run an action of the list, and confirm it."""
    ids = [one.pk for one in recurring]
    sent = {"action": action, "_selected_action": ids, "confirmed": fingerprint(ids)}
    return browser.post(LIST, sent, follow=True).content.decode()


def test_it_writes_and_addresses_one(browser: Client, admin: Any) -> None:
    chosen, label = ContactListFactory.create(), LabelFactory.create()
    SubscriberFactory.create(lists=[chosen])
    SubscriberFactory.create()
    sent = {**FORM, "everybody": "", "lists": [chosen.pk], "labels": [label.pk], "_continue": "1"}
    page = browser.post(f"{LIST}add/", sent, follow=True).content.decode()
    recurring = Recurring.objects.get()
    assert (recurring.title, recurring.subject, recurring.slug) == ("News", "Hello", "news")
    assert (recurring.status, recurring.next_run, recurring.created_by) == ("draft", None, admin)
    assert (recurring.frequency, recurring.day, recurring.time) == ("weekly", "wed", time(9, 30))
    assert recurring.recipients == rows((str(chosen.pk), "all"))
    assert recurring.settings["mailer_settings"]
    assert labels_of("recurring", [recurring.pk])[recurring.pk] == [label]
    address = f"{LIST}{recurring.pk}/estimate/"
    assert address in page
    assert browser.post(address, sent).content == b"1"
    # Another choice, before it is saved.
    assert browser.post(address, {**sent, "lists": []}).content == b"0"
    assert browser.post(f"{LIST}estimate/", FORM).content == b"2"


@pytest.mark.parametrize(
    ("frequency", "day", "said"),
    [
        ("daily", "", "Every day at 09:30"),
        ("weekly", "wed", "Every Wednesday at 09:30"),
        ("monthly", "31", "Day 31 of every month at 09:30"),
        ("yearly", "12-24", "Every year on 12-24 at 09:30"),
    ],
)
def test_only_the_day_of_the_frequency_counts(browser: Client, frequency: str, day: str, said: str) -> None:
    browser.post(f"{LIST}add/", {**FORM, "frequency": frequency})
    assert Recurring.objects.get().day == day
    assert said in browser.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Give the campaign a title."),
        ({"frequency": "monthly", "month_day": "32"}, "must be a number from 1 to 31"),
        ({"frequency": "yearly", "year_day": "02-30"}, "must be a month and a day"),
        ({"frequency": "hourly"}, "Select a valid choice"),
        ({"time": "25:00"}, "Enter a valid time."),
        ({"everybody": ""}, "Choose whom the campaign goes to"),
        ({"lists": [1]}, "Untick everybody"),
        ({"design": "raw_html"}, "must hold a link to leave"),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, wrong: Any, said: str) -> None:
    ContactListFactory.create(pk=1)
    assert said in browser.post(f"{LIST}add/", FORM | wrong).content.decode()
    assert not Recurring.objects.exists()


def test_it_changes_one_and_keeps_what_the_form_does_not_show(browser: Client) -> None:
    chosen = rows(("1", "2"))
    recurring = make_recurring(
        status="active", recipients=chosen, settings={"mailer_settings": {"from_name": "Ada"}}, template=None
    )
    kept, gone, new = LabelFactory.create_batch(3)
    set_labels("recurring", recurring.pk, [kept.pk, gone.pk], "attach")
    sent = {**FORM, "everybody": "", "labels": [kept.pk, new.pk]}
    assert browser.post(page_of(recurring), sent).status_code == 302
    recurring.refresh_from_db()
    assert (recurring.title, recurring.day, recurring.status) == ("News", "wed", "active")
    assert (recurring.recipients, recurring.settings) == (chosen, {"mailer_settings": {"from_name": "Ada"}})
    assert recurring.next_run
    assert (recurring.next_run.weekday(), recurring.next_run > timezone.now()) == (2, True)
    assert labels_of("recurring", [recurring.pk])[recurring.pk] == [kept, new]


def test_it_shows_everybody_as_a_choice(browser: Client) -> None:
    recurring = make_recurring()
    shown = browser.get(page_of(recurring)).content.decode()
    assert "checked" in shown.partition('name="everybody"')[2].partition(">")[0]
    browser.post(page_of(recurring), FORM)
    recurring.refresh_from_db()
    assert recurring.recipients["subscribers"] == [{"list": "all", "tag": "all"}]


def test_one_that_is_active_keeps_a_subject_and_a_body(browser: Client) -> None:
    recurring = make_recurring(status="active")
    for column in ("subject", "body"):
        assert "needs one" in browser.post(page_of(recurring), {**FORM, column: ""}).content.decode()
    draft = make_recurring("Draft")
    assert browser.post(page_of(draft), {**FORM, "subject": "", "body": ""}).status_code == 302


def test_a_mail_that_is_due_is_not_lost_by_a_change(browser: Client) -> None:
    recurring = make_recurring(status="active", frequency="weekly", day="wed", time=time(9, 30))
    due = datetime(2026, 1, 28, 9, 30, tzinfo=UTC)
    Recurring.objects.update(next_run=due)
    browser.post(page_of(recurring), FORM)
    assert make_due_run()
    assert (Campaign.objects.get().run_at, Campaign.objects.get().mailing.subject) == (due, "Hello")
    # One that the schedule does not have any more is.
    Recurring.objects.update(next_run=due)
    browser.post(page_of(recurring), {**FORM, "weekday": "thu"})
    assert not make_due_run()


def test_it_starts_and_pauses_by_buttons(browser: Client) -> None:
    recurring = make_recurring()
    shown = browser.get(page_of(recurring)).content.decode()
    assert 'value="start_it"' in shown
    assert 'value="pause_it"' not in shown
    act = f"{LIST}{recurring.pk}/act/"
    pressed = {"action": "start_it", "_selected_action": recurring.pk}
    assert "Monday news" in browser.post(act, pressed).content.decode()
    assert Recurring.objects.get().status == "draft"
    assert browser.post(act, {**pressed, "confirmed": fingerprint([recurring.pk])})["Location"] == page_of(recurring)
    started = Recurring.objects.get()
    assert started.status == "active"
    assert started.next_run
    shown = browser.get(page_of(recurring)).content.decode()
    assert 'value="pause_it"' in shown
    assert 'value="start_it"' not in shown
    browser.post(act, {"action": "pause_it", "_selected_action": recurring.pk})
    paused = Recurring.objects.get()
    assert (paused.status, paused.next_run) == ("draft", None)


def test_nothing_is_started_that_is_not_written(browser: Client) -> None:
    written, blank = make_recurring(), make_recurring("Blank", body="")
    page = press(browser, "start_it", written, blank)
    assert "Started: 1 recurring campaign. Those without a subject or a body are not started." in page
    assert set(Recurring.objects.values_list("title", "status")) == {("Monday news", "active"), ("Blank", "draft")}


@pytest.mark.parametrize(
    "rights", [["campaigns.view_recurring"], ["campaigns.view_recurring", "campaigns.change_recurring"]]
)
def test_it_needs_the_right_to_campaigns(viewer_of: Any, rights: list[str]) -> None:
    recurring = make_recurring()
    assert viewer_of(*rights).get(LIST).status_code == 403
    viewer = viewer_of(*rights, "campaigns.view_campaign")
    shown = viewer.get(page_of(recurring)).content.decode()
    assert "Every day at 09:00" in shown
    assert 'name="body"' not in shown
    assert 'value="start_it"' not in shown
    pressed = {"action": "start_it", "confirmed": fingerprint([recurring.pk])}
    viewer.post(f"{LIST}{recurring.pk}/act/", pressed)
    viewer.post(page_of(recurring), FORM)
    recurring.refresh_from_db()
    assert (recurring.status, recurring.title) == ("draft", "Monday news")
    assert viewer.post(f"{LIST}{recurring.pk}/estimate/", FORM).status_code == 404
    for word in ("act", "preview"):
        assert viewer_of().get(f"{LIST}{recurring.pk}/{word}/").status_code in (403, 404)


def test_its_page_lists_the_mails_that_it_became(browser: Client) -> None:
    recurring = make_recurring()
    sent = make_run(recurring, 1, status="archived")
    send_to(sent, SubscriberFactory.create())
    make_run(recurring, 2)
    make_recurring("Other")
    mails = browser.get(page_of(recurring)).content.decode().split("plain-table")[1]
    assert mails.index("2 Jan 2026, 09:00") < mails.index("1 Jan 2026, 09:00")
    assert f"/admin/campaigns/campaign/{sent.pk}/change/" in mails
    assert "Draft" in mails
    everything = browser.get(f"/admin/campaigns/campaign/?recurrence__id__exact={recurring.pk}").content.decode()
    assert (everything.count("Monday news 1"), everything.count("Monday news 2")) == (1, 1)
    listed = browser.get(LIST).content.decode()
    assert '<td class="field-sent_so_far' in listed
    assert browser.get(LIST).context["cl"].result_list[1].sent.campaigns == 1


def test_it_shows_a_preview_and_sends_a_test(browser: Client, admin: Any, mailoutbox: list[Any]) -> None:
    recurring = make_recurring(settings={"mailer_settings": {"is_custom": "yes", "from_email": "news@example.com"}})
    assert "<p>Hi</p>" in browser.get(f"{LIST}{recurring.pk}/preview/").content.decode()
    for address in (f"{LIST}{recurring.pk}/preview/", f"{LIST}preview/"):
        assert "<p>Unsaved</p>" in browser.post(address, {**FORM, "body": "<p>Unsaved</p>"}).content.decode()
    admin.email = "me@example.com"
    admin.save()
    press(browser, "test_it", recurring)
    assert [(mail.to, "news@example.com" in mail.from_email) for mail in mailoutbox] == [(["me@example.com"], True)]


def test_it_deletes_and_its_campaigns_stay(browser: Client) -> None:
    recurring = make_recurring()
    make_run(recurring)
    assert "Monday news" in browser.get(f"{LIST}{recurring.pk}/delete/").content.decode()
    press(browser, "delete_selected", recurring)
    assert (Recurring.objects.count(), Campaign.objects.count()) == (0, 1)
    other = make_recurring()
    browser.post(f"{LIST}{other.pk}/delete/", {"post": "yes"})
    assert not Recurring.objects.exists()


def test_it_is_found_by_its_title(browser: Client) -> None:
    make_recurring("Wednesday words")
    make_recurring("Other")
    assert "Wednesday words" in browser.get("/admin/search/?extended=1&s=wednesday").content.decode()
    found = browser.get(f"{LIST}?q=WEDNESDAY").content.decode()
    assert "Wednesday words" in found
    assert "Other" not in found


def test_its_pages_take_as_many_statements_for_many_as_for_few(browser: Client) -> None:
    counts = []
    recurring = make_recurring()
    label = LabelFactory.create()
    browser.get(LIST)
    for size in (2, 12):
        for number in range(size):
            other = make_recurring(f"News {size} {number}")
            make_run(other, 1, status="archived")
            set_labels("recurring", other.pk, [label.pk], "attach")
            make_run(recurring, size + number, status="archived")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(LIST).status_code == 200
        with CaptureQueriesContext(connection) as more:
            assert browser.get(page_of(recurring)).status_code == 200
        ids = [one.pk for one in Recurring.objects.order_by("pk")]
        sent = {"action": "start_it", "_selected_action": ids, "confirmed": fingerprint(ids)}
        with CaptureQueriesContext(connection) as acting:
            browser.post(LIST, sent)
        assert Recurring.objects.filter(status="active").count() == len(ids)
        Recurring.objects.update(status="draft", next_run=None)
        browser.get(LIST)  # the message of the action
        counts.append((len(queries), len(more), len(acting)))
    assert counts[0] == counts[1]
    assert counts[0] <= (10, 12, 20)


def test_a_run_is_made_on_time_after_a_start(browser: Client) -> None:
    recurring = make_recurring()
    press(browser, "start_it", recurring)
    assert not make_due_run()
    Recurring.objects.update(next_run=timezone.now() - timedelta(minutes=1))
    assert make_due_run()

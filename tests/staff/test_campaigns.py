"""Campaigns in the admin. One file, as it is one screen."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.selection import chosen_contacts
from subscribers.conditions import Conditions, Link
from subscribers.querysets import SubscriberQuerySet
from tests.campaigns.factories import make_campaign, rows, send_to
from tests.dynamic_segments.factories import DynamicSegmentFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns/campaign/"
WRITTEN = {"title": "Spring", "subject": "Hello", "pre_header": "", "body": "<p>Hi</p>", "design": "simple"}
WHEN = {"scheduled_at_0": "", "scheduled_at_1": ""}


def act(browser: Client, name: str, *campaigns: Campaign, **more: Any) -> Any:
    ticked = [campaign.pk for campaign in campaigns]
    return browser.post(LIST, {"action": name, "_selected_action": ticked, **more}, follow=True)


def test_it_writes_and_addresses_a_campaign(browser: Client) -> None:
    chosen, left_out = ContactListFactory.create(), TagFactory.create()
    SubscriberFactory.create(lists=[chosen])
    SubscriberFactory.create(lists=[chosen], tags=[left_out])
    sent = {**WRITTEN, **WHEN, "lists": [chosen.pk], "without_tags": [left_out.pk], "_continue": "1"}
    page = browser.post(f"{LIST}add/", sent, follow=True)
    campaign = Campaign.objects.get()
    assert (campaign.mailing.title, campaign.mailing.subject, campaign.slug) == ("Spring", "Hello", "spring")
    assert campaign.recipients["subscribers"] == [{"list": str(chosen.pk), "tag": "all"}]
    assert campaign.recipients["excludedSubscribers"] == [{"list": "all", "tag": str(left_out.pk)}]
    address = f"{LIST}{campaign.pk}/estimate/"
    assert address in page.content.decode()
    assert browser.post(address, sent).content == b"1"
    # Another choice, before it is saved.
    assert browser.post(address, {**sent, "without_tags": []}).content == b"2"
    assert browser.post(f"{LIST}estimate/", {**sent, "lists": []}).content == b"0"


def test_nobody_is_chosen_until_somebody_chooses(browser: Client) -> None:
    SubscriberFactory.create()
    browser.post(f"{LIST}add/", WRITTEN | WHEN)
    campaign = Campaign.objects.get()
    page = act(browser, "schedule_it", campaign, confirmed=f"1-{fingerprint_of(campaign)}")
    assert "Not possible for 1." in page.content.decode()
    assert Campaign.objects.get().status == "draft"


def fingerprint_of(campaign: Campaign) -> str:
    from staff.confirmation import fingerprint  # noqa: PLC0415 - only here

    return fingerprint([campaign.pk]).partition("-")[2]


def test_it_keeps_a_choice_that_the_form_cannot_show(browser: Client) -> None:
    one, tag = ContactListFactory.create(), TagFactory.create()
    campaign = make_campaign(recipients=rows((str(one.pk), str(tag.pk))))
    page = browser.post(f"{LIST}{campaign.pk}/change/", {**WRITTEN, **WHEN, "title": "Other"}, follow=True)
    assert page.status_code == 200
    campaign.refresh_from_db()
    assert campaign.mailing.title == "Other"
    assert campaign.recipients == rows((str(one.pk), str(tag.pk)))


IN_LEEDS = [[{"source": ["subscriber", "city"], "operator": "=", "value": "Leeds"}]]


def by_conditions(groups: Any = IN_LEEDS) -> dict[str, str]:
    return {"advanced_filters": json.dumps(groups)}


def test_it_goes_to_those_who_meet_conditions(browser: Client) -> None:
    for city in ("Leeds", "leeds", "York"):
        SubscriberFactory.create(city=city)
    sent = {**WRITTEN, **WHEN, **by_conditions()}
    assert browser.post(f"{LIST}estimate/", sent).content == b"2"
    browser.post(f"{LIST}add/", sent)
    campaign = Campaign.objects.get()
    assert (campaign.recipients["sending_filter"], campaign.recipients["advanced_filters"]) == (
        "advanced_filters",
        IN_LEEDS,
    )
    assert chosen_contacts(campaign).count() == 2
    # Whom it does not go to is chosen beside it, and the conditions stay.
    SubscriberFactory.create(city="Leeds", tags=[tag := TagFactory.create()])
    page = browser.get(f"{LIST}{campaign.pk}/change/").content.decode()
    assert "&quot;Leeds&quot;" in page
    browser.post(f"{LIST}{campaign.pk}/change/", {**sent, "without_tags": [tag.pk]})
    campaign = Campaign.objects.get()
    assert campaign.recipients["advanced_filters"] == IN_LEEDS
    assert chosen_contacts(campaign).count() == 2
    # Without conditions the lists and tags count again: nobody.
    browser.post(f"{LIST}{campaign.pk}/change/", {**WRITTEN, **WHEN, "advanced_filters": "[]"})
    campaign = Campaign.objects.get()
    assert (campaign.recipients["sending_filter"], campaign.conditions) == ("list_tag", [])
    assert not chosen_contacts(campaign).exists()


def test_conditions_that_nobody_changes_stay_letter_by_letter(browser: Client) -> None:
    tag = TagFactory.create(title="VIP")
    groups = [[{"source": ["segment", "tags"], "operator": "in", "value": "VIP", "of_a_client": 1}]]
    campaign = make_campaign()
    campaign.recipients |= {"sending_filter": "advanced_filters", "advanced_filters": groups}
    campaign.conditions = Conditions(((Link("tags", "in", (tag.pk,)),),)).to_json()
    campaign.save()
    before = (campaign.recipients, campaign.conditions)
    browser.post(f"{LIST}{campaign.pk}/change/", {**WRITTEN, **WHEN, **by_conditions(groups), "title": "Other"})
    campaign.refresh_from_db()
    assert campaign.mailing.title == "Other"
    assert (campaign.recipients, campaign.conditions) == before


@pytest.mark.parametrize(
    ("groups", "text"),
    [
        ([[{"source": ["segment", "tags"], "operator": "in", "value": ["999"]}]], "The condition on tags has values"),
        ([[{"source": ["subscriber", "city"], "operator": "=", "value": ""}]], "needs an operator and a value"),
        ("x", "cannot be read"),
        (IN_LEEDS * 201, "There may be 200 conditions at most."),
    ],
)
def test_conditions_that_cannot_be_read_choose_nobody(browser: Client, groups: Any, text: str) -> None:
    SubscriberFactory.create()
    sent = {**WRITTEN, **WHEN, "advanced_filters": json.dumps([groups] if groups == "x" else groups)}
    answer = browser.post(f"{LIST}add/", sent)
    assert text in answer.context["adminform"].form.errors["advanced_filters"][0]
    assert not Campaign.objects.exists()
    assert b"cannot be read" in browser.post(f"{LIST}estimate/", sent).content


def test_it_takes_a_segment_or_conditions(browser: Client) -> None:
    sent = {**WRITTEN, **WHEN, **by_conditions(), "segment": DynamicSegmentFactory.create().pk}
    answer = browser.post(f"{LIST}add/", sent)
    assert answer.context["adminform"].form.errors == {
        "advanced_filters": ["Choose a segment or conditions, not both."]
    }


def test_it_says_when_counting_takes_too_long(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_too_long(self: Any) -> int:
        raise OperationalError

    monkeypatch.setattr(SubscriberQuerySet, "count", take_too_long)
    answer = browser.post(f"{LIST}estimate/", {**WRITTEN, **WHEN, **by_conditions()})
    assert answer.content == b"Too many to count now."


def test_it_asks_before_it_schedules(browser: Client) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    page = act(browser, "schedule_it", campaign)
    assert "Spring sale" in page.content.decode()
    assert Campaign.objects.get().status == "draft"
    act(browser, "schedule_it", campaign, confirmed=f"1-{fingerprint_of(campaign)}")
    assert Campaign.objects.get().status == "scheduled"
    act(browser, "unschedule_it", campaign)
    assert Campaign.objects.get().status == "draft"


def test_it_pauses_and_resumes(browser: Client) -> None:
    campaign = make_campaign(status="working", queued_at="2026-01-31T09:05:00Z")
    act(browser, "pause_it", campaign)
    assert Campaign.objects.get().status == "paused"
    act(browser, "resume_it", campaign)
    assert Campaign.objects.get().status == "working"


def test_what_is_sent_is_a_report_that_cannot_be_changed(browser: Client) -> None:
    campaign = make_campaign(status="archived")
    send_to(campaign, SubscriberFactory.create(), opened_at="2026-01-31T09:05:00Z")
    page = browser.get(f"{LIST}{campaign.pk}/change/").content.decode()
    assert "<dt>Opened</dt><dd>1\N{NO-BREAK SPACE}(100\N{NO-BREAK SPACE}%)</dd>" in page
    assert 'name="body"' not in page
    browser.post(f"{LIST}{campaign.pk}/change/", {**WRITTEN, **WHEN})
    campaign.mailing.refresh_from_db()
    assert campaign.mailing.title == "Spring sale"


def test_the_page_of_one_that_is_being_sent_follows_it(browser: Client) -> None:
    campaign = make_campaign(status="working", queued_at="2026-01-31T09:05:00Z")
    send_to(campaign, SubscriberFactory.create())
    address = f"{LIST}{campaign.pk}/progress/"
    assert f'hx-get="{address}"' in browser.get(f"{LIST}{campaign.pk}/change/").content.decode()
    fragment = browser.get(address)
    assert "1 of 1 messages have left." in fragment.content.decode()
    assert f'hx-get="{address}"' in fragment.content.decode()
    assert "HX-Refresh" not in fragment
    Campaign.objects.update(status="archived")
    fragment = browser.get(address)
    assert "hx-get" not in fragment.content.decode()
    assert fragment["HX-Refresh"] == "true"
    assert browser.get(f"{LIST}{campaign.pk + 1}/progress/").status_code == 404


@pytest.mark.parametrize("messages", [1, 8])
def test_its_pages_take_as_many_statements_for_any_number_of_messages(
    browser: Client, django_assert_max_num_queries: Any, messages: int
) -> None:
    campaign = make_campaign(status="working", queued_at="2026-01-31T09:05:00Z")
    for _ in range(messages):
        send_to(campaign, SubscriberFactory.create())
    browser.get(f"{LIST}{campaign.pk}/change/")
    with django_assert_max_num_queries(4):
        browser.get(f"{LIST}{campaign.pk}/progress/")
    with django_assert_max_num_queries(10):
        browser.get(f"{LIST}{campaign.pk}/change/")


def test_buttons_on_its_page_do_what_the_list_does(browser: Client) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    page = f"{LIST}{campaign.pk}/change/"
    shown = browser.get(page).content.decode()
    assert 'value="schedule_it"' in shown
    assert 'value="pause_it"' not in shown
    pressed = {"action": "schedule_it", "_selected_action": campaign.pk}
    assert "Spring sale" in browser.post(f"{LIST}{campaign.pk}/act/", pressed).content.decode()
    assert Campaign.objects.get().status == "draft"
    pressed["confirmed"] = f"1-{fingerprint_of(campaign)}"
    assert browser.post(f"{LIST}{campaign.pk}/act/", pressed)["Location"] == page
    assert Campaign.objects.get().status == "scheduled"


def test_buttons_need_the_right_to_change(viewer_of: Any) -> None:
    campaign = make_campaign()
    viewer = viewer_of("campaigns.view_campaign")
    assert 'value="schedule_it"' not in viewer.get(f"{LIST}{campaign.pk}/change/").content.decode()
    viewer.post(f"{LIST}{campaign.pk}/act/", {"action": "schedule_it", "confirmed": f"1-{fingerprint_of(campaign)}"})
    assert Campaign.objects.get().status == "draft"
    for word in ("act", "progress", "preview"):
        assert viewer_of().get(f"{LIST}{campaign.pk}/{word}/").status_code in (403, 404)


def test_the_preview_shows_what_was_saved_or_is_in_the_form(browser: Client) -> None:
    campaign = make_campaign()
    saved = browser.get(f"{LIST}{campaign.pk}/preview/")
    assert campaign.mailing.body in saved.content.decode()
    assert "sandbox" in saved["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in saved["Content-Security-Policy"]
    assert saved["X-Frame-Options"] == "SAMEORIGIN"
    for address in (f"{LIST}{campaign.pk}/preview/", f"{LIST}preview/"):
        assert "<p>Unsaved</p>" in browser.post(address, {**WRITTEN, "body": "<p>Unsaved</p>"}).content.decode()
    campaign.mailing.refresh_from_db()
    assert "Unsaved" not in campaign.mailing.body


def test_it_sends_a_test_to_whoever_asks(browser: Client, admin: Any, mailoutbox: list[Any]) -> None:
    admin.email = "me@example.com"
    admin.save()
    act(browser, "test_it", make_campaign())
    assert [mail.to for mail in mailoutbox] == [["me@example.com"]]


def test_it_deletes(browser: Client) -> None:
    campaign = make_campaign()
    act(browser, "delete_selected", campaign, confirmed=f"1-{fingerprint_of(campaign)}")
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("campaigns", [1, 8])
def test_its_list_takes_a_constant_number_of_statements(
    browser: Client, django_assert_max_num_queries: Any, campaigns: int
) -> None:
    for number in range(campaigns):
        make_campaign(f"Sale {number}")
    browser.get(LIST)
    with django_assert_max_num_queries(9):
        assert browser.get(f"{LIST}?q=sale").content.decode().count("Sale ") >= campaigns


def test_its_list_says_how_many_opened_and_followed_a_link(browser: Client) -> None:
    campaign = make_campaign(status="archived", recipients_count=2)
    for opened in ("2026-01-31T09:05:00Z", None):
        send_to(campaign, SubscriberFactory.create(), state="sent", opened_at=opened)
    page = browser.get(LIST).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "1 (50 %)" in page
    assert "0 (0 %)" in page


def test_one_that_leaves_tomorrow_is_not_about_to_start(browser: Client) -> None:
    campaign = make_campaign(status="scheduled", scheduled_at=timezone.now() + timedelta(days=1))
    [listed] = browser.get(LIST).context["cl"].result_list
    screen: Any = site.get_model_admin(Campaign)
    assert "scheduled for later" in screen.state(listed)
    Campaign.objects.update(scheduled_at=timezone.now())
    campaign.refresh_from_db()
    assert "about to start" in screen.state(campaign)


def test_the_design_of_a_client_stays(browser: Client) -> None:
    campaign = make_campaign(design="classic")
    page = browser.get(f"{LIST}{campaign.pk}/change/").content.decode()
    assert '<option value="classic" selected>' in page
    assert browser.post(f"{LIST}{campaign.pk}/change/", {**WRITTEN, **WHEN, "design": "classic"}).status_code == 302
    campaign.mailing.refresh_from_db()
    assert (campaign.mailing.subject, campaign.mailing.design) == ("Hello", "classic")


def test_it_says_when_it_leaves_and_to_how_many_before_it_does(browser: Client) -> None:
    SubscriberFactory.create_batch(2)
    campaign = make_campaign()
    assert "Spring sale: leaves at once, to 2 contacts" in act(browser, "schedule_it", campaign).content.decode()
    Campaign.objects.update(scheduled_at="2030-01-31T09:05:00Z")
    asked = act(browser, "schedule_it", campaign, make_campaign("Autumn sale")).content.decode()
    assert "Spring sale: leaves on 31 Jan 2030, 09:05<" in asked
    assert "Autumn sale: leaves at once<" in asked

"""/campaigns/{id}: scheduled, watched, reported."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from campaigns.services.sending import start_next
from emails.models import Click, Link, Mailing, Message
from emails.services.sending import send_due
from tests.campaigns.factories import make_campaign, send_to
from tests.client import Api
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory

AT = datetime(2026, 1, 31, 9, 5, tzinfo=UTC)
REPORTS = ("status", "overview_stats", "link-report", "processing-stat", "unsubscribers", "emails?per_page=5")


@pytest.mark.parametrize(
    "sent",
    [
        {"scheduled_at": "soon", "sending_type": "schedule"},
        {"sending_type": "schedule"},
        {"scheduled_at": "2026-02-30 09:00:00", "sending_type": "schedule"},
        {"scheduled_at": ["2030-01-15 09:00:00"], "sending_type": "range_schedule"},
        {"scheduled_at": ["2030-01-15 09:00:00", "2029-01-15 09:00:00"], "sending_type": "range_schedule"},
        {"scheduled_at": [[], {}], "sending_type": "range_schedule"},
        {"scheduled_at": "2030-01-15 09:00:00", "sending_type": "at leisure"},
    ],
)
def test_it_refuses_a_time_that_is_none(api: Api, sent: dict[str, Any]) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    assert api.post(f"/campaigns/{campaign.pk}/schedule", sent).status_code == 400
    assert Campaign.objects.get().status == "draft"


def test_it_takes_a_range(api: Api) -> None:
    SubscriberFactory.create()
    sent = {"scheduled_at": ["2030-01-15 09:00:00", "2030-01-15 12:00:00"], "sending_type": "range_schedule"}
    shown = api.post(f"/campaigns/{make_campaign().pk}/schedule", sent).json()["campaign"]
    assert (shown["status"], shown["scheduled_at"]) == ("pending-scheduled", "2030-01-15 09:00:00")
    assert shown["settings"]["schedule_range"] == [1894698000, 1894708800]


def test_a_time_in_the_past_is_now(api: Api) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    api.post(f"/campaigns/{campaign.pk}/schedule", {"scheduled_at": "2001-01-01 09:00:00", "sending_type": "schedule"})
    assert start_next()


def test_nobody_found_is_refused(api: Api) -> None:
    campaign = make_campaign()
    assert api.post(f"/campaigns/{campaign.pk}/schedule").status_code == 422
    assert Campaign.objects.get().status == "draft"


def make_report(size: int) -> Campaign:
    """A campaign whose messages were opened, clicked in, and answered by leaving: a third each."""
    campaign = make_campaign(status="archived", queued_at=AT)
    link = Link.objects.create(mailing=campaign.mailing, url="https://shop.example.com/offer", digest="a")
    for place, contact in enumerate(SubscriberFactory.create_batch(size)):
        did = {0: {"opened_at": AT, "clicked_at": AT}, 1: {"opened_at": AT}, 2: {"unsubscribed_at": AT}}[place % 3]
        message = send_to(campaign, contact, **did)
        if "clicked_at" in did:
            Click.objects.create(message=message, link=link)
    return campaign


def test_its_figures_are_true(api: Api) -> None:
    campaign = make_report(6)
    status = api.get(f"/campaigns/{campaign.pk}/status").json()
    assert status["stat"] == [{"status": "sent", "total": "6"}]
    totals = {name: figure["total"] for name, figure in status["analytics"].items()}
    assert totals == {"open": 4, "click": 2, "ctor": "50.00%", "unsubscribe": 2}
    [link] = api.get(f"/campaigns/{campaign.pk}/link-report").json()["links"]
    assert (link["total"], link["url"]) == ("2", "https://shop.example.com/offer")
    assert api.get(f"/campaigns/{campaign.pk}/unsubscribers").json()["unsubscribes"]["total"] == 2


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_takes_as_many_statements_for_any_number_of_recipients(api: Api, report: str) -> None:
    few, many = make_report(6), make_report(60)
    api.get(f"/campaigns/{few.pk}/{report}")
    counted = []
    for campaign in (few, many):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(f"/campaigns/{campaign.pk}/{report}").status_code == 200
        counted.append(len(queries))
        if "emails" not in report and "unsub" not in report:
            # The figures are kept: nobody counts messages.
            assert not any('FROM "emails_message"' in query["sql"] for query in queries.captured_queries)
    assert counted[0] == counted[1] <= 9


def test_it_narrows_its_messages(api: Api) -> None:
    campaign = make_report(6)
    ada = SubscriberFactory.create(email="ada@example.com", first_name="Ada")
    send_to(campaign, ada, state="failed", sent_at=None)

    def total(query: str) -> tuple[int, int]:
        answer = api.get(f"/campaigns/{campaign.pk}/emails?{query}").json()
        return answer["emails"]["total"], answer["failed_counts"]

    assert total("") == (7, 1)
    assert total("filter_type=click") == (2, 1)
    assert total("filter_type=view") == (4, 1)
    assert total("filter_type=unopened") == (2, 1)
    assert total("filter_type=failed") == (1, 1)
    assert total("search=ADA") == (1, 1)
    assert total("search=nobody") == (0, 1)


def test_a_deleted_message_is_a_recipient_less(api: Api) -> None:
    campaign, other = make_report(3), send_to(make_campaign("Other"), SubscriberFactory.create())
    first = Message.objects.filter(mailing=campaign.pk).order_by("pk").first()
    assert first
    answer = api.delete(f"/campaigns/{campaign.pk}/emails", {"email_ids": [first.pk, other.pk]}).json()
    assert answer["recipients_count"] == 2
    assert Message.objects.filter(pk=other.pk).exists()


def test_paused_messages_are_told_from_those_that_wait(api: Api) -> None:
    campaign = make_campaign(status="working", queued_at=AT)
    send_to(campaign, SubscriberFactory.create(), state="scheduled", sent_at=None)
    assert api.get(f"/campaigns/{campaign.pk}/status").json()["stat"] == [{"status": "scheduled", "total": "1"}]
    api.post(f"/campaigns/{campaign.pk}/pause")
    assert api.get(f"/campaigns/{campaign.pk}/status").json()["stat"] == [{"status": "paused", "total": "1"}]
    assert Mailing.objects.get().held


def test_each_subject_has_its_share_and_its_figures(api: Api, mailbox: Mailbox) -> None:
    SubscriberFactory.create_batch(40)
    campaign = make_campaign()
    sent = {
        "title": "Spring",
        "update_subjects": True,
        "subjects": [{"key": 50, "value": "A"}, {"key": 50, "value": "B"}],
    }
    api.put(f"/campaigns/{campaign.pk}", sent)
    api.post(f"/campaigns/{campaign.pk}/schedule")
    start_next()
    send_due()
    subjects = [str(message["Subject"]) for _, message in mailbox.arrived]
    assert set(subjects) == {"A", "B"}
    shown = api.get(f"/campaigns/{campaign.pk}/status").json()["subject_analytics"]["subjects"]
    assert {one["value"]: one["stats"]["sent"] for one in shown} == {word: subjects.count(word) for word in "AB"}


def test_it_bulk_deletes_and_labels(api: Api) -> None:
    make_campaign("One"), make_campaign("Two")
    assert (
        api.post("/campaigns/do-bulk-action", {"action_name": "delete_campaigns", "select_all": "true"}).status_code
        == 200
    )
    assert not Campaign.objects.exists()

"""/recurring-campaigns."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Recurring
from campaigns.services.recurring import make_due_run, next_time
from campaigns.services.sending import start_next
from emails.services.sending import send_due
from tests.campaigns.factories import make_recurring, make_run
from tests.client import Api
from tests.emails.smtp import Mailbox
from tests.factories import SubscriberFactory

SCHEDULE = {"type": "weekly", "day": "Monday", "time": "09:30", "send_automatically": "no"}


def sent(**settings: Any) -> dict[str, Any]:
    return {"campaign": {"title": "News", "settings": {"scheduling_settings": SCHEDULE, **settings}}}


@pytest.mark.parametrize(
    ("frequency", "day", "after", "expected"),
    [
        ("daily", "", "2026-01-31T08:59", "2026-01-31T09:00"),
        ("daily", "", "2026-01-31T09:00", "2026-02-01T09:00"),
        ("weekly", "mon", "2026-01-31T10:00", "2026-02-02T09:00"),
        ("monthly", "31", "2026-01-31T09:00", "2026-02-28T09:00"),
        ("monthly", "15", "2026-01-31T09:00", "2026-02-15T09:00"),
        ("yearly", "02-29", "2026-01-31T09:00", "2026-02-28T09:00"),
        ("yearly", "12-24", "2026-12-24T09:00", "2027-12-24T09:00"),
    ],
)
def test_it_knows_when_it_is_due_next(frequency: str, day: str, after: str, expected: str) -> None:
    recurring = Recurring(frequency=frequency, day=day, time=time(9))
    assert next_time(recurring, datetime.fromisoformat(f"{after}Z")) == datetime.fromisoformat(f"{expected}Z")


def test_it_goes_by_the_clocks_of_the_site(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/London"
    timezone.deactivate()
    recurring = Recurring(frequency="daily", time=time(9))
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_time(recurring, before) == datetime(2026, 3, 29, 8, tzinfo=UTC)


def test_it_is_made_written_and_activated(api: Api) -> None:
    pk = api.post("/recurring-campaigns", sent()).json()["campaign_id"]
    assert api.post(f"/recurring-campaigns/{pk}/change-status", {"status": "active"}).status_code == 422
    mail = {"campaign_id": pk, "campaign": {"email_subject": "News", "email_body": "<p>Hi</p>"}}
    assert api.post("/recurring-campaigns/update-campaign-data", mail).status_code == 200
    shown = api.post(f"/recurring-campaigns/{pk}/change-status", {"status": "active"}).json()["campaign"]
    assert (shown["status"], shown["email_subject"]) == ("active", "News")
    assert shown["settings"]["scheduling_settings"] == {**SCHEDULE, "day": "mon"}
    assert shown["scheduled_at"]
    assert (
        api.post(f"/recurring-campaigns/{pk}/change-status", {"status": "draft"}).json()["campaign"]["scheduled_at"]
        is None
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"scheduling_settings": {"type": "hourly", "time": "09:00"}},
        {"scheduling_settings": {"type": "weekly", "day": "someday", "time": "09:00"}},
        {"scheduling_settings": {"type": "monthly", "day": "32", "time": "09:00"}},
        {"scheduling_settings": {"type": "yearly", "day": "02-30", "time": "09:00"}},
        {"scheduling_settings": {"type": "daily", "time": "25:00"}},
        {"scheduling_settings": {}},
        {"sending_conditions": [{"post_type": "post"}]},
        {"subscribers_settings": {"subscribers": []}},
        {"subscribers_settings": {"subscribers": [{"list": "x"}]}},
    ],
)
def test_it_refuses_what_it_cannot_do(api: Api, settings: Any) -> None:
    assert api.post("/recurring-campaigns", sent(**settings)).status_code in (400, 422)
    assert not Recurring.objects.exists()


NO_WAY_OUT = {"custom_footer": "yes", "footer_content": "<p>Bye</p>"}


def test_no_change_takes_the_link_to_leave_away(api: Api) -> None:
    recurring = make_recurring()
    run = make_run(recurring)
    settings = {"scheduling_settings": SCHEDULE, "footer_settings": NO_WAY_OUT}
    refused = {
        f"/recurring-campaigns/{recurring.pk}/update-settings": {"campaign": {"title": "News", "settings": settings}},
        f"/recurring-campaigns/{recurring.pk}/emails/update-email": {
            "step": "edit",
            "email": {"id": run.pk, "design_template": "raw_html", "email_body": "<p>Hi</p>"},
        },
    }
    for path, body in refused.items():
        answer = api.post(path, body)
        assert (answer.status_code, answer.json()["compliance_failed"]) == (422, True), path
    recurring.refresh_from_db()
    run.mailing.refresh_from_db()
    assert "footer_settings" not in recurring.settings
    assert run.mailing.design == "simple"


def test_a_change_does_not_lose_a_mail_that_is_due(api: Api) -> None:
    recurring = make_recurring(status="active")
    due = datetime(2026, 1, 31, 9, tzinfo=UTC)
    mail = {"campaign_id": recurring.pk, "campaign": {"email_subject": "Later", "email_body": "<p>Hi</p>"}}
    Recurring.objects.update(next_run=due)
    assert api.post("/recurring-campaigns/update-campaign-data", mail).status_code == 200
    recurring.refresh_from_db()
    assert recurring.next_run == due
    # At another time of the day there is nothing that is due.
    assert api.post(f"/recurring-campaigns/{recurring.pk}/update-settings", sent()).status_code == 200
    recurring.refresh_from_db()
    assert recurring.next_run > timezone.now()


def test_each_run_makes_a_campaign_once_that_is_sent(mailbox: Mailbox, db: None) -> None:
    SubscriberFactory.create(email="ada@example.com")
    recurring = make_recurring(status="active")
    assert not make_due_run()
    due = timezone.now() - timedelta(days=3)
    Recurring.objects.update(next_run=due)
    assert make_due_run()
    assert not make_due_run()
    run = Campaign.objects.get()
    assert (run.recurrence, run.run_at, run.mailing.subject) == (recurring, due, "News")
    start_next()
    send_due()
    assert mailbox.addresses == ["ada@example.com"]
    recurring.refresh_from_db()
    assert recurring.next_run
    assert recurring.next_run > timezone.now()


def test_without_automatic_sending_a_run_is_a_draft(api: Api) -> None:
    SubscriberFactory.create()
    recurring = make_recurring(status="active", send_automatically=False)
    Recurring.objects.update(next_run=timezone.now())
    make_due_run()
    assert not start_next()
    answer = api.get(f"/recurring-campaigns/{recurring.pk}/emails").json()
    assert (answer["emails"]["total"], [draft["status"] for draft in answer["drafts"]]) == (0, ["draft"])
    mail = {"id": answer["drafts"][0]["id"], "email_subject": "Edited", "status": "pending-scheduled"}
    path = f"/recurring-campaigns/{recurring.pk}/emails/update-email"
    assert api.post(path, {"step": "review", "email": mail}).status_code == 200
    run = Campaign.objects.get()
    assert (run.mailing.subject, run.status) == ("Edited", "scheduled")


def test_a_mail_is_stopped_and_becomes_a_draft_again(api: Api) -> None:
    recurring = make_recurring()
    run = make_run(recurring, status="scheduled")
    path = f"/recurring-campaigns/{recurring.pk}/emails/{run.pk}"
    for status in ("cancelled", "draft"):
        assert api.put(path, {"status": status}).status_code == 200
        assert api.get(path).json()["email"]["status"] == status
    Campaign.objects.update(status="working")
    assert api.put(path, {"status": "cancelled"}).status_code == 422
    other = make_recurring("Other")
    assert api.get(f"/recurring-campaigns/{other.pk}/emails/{run.pk}").status_code == 404


def test_its_campaigns_outlive_it_and_are_not_listed_with_others(api: Api) -> None:
    recurring = make_recurring()
    make_run(recurring, status="archived")
    assert api.post("/recurring-campaigns/delete-bulk", {"campaign_ids": [recurring.pk]}).status_code == 200
    assert not Recurring.objects.exists()
    assert Campaign.objects.count() == 1
    assert api.get("/campaigns").json()["campaigns"]["total"] == 0


@pytest.mark.parametrize("rows", [1, 12])
def test_its_lists_take_a_constant_number_of_statements(api: Api, django_assert_num_queries: Any, rows: int) -> None:
    recurring = make_recurring()
    for number in range(rows):
        make_recurring(f"News {number}")
        make_run(recurring, number + 1, status="archived")
    api.get("/recurring-campaigns")
    with django_assert_num_queries(4):
        assert len(api.get("/recurring-campaigns").json()["campaigns"]["data"]) == rows + 1
    with django_assert_num_queries(5):
        assert len(api.get(f"/recurring-campaigns/{recurring.pk}/emails").json()["emails"]["data"]) == rows

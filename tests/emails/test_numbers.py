"""The numbers of mails: of a contact, and by day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from emails.models import Kind
from tests.client import Api
from tests.emails.factories import MessageFactory
from tests.factories import SubscriberFactory


def test_a_contact_s_stats_count_what_was_sent_to_it(api: Api) -> None:
    contact = SubscriberFactory.create()
    now = timezone.now()
    MessageFactory.create(subscriber=contact)
    MessageFactory.create(subscriber=contact, sent_at=now)
    MessageFactory.create(subscriber=contact, sent_at=now, opened_at=now, opens=7)
    MessageFactory.create(subscriber=contact, sent_at=now, opened_at=now, clicked_at=now, clicks=9)
    MessageFactory.create(subscriber=contact, sent_at=now, mailing__kind=Kind.DOUBLE_OPTIN)
    shown = api.get(f"/subscribers/{contact.pk}?with[]=stats").json()["subscriber"]
    assert shown["stats"] == {"emails": 3, "opens": 2, "clicks": 1}


@pytest.mark.parametrize(("word", "column"), [("sents", "sent_at"), ("opens", "opened_at"), ("clicks", "clicked_at")])
def test_it_counts_by_day_in_the_site_s_time_zone(api: Api, settings: Any, word: str, column: str) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    start = datetime(2026, 1, 30, 15, 30, tzinfo=UTC)  # the 31st there
    for hours in (0, 1, 24, -24):
        MessageFactory.create(**{column: start + timedelta(hours=hours)})
    days = "date_range[]=2026-01-31&date_range[]=2026-02-02"
    assert api.get(f"/reports/email-{word}?{days}").json()["stats"] == {
        "2026-01-31": 2,
        "2026-02-01": 1,
        "2026-02-02": 0,
    }


def test_it_counts_the_last_month_unless_told_otherwise(api: Api) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        stats = api.get("/reports/email-sents").json()["stats"]
    assert (len(stats), min(stats), max(stats)) == (31, "2026-01-30", "2026-03-01")


@pytest.mark.parametrize(
    "days", ["date_range=2026-01-31", "date_range[]=x&date_range[]=y", "date_range=1000-01-01,2026-01-01"]
)
def test_it_refuses_days_that_are_none(api: Api, days: str) -> None:
    answer = api.get(f"/reports/email-opens?{days}")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["date_range"]

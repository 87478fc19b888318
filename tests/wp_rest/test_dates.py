"""Dates of the API: `YYYY-MM-DD HH:MM:SS` in the site's time zone."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import override_settings

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import TagFactory
from wp_rest.dates import read_date, read_datetime, write_datetime

MOMENT = datetime(2026, 7, 1, 22, 30, 15, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-07-01 22:30:15"),
        ("Europe/Berlin", "2026-07-02 00:30:15"),
        ("America/St_Johns", "2026-07-01 20:00:15"),
        ("Asia/Kathmandu", "2026-07-02 04:15:15"),
    ],
)
def test_it_shows_moments_in_the_sites_time_zone(api: Api, zone: str, shown: str) -> None:
    with override_settings(TIME_ZONE=zone):
        with time_machine.travel(MOMENT, tick=False):
            tag = TagFactory.create()
            pk = api.post("/subscribers", {"email": "a@example.com", "status": "subscribed"}).json()["contact"]["id"]
        assert api.get(f"/tags/{tag.pk}").json()["tag"]["created_at"] == shown
        assert api.get(f"/subscribers/{pk}").json()["subscriber"]["created_at"] == shown


def test_it_follows_the_seasons_of_the_zone() -> None:
    with override_settings(TIME_ZONE="Europe/Berlin"):
        assert write_datetime(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01 01:00:00"
        assert write_datetime(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01 02:00:00"


def test_it_reads_a_moment_in_the_sites_time_zone(api: Api) -> None:
    with override_settings(TIME_ZONE="Europe/Berlin"):
        sent = {"email": "a@example.com", "status": "subscribed", "last_activity": "2026-07-02 00:30:15"}
        contact = api.post("/subscribers", sent).json()["contact"]
        assert contact["last_activity"] == "2026-07-02 00:30:15"
    assert Subscriber.objects.get().last_activity == datetime(2026, 7, 1, 22, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31 09:05", datetime(2026, 1, 31, 9, 5, tzinfo=UTC)),
        (" 2026-01-31 09:05:07 ", datetime(2026, 1, 31, 9, 5, 7, tzinfo=UTC)),
        ("2026-01-31T09:05:07Z", datetime(2026, 1, 31, 9, 5, 7, tzinfo=UTC)),
        ("2026-01-31T09:05:07+02:00", datetime(2026, 1, 31, 7, 5, 7, tzinfo=UTC)),
        ("2026-02-30 00:00:00", None),
        ("2026-01-31 25:00:00", None),
        ("31.01.2026 09:05", None),
        ("20260131T090507", None),
        ("tomorrow", None),
        ("", None),
        (None, None),
        (20260131, None),
        (["2026-01-31"], None),
        ("0001-01-01 00:00:00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_it_reads_moments_and_nothing_else(text: object, moment: datetime | None) -> None:
    assert read_datetime(text) == moment


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        (" 2026-01-31 ", date(2026, 1, 31)),
        ("2026-02-30", None),
        ("20260131", None),
        ("2026-W05-6", None),
        ("2026-01-31 00:00:00", None),
        ("31.01.2026", None),
        ("", None),
        (None, None),
    ],
)
def test_it_reads_days_and_nothing_else(text: object, day: date | None) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_it_survives_moments_at_the_ends_of_the_calendar(zone: str, text: str) -> None:
    with override_settings(TIME_ZONE=zone):
        moment = read_datetime(text)
        assert moment is None or write_datetime(moment) == text


def test_it_writes_nothing_for_no_moment() -> None:
    assert write_datetime(None) is None

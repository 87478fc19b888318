"""Dates of the API: `YYYY-MM-DD HH:MM:SS` in the site's time zone."""

from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
import time_machine
from django.test import override_settings

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory, TagFactory
from wp_rest.dates import read_date, read_datetime, write_datetime

NOW = datetime(2026, 7, 1, 22, 30, 15, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-07-01 22:30:15"),
        ("Europe/Berlin", "2026-07-02 00:30:15"),
        ("America/St_Johns", "2026-07-01 20:00:15"),
        ("Asia/Kathmandu", "2026-07-02 04:15:15"),
    ],
)
def test_it_shows_times_in_the_sites_time_zone(api: Api, zone: str, shown: str) -> None:
    with override_settings(TIME_ZONE=zone):
        with time_machine.travel(NOW, tick=False):
            tag = TagFactory.create()
            pk = api.post("/subscribers", {"email": "a@example.com", "status": "subscribed"}).json()["contact"]["id"]
        assert api.get(f"/tags/{tag.pk}").json()["tag"]["created_at"] == shown
        assert api.get(f"/subscribers/{pk}").json()["subscriber"]["created_at"] == shown


def test_it_follows_the_seasons_of_the_zone() -> None:
    with override_settings(TIME_ZONE="Europe/Berlin"):
        assert write_datetime(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01 01:00:00"
        assert write_datetime(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01 02:00:00"


def test_it_reads_a_time_in_the_sites_time_zone(api: Api) -> None:
    with override_settings(TIME_ZONE="Europe/Berlin"):
        sent = {"email": "a@example.com", "status": "subscribed", "last_activity": "2026-07-02 00:30:15"}
        contact = api.post("/subscribers", sent).json()["contact"]
        assert contact["last_activity"] == "2026-07-02 00:30:15"
    assert Subscriber.objects.get().last_activity == datetime(2026, 7, 1, 22, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "value"),
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
def test_it_reads_times_and_nothing_else(text: object, value: datetime | None) -> None:
    assert read_datetime(text) == value


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
def test_it_survives_times_at_the_ends_of_the_calendar(zone: str, text: str) -> None:
    with override_settings(TIME_ZONE=zone):
        value = read_datetime(text)
        assert value is None or write_datetime(value) == text


def test_it_writes_nothing_for_no_time() -> None:
    assert write_datetime(None) is None


LONDON = [
    ("2026-03-29 00:59:59", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
    ("2026-03-29 01:00:00", None),
    ("2026-03-29 01:30", None),
    ("2026-03-29T01:59:59", None),
    ("2026-03-29 02:00:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("2026-03-29T01:30:00Z", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ("2026-10-25 01:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # the first of the two
    ("2026-10-25T01:30:00+00:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("text", "value"), LONDON)
def test_it_reads_no_time_that_the_clocks_skip_and_the_first_of_two(text: str, value: datetime | None) -> None:
    with override_settings(TIME_ZONE="Europe/London"):
        assert read_datetime(text) == value


def test_a_day_begins_where_the_clocks_let_it() -> None:
    with override_settings(TIME_ZONE="Africa/Cairo"):  # 2026-04-24 begins at 01:00 there
        assert read_datetime("2026-04-24") == datetime(2026, 4, 23, 22, tzinfo=UTC)
        assert read_datetime("2026-04-24 00:00:00") is None


def test_it_refuses_a_time_that_the_clocks_skip_wherever_times_are_read(api: Api) -> None:
    skipped = "2026-03-29 01:30:00"
    contact = SubscriberFactory.create()
    CustomFieldFactory.create(slug="when", type="date_time")
    with override_settings(TIME_ZONE="Europe/London"):
        note = {"title": "t", "description": "d", "type": "call", "created_at": skipped}
        assert api.post(f"/subscribers/{contact.pk}/notes", {"note": note}).status_code == 400
        for values in ({"last_activity": skipped}, {"custom_values": {"when": skipped}}):
            assert api.put(f"/subscribers/{contact.pk}", {"subscriber": values}).status_code == 400
        assert api.get(f"/subscribers/{contact.pk}/history?since={quote(skipped)}").status_code == 400
        condition = {"source": ["subscriber", "created_at"], "operator": "after", "value": skipped}
        filters = {"filter_type": "advanced", "advanced_filters": [[condition]]}
        assert api.send("GET", "/subscribers", filters).status_code == 422


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-07-01T12:00:00Z", "2026-07-01 13:00:00"),
        ("2026-01-01T12:00:00+05:30", "2026-01-01 06:30:00"),
        ("2026-07-01 12:00:00", "2026-07-01 12:00:00"),
        ("2026-03-29T01:30:00Z", "2026-03-29 02:30:00"),
        ("2026-10-25 01:30:00", "2026-10-25 01:30:00"),
    ],
)
def test_it_turns_an_offset_into_the_sites_time_in_a_custom_value(api: Api, sent: str, stored: str) -> None:
    CustomFieldFactory.create(slug="when", type="date_time")
    with override_settings(TIME_ZONE="Europe/London"):
        body = {"email": "a@example.com", "status": "subscribed", "custom_values": {"when": sent}}
        assert api.post("/subscribers", body).status_code == 200
    assert Subscriber.objects.get().custom_values == {"when": stored}


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_it_refuses_a_custom_value_beyond_the_calendar(api: Api, text: str) -> None:
    CustomFieldFactory.create(slug="when", type="date_time")
    body = {"email": "a@example.com", "status": "subscribed", "custom_values": {"when": text}}
    assert api.post("/subscribers", body).status_code == 400

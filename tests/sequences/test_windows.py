"""When a mail may leave, in the site's time zone."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sequences.windows import Window

LONDON = ZoneInfo("Europe/London")
NINE, TEN, FIVE = time(9), time(10), time(17)


@pytest.fixture(autouse=True)
def _in_london(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/London"


def at(text: str, fold: int = 0) -> datetime:
    """A time of London."""
    # In UTC, as Python holds no time of a repeated hour equal to one of another time zone.
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        # 2026-03-02 is a Monday.
        (Window(), "2026-03-02 03:04:05", "2026-03-02 03:04:05"),
        (Window(NINE, FIVE), "2026-03-02 08:59:59", "2026-03-02 09:00"),
        (Window(NINE, FIVE), "2026-03-02 09:00", "2026-03-02 09:00"),
        (Window(NINE, FIVE), "2026-03-02 16:59:59", "2026-03-02 16:59:59"),
        (Window(NINE, FIVE), "2026-03-02 17:00", "2026-03-03 09:00"),
        # One time is the hour from it on.
        (Window(NINE), "2026-03-02 09:59", "2026-03-02 09:59"),
        (Window(NINE), "2026-03-02 10:00", "2026-03-03 09:00"),
        # Over midnight, also by the day on which it opened.
        (Window(FIVE, NINE), "2026-03-02 10:00", "2026-03-02 17:00"),
        (Window(FIVE, NINE), "2026-03-02 03:00", "2026-03-02 03:00"),
        (Window(FIVE, NINE, ("Sun",)), "2026-03-02 03:00", "2026-03-02 03:00"),
        (Window(FIVE, NINE, ("Mon",)), "2026-03-02 03:00", "2026-03-02 17:00"),
        # Some days alone.
        (Window(days=("Mon",)), "2026-03-02 23:59:59", "2026-03-02 23:59:59"),
        (Window(days=("Mon",)), "2026-03-03 00:00", "2026-03-09 00:00"),
        (Window(NINE, TEN, ("Mon",)), "2026-03-02 10:00", "2026-03-09 09:00"),
        (Window(NINE, TEN, ("Tue", "Sat")), "2026-03-04 00:00", "2026-03-07 09:00"),
        # The clocks go forward at 01:00 on 2026-03-29, a Sunday, and back at 02:00 on 2026-10-25.
        (Window(NINE, TEN), "2026-03-28 12:00", "2026-03-29 09:00"),
        (Window(NINE, TEN), "2026-10-24 12:00", "2026-10-25 09:00"),
        (Window(time(1, 30), time(4)), "2026-03-29 00:30", "2026-03-29 02:30"),
        (Window(days=("Sun",)), "2026-10-25 23:30", "2026-10-25 23:30"),
        (Window(days=("Mon",)), "2026-10-25 23:30", "2026-10-26 00:00"),
    ],
)
def test_it_opens(window: Window, now: str, opens: str) -> None:
    assert window.next(at(now)) == at(opens)


def test_a_repeated_hour_is_within_it_both_times() -> None:
    window = Window(time(1), time(2))
    for fold in (0, 1):
        assert window.next(at("2026-10-25 01:30", fold)) == at("2026-10-25 01:30", fold)


def test_it_is_the_site_s_day_that_counts() -> None:
    # Monday in London, Sunday in UTC.
    now = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)
    assert Window(days=("Mon",)).next(now) == now


def test_it_is_in_utc() -> None:
    assert Window(NINE).next(at("2026-06-08 00:00")).tzinfo is UTC

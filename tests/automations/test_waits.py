"""Waits, by the site's clocks."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from automations.parts.waits import seconds, until
from automations.registry import BlockFailed
from automations.services.enrolling import enrol
from tests.automations.working import automation, block, enrolment, tag, tags_of, wait, work
from tests.emails.clock import after
from tests.factories import SubscriberFactory, TagFactory

LONDON = ZoneInfo("Europe/London")


def test_a_contact_waits_and_then_goes_on(transactional_db: None) -> None:
    first, second = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(tag(first), wait(1, "days"), tag(second))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    found = enrolment(made, ada)
    assert tags_of(ada) == {first.pk}
    assert found.status == "active"
    assert found.next_execution_time == found.last_executed_time + timedelta(days=1)  # type: ignore[operator]
    with after(86_390):
        work()
        assert tags_of(ada) == {first.pk}
    with after(86_410):
        work()
    assert tags_of(ada) == {first.pk, second.pk}
    assert enrolment(made, ada).status == "completed"


@pytest.mark.parametrize(
    ("wanted", "now", "then"),
    [
        ({"wait_time_amount": "2", "wait_time_unit": "hours"}, "2026-05-01 10:00", "2026-05-01 12:00"),
        ({"wait_time_amount": 0, "wait_time_unit": "minutes"}, "2026-05-01 10:00", "2026-05-01 10:00"),
        ({"wait_time_amount": 1.5, "wait_time_unit": "hours"}, "2026-05-01 10:00", "2026-05-01 11:30"),
        ({"wait_time_amount": 1, "wait_time_unit": "weeks"}, "2026-05-01 10:00", "2026-05-08 10:00"),
        ({"wait_time_amount": 1, "wait_time_unit": "months"}, "2026-01-31 10:00", "2026-02-28 10:00"),
        ({"wait_time_amount": 13, "wait_time_unit": "months"}, "2026-01-31 10:00", "2027-02-28 10:00"),
        # The clocks go forward on 29 March: a day later is the same hour.
        ({"wait_time_amount": 1}, "2026-03-28 10:00", "2026-03-29 10:00"),
        (
            {"wait_type": "timestamp_wait", "wait_date_time": "2026-06-01 09:30:00"},
            "2026-05-01 10:00",
            "2026-06-01 09:30",
        ),
        ({"is_timestamp_wait": "yes", "wait_date_time": "2026-06-01"}, "2026-05-01 10:00", "2026-06-01 00:00"),
        # 1 May 2026 is a Friday.
        (
            {"wait_type": "to_day", "to_day": ["Mon", "Wed"], "to_day_time": "09:30"},
            "2026-05-01 10:00",
            "2026-05-04 09:30",
        ),
        ({"wait_type": "to_day", "to_day": ["Fri"], "to_day_time": "11:00"}, "2026-05-01 10:00", "2026-05-01 11:00"),
        ({"wait_type": "to_day", "to_day": ["Fri"], "to_day_time": "10:00"}, "2026-05-01 10:00", "2026-05-08 10:00"),
        ({"wait_type": "to_day", "to_day": "Sun", "to_day_time": ""}, "2026-03-28 10:00", "2026-03-29 00:00"),
    ],
)
def test_they_end_in_the_sites_time_zone(wanted: dict[str, Any], now: str, then: str, in_london: None) -> None:
    start = datetime.fromisoformat(now).replace(tzinfo=LONDON)
    ended = until(wanted, start)
    assert ended is not None
    assert timezone.localtime(ended).strftime("%Y-%m-%d %H:%M") == then


@pytest.fixture
def in_london(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/London"


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"wait_time_amount": "many"},
        {"wait_time_amount": -1},
        {"wait_time_amount": 10**30},
        {"wait_time_amount": "nan"},
        {"wait_time_amount": 1, "wait_time_unit": "eons"},
        {"wait_time_amount": {}, "wait_time_unit": {}},
        {"wait_type": "timestamp_wait", "wait_date_time": "soon"},
        {"wait_type": "timestamp_wait", "wait_date_time": "0001-01-01 00:00:00+14:00", "wait_time_unit": ""},
        {"wait_type": "to_day", "to_day": ["Someday"]},
        {"wait_type": "to_day", "to_day": ["Mon"], "to_day_time": "25:00"},
        {"wait_type": "by_custom_field"},
        {"wait_type": "nonsense"},
    ],
)
def test_what_says_nothing_is_refused(settings: dict[str, Any]) -> None:
    if "0001" in str(settings):
        assert until(settings, timezone.now())
        return
    with pytest.raises(BlockFailed):
        until(settings, timezone.now())
    assert seconds(settings) == 0


def test_each_contact_may_have_a_date_of_its_own(transactional_db: None) -> None:
    done = TagFactory.create()
    with time_machine.travel(datetime(2026, 5, 1, 10, tzinfo=ZoneInfo("UTC")), tick=False):
        ada = SubscriberFactory.create(date_of_birth=date(1990, 5, 3), custom_values={"renewal": "2026-05-10"})
        leap = SubscriberFactory.create(date_of_birth=date(2000, 2, 29), custom_values={"renewal": "2026-04-01"})
        none = SubscriberFactory.create(custom_values={"renewal": ["x"]})
        made = [
            automation(block("fluentcrm_wait_times", wait_type="by_custom_field", by_custom_field=name), tag(done))
            for name in ("renewal", "__date_of_birth__")
        ]
        for one in made:
            enrol(one.pk, [ada.pk, leap.pk, none.pk], "by hand")
        work()
        due = [[enrolment(one, contact).next_execution_time for contact in (ada, leap, none)] for one in made]
    shown = [[at and at.strftime("%Y-%m-%d") for at in some] for some in due]
    assert shown == [["2026-05-10", None, None], ["2026-05-03", "2027-02-28", None]]

"""Birthdays: once a year, at an hour of the site's time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from automations.services import birthdays
from automations.services.birthdays import enrol_birthdays
from database.sql import execute, is_postgresql
from tests.automations.working import automation, contacts_in, enrolment, tag, wait
from tests.factories import SubscriberFactory, TagFactory

pytestmark = pytest.mark.django_db
BIRTHDAY = "fluent_crm/contact_birthday"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(datetime(2026, 5, 1, 8, 30, tzinfo=UTC), tick=False) as clock:
        yield clock


def enrol_all() -> None:
    while enrol_birthdays():
        pass


def test_it_starts_on_the_day_at_the_hour(clock: Any) -> None:
    ada, alan = SubscriberFactory.create(date_of_birth=date(1990, 5, 1)), SubscriberFactory.create()
    SubscriberFactory.create(date_of_birth=date(1990, 5, 2))
    made, late = automation(trigger=BIRTHDAY), automation(trigger=BIRTHDAY, settings={"time": "18:00"})
    enrol_all()
    assert contacts_in(made) == []
    clock.move_to(datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    enrol_all()
    enrol_all()
    assert (contacts_in(made), contacts_in(late)) == ([ada.pk], [])
    # Whose date comes later that day is too late.
    alan.date_of_birth = date(1980, 5, 1)
    alan.save()
    enrol_all()
    assert contacts_in(made) == [ada.pk]
    clock.move_to(datetime(2026, 5, 1, 18, 1, tzinfo=UTC))
    enrol_all()
    assert contacts_in(late) == [ada.pk, alan.pk]


def test_it_comes_again_each_year_and_not_twice_in_one(clock: Any) -> None:
    ada = SubscriberFactory.create(date_of_birth=date(1990, 5, 1))
    made = automation(trigger=BIRTHDAY)
    clock.move_to(datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    enrol_all()
    ada.date_of_birth = date(1990, 5, 2)
    ada.save()
    clock.move_to(datetime(2026, 5, 2, 9, 0, tzinfo=UTC))
    enrol_all()
    assert enrolment(made, ada).round == 1
    clock.move_to(datetime(2027, 5, 2, 9, 0, tzinfo=UTC))
    enrol_all()
    assert enrolment(made, ada).round == 2


def test_who_is_still_in_it_is_left_there(clock: Any) -> None:
    ada = SubscriberFactory.create(date_of_birth=date(1990, 5, 1))
    made = automation(wait(), tag(TagFactory.create()), trigger=BIRTHDAY)
    for year in (2026, 2027):
        clock.move_to(datetime(year, 5, 1, 9, 0, tzinfo=UTC))
        enrol_all()
    assert enrolment(made, ada).round == 1


def test_days_on_which_the_server_was_away_are_made_up_for(clock: Any) -> None:
    days = SubscriberFactory.create_batch(3)
    for contact, day in zip(days, (1, 3, 20), strict=True):
        contact.date_of_birth = date(1990, 5, day)
        contact.save()
    made = automation(trigger=BIRTHDAY)
    clock.move_to(datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    enrol_all()
    clock.move_to(datetime(2026, 5, 4, 8, 0, tzinfo=UTC))
    enrol_all()
    assert contacts_in(made) == [days[0].pk, days[1].pk]
    # A week at most.
    clock.move_to(datetime(2026, 6, 20, 9, 0, tzinfo=UTC))
    enrol_all()
    assert contacts_in(made) == [days[0].pk, days[1].pk]


@pytest.mark.parametrize(("year", "day"), [(2026, 28), (2028, 29)])
def test_29_february_is_the_28th_where_there_is_none(clock: Any, year: int, day: int) -> None:
    leap = SubscriberFactory.create(date_of_birth=date(2000, 2, 29))
    made = automation(trigger=BIRTHDAY)
    clock.move_to(datetime(year, 2, 28, 9, 0, tzinfo=UTC))
    enrol_all()
    assert contacts_in(made) == ([leap.pk] if day == 28 else [])
    clock.move_to(datetime(year, 2, 28, 9, 0, tzinfo=UTC).replace(day=day))
    enrol_all()
    assert contacts_in(made) == [leap.pk]


@pytest.mark.parametrize("count", [1, 30])
def test_any_number_takes_as_many_statements(
    clock: Any, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    SubscriberFactory.create_batch(count, date_of_birth=date(1990, 5, 1))
    made = automation(trigger=BIRTHDAY)
    clock.move_to(datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    # Which automations; its lock, the contacts, their lock, the first block, the rows, history, the day; the transaction.
    with django_assert_num_queries(10 if is_postgresql() else 11):
        assert enrol_birthdays()
    assert len(contacts_in(made)) == count


def test_a_day_of_many_is_done_in_chunks(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(birthdays, "CHUNK", 2)
    SubscriberFactory.create_batch(5, date_of_birth=date(1990, 5, 1))
    made = automation(trigger=BIRTHDAY, settings={"time": "nonsense"})
    clock.move_to(datetime(2026, 5, 1, 9, 0, tzinfo=UTC))
    assert enrol_birthdays()
    assert len(contacts_in(made)) == 2
    enrol_all()
    assert len(contacts_in(made)) == 5


@pytest.mark.skipif(not is_postgresql(), reason="SQLite decides by other means")
def test_whose_birthday_it_is_is_read_from_the_index() -> None:
    SubscriberFactory.create_batch(50, date_of_birth=date(1990, 5, 1))
    made = automation(trigger=BIRTHDAY)
    execute("SET LOCAL enable_seqscan = off")
    plan = birthdays.born_on(date(2026, 5, 1), made).order_by("pk").values_list("pk").explain()
    assert "subscribers_birthday" in plan

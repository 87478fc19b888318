"""Dates and times in the admin: the same shape on every screen."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import DateField, DateTimeField, GeneratedField
from django.test import Client
from django.urls import reverse

from changes.models import Change, ChangedContact
from emails.models import Consent, Message
from staff.dates import custom_text, date_time, day
from subscribers.models import Subscriber
from tests.automations.factories import EnrolmentFactory
from tests.companies.factories import CompanyFactory
from tests.dates import other_dates, words_of
from tests.emails.factories import MailingFactory
from tests.factories import CustomFieldFactory, SubscriberFactory
from tests.notes.factories import NoteFactory
from tests.sequences.factories import SequenceTrackerFactory
from tests.staff.screens import labels, make_row

AT = datetime(2026, 1, 31, 23, 5, 9, tzinfo=UTC)
CONTACT = "/admin/subscribers/subscriber/"


def give_dates(row: Any) -> None:
    """Give every date of the row a value."""
    fields = [field for field in row._meta.concrete_fields if isinstance(field, DateField)]
    dates = {
        field.name: AT if isinstance(field, DateTimeField) else AT.date()
        for field in fields
        if not isinstance(field, GeneratedField)
    }
    if dates:
        type(row)._default_manager.filter(pk=row.pk).update(**dates)


def read(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return words_of(answer.content.decode())


@pytest.mark.parametrize("label", labels())
def test_every_screen_writes_them_in_one_way(browser: Client, admin: User, label: str) -> None:
    model = screen_of(label).model
    row = make_row(model, admin)
    give_dates(row)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    for path in (
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_history", args=[row.pk]),
    ):
        answer = browser.get(path)
        if answer.status_code == 200:
            assert other_dates(words_of(answer.content.decode())) == [], path


def screen_of(label: str) -> Any:
    return next(screen for model, screen in admin.site._registry.items() if model._meta.label == label)


def test_so_do_the_pages_of_a_contact_and_a_company(browser: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    CustomFieldFactory.create(slug="renews", label="Renews", type="date")
    CustomFieldFactory.create(slug="met", label="Met", type="date_time")
    custom = {"renews": "2026-03-04", "met": "2026-03-05 10:20:30"}
    contact = SubscriberFactory.create(custom_values=custom, date_of_birth=date(1990, 4, 5), unsubscribe_date=AT)
    give_dates(contact)
    mailing = MailingFactory.create()
    rows: list[Any] = [
        Consent.objects.create(subscriber=contact, mailing=mailing),
        Message.objects.create(
            subscriber=contact, mailing=mailing, kind="custom", hash="x", opens=1, state="sent", due=AT
        ),
        EnrolmentFactory.create(subscriber=contact),
        SequenceTrackerFactory.create(subscriber=contact),
        NoteFactory.create(subscriber=contact),
        Change.objects.create(
            channel="admin",
            event="updated",
            contacts=1,
            details={
                "columns": {"date_of_birth": ["1990-04-04", "1990-04-05"], "last_activity": [None, AT.isoformat()]}
            },
        ),
    ]
    ChangedContact.objects.create(change=rows[-1], contact_id=contact.pk)
    for row in rows:
        give_dates(row)
    tabs = ("overview", "activity", "messages", "automations", "edit")
    pages = [f"{CONTACT}{contact.pk}/change/?tab={tab}" for tab in tabs]
    texts = {path: read(browser, path) for path in [*pages, f"{CONTACT}{contact.pk}/history/"]}
    assert {path: found for path, text in texts.items() if (found := other_dates(text))} == {}
    overview = texts[pages[0]]
    for written in ("4 Mar 2026", "5 Mar 2026, 10:20", "31 Jan 2026", "1 Feb 2026, 00:05"):
        assert written in overview
    assert "5 Apr 1990" in texts[pages[1]]
    company = CompanyFactory.create(date_of_start=date(1949, 9, 17))
    page = read(browser, f"/admin/companies/company/{company.pk}/change/")
    assert "17 Sep 1949" in page
    assert other_dates(page) == []


def test_what_proves_something_or_is_read_in_order_has_seconds(browser: Client) -> None:
    contact, mailing = SubscriberFactory.create(), MailingFactory.create()
    consent = Consent.objects.create(subscriber=contact, mailing=mailing)
    # Two times in one minute differ all the same.
    times = [AT.isoformat(), AT.replace(second=10).isoformat()]
    columns = {"columns": {"last_activity": times}}
    change = Change.objects.create(channel="admin", event="updated", contacts=1, details=columns)
    ChangedContact.objects.create(change=change, contact_id=contact.pk)
    give_dates(consent)
    give_dates(change)
    for path in (
        f"/admin/emails/consent/{consent.pk}/change/",
        f"/admin/changes/change/{change.pk}/change/",
        f"{CONTACT}{contact.pk}/history/",
    ):
        assert "31 Jan 2026, 23:05:09" in read(browser, path), path
    assert "31 Jan 2026, 23:05:10" in read(browser, f"{CONTACT}{contact.pk}/history/")


def test_the_list_of_contacts_writes_days(browser: Client) -> None:
    contact = SubscriberFactory.create()
    Subscriber.objects.update(created_at=AT)
    page = read(browser, f"{CONTACT}?created_from=2026-01-01")
    assert contact.email in page
    assert "created from 1 Jan 2026" in page
    assert "31 Jan 2026" in page
    assert other_dates(page) == []


def test_times_are_those_of_the_site(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    assert (date_time(AT), day(AT), day(AT.date())) == ("1 Feb 2026, 08:05", "1 Feb 2026", "31 Jan 2026")
    assert (date_time(None), date_time(None, "never"), day(None)) == ("–", "never", "–")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("2026-03-04", "date", "4 Mar 2026"),
        ("2026-03-04 09:05:00", "date_time", "4 Mar 2026, 09:05"),
        ("2026-03-04", "text", "2026-03-04"),
        ("soon", "date", "soon"),
        (7, "date", "7"),
        (["a", "b"], "checkbox", "a, b"),
        (None, "date", ""),
    ],
)
def test_a_custom_value_is_written_by_its_type(value: Any, kind: str, text: str) -> None:
    assert custom_text(value, kind) == text


def test_a_text_with_dates_of_another_shape_is_found() -> None:
    for text in ("2026-01-31", "Jan. 31, 2026, 9:05 a.m.", "Sept. 3, 2026", "March 3", "1/31/2026", "2026-01-31T09:05"):
        assert other_dates(f"On {text} it was"), text
    assert other_dates("On 31 Jan 2026, 09:05, 31 Jan, in May 2026") == []

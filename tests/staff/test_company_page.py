"""A company's page: what is known of it, and its contacts in place."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from companies.models import Company
from staff.company_page import MOST_ADDRESSES, SHOWN_CONTACTS
from subscribers.models import Subscriber
from tests.companies.factories import CompanyFactory
from tests.factories import CustomFieldFactory, SubscriberFactory

pytestmark = pytest.mark.django_db
WHOLE, PART = 7, 4
HTMX = {"HX-Request": "true"}
ALL = (
    "companies.view_company",
    "companies.change_company",
    "subscribers.view_subscriber",
    "subscribers.change_subscriber",
)


def page(company: Company) -> str:
    return f"/admin/companies/company/{company.pk}/change/"


def contacts(company: Company, more: str = "") -> str:
    return f"/admin/companies/company/{company.pk}/contacts/{more}"


def members(company: Company) -> list[int]:
    return list(company.subscribers.order_by("pk").values_list("pk", flat=True))


def shown(client: Client, path: str, **options: Any) -> str:
    answer = client.get(path, **options)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_what_is_known(browser: Client) -> None:
    CustomFieldFactory.create(scope="company", slug="vat", label="VAT number")
    owner = SubscriberFactory.create(first_name="Ada", last_name="King")
    company = CompanyFactory.create(
        name="Acme",
        website="https://acme.example.com",
        city="York",
        owner=owner,
        contacts=[owner],
        custom_values={"vat": "GB1", "regions": ["North", "South"]},
        description="<p>Anvils</p>",
    )
    text = shown(browser, page(company))
    for words in ("York", "VAT number", "GB1", "Anvils", f"/subscriber/{owner.pk}/change/", "Ada King", "Subscribed"):
        assert words in text
    assert '<a href="https://acme.example.com"' in text
    assert "None" not in text
    assert "[&#x27;" not in text


def test_its_contacts_come_page_by_page(browser: Client) -> None:
    people = SubscriberFactory.create_batch(SHOWN_CONTACTS + 2)
    company = CompanyFactory.create(contacts=people)
    first = shown(browser, page(company))
    assert people[0].email in first
    assert people[-1].email not in first
    after = f"?after={people[SHOWN_CONTACTS - 1].pk}"
    assert f"{page(company)}{after}" in first
    for text in (shown(browser, page(company) + after), shown(browser, contacts(company, after), headers=HTMX)):
        assert people[-1].email in text
        assert people[0].email not in text
    assert browser.get(contacts(company, after))["Location"] == page(company) + after
    assert people[0].email in shown(browser, contacts(company, "?after=x"), headers=HTMX)
    assert browser.get("/admin/companies/company/999999/contacts/").status_code == 404


@pytest.mark.parametrize("number", [1, SHOWN_CONTACTS * 3])
def test_it_takes_as_many_statements_for_many_contacts_as_for_few(browser: Client, number: int) -> None:
    company = CompanyFactory.create(contacts=SubscriberFactory.create_batch(number))
    browser.get(page(company))  # what is read once a process
    with CaptureQueriesContext(connection) as whole:
        browser.get(page(company))
    with CaptureQueriesContext(connection) as part:
        browser.get(contacts(company), headers=HTMX)
    assert (len(whole), len(part)) == (WHOLE, PART)


def test_contacts_are_added_by_their_addresses(browser: Client) -> None:
    company = CompanyFactory.create(contacts=[SubscriberFactory.create(email="in@example.com")])
    first, second = (SubscriberFactory.create(email=f"{name}@example.com") for name in ("ada", "grace"))
    sent = {"emails": " ADA@example.com, grace@example.com\nin@example.com ada@example.com"}
    answer = browser.post(contacts(company, "attach/"), sent, headers=HTMX)
    assert "Added: 2 contacts." in answer.content.decode()
    assert first.email in answer.content.decode()
    assert members(company)[1:] == [first.pk, second.pk]
    first.refresh_from_db()
    assert first.company == company
    entry = Change.objects.get()
    assert (entry.event, entry.contacts, entry.channel) == ("companies_attached", 2, "admin")
    assert LogEntry.objects.get().change_message == "Added 2 contacts."
    again = browser.post(contacts(company, "attach/"), sent, headers=HTMX)
    assert "in it already" in again.content.decode()
    assert (Change.objects.count(), LogEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("emails", "problem"),
    [
        ("", "Type the e-mail address"),
        ("\x00 ,", "Type the e-mail address"),
        ("ada@example.com <nobody@example.com>", "No contact has the address &lt;nobody@example.com&gt;."),
        (" ".join(f"{n}@example.com" for n in range(MOST_ADDRESSES + 1)), "at most 100 addresses"),
    ],
)
def test_it_says_what_is_wrong_and_adds_nobody(browser: Client, emails: str, problem: str) -> None:
    company = CompanyFactory.create()
    SubscriberFactory.create(email="ada@example.com")
    assert problem in browser.post(contacts(company, "attach/"), {"emails": emails}, headers=HTMX).content.decode()
    without = browser.post(contacts(company, "attach/"), {"emails": emails}, follow=True)
    assert problem in without.content.decode()
    assert members(company) == []
    assert not LogEntry.objects.exists()


def test_a_contact_is_removed(browser: Client) -> None:
    stays, goes = SubscriberFactory.create_batch(2)
    company = CompanyFactory.create(contacts=[stays, goes])
    answer = browser.post(contacts(company, "detach/"), {"contact": goes.pk}, headers=HTMX)
    assert "Removed." in answer.content.decode()
    assert members(company) == [stays.pk]
    assert Change.objects.get().event == "companies_detached"
    for wrong, problem in ((str(goes.pk), "not in it any more"), ("x", "Choose a contact")):
        answer = browser.post(contacts(company, "detach/"), {"contact": wrong}, headers=HTMX)
        assert problem in answer.content.decode()
    assert browser.post(contacts(company, "detach/"), {"contact": stays.pk}).headers["Location"] == page(company)
    assert members(company) == []
    assert Subscriber.objects.count() == 2
    assert browser.get(contacts(company, "detach/")).status_code == 405


@pytest.mark.parametrize("missing", ALL[1:])
def test_it_holds_staff_to_their_rights(viewer_of: Callable[..., Client], missing: str) -> None:
    contact = SubscriberFactory.create()
    company = CompanyFactory.create(contacts=[contact], owner=contact)
    staff = viewer_of(*(name for name in ALL if name != missing))
    for route, sent in (("attach/", {"emails": contact.email}), ("detach/", {"contact": contact.pk})):
        assert staff.post(contacts(company, route), sent).status_code == 403
    text = shown(staff, page(company))
    assert "contacts/attach/" not in text
    assert "contacts/detach/" not in text
    assert members(company) == [contact.pk]
    hidden = missing == "subscribers.view_subscriber"
    assert ("contact-table" in text, "You may not view contacts." in text) == (not hidden, hidden)


def test_who_may_do_neither_sees_nothing(viewer_of: Callable[..., Client]) -> None:
    company = CompanyFactory.create(contacts=[SubscriberFactory.create()])
    staff = viewer_of("subscribers.view_subscriber", "subscribers.change_subscriber")
    assert staff.get(contacts(company), headers=HTMX).status_code == 403
    assert staff.post(contacts(company, "detach/"), {"contact": members(company)[0]}).status_code == 403

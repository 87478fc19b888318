"""The companies of a contact on its page, and the contacts of a company."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from companies.models import Company
from subscribers import services
from subscribers.models import Subscriber
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory, UserFactory
from tests.staff.test_contact_form import ADD, LIST, NEW, change_url, errors, saved, shown_form

COMPANIES = "/admin/companies/company/"


@pytest.fixture
def acme(db: None) -> Company:
    return CompanyFactory.create(name="Acme")


@pytest.fixture
def globex(db: None) -> Company:
    return CompanyFactory.create(name="Globex")


def member(*companies: Company) -> Subscriber:
    contact = SubscriberFactory.create()
    services.attach_companies([contact.pk], [company.pk for company in companies])
    Change.objects.all().delete()
    return contact


def belongs(contact: Any) -> tuple[list[str], str | None]:
    """The names of its companies, and of its primary one."""
    contact.refresh_from_db()
    names = contact.companies.order_by("name").values_list("name", flat=True)
    return list(names), contact.company and contact.company.name


def edit(browser: Client, contact: Subscriber, **edited: Any) -> Any:
    return browser.post(change_url(contact), shown_form(browser, contact) | edited)


def test_it_adds_a_contact_with_companies(browser: Client, acme: Company, globex: Company) -> None:
    sent = NEW | {"companies": [acme.pk, globex.pk], "company": globex.pk}
    assert saved(browser.post(ADD, sent))
    assert belongs(Subscriber.objects.get()) == (["Acme", "Globex"], "Globex")


def test_it_shows_the_companies_as_links(browser: Client, acme: Company, globex: Company) -> None:
    contact = member(acme, globex)
    page = browser.get(change_url(contact)).content.decode()
    assert f'<a href="{COMPANIES}{acme.pk}/change/">Acme</a>, primary' in page
    assert f'<a href="{LIST}?company={globex.pk}">its contacts</a>' in page


def test_it_writes_nothing_when_nothing_is_edited(browser: Client, acme: Company) -> None:
    contact = member(acme)
    assert saved(edit(browser, contact))
    assert not Change.objects.exists()


def test_it_attaches_detaches_and_chooses(browser: Client, acme: Company, globex: Company) -> None:
    contact = member(acme)
    assert saved(edit(browser, contact, companies=[acme.pk, globex.pk]))
    assert belongs(contact) == (["Acme", "Globex"], "Acme")
    assert saved(edit(browser, contact, company=globex.pk))
    assert belongs(contact) == (["Acme", "Globex"], "Globex")
    assert saved(edit(browser, contact, companies=[acme.pk]))
    assert belongs(contact) == (["Acme"], "Acme")
    assert saved(edit(browser, contact, companies=[], company=""))
    assert belongs(contact) == ([], None)
    changes = list(Change.objects.order_by("pk").values_list("event", "channel"))
    assert changes == [
        ("companies_attached", "admin"),
        ("updated", "admin"),
        ("companies_detached", "admin"),
        ("companies_detached", "admin"),
    ]


def test_another_primary_company_becomes_one_of_them(browser: Client, acme: Company, globex: Company) -> None:
    contact = member(acme)
    assert saved(edit(browser, contact, company=globex.pk))
    assert belongs(contact) == (["Acme", "Globex"], "Globex")
    third = CompanyFactory.create(name="Third")
    assert saved(edit(browser, contact, companies=[globex.pk], company=third.pk))
    assert belongs(contact) == (["Globex", "Third"], "Third")


def test_it_keeps_what_happened_while_the_form_was_open(browser: Client, acme: Company, globex: Company) -> None:
    contact = member(acme)
    form = shown_form(browser, contact)
    services.choose_companies({contact.pk: globex.pk})
    assert saved(browser.post(change_url(contact), form | {"city": "York"}))
    assert belongs(contact) == (["Acme", "Globex"], "Globex")


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (["acme", "globex", ""], "Choose one, or take the contact out of all companies."),
        (["acme", "globex"], "The contact is to leave this company."),
    ],
)
def test_it_refuses_what_contradicts_itself(
    browser: Client, acme: Company, globex: Company, names: list[str], error: str
) -> None:
    """The last name is that of the primary company."""
    contact = member(acme, globex)
    *companies, primary = names
    pks = {"acme": acme.pk, "globex": globex.pk, "": ""}
    sent = {"companies": [pks[name] for name in companies], "company": pks[primary]}
    assert errors(edit(browser, contact, **sent)) == {"company": [error]}
    assert belongs(contact) == (["Acme", "Globex"], "Acme")


def test_those_who_may_only_look_see_them(acme: Company) -> None:
    user = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_subscriber"))
    client = Client()
    client.force_login(user)
    page = client.get(change_url(member(acme))).content.decode()
    assert "Acme" in page
    assert "its contacts" not in page


def test_a_company_links_to_its_contacts_and_to_all_of_them(browser: Client, acme: Company) -> None:
    contacts = SubscriberFactory.create_batch(22)
    services.attach_companies([contact.pk for contact in contacts], [acme.pk])
    page = browser.get(f"{COMPANIES}{acme.pk}/change/").content.decode()
    assert f'<a href="{change_url(contacts[0])}">{contacts[0].email}</a>' in page
    assert contacts[21].email not in page
    assert "Contacts (22)" in page
    assert f'<a href="{LIST}?company={acme.pk}">All in the list of contacts</a>' in page
    assert f'<a href="{LIST}?company={acme.pk}">22</a>' in browser.get(COMPANIES).content.decode()


def test_the_list_is_filtered_by_company(browser: Client, acme: Company, globex: Company) -> None:
    first, second = member(acme), member(acme, globex)
    SubscriberFactory.create()
    for query, found in [
        (f"?company={acme.pk}", [second, first]),
        (f"?company={globex.pk}", [second]),
        (f"?company={acme.pk}&status=bounced", []),
        (f"?company={acme.pk}&q={first.email}", [first]),
        ("?company=999", []),
    ]:
        listed = browser.get(LIST + query).context["cl"]
        assert (list(listed.result_list), listed.result_count) == (found, len(found))
    assert browser.get(f"{LIST}?company=x")["Location"] == f"{LIST}?e=1"


def test_it_saves_companies_in_as_many_statements_for_many_as_for_few(browser: Client) -> None:
    counts = []
    for size in (4, 20):
        companies = CompanyFactory.create_batch(size)
        contact = member(*companies[: size // 2])
        form = shown_form(browser, contact) | {"companies": [company.pk for company in companies[size // 2 - 1 :]]}
        with CaptureQueriesContext(connection) as statements:
            assert saved(browser.post(change_url(contact), form))
        counts.append(len(statements))
    assert counts[0] == counts[1]

"""Companies in the admin: under the API's own rules, through the services."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.models import Change
from companies.models import Company
from companies.querysets import CompanyQuerySet
from companies.services import NameTaken
from staff import companies as company_admin
from staff.companies import CompanyAdmin
from subscribers.models import Subscriber, SubscriberCompany
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory, UserFactory

LIST = "/admin/companies/company/"
ADD = f"{LIST}add/"
# The inline of notes, untouched.
NO_NOTES = {"notes-TOTAL_FORMS": "0", "notes-INITIAL_FORMS": "0"}


def form(**given: Any) -> dict[str, Any]:
    """A filled form: the name, and what is given."""
    return {"name": "Acme", "employees_number": "0"} | NO_NOTES | given


def rows(answer: Any) -> list[tuple[str, int]]:
    """The names and numbers of contacts in the list."""
    return [(company.name, company.contacts_number) for company in answer.context["cl"].result_list]


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


def change(company: Company) -> str:
    return f"{LIST}{company.pk}/change/"


def test_it_lists_companies_with_how_many_contacts_they_have(browser: Client) -> None:
    contacts = SubscriberFactory.create_batch(3)
    CompanyFactory.create(name="Acme", contacts=contacts)
    CompanyFactory.create(name="Globex", contacts=contacts[:1])
    CompanyFactory.create(name="Initech")
    assert rows(browser.get(LIST)) == [("Initech", 0), ("Globex", 1), ("Acme", 3)]


def test_it_takes_as_many_statements_for_many_companies_as_for_few(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CompanyAdmin, "list_per_page", 20)
    counts = []
    for companies in (2, 30):
        for _ in range(companies):
            CompanyFactory.create(contacts=[SubscriberFactory.create()], owner=SubscriberFactory.create())
        with CaptureQueriesContext(connection) as queries:
            browser.get(LIST)
        counts.append(len(queries))
    # The session, the user; the ids of the page, its rows with their counts.
    assert counts == [4, 4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ACM", ["Acme"]),
        ("q=anvils", ["Acme"]),
        ("q=%25", []),
        ("q=%20", ["Globex", "Acme"]),
        ("type=Partner", ["Globex"]),
        ("type=Partner&q=acme", []),
    ],
)
def test_it_searches_and_filters(browser: Client, query: str, found: list[str]) -> None:
    CompanyFactory.create(name="Acme", industry="Anvils")
    CompanyFactory.create(name="Globex", type="Partner")
    assert [name for name, _ in rows(browser.get(f"{LIST}?{query}"))] == found


def test_it_makes_a_company_and_its_owner_belongs_to_it(browser: Client, admin: User) -> None:
    owner = SubscriberFactory.create()
    assert browser.get(ADD).status_code == 200
    sent = form(name=" <b>Acme</b> ", owner=owner.pk, description="<p>Anvils<script>x</script></p>", city="<i>York</i>")
    assert browser.post(ADD, sent | {"type": "Partner", "date_of_start": "1949-09-17"}).status_code == 302
    company = Company.objects.get()
    assert (company.name, company.city, company.type, company.owner) == ("Acme", "York", "Partner", owner)
    assert (company.description, str(company.date_of_start)) == ("<p>Anvils</p>", "1949-09-17")
    assert list(company.subscribers.all()) == [owner]
    owner.refresh_from_db()
    assert owner.company == company
    entry = Change.objects.exclude(subject_kind="company", contacts=0).get()
    assert (entry.event, entry.channel, entry.user) == ("companies_attached", "admin", admin)


def test_it_changes_what_was_changed_and_shows_its_contacts(browser: Client) -> None:
    member = SubscriberFactory.create()
    company = CompanyFactory.create(name="Acme", city="Leeds", contacts=[member], custom_values={"vat": "<GB1>"})
    page = browser.get(change(company)).content.decode()
    assert member.email in page
    assert "<dt>vat</dt><dd>&lt;GB1&gt;</dd>" in page
    answer = browser.post(change(company), form(city="York"))
    assert answer.status_code == 302
    company.refresh_from_db()
    assert (company.name, company.city, company.custom_values) == ("Acme", "York", {"vat": "<GB1>"})
    own = Change.objects.get()
    assert (own.event, own.contacts) == ("company_updated", 0)
    assert "city" in own.details["columns"]


def test_it_takes_the_owner_away_and_keeps_the_contact_in_the_company(browser: Client) -> None:
    owner = SubscriberFactory.create()
    company = CompanyFactory.create(name="Acme", owner=owner, contacts=[owner])
    assert browser.post(change(company), form(owner="")).status_code == 302
    company.refresh_from_db()
    assert company.owner is None
    assert list(company.subscribers.all()) == [owner]


def test_it_keeps_a_type_that_is_not_on_offer(browser: Client) -> None:
    company = CompanyFactory.create(name="Acme", type="Imported")
    assert browser.post(change(company), form(type="Imported", city="York")).status_code == 302
    company.refresh_from_db()
    assert (company.type, company.city) == ("Imported", "York")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "<b></b>"}, {"name": ["The name field is required."]}),
        ({"name": "GLOBEX"}, {"name": ["Another company has this name."]}),
        ({"type": "Customer"}, {"type": ["Select a valid choice. Customer is not one of the available choices."]}),
        ({"owner": "999999"}, {"owner": ["Select a valid choice. That choice is not one of the available choices."]}),
        ({"date_of_start": "1949"}, {"date_of_start": ["Enter a valid date."]}),
        ({"description": "x" * 65_536}, {"description": ["The description is too long."]}),
        ({"website": "x" * 501}, {"website": ["Ensure this value has at most 500 characters (it has 501)."]}),
    ],
)
def test_it_refuses_what_the_api_refuses(browser: Client, given: Any, error: Any) -> None:
    CompanyFactory.create(name="Globex")
    assert errors(browser.post(ADD, form(**given))) == error
    company = CompanyFactory.create(name="Acme")
    assert errors(browser.post(change(company), form(**given))) == error
    assert Company.objects.count() == 2


def test_it_says_so_when_the_name_was_taken_just_after_it_was_checked(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Company] = []

    def lose(company: Company) -> None:
        calls.append(company)
        # What the winner made is seen from now on.
        monkeypatch.setattr(CompanyQuerySet, "named", lambda companies, _: companies.filter(name="Globex"))
        raise NameTaken

    CompanyFactory.create(name="Globex")
    monkeypatch.setattr(company_admin, "save_company", lose)
    assert errors(browser.post(ADD, form())) == {"name": ["Another company has this name."]}
    assert len(calls) == 1


def test_it_deletes_companies_and_keeps_their_contacts(browser: Client) -> None:
    contact = SubscriberFactory.create()
    gone, stays = CompanyFactory.create(contacts=[contact]), CompanyFactory.create(contacts=[contact])
    path = f"{LIST}{gone.pk}/delete/"
    assert gone.name in browser.get(path).content.decode()
    assert browser.post(path, {"post": "yes"}).status_code == 302
    assert list(Company.objects.all()) == [stays]
    contact.refresh_from_db()
    assert contact.company == stays
    entry = Change.objects.exclude(subject_kind="company", contacts=0).get()
    assert (entry.event, entry.channel) == ("companies_detached", "admin")


def test_it_deletes_a_set_of_companies_in_one_go(browser: Client) -> None:
    contacts = SubscriberFactory.create_batch(3)
    companies = CompanyFactory.create_batch(3, contacts=contacts)
    chosen = {"action": "delete_selected", "_selected_action": [company.pk for company in companies[:2]]}
    asked = browser.post(LIST, chosen)
    assert "<strong>2 companies</strong>" in asked.content.decode()
    confirmed = {"confirmed": dict(asked.context["sent"])["confirmed"]}
    assert browser.post(LIST, chosen | confirmed).status_code == 302
    assert list(Company.objects.all()) == companies[2:]
    assert [change.contacts for change in Change.objects.order_by("pk")] == [3, 3, 0, 0]
    assert set(Subscriber.objects.values_list("company", flat=True)) == {companies[2].pk}
    assert SubscriberCompany.objects.count() == 3


def test_it_holds_staff_to_their_rights(db: None) -> None:
    company = CompanyFactory.create(name="Acme")
    user = UserFactory.create(is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_company"))
    assert client.get(LIST).status_code == 200
    assert client.get(change(company)).status_code == 200
    assert client.post(change(company), form(city="York")).status_code == 403
    assert client.post(f"{LIST}{company.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Company.objects.get().city is None

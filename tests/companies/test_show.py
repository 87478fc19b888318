"""GET /companies/{id}, and companies on the contacts themselves."""

from datetime import UTC, datetime

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from subscribers.models import SubscriberCompany
from tests.client import Api
from tests.companies.expected import company_row
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory
from tests.subscribers.expected import NOT_FOUND, ids


def test_it_shows_a_company_with_its_owner_and_number_of_contacts(api: Api) -> None:
    owner = SubscriberFactory.create()
    company = CompanyFactory.create(name="Acme", owner=owner, contacts=[owner, SubscriberFactory.create()])
    answer = api.get(f"/companies/{company.pk}")
    shown_owner = api.get(f"/subscribers/{owner.pk}").json()["subscriber"]
    assert (answer.status_code, answer.json()) == (
        200,
        {"company": company_row(company, owner_id=str(owner.pk), contacts_count=2, owner=shown_owner)},
    )


def test_it_shows_no_owner_once_that_contact_is_deleted(api: Api) -> None:
    owner = SubscriberFactory.create()
    company = CompanyFactory.create(owner=owner, contacts=[owner])
    assert api.delete(f"/subscribers/{owner.pk}").status_code == 200
    shown = api.get(f"/companies/{company.pk}").json()
    assert shown == {"company": company_row(company, contacts_count=0, owner=None)}


@pytest.mark.parametrize("pk", [0, 999_999, 999_999_999_999_999_999])
def test_it_is_404_for_a_company_that_is_not_there(api: Api, pk: int) -> None:
    answer = api.get(f"/companies/{pk}")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_it_takes_as_many_statements_for_many_contacts_as_for_none(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    small, large = CompanyFactory.create(), CompanyFactory.create(contacts=SubscriberFactory.create_batch(20))
    for company in (small, large):
        api.get(f"/companies/{company.pk}")  # the first use of a password is written down
        with django_assert_num_queries(3):  # who asks, the company, its count
            api.get(f"/companies/{company.pk}")


def test_it_shows_the_companies_of_a_contact_and_the_primary_one(api: Api) -> None:
    contact = SubscriberFactory.create()
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        acme = CompanyFactory.create(name="Acme", contacts=[contact], custom_values={"vat": "GB1"})
        globex = CompanyFactory.create(name="Globex", contacts=[contact], employees_number=3)
    contact.company = globex
    contact.save()

    def pivot(pk: int) -> dict[str, dict[str, str]]:
        return {
            "pivot": {
                "subscriber_id": str(contact.pk),
                "object_id": str(pk),
                "object_type": "FluentCrm\\App\\Models\\Company",
                "created_at": "2026-01-31 09:05:00",
                "updated_at": "2026-01-31 09:05:00",
            }
        }

    shown_acme = company_row(acme, meta={"custom_values": {"vat": "GB1"}}) | pivot(acme.pk)
    shown_globex = company_row(globex, employees_number="3") | pivot(globex.pk)
    for shown in (
        api.get(f"/subscribers/{contact.pk}").json()["subscriber"],
        api.get("/subscribers").json()["data"][0],
        api.put(f"/subscribers/{contact.pk}", {"first_name": "Ada"}).json()["contact"],
    ):
        assert shown["company_id"] == str(globex.pk)
        assert shown["company"] == shown_globex
        assert shown["companies"] == [shown_acme, shown_globex]


def test_it_shows_a_contact_without_companies(api: Api) -> None:
    CompanyFactory.create()
    contact = SubscriberFactory.create()
    shown = api.get(f"/subscribers/{contact.pk}").json()["subscriber"]
    assert (shown["company_id"], shown["company"], shown["companies"]) == (None, None, [])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("company_ids[]={acme}", ["both", "one"]),
        ("company_ids[]={acme}&company_ids[]={globex}", ["both", "one", "other"]),
        ("company_ids={acme},{globex}", ["both", "one", "other"]),
        ("company_ids={globex}", ["both", "other"]),
        ("company_ids[]={globex}&statuses[]=pending", ["other"]),
        ("company_ids[]=999999", []),
        ("company_ids[]=nonsense", []),
    ],
)
def test_it_filters_contacts_by_company_and_counts_each_once(api: Api, query: str, found: list[str]) -> None:
    one, both, other, _ = (
        SubscriberFactory.create(first_name=name, status=status)
        for name, status in (("one", "subscribed"), ("both", "bounced"), ("other", "pending"), ("none", "pending"))
    )
    acme, globex = CompanyFactory.create(contacts=[one, both]), CompanyFactory.create(contacts=[both, other])
    asked = query.format(acme=acme.pk, globex=globex.pk)
    answer = api.get(f"/subscribers?sort_by=first_name&sort_type=ASC&{asked}").json()
    assert [contact["first_name"] for contact in answer["data"]] == found
    assert answer["total"] == len(found)


def test_it_pages_through_the_contacts_of_one_company(api: Api) -> None:
    contacts = SubscriberFactory.create_batch(5)
    company = CompanyFactory.create(contacts=contacts[1:])
    found = [ids(api.get(f"/subscribers?per_page=2&company_ids[]={company.pk}&page={page}")) for page in (1, 2, 3)]
    pks = [contact.pk for contact in contacts]
    assert found == [[pks[4], pks[3]], [pks[2], pks[1]], []]


@pytest.mark.parametrize("contacts", [2, 30])
def test_it_lists_contacts_with_companies_in_one_more_statement(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, contacts: int
) -> None:
    members = SubscriberFactory.create_batch(contacts)
    for _ in range(3):
        CompanyFactory.create(contacts=members)
    api.get("/subscribers")  # the first use of a password is written down
    # Who asks, the total, the ids, the rows, tags and lists, companies.
    with django_assert_num_queries(6):
        listed = api.get("/subscribers?per_page=100").json()["data"]
    assert sum(len(contact["companies"]) for contact in listed) == SubscriberCompany.objects.count() == 3 * contacts

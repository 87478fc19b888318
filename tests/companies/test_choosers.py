"""GET /companies/search and GET /companies/search-unattached-contacts."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory
from tests.subscribers.expected import missing


def test_it_finds_companies_with_what_a_chooser_shows(api: Api) -> None:
    company = CompanyFactory.create(
        name="Acme Corporation", email="hi@acme.example", phone="+1 555", logo="l", website="w"
    )
    CompanyFactory.create(name="Globex")
    answer = api.get("/companies/search?search=ac")
    shown = {
        "id": company.pk,
        "name": "Acme Corporation",
        "email": "hi@acme.example",
        "logo": "l",
        "phone": "+1 555",
        "website": "w",
    }
    assert (answer.status_code, answer.json()) == (200, {"results": [shown], "has_more": False})


@pytest.mark.parametrize(("companies", "has_more"), [(20, False), (21, True)])
def test_it_gives_a_few_and_tells_whether_there_are_more(api: Api, companies: int, has_more: bool) -> None:
    made = CompanyFactory.create_batch(companies)
    answer = api.get("/companies/search").json()
    assert [company["id"] for company in answer["results"]] == [company.pk for company in made[:20]]
    assert answer["has_more"] is has_more


def unattached(api: Api, query: str) -> list[int]:
    answer = api.get(f"/companies/search-unattached-contacts?{query}")
    assert answer.status_code == 200
    return [contact["id"] for contact in answer.json()["results"]]


def test_it_finds_contacts_that_do_not_belong_to_the_company_newest_first(api: Api) -> None:
    member, of_other, alone, _ = (SubscriberFactory.create(first_name=name) for name in ("Ada", "Ada", "Ada", "Grace"))
    company = CompanyFactory.create(contacts=[member])
    CompanyFactory.create(contacts=[of_other])
    assert unattached(api, f"search=ada&company_id={company.pk}") == [alone.pk, of_other.pk]
    [shown] = api.get(f"/companies/search-unattached-contacts?search={alone.email}&company_id={company.pk}").json()[
        "results"
    ]
    assert shown == api.get(f"/subscribers/{alone.pk}").json()["subscriber"]


def test_it_gives_twenty_contacts_without_a_search(api: Api) -> None:
    company = CompanyFactory.create()
    contacts = SubscriberFactory.create_batch(22)
    assert unattached(api, f"company_id={company.pk}") == [contact.pk for contact in contacts[:1:-1]]


@pytest.mark.parametrize("query", ["", "company_id=", "company_id=x", "company_id=0"])
def test_it_wants_a_company(api: Api, query: str) -> None:
    answer = api.get(f"/companies/search-unattached-contacts?{query}")
    assert (answer.status_code, answer.json()) == (422, missing("company_id"))


@pytest.mark.parametrize(
    ("path", "statements"), [("search?search=c", 2), ("search-unattached-contacts?company_id=1", 4)]
)
@pytest.mark.parametrize("rows", [2, 15])
def test_it_takes_a_constant_number_of_statements(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, path: str, statements: int, rows: int
) -> None:
    CompanyFactory.create_batch(rows)
    SubscriberFactory.create_batch(rows)
    api.get("/companies")  # the first use of a password is written down
    with django_assert_num_queries(statements):
        found: list[Any] = api.get(f"/companies/{path}").json()["results"]
    assert len(found) == rows

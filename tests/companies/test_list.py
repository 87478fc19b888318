"""GET /companies."""

import pytest
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from tests.client import Api
from tests.companies.expected import company_row, page
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory

PATH = "/wp-json/fluent-crm/v2/companies"


def names(api: Api, query: str) -> list[str]:
    answer = api.get(f"/companies?{query}")
    assert answer.status_code == 200
    return [company["name"] for company in answer.json()["companies"]["data"]]


def test_it_answers_an_empty_page_when_there_is_none(api: Api) -> None:
    answer = api.get("/companies")
    assert (answer.status_code, answer.json()) == (200, {"companies": page([])})


def test_it_lists_the_newest_first_with_their_owners_and_how_many_contacts_they_have(api: Api) -> None:
    owner, other = SubscriberFactory.create_batch(2)
    acme = CompanyFactory.create(name="Acme", contacts=[owner, other])
    globex = CompanyFactory.create(name="Globex", owner=owner, employees_number=12, type="Partner", contacts=[owner])
    shown_owner = api.get(f"/subscribers/{owner.pk}").json()["subscriber"]
    assert api.get("/companies").json() == {
        "companies": page(
            [
                company_row(
                    globex,
                    owner_id=str(owner.pk),
                    employees_number="12",
                    type="Partner",
                    contacts_count=1,
                    owner=shown_owner,
                ),
                company_row(acme, contacts_count=2, owner=None),
            ]
        )
    }


def test_it_answers_the_page_asked_for_with_addresses_that_keep_the_parameters(api: Api) -> None:
    companies = CompanyFactory.create_batch(5, industry="Anvils")
    answer = api.get("/companies?per_page=2&page=2&search=anvil").json()["companies"]
    assert [company["id"] for company in answer.pop("data")] == [companies[2].pk, companies[1].pk]
    assert answer == {
        "total": 5,
        "per_page": 2,
        "current_page": 2,
        "last_page": 3,
        "next_page_url": f"{PATH}?per_page=2&search=anvil&page=3",
        "prev_page_url": f"{PATH}?per_page=2&search=anvil&page=1",
        "from": 3,
        "to": 4,
    }


@pytest.mark.parametrize("query", ["per_page=0", "per_page=-1", "per_page=x", "page=0", "page=x"])
def test_it_takes_fifteen_and_the_first_page_for_numbers_that_are_none(api: Api, query: str) -> None:
    CompanyFactory.create_batch(16)
    shown = api.get(f"/companies?{query}").json()["companies"]
    assert (shown["per_page"], shown["current_page"], len(shown["data"])) == (15, 1, 15)


def test_it_answers_an_empty_page_past_the_last(api: Api) -> None:
    CompanyFactory.create()
    shown = api.get("/companies?page=7").json()["companies"]
    assert (shown["total"], shown["data"], shown["from"]) == (1, [], None)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["50 %", "a_b", "Globex", "Acme"]),
        ("GLOB", ["Globex"]),
        ("%20acme%20", ["Acme"]),
        ("hi@acme", ["Acme"]),
        ("555", ["Globex"]),
        ("acme.example/shop", ["Acme"]),
        ("anvils", ["Acme"]),
        ("software", ["Globex"]),
        ("%25", ["50 %"]),
        ("_", ["a_b"]),
        ("%00", ["50 %", "a_b", "Globex", "Acme"]),
        ("nothing", []),
    ],
)
def test_it_searches_name_email_phone_website_description_and_industry(api: Api, search: str, found: list[str]) -> None:
    CompanyFactory.create(
        name="Acme", email="hi@acme.example", website="https://acme.example/shop", description="<p>Anvils</p>"
    )
    CompanyFactory.create(name="Globex", phone="+1 555", industry="Software")
    CompanyFactory.create(name="a_b")
    CompanyFactory.create(name="50 %")
    assert names(api, f"search={search}") == found


def test_it_searches_in_any_case_of_every_script(api: Api) -> None:
    CompanyFactory.create(name="ŁÓDŹ Sp. z o.o.")
    assert names(api, "search=%C5%82%C3%B3d%C5%BA") == ["ŁÓDŹ Sp. z o.o."]


@pytest.mark.parametrize("search", ["search[]=a", "search[a][b]=c"])
def test_it_outlives_a_search_that_is_no_text(api: Api, search: str) -> None:
    CompanyFactory.create()
    assert names(api, search) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort_by=name&sort_type=ASC", ["A", "B", "C"]),
        ("order_by=name&order=asc", ["A", "B", "C"]),
        ("sort_by=name&sort_order=asc", ["A", "B", "C"]),
        ("sort_by=name&order_type=ASC", ["A", "B", "C"]),
        ("sort_by=name", ["C", "B", "A"]),
        ("sort_by=employees_number&sort_type=ASC", ["B", "A", "C"]),
        ("sort_by=nonsense", ["C", "A", "B"]),
        ("sort_by[]=name", ["C", "A", "B"]),
        ("sort_type=ASC", ["B", "A", "C"]),
    ],
)
def test_it_sorts_under_every_name_that_clients_use(api: Api, query: str, found: list[str]) -> None:
    for name, employees in (("B", 1), ("A", 2), ("C", 3)):
        CompanyFactory.create(name=name, employees_number=employees)
    assert names(api, query) == found


def test_it_sorts_empty_values_first_upward_and_last_downward_on_every_database(api: Api) -> None:
    for name, industry in (("B", "Software"), ("none", None), ("A", "Anvils")):
        CompanyFactory.create(name=name, industry=industry)
    assert names(api, "sort_by=industry&sort_type=ASC") == ["none", "A", "B"]
    assert names(api, "sort_by=industry&sort_type=DESC") == ["B", "A", "none"]


@pytest.mark.parametrize("companies", [3, 40])
def test_it_takes_seven_statements_for_any_number_of_companies(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, companies: int
) -> None:
    owners = SubscriberFactory.create_batch(companies)
    for owner in owners:
        CompanyFactory.create(owner=owner, contacts=[owner])
    api.get("/companies")  # the first use of a password is written down
    # Who asks, the total, the page, its counts; its owners, their tags and lists, their companies.
    with django_assert_num_queries(7):
        answer = api.get("/companies?per_page=100")
    assert len(answer.json()["companies"]["data"]) == Company.objects.count() == companies

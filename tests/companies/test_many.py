"""PUT /companies/companies-property and POST /companies/do-bulk-action."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from companies.models import Company
from subscribers.models import Subscriber
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory
from tests.subscribers.expected import missing, refused, wrong

PROPERTY, BULK = "/companies/companies-property", "/companies/do-bulk-action"
UNKNOWN_TYPE = "The new_status must be one of: Prospect, Partner, Vendor, Reseller, Other."


def types() -> list[str]:
    return list(Company.objects.order_by("pk").values_list("type", flat=True))


@pytest.mark.parametrize("key", ["companies", "company_ids"])
def test_it_sets_the_type_of_many(api: Api, key: str) -> None:
    first, second, _ = CompanyFactory.create_batch(3, type="Vendor")
    answer = api.put(PROPERTY, {"property": "type", "value": "Partner", key: [first.pk, second.pk, 999_999]})
    assert (answer.status_code, answer.json()) == (200, {"message": "Companies successfully updated"})
    assert types() == ["Partner", "Partner", "Vendor"]


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ({"property": "name", "value": "X", "companies": [1]}, refused("Column is not valid")),
        ({"value": "Partner", "companies": [1]}, refused("Column is not valid")),
        ({"property": ["type"], "value": "Partner", "companies": [1]}, refused("Column is not valid")),
        ({"property": "type", "value": "Customer", "companies": [1]}, refused("Value is not valid")),
        ({"property": "type", "value": ["Partner"], "companies": [1]}, refused("Value is not valid")),
        ({"property": "type", "companies": [1]}, refused("Value is not valid")),
        ({"property": "type", "value": "Partner", "companies": []}, missing("companies")),
        ({"property": "type", "value": "Partner"}, missing("companies")),
    ],
)
def test_it_refuses_another_property_another_value_and_no_company(api: Api, body: Any, answered: Any) -> None:
    company = CompanyFactory.create()
    answer = api.put(PROPERTY, {**body, **({"companies": [company.pk]} if body.get("companies") else {})})
    assert (answer.status_code, answer.json()) == (422, answered)
    assert types() == [""]


def test_it_changes_the_type_as_a_bulk_action_and_counts_those_that_are_there(api: Api) -> None:
    first, second, _ = CompanyFactory.create_batch(3)
    body = {
        "action_name": "change_company_type",
        "new_status": "Partner",
        "company_ids": [second.pk, first.pk, 999_999],
    }
    answer = api.post(BULK, body)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "last_company_id": "999999",
            "completed_companies": 2,
            "message": "Company Type has been updated for the selected companies",
        },
    )
    assert types() == ["Partner", "Partner", ""]


@pytest.mark.parametrize("route", ["property", "bulk"])
def test_it_dates_the_change(api: Api, route: str) -> None:
    company = CompanyFactory.create()
    with time_machine.travel(datetime(2030, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        if route == "property":
            api.put(PROPERTY, {"property": "type", "value": "Partner", "companies": [company.pk]})
        else:
            api.post(BULK, {"action_name": "change_company_type", "new_status": "Partner", "company_ids": [company.pk]})
    company.refresh_from_db()
    assert (company.type, company.updated_at.year) == ("Partner", 2030)


def test_it_deletes_companies_as_a_bulk_action_and_keeps_their_contacts(api: Api) -> None:
    contact = SubscriberFactory.create()
    gone, also_gone = CompanyFactory.create(contacts=[contact]), CompanyFactory.create(contacts=[contact])
    stays = CompanyFactory.create()
    body = {"action_name": "delete_companies", "company_ids": [gone.pk, also_gone.pk, 999_999]}
    answer = api.post(BULK, body)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "last_company_id": "999999",
            "completed_companies": 2,
            "message": "Selected Companies has been deleted permanently",
        },
    )
    assert list(Company.objects.all()) == [stays]
    assert Subscriber.objects.get().company is None


@pytest.mark.parametrize(
    ("body", "status", "answered"),
    [
        ({"action_name": "nonsense", "company_ids": [1]}, 422, refused("Selected Action is not valid")),
        ({"action_name": ["delete_companies"], "company_ids": [1]}, 422, refused("Selected Action is not valid")),
        ({"company_ids": [1]}, 422, refused("Selected Action is not valid")),
        ({"action_name": "delete_companies"}, 422, missing("company_ids")),
        ({"action_name": "delete_companies", "company_ids": []}, 422, missing("company_ids")),
        (
            {"action_name": "change_company_type", "new_status": "X", "company_ids": [1]},
            400,
            wrong("new_status", "in", UNKNOWN_TYPE),
        ),
        ({"action_name": "change_company_type", "company_ids": [1]}, 400, wrong("new_status", "in", UNKNOWN_TYPE)),
    ],
)
def test_it_refuses_a_bulk_action_that_cannot_be_right(api: Api, body: Any, status: int, answered: Any) -> None:
    company = CompanyFactory.create()
    answer = api.post(BULK, {**body, **({"company_ids": [company.pk]} if body.get("company_ids") else {})})
    assert (answer.status_code, answer.json()) == (status, answered)
    assert types() == [""]

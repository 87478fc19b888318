"""PUT /companies/{id}."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import time_machine

from companies.models import Company
from tests.client import Api
from tests.companies.expected import company_row
from tests.companies.factories import CompanyFactory
from tests.factories import CustomFieldFactory, SubscriberFactory
from tests.subscribers.expected import NOT_FOUND, missing, refused, wrong
from tests.threads import at_once, two_writers

TAKEN = refused("Company name already exists. Please use a different company name")


def test_it_changes_what_is_sent_and_nothing_else(api: Api) -> None:
    company = CompanyFactory.create(name="Acme Corp", city="Leeds", phone="+1 555", custom_values={"vat": "GB1"})
    with time_machine.travel(datetime(2030, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        answer = api.put(f"/companies/{company.pk}", {"id": 77, "name": "Acme Corporation", "city": "York"})
    shown = company_row(
        company,
        name="Acme Corporation",
        city="York",
        phone="+1 555",
        meta={"custom_values": {"vat": "GB1"}},
        updated_at="2030-01-31 09:05:00",
    )
    assert (answer.status_code, answer.json()) == (200, {"message": "Company has been updated", "company": shown})
    assert api.get(f"/companies/{company.pk}").json()["company"] == shown | {"contacts_count": 0, "owner": None}


def test_it_takes_back_a_whole_company_as_it_was_shown_and_changes_nothing(api: Api) -> None:
    owner = SubscriberFactory.create()
    company = CompanyFactory.create(owner=owner, contacts=[owner], type="Partner", employees_number=3)
    before = api.get(f"/companies/{company.pk}").json()["company"]
    assert api.put(f"/companies/{company.pk}", before).status_code == 200
    # Its owner shows it as well.
    Company.objects.filter(pk=company.pk).update(updated_at=company.updated_at)
    assert api.get(f"/companies/{company.pk}").json()["company"] == before


def test_it_keeps_custom_values_of_other_fields(api: Api) -> None:
    for slug in ("vat", "size"):
        CustomFieldFactory.create(scope="company", slug=slug)
    company = CompanyFactory.create(custom_values={"vat": "GB1", "size": "3"})
    answer = api.put(f"/companies/{company.pk}", {"custom_values": '{"size": "4"}'})
    assert answer.json()["company"]["meta"] == {"custom_values": {"vat": "GB1", "size": "4"}}
    company.refresh_from_db()
    assert company.custom_values == {"vat": "GB1", "size": "4"}


def test_it_makes_a_new_owner_belong_to_it_and_keeps_the_old_one_in_it(api: Api) -> None:
    old, new = SubscriberFactory.create_batch(2)
    company = CompanyFactory.create(owner=old, contacts=[old])
    assert api.put(f"/companies/{company.pk}", {"owner_id": new.pk}).json()["company"]["owner_id"] == str(new.pk)
    assert list(company.subscribers.order_by("pk")) == [old, new]


@pytest.mark.parametrize("owner", ["", "0", None])
def test_it_takes_the_owner_away(api: Api, owner: Any) -> None:
    contact = SubscriberFactory.create()
    company = CompanyFactory.create(owner=contact, contacts=[contact])
    assert api.put(f"/companies/{company.pk}", {"owner_id": owner}).json()["company"]["owner_id"] is None
    assert list(company.subscribers.all()) == [contact]


def test_it_empties_with_an_empty_text_and_with_null(api: Api) -> None:
    company = CompanyFactory.create(
        city="Leeds", description="<p>x</p>", employees_number=5, date_of_start="2020-01-02"
    )
    sent = {"city": "", "description": None, "employees_number": "", "date_of_start": ""}
    assert api.put(f"/companies/{company.pk}", sent).status_code == 200
    company.refresh_from_db()
    assert (company.city, company.description, company.employees_number) == ("", None, 0)
    assert company.date_of_start is None


@pytest.mark.parametrize("name", ["Acme", "ACME"])
def test_it_refuses_the_name_of_another_company_in_any_case(api: Api, name: str) -> None:
    CompanyFactory.create(name="Acme")
    company = CompanyFactory.create(name="Globex", city="Leeds")
    answer = api.put(f"/companies/{company.pk}", {"name": name, "city": "York"})
    assert (answer.status_code, answer.json()) == (422, TAKEN)
    company.refresh_from_db()
    assert (company.name, company.city) == ("Globex", "Leeds")


def test_it_takes_its_own_name_in_another_case(api: Api) -> None:
    company = CompanyFactory.create(name="Acme")
    assert api.put(f"/companies/{company.pk}", {"name": "ACME"}).json()["company"]["name"] == "ACME"


@pytest.mark.parametrize(
    ("sent", "status", "body"),
    [
        ({"name": ""}, 422, missing("name")),
        ({"name": None}, 422, missing("name")),
        (
            {"type": "Customer"},
            400,
            wrong("type", "in", "The type must be one of: Prospect, Partner, Vendor, Reseller, Other."),
        ),
        ({"owner_id": 999_999}, 400, wrong("owner_id", "invalid", "There is no such contact.")),
        (
            {"date_of_start": "x"},
            400,
            wrong("date_of_start", "date", "The date_of_start must be a date such as 1990-04-05."),
        ),
    ],
)
def test_it_refuses_what_does_not_fit_and_changes_nothing(api: Api, sent: Any, status: int, body: Any) -> None:
    company = CompanyFactory.create(name="Acme", city="Leeds")
    answer = api.put(f"/companies/{company.pk}", {"city": "York", **sent})
    assert (answer.status_code, answer.json()) == (status, body)
    company.refresh_from_db()
    assert (company.name, company.city) == ("Acme", "Leeds")


def test_it_refuses_a_custom_value_that_does_not_fit_its_field(api: Api) -> None:
    CustomFieldFactory.create(scope="company", slug="size", type="number")
    company = CompanyFactory.create()
    answer = api.put(f"/companies/{company.pk}", {"city": "York", "custom_values": {"size": "huge"}})
    assert (answer.status_code, answer.json()) == (
        400,
        wrong("custom_values.size", "type", "The size must be a number."),
    )
    company.refresh_from_db()
    assert company.city is None


def test_it_is_404_for_a_company_that_is_not_there(api: Api) -> None:
    answer = api.put("/companies/999999", {"name": "Acme"})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert not Company.objects.exists()


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_loses_neither_of_two_changes_that_come_at_once(api: Api) -> None:
    for slug in ("one", "two"):
        CustomFieldFactory.create(scope="company", slug=slug)
    company = CompanyFactory.create()
    path = f"/companies/{company.pk}"
    for number in range(20):
        text = str(number)
        answers = at_once(
            partial(api.put, path, {"city": text, "custom_values": {"one": text}}),
            partial(api.put, path, {"phone": text, "custom_values": {"two": text}}),
        )
        assert [answer.status_code for answer in answers] == [200, 200]
        company.refresh_from_db()
        assert (company.city, company.phone) == (text, text)
        assert company.custom_values == {"one": text, "two": text}


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_does_not_bring_back_a_company_that_is_deleted_at_the_same_moment(api: Api) -> None:
    for _ in range(20):
        path = f"/companies/{CompanyFactory.create().pk}"
        changed, deleted = at_once(partial(api.put, path, {"city": "York"}), partial(api.delete, path))
        assert deleted.status_code == 200
        assert changed.status_code in (200, 404)
        assert not Company.objects.exists()

"""POST /companies/attach-subscribers and /companies/detach-subscribers."""

from typing import Any

import pytest

from subscribers.models import Subscriber, SubscriberCompany
from tests.client import Api
from tests.companies.expected import company_row
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory
from tests.subscribers.expected import NOT_FOUND, missing

ATTACH, DETACH = "/companies/attach-subscribers", "/companies/detach-subscribers"


def members() -> set[tuple[int, int]]:
    """(contact, company) of every membership."""
    return set(SubscriberCompany.objects.values_list("subscriber_id", "company_id"))


def primary(contact: Subscriber) -> int | None:
    contact.refresh_from_db()
    return contact.company_id


@pytest.mark.parametrize(("contacts", "companies"), [("subscriber_ids", "company_ids"), ("subscribers", "companies")])
def test_it_attaches_every_contact_to_every_company(api: Api, contacts: str, companies: str) -> None:
    ada, alan, _ = SubscriberFactory.create_batch(3)
    acme, globex, _ = CompanyFactory.create_batch(3)
    answer = api.post(ATTACH, {contacts: [ada.pk, str(alan.pk), 999_999], companies: [acme.pk, globex.pk, 999_999]})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "message": "Selected Companies has been attached successfully",
            "companies": [company_row(acme), company_row(globex)],
            "ignored": {"companies": [999_999]},
        },
    )
    assert members() == {(contact.pk, company.pk) for contact in (ada, alan) for company in (acme, globex)}
    assert (primary(ada), primary(alan)) == (acme.pk, acme.pk)


def test_it_keeps_the_primary_company_of_those_who_have_one(api: Api) -> None:
    has_one, has_none = SubscriberFactory.create_batch(2)
    new, old = CompanyFactory.create(), CompanyFactory.create(contacts=[has_one])
    api.post(ATTACH, {"subscriber_ids": [has_one.pk, has_none.pk], "company_ids": [new.pk]})
    assert (primary(has_one), primary(has_none)) == (old.pk, new.pk)


def test_it_attaches_once_what_is_attached_again(api: Api) -> None:
    contact = SubscriberFactory.create()
    company = CompanyFactory.create(contacts=[contact])
    assert api.post(ATTACH, {"subscriber_ids": [contact.pk], "company_ids": [company.pk]}).status_code == 200
    assert members() == {(contact.pk, company.pk)}


def test_it_is_404_when_none_of_the_companies_is_there(api: Api) -> None:
    contact = SubscriberFactory.create()
    answer = api.post(ATTACH, {"subscriber_ids": [contact.pk], "company_ids": [999_999]})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND | {"ignored": {"companies": [999_999]}})
    assert primary(contact) is None


@pytest.mark.parametrize("path", [ATTACH, DETACH])
@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"company_ids": [1]}, "subscriber_ids"),
        ({"subscriber_ids": [], "company_ids": [1]}, "subscriber_ids"),
        ({"subscriber_ids": ["x"], "company_ids": [1]}, "subscriber_ids"),
        ({"subscriber_ids": [1]}, "company_ids"),
        ({}, "subscriber_ids"),
    ],
)
def test_it_wants_contacts_and_companies(api: Api, path: str, body: Any, name: str) -> None:
    answer = api.post(path, body)
    assert (answer.status_code, answer.json()) == (422, missing(name))


def test_it_detaches_and_answers_the_companies_that_are_left(api: Api) -> None:
    ada, alan = SubscriberFactory.create_batch(2)
    acme, globex = CompanyFactory.create(contacts=[ada, alan]), CompanyFactory.create(contacts=[ada, alan])
    answer = api.post(DETACH, {"subscriber_ids": [ada.pk], "company_ids": [acme.pk]})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "companies": [company_row(globex)],
            "last_primary_company_id": globex.pk,
            "message": "Company has been successfully detached",
        },
    )
    assert members() == {(ada.pk, globex.pk), (alan.pk, acme.pk), (alan.pk, globex.pk)}
    assert (primary(ada), primary(alan)) == (globex.pk, acme.pk)


def test_it_has_no_primary_company_left_after_the_last(api: Api) -> None:
    contact = SubscriberFactory.create()
    company = CompanyFactory.create(contacts=[contact])
    answer = api.post(DETACH, {"subscribers": [contact.pk], "companies": [company.pk]})
    assert answer.json() == {
        "companies": [],
        "last_primary_company_id": False,
        "message": "Company has been successfully detached",
    }
    assert primary(contact) is None


def test_it_keeps_a_primary_company_that_is_not_detached(api: Api) -> None:
    contact = SubscriberFactory.create()
    first, second = CompanyFactory.create(contacts=[contact]), CompanyFactory.create(contacts=[contact])
    third = CompanyFactory.create(contacts=[contact])
    Subscriber.objects.update(company=third)
    api.post(DETACH, {"subscriber_ids": [contact.pk], "company_ids": [first.pk]})
    assert primary(contact) == third.pk
    api.post(DETACH, {"subscriber_ids": [contact.pk], "company_ids": [third.pk]})
    assert primary(contact) == second.pk


def test_it_detaches_nobody_from_a_company_that_is_not_there(api: Api) -> None:
    contact = SubscriberFactory.create()
    company = CompanyFactory.create(contacts=[contact])
    answer = api.post(DETACH, {"subscriber_ids": [contact.pk, 999_999], "company_ids": [999_999]})
    assert answer.status_code == 200
    assert members() == {(contact.pk, company.pk)}
    assert primary(contact) == company.pk

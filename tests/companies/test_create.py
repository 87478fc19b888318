"""POST /companies."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import time_machine

from companies.api import viewsets as company_viewsets
from companies.models import Company
from subscribers.reading import existing_ids
from subscribers.services import delete_contacts
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import CustomFieldFactory, SubscriberFactory
from tests.subscribers.expected import missing, wrong
from tests.threads import Worker, at_once, two_writers

TAKEN = {
    "code": "rest_invalid_param",
    "message": "Invalid parameter: name",
    "data": {"status": 422},
    "name": {"unique": "The name attribute is already taken and must be unique."},
    "errors": {"name": ["The name attribute is already taken and must be unique."]},
}


def refusal(api: Api, body: Any) -> tuple[int, Any]:
    """The status and body of an answer, after a look that nothing was written."""
    before = Company.objects.count()
    answer = api.post("/companies", body)
    assert Company.objects.count() == before
    return answer.status_code, answer.json()


def test_it_makes_a_company_with_all_that_it_may_have(api: Api) -> None:
    owner = SubscriberFactory.create()
    CustomFieldFactory.create(scope="company", slug="vat")
    sent = {
        "name": " <b>Acme</b> Corp ",
        "owner_id": str(owner.pk),
        "industry": "Software",
        "email": "hi@acme.example",
        "timezone": "Europe/London",
        "address_line_1": "1 High Street",
        "address_line_2": "Floor 2",
        "postal_code": "LS1",
        "city": "Leeds",
        "state": "Yorkshire",
        "country": "GB",
        "employees_number": "12",
        "description": "<p onclick='x()'>Anvils</p><script>x</script>",
        "phone": "+1 555",
        "type": "Partner",
        "logo": "https://acme.example/logo.png",
        "website": "https://acme.example",
        "linkedin_url": "https://linkedin.example/acme",
        "facebook_url": "https://facebook.example/acme",
        "twitter_url": "https://twitter.example/acme",
        "date_of_start": "1949-09-17",
        "custom_values": {"vat": "GB1"},
    }
    with time_machine.travel(datetime(2026, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        answer = api.post("/companies", sent)
    company = Company.objects.get()
    assert answer.status_code == 200
    shown = answer.json()["company"]
    del sent["custom_values"]
    assert answer.json() == {"message": "Company has been created successfully", "company": shown}
    assert shown == {
        "id": company.pk,
        "hash": company.hash,
        **sent,
        "owner_id": owner.pk,
        "name": "Acme Corp",
        "employees_number": 12,
        "description": "<p>Anvils</p>",
        "meta": {"custom_values": {"vat": "GB1"}},
        "created_at": "2026-01-31 09:05:00",
        "updated_at": "2026-01-31 09:05:00",
    }
    assert len(company.hash) == 32
    assert (company.owner, company.city, company.custom_values) == (owner, "Leeds", {"vat": "GB1"})


def test_it_makes_the_owner_belong_to_the_company(api: Api) -> None:
    owner, other = SubscriberFactory.create_batch(2)
    first = api.post("/companies", {"name": "Globex", "owner_id": owner.pk}).json()["company"]["id"]
    second = api.post("/companies", {"name": "Initech", "owner_id": owner.pk}).json()["company"]["id"]
    assert list(owner.companies.order_by("pk").values_list("pk", flat=True)) == [first, second]
    owner.refresh_from_db()
    assert owner.company_id == first
    assert not other.companies.exists()


@pytest.mark.parametrize("owner", ["", 0, "0", None])
def test_it_makes_a_company_without_an_owner(api: Api, owner: Any) -> None:
    assert api.post("/companies", {"name": "Acme", "owner_id": owner}).status_code == 200
    assert Company.objects.get().owner is None


def test_it_ignores_what_is_the_server_s(api: Api) -> None:
    extra = {"id": 77, "hash": "mine", "created_at": "2001-01-01", "updated_at": "2001-01-01", "contacts_count": 5}
    assert api.post("/companies", {"name": "Acme", **extra}).status_code == 200
    company = Company.objects.get()
    assert company.hash != "mine"
    assert company.pk != 77
    assert min(company.created_at, company.updated_at).year > 2001


@pytest.mark.parametrize("name", ["Acme Corp", "ACME corp", " acme corp "])
def test_it_refuses_a_name_that_another_company_has_in_any_case(api: Api, name: str) -> None:
    CompanyFactory.create(name="Acme Corp")
    assert refusal(api, {"name": name}) == (422, TAKEN)


def test_it_refuses_a_name_that_another_company_has_in_any_case_of_every_script(api: Api) -> None:
    CompanyFactory.create(name="ŁÓDŹ")
    assert refusal(api, {"name": "łódź"}) == (422, TAKEN)


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_refuses_an_owner_who_is_deleted_just_after_the_look(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = SubscriberFactory.create()

    def look_and_delete(ids: list[int]) -> list[int]:
        found = existing_ids(ids)
        Worker(lambda: delete_contacts(ids)).finish()
        return found

    monkeypatch.setattr(company_viewsets, "existing_ids", look_and_delete)
    answer = api.post("/companies", {"name": "Acme", "owner_id": owner.pk})
    assert (answer.status_code, answer.json()["owner_id"]) == (400, {"invalid": "There is no such contact."})
    assert not Company.objects.exists()


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_makes_one_company_of_two_that_come_at_once(api: Api) -> None:
    for number in range(10):
        body, shouted = {"name": f"Acme {number}"}, {"name": f"ACME {number}"}
        answers = at_once(partial(api.post, "/companies", body), partial(api.post, "/companies", shouted))
        assert sorted(answer.status_code for answer in answers) == [200, 422]
        [refused] = [answer.json() for answer in answers if answer.status_code == 422]
        assert refused == TAKEN
    assert Company.objects.count() == 10


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": " <i></i> "}, []])
def test_it_refuses_a_company_without_a_name(api: Api, body: Any) -> None:
    assert refusal(api, body) == (422, missing("name"))


@pytest.mark.parametrize(
    ("field", "value", "rule", "text"),
    [
        ("name", ["x"], "string", "The name must be a text."),
        ("name", "x" * 193, "max", "The name may not be longer than 192 characters."),
        ("phone", "1" * 51, "max", "The phone may not be longer than 50 characters."),
        ("website", "x" * 501, "max", "The website may not be longer than 500 characters."),
        ("employees_number", "many", "integer", "The employees_number must be a whole number."),
        ("employees_number", -1, "integer", "The employees_number must be a whole number."),
        ("employees_number", 2**31, "integer", "The employees_number must be a whole number."),
        ("employees_number", 1.5, "integer", "The employees_number must be a whole number."),
        ("owner_id", "someone", "integer", "The owner_id must be an id."),
        ("owner_id", -1, "integer", "The owner_id must be an id."),
        ("owner_id", 999_999, "invalid", "There is no such contact."),
        ("owner_id", 2**62, "invalid", "There is no such contact."),
        ("type", "Customer", "in", "The type must be one of: Prospect, Partner, Vendor, Reseller, Other."),
        ("date_of_start", "1949", "date", "The date_of_start must be a date such as 1990-04-05."),
        ("description", {"html": "x"}, "string", "The description must be a text."),
        ("description", "x" * 65_536, "max", "The description is too long."),
        ("custom_values", "no object", "object", "The custom_values must be an object."),
    ],
)
def test_it_refuses_a_value_that_does_not_fit(api: Api, field: str, value: Any, rule: str, text: str) -> None:
    assert refusal(api, {"name": "Acme", field: value}) == (400, wrong(field, rule, text))


def test_it_refuses_a_custom_value_that_does_not_fit_its_field(api: Api) -> None:
    CustomFieldFactory.create(scope="company", slug="size", type="number")
    status, body = refusal(api, {"name": "Acme", "custom_values": {"size": "huge"}})
    assert (status, body) == (400, wrong("custom_values.size", "type", "The size must be a number."))


def test_it_names_custom_values_of_fields_that_companies_do_not_have(api: Api) -> None:
    CustomFieldFactory.create(slug="job_title")  # a field of contacts
    answer = api.post("/companies", {"name": "Acme", "custom_values": {"job_title": "CTO"}})
    assert answer.status_code == 200
    assert Company.objects.get().custom_values == {}
    assert answer.json()["ignored"] == {"custom_values": ["job_title"]}


def test_it_leaves_no_company_when_its_owner_cannot_be_attached(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("subscribers.services.attach_companies", fail)
    owner = SubscriberFactory.create()
    assert refusal(api, {"name": "Acme", "owner_id": owner.pk})[0] == 500

"""Who may do what with companies."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from companies.models import Company
from subscribers.models import Subscriber, SubscriberCompany
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import SubscriberFactory, UserFactory
from tests.subscribers.expected import FORBIDDEN, NO_ROUTE, UNAUTHENTICATED

LINKS = {"subscriber_ids": ["{contact}"], "company_ids": ["{company}"]}
VIEW, CHANGE = "companies.view_company", "companies.change_company"
ROUTES: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("GET", "/companies", None, (VIEW,)),
    ("POST", "/companies", {"name": "New"}, ("companies.add_company",)),
    ("GET", "/companies/{company}", None, (VIEW,)),
    ("PUT", "/companies/{company}", {"name": "Changed"}, (CHANGE,)),
    ("DELETE", "/companies/{company}", None, ("companies.delete_company",)),
    ("GET", "/companies/search", None, (VIEW,)),
    ("GET", "/companies/search-unattached-contacts?company_id=1", None, (VIEW, "subscribers.view_subscriber")),
    ("POST", "/companies/attach-subscribers", LINKS, (CHANGE, "subscribers.change_subscriber")),
    ("POST", "/companies/detach-subscribers", LINKS, (CHANGE, "subscribers.change_subscriber")),
    (
        "PUT",
        "/companies/companies-property",
        {"property": "type", "value": "Partner", "companies": ["{company}"]},
        (CHANGE,),
    ),
    (
        "POST",
        "/companies/do-bulk-action",
        {"action_name": "change_company_type", "new_status": "Partner", "company_ids": ["{company}"]},
        (CHANGE,),
    ),
    (
        "POST",
        "/companies/do-bulk-action",
        {"action_name": "delete_companies", "company_ids": ["{company}"]},
        (CHANGE, "companies.delete_company"),
    ),
    ("GET", "/companies/custom-fields", None, ("custom_fields.view_customfield",)),
    (
        "PUT",
        "/companies/custom-fields",
        {"fields": []},
        tuple(f"custom_fields.{verb}_customfield" for verb in ("add", "change", "delete")),
    ),
    ("GET", "/setting/experiments", None, ("companies.view_experiments",)),
    ("POST", "/setting/experiments", {"event_tracking": "yes"}, ("companies.change_experiments",)),
]
NAMES = [f"{verb} {path} {'delete' if 'delete' in str(body) else ''}".strip() for verb, path, body, _ in ROUTES]


@pytest.fixture
def company(db: None) -> Company:
    return CompanyFactory.create(name="Acme", contacts=[SubscriberFactory.create()])


def fill(value: Any, company: Company) -> Any:
    """A path or body with the ids of the company and its contact in it."""
    if isinstance(value, dict):
        return {name: fill(inner, company) for name, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, company) for inner in value]
    contact = Subscriber.objects.get()
    return value.format(company=company.pk, contact=contact.pk) if isinstance(value, str) else value


def holding(*names: str) -> Api:
    user = UserFactory.create()
    for name in names:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return Api(user)


@pytest.mark.parametrize(("verb", "path", "body", "rights"), ROUTES, ids=NAMES)
def test_it_is_401_without_credentials(company: Company, verb: str, path: str, body: Any, rights: Any) -> None:
    answer = Api().send(verb, fill(path, company), fill(body, company))
    assert (answer.status_code, answer.json()) == (401, UNAUTHENTICATED)


@pytest.mark.parametrize(("verb", "path", "body", "rights"), ROUTES, ids=NAMES)
def test_it_is_403_with_every_right_but_one_of_its_own(
    company: Company, verb: str, path: str, body: Any, rights: tuple[str, ...]
) -> None:
    for right in rights:
        user = UserFactory.create()
        user.user_permissions.set(Permission.objects.exclude(codename=right.partition(".")[2]))
        answer = Api(user).send(verb, fill(path, company), fill(body, company))
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert Company.objects.get().type == ""
    assert Company.objects.get().name == "Acme"
    assert SubscriberCompany.objects.count() == 1


@pytest.mark.parametrize(("verb", "path", "body", "rights"), ROUTES, ids=NAMES)
def test_it_answers_whoever_has_the_right(
    company: Company, verb: str, path: str, body: Any, rights: tuple[str, ...]
) -> None:
    answer = holding(*rights).send(verb, fill(path, company), fill(body, company))
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PUT", "/companies"),
        ("DELETE", "/companies"),
        ("POST", "/companies/1"),
        ("POST", "/companies/search"),
        ("GET", "/companies/attach-subscribers"),
        ("PUT", "/companies/do-bulk-action"),
        ("POST", "/companies/companies-property"),
        ("PUT", "/setting/experiments"),
        ("GET", "/companies/nonsense"),
    ],
)
def test_it_has_no_route_for_other_verbs(api: Api, verb: str, path: str) -> None:
    answer = api.send(verb, path)
    assert (answer.status_code, answer.json()) == (404, NO_ROUTE)

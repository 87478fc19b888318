"""PUT /v1/contacts/:id, beyond the guide's own statements."""

from typing import Any

import pytest

from changes.models import Change
from companies.models import Company
from fluenzr.ids import CONTACT, encode
from pipelines.models import Stage
from subscribers.models import Subscriber
from subscribers.services import attach_companies, delete_contacts
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr, error_of
from tests.threads import crossing_at, two_writers


@pytest.fixture
def ada(db: None) -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com", first_name="Ada", job_title="Countess", phone="1")


@pytest.fixture
def path(ada: Subscriber) -> str:
    return f"/contacts/{encode(CONTACT, ada.pk)}"


def test_it_empties_what_is_sent_empty(fluenzr: Fluenzr, path: str, stages: dict[str, Stage]) -> None:
    CustomFieldFactory.create(slug="sector")
    fluenzr.put(path, {"pipelineStageId": "stg_won", "customFields": {"sector": "x"}, "tags": ["a"], "company": "Acme"})
    shown = fluenzr.put(
        path,
        {
            "firstName": "",
            "jobTitle": None,
            "pipelineStageId": None,
            "customFields": {"sector": None},
            "tags": [],
            "company": None,
        },
    ).json()["data"]
    assert (shown["firstName"], shown["jobTitle"], shown["phone"]) == ("", None, "1")
    assert (shown["pipelineStage"], shown["customFields"], shown["tags"], shown["company"]) == (None, {}, [], None)


def test_it_changes_nothing_where_nothing_is_sent(fluenzr: Fluenzr, path: str) -> None:
    before = fluenzr.get(path).json()
    assert fluenzr.put(path, {}).json() == before
    assert fluenzr.put(path, {"tags": None, "groupIds": None, "customFields": None, "foo": 1}).json() == before
    assert not Change.objects.exists()


def test_another_company_becomes_the_primary_one_and_the_first_stays(
    fluenzr: Fluenzr, api: Api, ada: Subscriber, path: str
) -> None:
    attach_companies([ada.pk], [Company.objects.create(name="Acme").pk])
    assert fluenzr.put(path, {"company": "Beta"}).json()["data"]["company"] == "Beta"
    contact = api.get(f"/subscribers/{ada.pk}").json()["subscriber"]
    assert contact["company"]["name"] == "Beta"
    assert [company["name"] for company in contact["companies"]] == ["Acme", "Beta"]
    assert fluenzr.put(path, {"company": "acme"}).json()["data"]["company"] == "Acme"
    assert fluenzr.put(path, {"company": ""}).json()["data"]["company"] == "Beta"
    assert list(Change.objects.order_by("pk").values_list("event", flat=True)) == [
        "companies_attached",
        "company_created",
        "companies_attached",
        "updated",
        "companies_detached",
    ]


def test_tags_of_the_same_title_count_as_one_that_is_kept(fluenzr: Fluenzr, ada: Subscriber, path: str) -> None:
    first, second = TagFactory.create(title="VIP"), TagFactory.create(title="vip")
    ada.tags.add(first, second)
    assert fluenzr.put(path, {"tags": ["vip"]}).json()["data"]["tags"] == ["VIP"]
    ada.tags.add(second)
    assert fluenzr.delete(f"{path}/tags", {"tags": ["ViP"]}).json()["data"]["tags"] == []


def test_it_undoes_all_of_a_conflict(fluenzr: Fluenzr, path: str) -> None:
    SubscriberFactory.create(email="eve@example.com")
    before = fluenzr.get(path).json()
    response = fluenzr.put(path, {"email": "Eve@example.com", "tags": ["new"], "company": "New", "firstName": "E"})
    assert error_of(response)[:3] == (409, "CONFLICT", "Email already exists")
    assert fluenzr.get(path).json() == before
    assert not Company.objects.exists()


@pytest.mark.parametrize("email", [None, "", " "])
def test_it_keeps_an_email(fluenzr: Fluenzr, path: str, email: Any) -> None:
    assert error_of(fluenzr.put(path, {"email": email}))[:3] == (400, "VALIDATION_ERROR", "Email is required")


def test_that_there_is_no_contact_goes_before_what_is_wrong_with_it(fluenzr: Fluenzr) -> None:
    for sent in ({"email": "x"}, {"tags": 1}, {"firstName": "x"}):
        assert error_of(fluenzr.put("/contacts/con_zzzzzz", sent)) == (404, "NOT_FOUND", "Contact not found", {})


def test_it_shows_values_in_the_type_of_their_field(fluenzr: Fluenzr, path: str) -> None:
    CustomFieldFactory.create(slug="score", type="number", position=0)
    CustomFieldFactory.create(slug="colours", type="checkbox", position=1)
    CustomFieldFactory.create(slug="day", type="date", position=2)
    sent = {"score": 12.5, "colours": "red, blue", "day": "2026-01-31"}
    shown = fluenzr.put(path, {"customFields": sent}).json()["data"]["customFields"]
    assert shown == {"score": "12.5", "colours": ["red", "blue"], "day": "2026-01-31"}
    response = fluenzr.put(path, {"customFields": {"score": {}, "day": "soon"}})
    assert error_of(response)[3] == {
        "customFields.score": ["score must be a number"],
        "customFields.day": ["day must be a date such as 2026-01-31"],
    }


def test_one_group_wrong_changes_none(fluenzr: Fluenzr, path: str) -> None:
    group = ContactListFactory.create()
    ids = [encode("grp_", group.pk), encode("grp_", group.pk + 1)]
    for response in (fluenzr.put(path, {"groupIds": ids}), fluenzr.post(f"{path}/groups", {"groupIds": ids})):
        assert error_of(response)[:3] == (404, "NOT_FOUND", f"Group not found: {ids[1]}")
    assert fluenzr.get(path).json()["data"]["groups"] == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(("route", "name"), [("groups", "groupIds"), ("tags", "tags")])
def test_links_take_their_own_field(fluenzr: Fluenzr, path: str, method: str, route: str, name: str) -> None:
    assert error_of(fluenzr.send(method, f"{path}/{route}", {})) == (
        400,
        "VALIDATION_ERROR",
        f"{name} is required",
        {name: [f"{name} is required"]},
    )
    assert error_of(fluenzr.send(method, f"{path}/{route}", {name: "x"}))[:2] == (400, "VALIDATION_ERROR")
    assert fluenzr.send(method, f"{path}/{route}", {name: []}).status_code == 200
    gone = fluenzr.send(method, f"/contacts/con_zzzzzz/{route}", {name: []})
    assert error_of(gone)[:3] == (404, "NOT_FOUND", "Contact not found")


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_answers_before_another_request_deletes_the_contact(fluenzr: Fluenzr, ada: Subscriber, path: str) -> None:
    response, deleted = crossing_at(
        "changes_change IN EXCLUSIVE MODE",
        lambda: fluenzr.put(path, {"firstName": "Augusta"}),
        lambda: delete_contacts([ada.pk]),
    )
    assert (response.status_code, response.json()["data"]["firstName"]) == (200, "Augusta")
    assert deleted == [ada.pk]

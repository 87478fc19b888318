"""POST /v1/contacts. One file, as it is one endpoint."""

import re
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from companies.models import Company
from custom_fields.models import CustomField
from fluenzr.ids import GROUP, encode
from pipelines.models import Stage
from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from subscribers.services import attach_companies
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.fluenzr.client import Fluenzr, error_of
from tests.threads import at_once, two_writers

DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_it_answers_the_whole_contact(fluenzr: Fluenzr, stages: dict[str, Stage]) -> None:
    group = ContactListFactory.create(title="LinkedIn Leads")
    response = fluenzr.post(
        "/contacts",
        {
            "email": "john.smith@example.com",
            "firstName": "John",
            "lastName": "Smith",
            "company": "Acme Corp",
            "jobTitle": "Sales Director",
            "phone": "+1234567890",
            "website": "https://acme.com",
            "groupIds": [encode(GROUP, group.pk)],
            "tags": ["prospect", "fintech"],
            "customFields": {"sector": "Fintech", "company_size": "50-100"},
            "pipelineStageId": "stg_qualified",
        },
    )
    assert response.status_code == 201
    body = response.json()
    shown = body["data"]
    assert re.fullmatch(r"con_[0-9a-z]{6}", shown.pop("id"))
    assert DATETIME.fullmatch(shown.pop("createdAt"))
    assert DATETIME.fullmatch(shown.pop("updatedAt"))
    assert body == {
        "success": True,
        "data": {
            "email": "john.smith@example.com",
            "firstName": "John",
            "lastName": "Smith",
            "company": "Acme Corp",
            "jobTitle": "Sales Director",
            "phone": "+1234567890",
            "website": "https://acme.com",
            "status": "active",
            "groups": [{"id": encode(GROUP, group.pk), "name": "LinkedIn Leads"}],
            "tags": ["fintech", "prospect"],
            "customFields": {"company_size": "50-100", "sector": "Fintech"},
            "pipelineStage": {"id": "stg_qualified", "name": "Qualified"},
        },
    }


def test_it_takes_an_address_alone(fluenzr: Fluenzr) -> None:
    shown = fluenzr.post("/contacts", {"email": "a@example.com"}).json()["data"]
    assert {name: value for name, value in shown.items() if name not in ("id", "createdAt", "updatedAt")} == {
        "email": "a@example.com",
        "firstName": None,
        "lastName": None,
        "company": None,
        "jobTitle": None,
        "phone": None,
        "website": None,
        "status": "active",
        "groups": [],
        "tags": [],
        "customFields": {},
        "pipelineStage": None,
    }
    assert Subscriber.objects.get().status == "subscribed"


@pytest.mark.parametrize("email", [None, "", "  ", ...])
def test_it_says_that_the_email_is_required(fluenzr: Fluenzr, email: Any) -> None:
    body = {"firstName": "Ada"} | ({} if email is ... else {"email": email})
    assert error_of(fluenzr.post("/contacts", body)) == (
        400,
        "VALIDATION_ERROR",
        "Email is required",
        {"email": ["Email is required"]},
    )


@pytest.mark.parametrize("email", ["nobody", "a@b", "ä@example.com", "a b@example.com", 7, ["a@example.com"], {}])
def test_it_says_that_the_email_is_none(fluenzr: Fluenzr, email: Any) -> None:
    assert error_of(fluenzr.post("/contacts", {"email": email})) == (
        400,
        "VALIDATION_ERROR",
        "Invalid email format",
        {"email": ["Invalid email format"]},
    )


def test_it_refuses_an_address_that_is_taken_and_makes_nothing_of_the_rest(fluenzr: Fluenzr) -> None:
    SubscriberFactory.create(email="Ada@Example.com", first_name="Ada")
    response = fluenzr.post(
        "/contacts",
        {
            "email": "ada@example.com",
            "firstName": "Eve",
            "company": "New Corp",
            "tags": ["new"],
            "customFields": {"new": "x"},
        },
    )
    assert error_of(response) == (
        409,
        "CONFLICT",
        "Email already exists",
        {"email": ["Email already exists"]},
    )
    assert Subscriber.objects.get().first_name == "Ada"
    assert not Tag.objects.exists()
    assert not Company.objects.exists()
    assert not CustomField.objects.exists()


def test_it_names_every_field_that_is_wrong(fluenzr: Fluenzr, stages: dict[str, Stage]) -> None:
    CustomFieldFactory.create(slug="size", type="number")
    response = fluenzr.post(
        "/contacts",
        {
            "email": "nobody",
            "firstName": 7,
            "phone": "1" * 51,
            "groupIds": "grp_xyz789",
            "tags": ["ok", ""],
            "customFields": [1],
            "pipelineStageId": 3,
        },
    )
    assert error_of(response) == (
        400,
        "VALIDATION_ERROR",
        "Invalid email format",
        {
            "email": ["Invalid email format"],
            "firstName": ["firstName must be a string"],
            "phone": ["phone may not be longer than 50 characters"],
            "groupIds": ["groupIds must be an array of group ids"],
            "tags": ["tags may not hold an empty tag"],
            "customFields": ["customFields must be an object"],
            "pipelineStageId": ["pipelineStageId must be a string"],
        },
    )
    assert error_of(fluenzr.post("/contacts", {"email": "a@example.com", "customFields": {"size": "big"}})) == (
        400,
        "VALIDATION_ERROR",
        "size must be a number",
        {"customFields.size": ["size must be a number"]},
    )
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("group", ["grp_zzzzzz", "con_maiga1", "7", "grp_", "grp_../x", "grp_" + "9" * 13])
def test_it_is_404_for_a_group_that_there_is_not(fluenzr: Fluenzr, group: str) -> None:
    assert error_of(fluenzr.post("/contacts", {"email": "a@example.com", "groupIds": [group]})) == (
        404,
        "NOT_FOUND",
        f"Group not found: {group}",
        {"groupIds": [f"Group not found: {group}"]},
    )
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("stage", ["stg_nowhere", "con_maiga1", "qualified"])
def test_it_is_404_for_a_stage_that_there_is_not(fluenzr: Fluenzr, stages: dict[str, Stage], stage: str) -> None:
    assert error_of(fluenzr.post("/contacts", {"email": "a@example.com", "pipelineStageId": stage})) == (
        404,
        "NOT_FOUND",
        f"Pipeline stage not found: {stage}",
        {"pipelineStageId": [f"Pipeline stage not found: {stage}"]},
    )


def test_it_finds_tags_by_title_and_makes_those_that_there_are_not(fluenzr: Fluenzr) -> None:
    TagFactory.create(title="VIP", slug="something-else")
    TagFactory.create(title="C", slug="c")
    tags = ["vip", "C++", "2024", "x", "Müller & Söhne"]
    shown = fluenzr.post("/contacts", {"email": "a@example.com", "tags": tags}).json()["data"]
    assert sorted(shown["tags"]) == ["2024", "C++", "Müller & Söhne", "VIP", "x"]
    again = fluenzr.post("/contacts", {"email": "b@example.com", "tags": tags}).json()["data"]
    assert sorted(again["tags"]) == ["2024", "C++", "Müller & Söhne", "VIP", "x"]
    assert Tag.objects.count() == 6


def test_it_makes_a_company_once_whatever_the_case(fluenzr: Fluenzr) -> None:
    for number, name in enumerate(["Acme Corp", "ACME corp", "Äcme", "Äcme"]):
        shown = fluenzr.post("/contacts", {"email": f"c{number}@example.com", "company": name}).json()["data"]
        assert shown["company"].lower() == name.lower()
    assert list(Company.objects.order_by("pk").values_list("name", flat=True)) == ["Acme Corp", "Äcme"]


def test_it_makes_a_text_field_of_an_unknown_key_that_the_other_face_shows(fluenzr: Fluenzr, api: Api) -> None:
    CustomFieldFactory.create(slug="first", position=4)
    shown = fluenzr.post("/contacts", {"email": "a@example.com", "customFields": {"company_size": 12}}).json()["data"]
    assert shown["customFields"] == {"company_size": "12"}
    listed = api.get("/subscribers?custom_fields=true").json()["subscribers"]["data"]
    assert [contact["custom_fields"] for contact in listed] == [{"company_size": "12"}]
    fields = api.get("/custom-fields/contacts").json()["fields"]
    assert fields[-1] == {"type": "text", "label": "Company size", "slug": "company_size", "field_key": "text"}


def test_it_refuses_an_unknown_key_where_the_setting_says_so(fluenzr: Fluenzr, settings: Any) -> None:
    settings.FLUENZR_UNKNOWN_CUSTOM_FIELDS = "refuse"
    response = fluenzr.post("/contacts", {"email": "a@example.com", "customFields": {"sector": "x"}})
    assert error_of(response) == (
        400,
        "VALIDATION_ERROR",
        "Unknown custom field",
        {"customFields.sector": ["Unknown custom field"]},
    )
    assert not CustomField.objects.exists()


def test_a_tag_comes_anew_when_those_that_had_its_slugs_were_renamed(fluenzr: Fluenzr) -> None:
    for number in range(3):
        shown = fluenzr.post("/contacts", {"email": f"c{number}@example.com", "tags": ["VIP"]}).json()["data"]
        assert shown["tags"] == ["VIP"]
        Tag.objects.filter(title="VIP").update(title=f"Not so important {number}")
    assert Tag.objects.count() == 3
    groups = [fluenzr.post("/groups", {"name": "Leads"})]
    for number in range(2):
        ContactList.objects.filter(title="Leads").update(title=f"Cold {number}")
        groups.append(fluenzr.post("/groups", {"name": "Leads"}))
    assert [response.status_code for response in groups] == [201, 201, 201]


@pytest.mark.parametrize("key", ["", " ", "12", 'a"b', "a.b", "x" * 65, "<b>", "a\x00b"])
def test_it_refuses_a_key_that_can_be_no_slug(fluenzr: Fluenzr, key: str) -> None:
    response = fluenzr.post("/contacts", {"email": "a@example.com", "customFields": {key: "x"}})
    assert error_of(response)[:2] == (400, "VALIDATION_ERROR")
    assert not CustomField.objects.exists()


def test_it_drops_markup_and_ignores_unknown_keys(fluenzr: Fluenzr) -> None:
    response = fluenzr.post(
        "/contacts", {"email": " a@example.com ", "firstName": " <b>Ada</b>\n L ", "status": "blocked", "id": "con_x"}
    )
    shown = response.json()["data"]
    assert (shown["email"], shown["firstName"], shown["status"]) == ("a@example.com", "Ada L", "active")


def test_the_other_face_has_it_at_once(fluenzr: Fluenzr, api: Api) -> None:
    fluenzr.post("/contacts", {"email": "a@example.com", "jobTitle": "CEO", "company": "Acme", "tags": ["vip"]})
    [contact] = api.get("/subscribers?search=a@example.com").json()["subscribers"]["data"]
    assert contact["company"]["name"] == "Acme"
    assert [tag["title"] for tag in contact["tags"]] == ["vip"]
    assert "job_title" not in contact
    created = api.post("/subscribers", {"email": "b@example.com", "status": "subscribed", "job_title": "CTO"})
    assert created.status_code == 200
    [shown] = fluenzr.get("/contacts?email=b@").json()["data"]
    assert shown["jobTitle"] is None


def test_it_takes_the_rights_to_make_what_is_not_there(db: None) -> None:
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.filter(codename="add_subscriber"))
    client = Fluenzr(user)
    assert client.post("/contacts", {"email": "a@example.com"}).status_code == 201
    for number, (name, value, service) in enumerate(
        [("tags", ["new"], "tags"), ("company", "New", "companies"), ("customFields", {"new": "x"}, "custom fields")]
    ):
        response = client.post("/contacts", {"email": f"b{number}@example.com", name: value})
        assert error_of(response) == (403, "FORBIDDEN", f"This API key may not make {service}", {})
    assert Subscriber.objects.count() == 1
    TagFactory.create(title="new")
    Company.objects.create(name="New")
    response = client.post("/contacts", {"email": "c@example.com", "tags": ["NEW"], "company": "new"})
    assert response.json()["data"]["tags"] == ["new"]


@pytest.mark.django_db(transaction=True)
@two_writers
def test_two_that_make_one_address_at_once_are_told_201_and_409() -> None:
    user: User = UserFactory.create(is_superuser=True)
    body = {"email": "Race@example.com", "tags": ["new"], "company": "New", "customFields": {"new": "x"}}
    answers = at_once(*(partial(Fluenzr(user).post, "/contacts", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert [model.objects.count() for model in (Subscriber, Tag, Company, CustomField)] == [1, 1, 1, 1]


def test_it_leaves_a_contact_of_no_company_alone(fluenzr: Fluenzr) -> None:
    other = SubscriberFactory.create()
    attach_companies([other.pk], [Company.objects.create(name="Other").pk])
    assert fluenzr.post("/contacts", {"email": "a@example.com", "company": ""}).json()["data"]["company"] is None
    assert ContactList.objects.count() == 0

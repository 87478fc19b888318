"""POST /v1/contacts/bulk, beyond the guide's own statements."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from companies.models import Company
from custom_fields.models import CustomField
from fluenzr.ids import GROUP, encode
from pipelines.models import Stage
from segments.models import Tag
from subscribers.models import Subscriber
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, UserFactory
from tests.fluenzr.client import Fluenzr, error_of


def test_it_names_each_bad_row_by_its_position_and_keeps_the_good_ones(
    fluenzr: Fluenzr, stages: dict[str, Stage]
) -> None:
    CustomFieldFactory.create(slug="n", type="number")
    gone = encode(GROUP, 999)
    rows: list[Any] = [
        {"email": "good@example.com", "tags": ["made"]},
        {"firstName": "x"},
        7,
        {"email": "a@example.com", "groupIds": [gone]},
        {"email": "b@example.com", "customFields": {"n": "x", "made": "y"}},
        {"email": "c@example.com", "pipelineStageId": "stg_none", "tags": ["not made"], "company": "Not made"},
        {"email": "fine@example.com", "pipelineStageId": "stg_won"},
    ]
    answer = fluenzr.post("/contacts/bulk", {"contacts": rows}).json()["data"]
    assert answer == {
        "created": 2,
        "updated": 0,
        "skipped": 0,
        "errors": [
            {"index": 1, "email": None, "message": "Email is required", "details": {"email": ["Email is required"]}},
            {
                "index": 2,
                "email": None,
                "message": "The contact must be an object",
                "details": {"contact": ["The contact must be an object"]},
            },
            {
                "index": 3,
                "email": "a@example.com",
                "message": f"Group not found: {gone}",
                "details": {"groupIds": [f"Group not found: {gone}"]},
            },
            {
                "index": 4,
                "email": "b@example.com",
                "message": "n must be a number",
                "details": {"customFields.n": ["n must be a number"]},
            },
            {
                "index": 5,
                "email": "c@example.com",
                "message": "Pipeline stage not found: stg_none",
                "details": {"pipelineStageId": ["Pipeline stage not found: stg_none"]},
            },
        ],
    }
    assert sorted(Subscriber.objects.values_list("email", flat=True)) == ["fine@example.com", "good@example.com"]
    assert [tag.title for tag in Tag.objects.all()] == ["made"]
    assert not Company.objects.exists()
    assert not CustomField.objects.filter(slug="made").exists()


def test_a_row_that_is_skipped_makes_nothing(fluenzr: Fluenzr) -> None:
    SubscriberFactory.create(email="old@example.com", first_name="Old")
    rows = [
        {"email": "OLD@example.com", "firstName": "x", "tags": ["a"], "company": "A", "customFields": {"a": "a"}},
        {"email": "new@example.com", "firstName": "first"},
        {"email": "New@example.com", "firstName": "second", "tags": ["b"]},
    ]
    answer = fluenzr.post("/contacts/bulk", {"contacts": rows, "onDuplicate": "skip"}).json()["data"]
    assert answer == {"created": 1, "updated": 0, "skipped": 2, "errors": []}
    assert sorted(Subscriber.objects.values_list("first_name", flat=True)) == ["Old", "first"]
    assert [model.objects.count() for model in (Tag, Company, CustomField)] == [0, 0, 0]


def test_update_changes_what_is_sent_and_wipes_nothing(fluenzr: Fluenzr, stages: dict[str, Stage]) -> None:
    group = ContactListFactory.create(title="Leads")
    known = SubscriberFactory.create(email="old@example.com", first_name="Old", job_title="CEO", status="unsubscribed")
    known.lists.add(ContactListFactory.create(title="Before"))
    rows = [
        {"email": "old@example.com", "firstName": "", "jobTitle": None, "phone": "1", "company": "A", "tags": ["a"]},
        {"email": "new@example.com", "company": "A", "pipelineStageId": "stg_won"},
        {"email": "NEW@example.com", "company": "B", "phone": "2"},
    ]
    body = {"contacts": rows, "onDuplicate": "update", "groupIds": [encode(GROUP, group.pk)]}
    answer = fluenzr.post("/contacts/bulk", body).json()["data"]
    assert answer == {"created": 1, "updated": 2, "skipped": 0, "errors": []}
    new, old = fluenzr.get("/contacts?sort=email").json()["data"]
    assert (old["firstName"], old["jobTitle"], old["phone"], old["status"]) == ("Old", "CEO", "1", "unsubscribed")
    assert (old["company"], old["tags"]) == ("A", ["a"])
    assert sorted(one["name"] for one in old["groups"]) == ["Before", "Leads"]
    assert (new["company"], new["phone"], new["pipelineStage"]["name"]) == ("B", "2", "Won")
    assert [one["name"] for one in new["groups"]] == ["Leads"]


@pytest.mark.parametrize(
    ("body", "status", "name", "message"),
    [
        ({}, 400, "contacts", "contacts is required"),
        ({"contacts": {}}, 400, "contacts", "contacts must be an array"),
        ({"contacts": [], "groupIds": "x"}, 400, "groupIds", "groupIds must be an array of group ids"),
        ({"contacts": [], "groupIds": ["grp_x"]}, 404, "groupIds", "Group not found: grp_x"),
        ({"contacts": [], "onDuplicate": 1}, 400, "onDuplicate", "onDuplicate must be skip or update"),
    ],
)
def test_it_refuses_what_is_not_about_one_row(
    fluenzr: Fluenzr, body: Any, status: int, name: str, message: str
) -> None:
    code = {400: "VALIDATION_ERROR", 404: "NOT_FOUND"}[status]
    assert error_of(fluenzr.post("/contacts/bulk", body)) == (status, code, message, {name: [message]})


def test_a_group_that_there_is_not_makes_nothing(fluenzr: Fluenzr) -> None:
    body = {"contacts": [{"email": "a@example.com"}], "groupIds": [encode(GROUP, 5)]}
    assert error_of(fluenzr.post("/contacts/bulk", body))[:2] == (404, "NOT_FOUND")
    assert not Subscriber.objects.exists()


def test_nobody_is_fine(fluenzr: Fluenzr) -> None:
    answer = fluenzr.post("/contacts/bulk", {"contacts": []}).json()["data"]
    assert answer == {"created": 0, "updated": 0, "skipped": 0, "errors": []}


def test_it_takes_a_thousand(fluenzr: Fluenzr) -> None:
    rows = [{"email": f"c{number}@example.com", "tags": [f"t{number % 7}"]} for number in range(1000)]
    assert fluenzr.post("/contacts/bulk", {"contacts": rows}).json()["data"]["created"] == 1000
    assert Subscriber.objects.count() == 1000


def test_updating_takes_the_right_to_change(db: None) -> None:
    user = UserFactory.create()
    user.user_permissions.set(Permission.objects.filter(codename="add_subscriber"))
    client, body = Fluenzr(user), {"contacts": [{"email": "a@example.com"}]}
    assert error_of(client.post("/contacts/bulk", {**body, "onDuplicate": "update"}))[:2] == (403, "FORBIDDEN")
    assert client.post("/contacts/bulk", body).json()["data"]["created"] == 1

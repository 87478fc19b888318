"""FluenzR's page on contacts and what its other pages promise, a row a statement. One file, as it is one table.

Each row sends one request to the same small world and looks at the answer. A path and a body name
the world's rows as {john}; a check gets the answer's JSON, and the world.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from companies.models import Company
from fluenzr.ids import CONTACT, GROUP, encode
from pipelines.models import Stage
from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from subscribers.services import attach_companies
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.fluenzr.client import Fluenzr

World = dict[str, str]
Check = Callable[[Any, World], bool]
JANUARY = datetime(2025, 1, 15, 9, 30, tzinfo=UTC)
CONTACT_KEYS = (
    "id email firstName lastName company jobTitle phone website status groups tags customFields pipelineStage "
    "createdAt updatedAt"
).split()


@dataclass(frozen=True)
class Statement:
    says: str
    method: str
    path: str
    check: Check
    body: Any = None
    status: int = 200


def get(says: str, path: str, check: Check, status: int = 200) -> Statement:
    return Statement(says, "GET", path, check, None, status)


def post(says: str, path: str, body: Any, check: Check, status: int = 200) -> Statement:
    return Statement(says, "POST", path, check, body, status)


def put(says: str, path: str, body: Any, check: Check, status: int = 200) -> Statement:
    return Statement(says, "PUT", path, check, body, status)


def delete(says: str, path: str, check: Check, body: Any = None, status: int = 200) -> Statement:
    return Statement(says, "DELETE", path, check, body, status)


def emails(answer: Any) -> list[str]:
    """The names before the @, in the answer's order."""
    return [contact["email"].split("@")[0] for contact in answer["data"]]


def field(name: str, value: Any) -> Check:
    """The one contact's field is that value."""
    return lambda answer, _world: answer["data"][name] == value


def lists(*names: str) -> Check:
    """The answer lists these contacts, in any order, and its meta counts them."""
    return lambda answer, _world: sorted(emails(answer)) == sorted(names) and answer["meta"]["total"] == len(names)


def in_order(*names: str) -> Check:
    return lambda answer, _world: emails(answer) == list(names)


def meta(**expected: int) -> Check:
    return lambda answer, _world: {name: answer["meta"][name] for name in expected} == expected


def error(code: str, message: str, *fields: str) -> Check:
    def check(answer: Any, world: World) -> bool:
        error = answer["error"]
        return (answer["success"], error["code"], error["message"]) == (
            False,
            code,
            message.format_map(world),
        ) and list(error["details"]) == list(fields)

    return check


def stored(**columns: Any) -> Check:
    """One contact with these columns is in the database."""
    return lambda _answer, _world: Subscriber.objects.filter(**columns).count() == 1


def all_of(*checks: Check) -> Check:
    return lambda answer, world: all(check(answer, world) for check in checks)


def bulk(created: int = 0, updated: int = 0, skipped: int = 0) -> Check:
    expected = {"created": created, "updated": updated, "skipped": skipped, "errors": []}
    return lambda answer, _world: answer == {"success": True, "data": expected}


def done(answer: Any, world: World) -> bool:
    return answer["success"] is True


NEW = {"email": "mary.johnson@startup.io"}
STATEMENTS = [
    # --- Contact object
    get(
        "Contact object: these keys, in this order",
        "/contacts/{john}",
        lambda answer, _world: list(answer["data"]) == CONTACT_KEYS,
    ),
    get(
        "Contact object: the values of its fields",
        "/contacts/{john}",
        lambda answer, world: (
            answer["data"]
            == {
                "id": world["john"],
                "email": "john@example.com",
                "firstName": "John",
                "lastName": "Smith",
                "company": "Acme Corp",
                "jobTitle": "Sales Director",
                "phone": "+1234567890",
                "website": "https://acme.com",
                "status": "active",
                "groups": [{"id": world["leads"], "name": "LinkedIn Leads"}],
                "tags": ["fintech", "prospect"],
                "customFields": {"sector": "Fintech", "company_size": "50-100"},
                "pipelineStage": {"id": "stg_qualified", "name": "Qualified"},
                "createdAt": "2025-01-15T09:30:00Z",
                "updatedAt": answer["data"]["updatedAt"],
            }
        ),
    ),
    get(
        "Dates are ISO 8601 in UTC with a Z",
        "/contacts/{john}",
        lambda answer, _world: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["data"]["updatedAt"])),
    ),
    # --- List contacts
    get("List: paginated", "/contacts", meta(page=1, perPage=20, total=5, totalPages=1)),
    get(
        "List: the envelope",
        "/contacts",
        lambda answer, _world: list(answer) == ["success", "data", "meta"] and answer["success"] is True,
    ),
    get(
        "List: rows are whole contacts",
        "/contacts",
        lambda answer, _world: [list(contact) for contact in answer["data"]] == [CONTACT_KEYS] * 5,
    ),
    get("page: page number, default 1", "/contacts?perPage=2", all_of(meta(page=1), in_order("zoe", "spam"))),
    get("page: the second", "/contacts?perPage=2&page=2", all_of(meta(page=2, totalPages=3), in_order("left", "mary"))),
    get("page: past the last", "/contacts?page=9", all_of(meta(page=9, total=5), in_order())),
    get("perPage: default 20", "/contacts", meta(perPage=20)),
    get(
        "perPage: items per page",
        "/contacts?perPage=3",
        all_of(meta(perPage=3, totalPages=2), in_order("zoe", "spam", "left")),
    ),
    get("perPage: max 100", "/contacts?perPage=5000", meta(perPage=100)),
    get("email: filter by email (contains)", "/contacts?email=OHN@ex", lists("john")),
    get("email: % is a letter", "/contacts?email=%25", lists()),
    get("status: filter by status", "/contacts?status=unsubscribed", lists("left")),
    get(
        "status: active is subscribed, pending and transactional",
        "/contacts?status=active",
        lists("john", "mary", "zoe"),
    ),
    get("status: blocked is complained and spammed", "/contacts?status=blocked", lists("spam")),
    get("status: nobody has replied", "/contacts?status=replied", lists()),
    get("status: bounced", "/contacts?status=bounced", lists()),
    get("groupId: filter by group", "/contacts?groupId={leads}", lists("john", "left")),
    get("group: the same as groupId", "/contacts?group={leads}", lists("john", "left")),
    get("tag: filter by tag", "/contacts?tag=Prospect", lists("john", "mary")),
    get("tag: one that there is not", "/contacts?tag=nope", lists()),
    get("sort: sort field", "/contacts?sort=email", in_order("john", "left", "mary", "spam", "zoe")),
    get("sort: firstName", "/contacts?sort=firstName&order=desc&perPage=1", in_order("zoe")),
    get("sort: createdAt", "/contacts?sort=createdAt&order=asc&perPage=1", in_order("john")),
    get("order: desc", "/contacts?sort=email&order=desc", in_order("zoe", "spam", "mary", "left", "john")),
    get("order: asc alone, oldest first", "/contacts?order=asc", in_order("john", "mary", "left", "spam", "zoe")),
    get(
        "Example: several filters at once",
        "/contacts?groupId={leads}&status=active&perPage=50",
        all_of(lists("john"), meta(perPage=50)),
    ),
    # --- Get a contact
    get(
        "Get: one contact in the envelope",
        "/contacts/{mary}",
        all_of(field("email", "mary@example.com"), lambda answer, _world: list(answer) == ["success", "data"]),
    ),
    get("Get: 404 for one that there is not", "/contacts/con_zzzzzz", error("NOT_FOUND", "Contact not found"), 404),
    get("Ids: 404 for a wrong prefix", "/contacts/{leads}", error("NOT_FOUND", "Contact not found"), 404),
    get("Ids: 404 for what decodes to nothing", "/contacts/con_!", error("NOT_FOUND", "Contact not found"), 404),
    # --- Create a contact
    post(
        "Create: 201 and the contact",
        "/contacts",
        NEW,
        all_of(
            field("email", "mary.johnson@startup.io"), lambda answer, _world: answer["data"]["id"].startswith("con_")
        ),
        201,
    ),
    post(
        "Create: active, subscribed on the other face",
        "/contacts",
        NEW,
        all_of(field("status", "active"), stored(email=NEW["email"], status="subscribed")),
        201,
    ),
    post(
        "Create: firstName and lastName",
        "/contacts",
        {**NEW, "firstName": "Mary", "lastName": "Johnson"},
        all_of(field("firstName", "Mary"), stored(first_name="Mary", last_name="Johnson")),
        201,
    ),
    post(
        "Create: company, found by name",
        "/contacts",
        {**NEW, "company": "acme corp"},
        all_of(field("company", "Acme Corp"), lambda _answer, _world: Company.objects.count() == 1),
        201,
    ),
    post(
        "Create: company, made",
        "/contacts",
        {**NEW, "company": "StartupIO"},
        all_of(field("company", "StartupIO"), lambda _answer, _world: Company.objects.count() == 2),
        201,
    ),
    post(
        "Create: jobTitle",
        "/contacts",
        {**NEW, "jobTitle": "CEO"},
        all_of(field("jobTitle", "CEO"), stored(job_title="CEO")),
        201,
    ),
    post(
        "Create: phone",
        "/contacts",
        {**NEW, "phone": "+44 1"},
        all_of(field("phone", "+44 1"), stored(phone="+44 1")),
        201,
    ),
    post(
        "Create: website",
        "/contacts",
        {**NEW, "website": "https://startup.io"},
        all_of(field("website", "https://startup.io"), stored(website="https://startup.io")),
        201,
    ),
    post(
        "Create: groupIds",
        "/contacts",
        {**NEW, "groupIds": ["{leads}"]},
        lambda answer, world: answer["data"]["groups"] == [{"id": world["leads"], "name": "LinkedIn Leads"}],
        201,
    ),
    post(
        "Create: tags, made when they do not exist",
        "/contacts",
        {**NEW, "tags": ["prospect", "saas"]},
        all_of(
            field("tags", ["prospect", "saas"]), lambda _answer, _world: Tag.objects.filter(title="saas").count() == 1
        ),
        201,
    ),
    post(
        "Create: customFields",
        "/contacts",
        {**NEW, "customFields": {"sector": "SaaS", "new_key": "10-50"}},
        field("customFields", {"sector": "SaaS", "new_key": "10-50"}),
        201,
    ),
    post(
        "Create: pipelineStageId",
        "/contacts",
        {**NEW, "pipelineStageId": "stg_won"},
        field("pipelineStage", {"id": "stg_won", "name": "Won"}),
        201,
    ),
    post(
        "Create: 400 Email is required",
        "/contacts",
        {"firstName": "Mary"},
        error("VALIDATION_ERROR", "Email is required", "email"),
        400,
    ),
    post(
        "Create: 400 Invalid email format",
        "/contacts",
        {"email": "mary"},
        error("VALIDATION_ERROR", "Invalid email format", "email"),
        400,
    ),
    post(
        "Create: 409 Email already exists",
        "/contacts",
        {"email": "JOHN@example.com"},
        error("CONFLICT", "Email already exists", "email"),
        409,
    ),
    # --- Update a contact
    put(
        "Update: only provided fields",
        "/contacts/{john}",
        {"jobTitle": "VP Sales"},
        all_of(
            field("jobTitle", "VP Sales"),
            field("firstName", "John"),
            field("tags", ["fintech", "prospect"]),
            field("company", "Acme Corp"),
        ),
    ),
    put(
        "Update: custom fields key by key",
        "/contacts/{john}",
        {"customFields": {"company_size": "100-500"}},
        field("customFields", {"sector": "Fintech", "company_size": "100-500"}),
    ),
    put(
        "Update: tags that are sent are the contact's tags",
        "/contacts/{john}",
        {"tags": ["fintech", "new"]},
        field("tags", ["fintech", "new"]),
    ),
    put(
        "Update: groups that are sent are the contact's groups",
        "/contacts/{john}",
        {"groupIds": ["{others}"]},
        lambda answer, world: [group["id"] for group in answer["data"]["groups"]] == [world["others"]],
    ),
    put(
        "Update: company",
        "/contacts/{john}",
        {"company": "Beta"},
        all_of(field("company", "Beta"), stored(company__name="Beta")),
    ),
    put(
        "Update: pipelineStageId",
        "/contacts/{john}",
        {"pipelineStageId": "stg_lost"},
        field("pipelineStage", {"id": "stg_lost", "name": "Lost"}),
    ),
    put(
        "Update: email",
        "/contacts/{john}",
        {"email": "Jon@example.com"},
        all_of(field("email", "Jon@example.com"), stored(email="Jon@example.com")),
    ),
    put("Update: its own email is no conflict", "/contacts/{john}", {"email": "john@example.com"}, done),
    put(
        "Update: 409 for another's email",
        "/contacts/{john}",
        {"email": "mary@example.com"},
        error("CONFLICT", "Email already exists", "email"),
        409,
    ),
    put(
        "Update: 400 for an email that is none",
        "/contacts/{john}",
        {"email": "x"},
        error("VALIDATION_ERROR", "Invalid email format", "email"),
        400,
    ),
    put("Update: 404", "/contacts/con_zzzzzz", {"jobTitle": "x"}, error("NOT_FOUND", "Contact not found"), 404),
    # --- Delete a contact
    delete(
        "Delete: the id and deleted",
        "/contacts/{john}",
        lambda answer, world: answer == {"success": True, "data": {"id": world["john"], "deleted": True}},
    ),
    delete(
        "Delete: permanently",
        "/contacts/{john}",
        lambda _answer, _world: not Subscriber.objects.filter(email="john@example.com").exists(),
    ),
    delete("Delete: 404", "/contacts/con_zzzzzz", error("NOT_FOUND", "Contact not found"), status=404),
    # --- Bulk create
    post(
        "Bulk: multiple contacts",
        "/contacts/bulk",
        {
            "contacts": [
                {"email": "c1@example.com", "firstName": "Contact", "lastName": "One"},
                {"email": "c2@example.com"},
            ]
        },
        all_of(bulk(created=2), stored(email="c1@example.com", first_name="Contact", last_name="One")),
    ),
    post(
        "Bulk: groups to assign to all",
        "/contacts/bulk",
        {"contacts": [{"email": "c1@example.com"}, {"email": "c2@example.com"}], "groupIds": ["{others}"]},
        all_of(bulk(created=2), lambda _answer, _world: Subscriber.objects.filter(lists__title="Others").count() == 3),
    ),
    post(
        "Bulk: onDuplicate skip",
        "/contacts/bulk",
        {
            "contacts": [{"email": "john@example.com", "firstName": "X"}, {"email": "c1@example.com"}],
            "onDuplicate": "skip",
        },
        all_of(bulk(created=1, skipped=1), stored(email="john@example.com", first_name="John")),
    ),
    post(
        "Bulk: onDuplicate update",
        "/contacts/bulk",
        {
            "contacts": [{"email": "john@example.com", "firstName": "X"}, {"email": "c1@example.com"}],
            "onDuplicate": "update",
        },
        all_of(bulk(created=1, updated=1), stored(email="john@example.com", first_name="X", last_name="Smith")),
    ),
    post("Bulk: skips by default", "/contacts/bulk", {"contacts": [{"email": "john@example.com"}]}, bulk(skipped=1)),
    post(
        "Bulk: max 1000",
        "/contacts/bulk",
        {"contacts": [{"email": f"m{number}@example.com"} for number in range(1001)]},
        error("VALIDATION_ERROR", "contacts may not have more than 1000 entries", "contacts"),
        400,
    ),
    post(
        "Bulk: other words for onDuplicate",
        "/contacts/bulk",
        {"contacts": [], "onDuplicate": "merge"},
        error("VALIDATION_ERROR", "onDuplicate must be skip or update", "onDuplicate"),
        400,
    ),
    post(
        "Bulk: errors name a bad row by its position, good ones are kept",
        "/contacts/bulk",
        {"contacts": [{"email": "c1@example.com"}, {"email": "bad"}]},
        lambda answer, _world: (
            answer["data"]
            == {
                "created": 1,
                "updated": 0,
                "skipped": 0,
                "errors": [
                    {
                        "index": 1,
                        "email": "bad",
                        "message": "Invalid email format",
                        "details": {"email": ["Invalid email format"]},
                    }
                ],
            }
        ),
    ),
    # --- Search contacts
    post("Search: query", "/contacts/search", {"query": "MITH"}, lists("john")),
    post("Search: query in the address", "/contacts/search", {"query": "zoe@ex"}, lists("zoe")),
    post("Search: filters.status", "/contacts/search", {"filters": {"status": "blocked"}}, lists("spam")),
    post("Search: filters.groups", "/contacts/search", {"filters": {"groups": ["{leads}"]}}, lists("john", "left")),
    post(
        "Search: filters.groups, any of them",
        "/contacts/search",
        {"filters": {"groups": ["{leads}", "{others}"]}},
        lists("john", "left", "mary"),
    ),
    post(
        "Search: filters.customFields",
        "/contacts/search",
        {"filters": {"customFields": {"sector": "fintech"}}},
        lists("john", "zoe"),
    ),
    post(
        "Search: each of the custom fields",
        "/contacts/search",
        {"filters": {"customFields": {"sector": "Fintech", "company_size": "50-100"}}},
        lists("john"),
    ),
    post(
        "Search: sort",
        "/contacts/search",
        {"sort": {"field": "email", "order": "desc"}},
        in_order("zoe", "spam", "mary", "left", "john"),
    ),
    post(
        "Search: all at once",
        "/contacts/search",
        {
            "query": "example.com",
            "filters": {"status": "active", "groups": ["{leads}"], "customFields": {"sector": "Fintech"}},
            "sort": {"field": "createdAt", "order": "desc"},
        },
        lists("john"),
    ),
    post(
        "Search: the envelope of a list",
        "/contacts/search",
        {"page": 2, "perPage": 2},
        all_of(meta(page=2, perPage=2, total=5, totalPages=3), in_order("left", "mary")),
    ),
    # --- Manage contact groups and tags
    post(
        "Add to groups",
        "/contacts/{john}/groups",
        {"groupIds": ["{others}"]},
        lambda answer, world: {group["id"] for group in answer["data"]["groups"]} == {world["leads"], world["others"]},
    ),
    delete("Remove from groups", "/contacts/{john}/groups", field("groups", []), {"groupIds": ["{leads}"]}),
    delete(
        "Remove from groups: 404 for an id of nothing",
        "/contacts/{john}/groups",
        error("NOT_FOUND", "Group not found: grp_abc", "groupIds"),
        {"groupIds": ["grp_abc"]},
        404,
    ),
    post(
        "Add tags",
        "/contacts/{john}/tags",
        {"tags": ["vip", "priority"]},
        field("tags", ["fintech", "priority", "prospect", "vip"]),
    ),
    delete("Remove tags", "/contacts/{john}/tags", field("tags", ["fintech"]), {"tags": ["PROSPECT", "never had"]}),
    # --- Groups (other pages)
    get(
        "Groups: list",
        "/groups",
        lambda answer, _world: (
            [group["name"] for group in answer["data"]] == ["Others", "LinkedIn Leads"]
            and answer["meta"] == {"page": 1, "perPage": 20, "total": 2, "totalPages": 1}
        ),
    ),
    get(
        "Groups: one, with the count of its contacts",
        "/groups/{leads}",
        lambda answer, world: (
            list(answer["data"]) == ["id", "name", "description", "contactsCount", "createdAt", "updatedAt"]
            and (answer["data"]["id"], answer["data"]["name"], answer["data"]["contactsCount"])
            == (world["leads"], "LinkedIn Leads", 2)
        ),
    ),
    post(
        "Groups: create",
        "/groups",
        {"name": "New", "description": "Fresh"},
        lambda answer, _world: (
            (answer["data"]["name"], answer["data"]["description"], answer["data"]["contactsCount"])
            == ("New", "Fresh", 0)
            and ContactList.objects.filter(title="New", slug="new").exists()
        ),
        201,
    ),
    put(
        "Groups: update",
        "/groups/{leads}",
        {"name": "Leads"},
        lambda answer, _world: answer["data"]["name"] == "Leads" and answer["data"]["description"] == "From LinkedIn",
    ),
    delete(
        "Groups: delete; contacts stay",
        "/groups/{leads}",
        lambda answer, world: (
            answer == {"success": True, "data": {"id": world["leads"], "deleted": True}}
            and Subscriber.objects.count() == 5
        ),
    ),
    post(
        "Groups: add contacts",
        "/groups/{leads}/contacts",
        {"contactIds": ["{zoe}", "{mary}"]},
        lambda answer, _world: answer["data"]["contactsCount"] == 4,
    ),
    # --- Words and envelope
    get(
        "Errors: the envelope",
        "/contacts?status=nope",
        lambda answer, _world: (
            answer
            == {
                "success": False,
                "error": {
                    "code": "VALIDATION_ERROR",
                    "message": "status must be one of: active, unsubscribed, bounced, replied, blocked",
                    "details": {"status": ["status must be one of: active, unsubscribed, bounced, replied, blocked"]},
                },
            }
        ),
        400,
    ),
    get(
        "Words: a pending contact is active",
        "/contacts/{mary}",
        all_of(field("status", "active"), stored(email="mary@example.com", status="pending")),
    ),
    get("Words: a complaint is blocked", "/contacts/{spam}", field("status", "blocked")),
    get("Routes: a JSON 404", "/nothing", error("NOT_FOUND", "No such endpoint: GET /v1/nothing"), 404),
]


@pytest.fixture
def world(admin: User, stages: dict[str, Stage]) -> World:
    """Five contacts, two groups, three tags, two custom fields and a company; their ids by name."""
    leads = ContactListFactory.create(title="LinkedIn Leads", description="From LinkedIn")
    others = ContactListFactory.create(title="Others")
    prospect, fintech = (
        TagFactory.create(title="prospect", slug="prospect"),
        TagFactory.create(title="fintech", slug="fintech"),
    )
    CustomFieldFactory.create(slug="sector", position=0)
    CustomFieldFactory.create(slug="company_size", position=1)
    john = SubscriberFactory.create(
        email="john@example.com",
        first_name="John",
        last_name="Smith",
        job_title="Sales Director",
        phone="+1234567890",
        website="https://acme.com",
        pipeline_stage=stages["Qualified"],
        custom_values={"sector": "Fintech", "company_size": "50-100", "gone": "x"},
        tags=[prospect, fintech],
        lists=[leads],
    )
    attach_companies([john.pk], [Company.objects.create(name="Acme Corp").pk])
    Subscriber.objects.filter(pk=john.pk).update(created_at=JANUARY)
    people = {
        "john": john,
        "mary": SubscriberFactory.create(
            email="mary@example.com", first_name="Mary", status="pending", tags=[prospect], lists=[others]
        ),
        "left": SubscriberFactory.create(
            email="left@example.com", first_name="Left", status="unsubscribed", lists=[leads]
        ),
        "spam": SubscriberFactory.create(
            email="spam@example.com", first_name="Spam", status="complained", tags=[fintech]
        ),
        "zoe": SubscriberFactory.create(email="zoe@example.com", first_name="Zoe", custom_values={"sector": "FINTECH"}),
    }
    return {name: encode(CONTACT, contact.pk) for name, contact in people.items()} | {
        "leads": encode(GROUP, leads.pk),
        "others": encode(GROUP, others.pk),
    }


def named(text: str, world: World) -> str:
    for name, id_ in world.items():
        text = text.replace(f"{{{name}}}", id_)
    return text


@pytest.mark.parametrize("statement", STATEMENTS, ids=[statement.says for statement in STATEMENTS])
def test_it_does_as_the_guide_says(statement: Statement, world: World, admin: User) -> None:
    body = None if statement.body is None else json.loads(named(json.dumps(statement.body), world))
    response = Fluenzr(admin).send(statement.method, named(statement.path, world), body)
    assert response.status_code == statement.status, response.content
    assert statement.check(response.json(), world), response.json()


def test_each_statement_stands_there_once() -> None:
    said = [statement.says for statement in STATEMENTS]
    assert len(said) == len(set(said)) > 60

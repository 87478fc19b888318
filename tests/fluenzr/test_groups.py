"""/v1/groups, beyond the guide's own statements."""

from typing import Any

import pytest
from django.db import transaction

from fluenzr.ids import CONTACT, GROUP, encode
from segments.models import ContactList
from segments.services import delete_segments
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory
from tests.fluenzr.client import Fluenzr, error_of
from tests.threads import Worker, two_writers


def test_a_group_is_a_list_of_the_other_face(fluenzr: Fluenzr, api: Api) -> None:
    shown = fluenzr.post("/groups", {"name": "LinkedIn Leads"}).json()["data"]
    assert shown["description"] is None
    [group] = api.get("/lists").json()["lists"]
    assert (group["title"], group["slug"]) == ("LinkedIn Leads", "linkedin-leads")
    assert encode(GROUP, group["id"]) == shown["id"]


@pytest.mark.parametrize("name", [None, "", "  ", "<b></b>", ...])
def test_it_takes_a_name(fluenzr: Fluenzr, name: Any) -> None:
    body = {} if name is ... else {"name": name}
    assert error_of(fluenzr.post("/groups", body)) == (
        400,
        "VALIDATION_ERROR",
        "Name is required",
        {"name": ["Name is required"]},
    )
    if name is not ...:
        path = f"/groups/{encode(GROUP, ContactListFactory.create().pk)}"
        assert error_of(fluenzr.put(path, body))[:3] == (400, "VALIDATION_ERROR", "Name is required")


def test_a_name_is_taken_once_whatever_its_case(fluenzr: Fluenzr) -> None:
    assert fluenzr.post("/groups", {"name": "C"}).status_code == 201
    other = fluenzr.post("/groups", {"name": "C++"}).json()["data"]
    taken = (409, "CONFLICT", "Group name already exists", {"name": ["Group name already exists"]})
    assert error_of(fluenzr.post("/groups", {"name": "c"})) == taken
    assert error_of(fluenzr.put(f"/groups/{other['id']}", {"name": "c"})) == taken
    assert fluenzr.put(f"/groups/{other['id']}", {"name": "c++"}).json()["data"]["name"] == "c++"
    assert ContactList.objects.count() == 2


def test_it_changes_what_is_sent_alone(fluenzr: Fluenzr) -> None:
    group = ContactListFactory.create(title="A", slug="a", description="old")
    path = f"/groups/{encode(GROUP, group.pk)}"
    assert fluenzr.put(path, {"description": "new"}).json()["data"]["name"] == "A"
    assert fluenzr.put(path, {"name": "B"}).json()["data"]["description"] == "new"
    assert fluenzr.put(path, {"description": None}).json()["data"]["description"] is None
    group.refresh_from_db()
    assert (group.title, group.slug) == ("B", "a")
    assert error_of(fluenzr.put(path, {"description": 7}))[3] == {"description": ["description must be a string"]}


@pytest.mark.parametrize("group", ["grp_zzzzzz", "con_maiga1", "1", "grp_%00"])
def test_it_is_404_for_a_group_that_there_is_not(fluenzr: Fluenzr, group: str) -> None:
    for method, path, body in (
        ("GET", f"/groups/{group}", None),
        ("PUT", f"/groups/{group}", {"name": "x"}),
        ("DELETE", f"/groups/{group}", None),
        ("POST", f"/groups/{group}/contacts", {"contactIds": []}),
    ):
        assert error_of(fluenzr.send(method, path, body)) == (404, "NOT_FOUND", "Group not found", {})


def test_contacts_that_there_are_not_add_nobody(fluenzr: Fluenzr) -> None:
    group, contact = ContactListFactory.create(), SubscriberFactory.create()
    path = f"/groups/{encode(GROUP, group.pk)}/contacts"
    gone = encode(CONTACT, contact.pk + 1)
    for sent, message in (
        ([encode(CONTACT, contact.pk), gone], f"Contact not found: {gone}"),
        (["grp_maiga1"], "Contact not found: grp_maiga1"),
    ):
        response = fluenzr.post(path, {"contactIds": sent})
        assert error_of(response) == (404, "NOT_FOUND", message, {"contactIds": [message]})
    assert not group.subscribers.exists()
    for body in ({}, {"contactIds": "x"}, {"contactIds": [1]}):
        assert error_of(fluenzr.post(path, body))[:2] == (400, "VALIDATION_ERROR")


def test_it_counts_contacts_of_every_status(fluenzr: Fluenzr) -> None:
    group = ContactListFactory.create()
    for status in ("subscribed", "bounced", "complained"):
        SubscriberFactory.create(lists=[group], status=status)
    assert fluenzr.get("/groups").json()["data"][0]["contactsCount"] == 3


def test_it_sorts_and_pages(fluenzr: Fluenzr) -> None:
    for title in ("b", "A", "c"):
        ContactListFactory.create(title=title)

    def names(query: str) -> list[str]:
        return [group["name"] for group in fluenzr.get(f"/groups?{query}").json()["data"]]

    assert names("") == ["c", "A", "b"]
    assert names("order=asc") == ["b", "A", "c"]
    assert names("sort=name") == ["A", "b", "c"]
    assert names("sort=name&order=desc") == ["c", "b", "A"]
    assert names("sort=createdAt&perPage=2") == ["b", "A"]
    assert names("sort=createdAt&perPage=2&page=2") == ["c"]
    assert names("page=3") == []
    assert error_of(fluenzr.get("/groups?sort=slug"))[3] == {
        "sort": ["sort must be one of: name, createdAt, updatedAt"]
    }


@two_writers
@pytest.mark.django_db(transaction=True)
def test_a_change_does_not_bring_back_a_group_that_is_deleted_at_the_same_moment(fluenzr: Fluenzr) -> None:
    group = ContactListFactory.create()
    with transaction.atomic():
        delete_segments(ContactList, [group.pk])
        other = Worker(lambda: fluenzr.put(f"/groups/{encode(GROUP, group.pk)}", {"name": "Leads"}))
        other.wait_until_blocked()
    assert error_of(other.finish())[:2] == (404, "NOT_FOUND")
    assert not ContactList.objects.exists()

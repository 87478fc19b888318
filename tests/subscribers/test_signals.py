"""changes.signals.contacts_changed: sent once a change, after its transaction, with the set of ids."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from changes.events import CONTACT_EVENTS
from changes.signals import contacts_changed
from emails.links import Target
from emails.services.asking import ask_consent
from emails.services.confirming import Origin, confirm
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from webhooks.providers import Kind, Report
from webhooks.services import take_reports

pytestmark = pytest.mark.django_db

Heard = list[tuple[str, list[int], dict[str, Any]]]


@contextmanager
def listening(receiver: Callable[..., None]) -> Iterator[None]:
    contacts_changed.connect(receiver, weak=False)
    try:
        yield
    finally:
        contacts_changed.disconnect(receiver)


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What was announced: change, ids, details."""
    changes: Heard = []

    def receiver(sender: Any, change: str, ids: list[int], details: dict[str, Any], **kwargs: Any) -> None:
        changes.append((change, ids, details))

    with listening(receiver):
        yield changes


Commit = Callable[..., Any]


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Commit:
    """Run what waits for the end of the transaction, as it ends."""

    def run(action: Callable[..., Any], *args: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return action(*args)

    return run


def test_it_tells_of_a_contact_that_was_created(api: Api, heard: Heard, commit: Commit) -> None:
    tag = TagFactory.create().pk
    answer = commit(api.post, "/subscribers", {"email": "new@example.com", "status": "subscribed", "tags": [tag]})
    pk = answer.json()["contact"]["id"]
    assert heard == [("created", [pk], {}), ("tags_attached", [pk], {"targets": [tag]})]


def test_it_tells_nothing_of_a_request_that_was_refused(api: Api, heard: Heard, commit: Commit) -> None:
    contact = SubscriberFactory.create(email="known@example.com")
    other = SubscriberFactory.create()
    for answer in (
        commit(api.post, "/subscribers", {"email": "known@example.com", "status": "subscribed"}),
        commit(api.put, f"/subscribers/{other.pk}", {"email": contact.email, "attach_tags": [TagFactory.create().pk]}),
        commit(api.delete, "/subscribers/999999"),
        commit(api.put, "/subscribers/999999", {"first_name": "New"}),
    ):
        assert answer.status_code in (404, 409)
    assert heard == []


def test_it_tells_of_an_update_that_changes_something_alone(api: Api, heard: Heard, commit: Commit) -> None:
    contact = SubscriberFactory.create(first_name="Ada")
    commit(api.put, f"/subscribers/{contact.pk}", {"first_name": "Ada"})
    assert heard == []
    commit(api.put, f"/subscribers/{contact.pk}", {"first_name": "Augusta"})
    assert heard == [("updated", [contact.pk], {"columns": {"first_name": ["Ada", "Augusta"]}})]


def test_it_tells_of_each_kind_of_link(api: Api, heard: Heard, commit: Commit) -> None:
    old, new = TagFactory.create(), TagFactory.create()
    left, joined = ContactListFactory.create(), ContactListFactory.create()
    contact = SubscriberFactory.create(tags=[old], lists=[left])
    body = {
        "attach_tags": [new.pk],
        "detach_tags": [old.pk],
        "attach_lists": [joined.pk],
        "detach_lists": [left.pk],
    }
    commit(api.put, f"/subscribers/{contact.pk}", body)
    assert heard == [
        ("tags_attached", [contact.pk], {"targets": [new.pk]}),
        ("tags_detached", [contact.pk], {"targets": [old.pk]}),
        ("lists_attached", [contact.pk], {"targets": [joined.pk]}),
        ("lists_detached", [contact.pk], {"targets": [left.pk]}),
    ]


@pytest.mark.parametrize("path", ["/subscribers", "/subscribers/bulk-add-update"])
def test_it_tells_of_links_that_an_upsert_made(api: Api, heard: Heard, commit: Commit, path: str) -> None:
    contact, tag, contact_list = SubscriberFactory.create(), TagFactory.create(), ContactListFactory.create()
    row = {"email": contact.email, "tags": [tag.pk], "lists": [contact_list.pk]}
    body = {"contacts": [row]} if path.endswith("update") else {**row, "__force_update": "yes"}
    commit(api.post, path, body)
    assert contact.tags.get() == tag
    assert ("tags_attached", [contact.pk], {"targets": [tag.pk]}) in heard
    assert ("lists_attached", [contact.pk], {"targets": [contact_list.pk]}) in heard


@pytest.mark.parametrize("way", ["property", "update", "upsert", "bulk"])
def test_it_tells_of_a_change_of_status_by_every_way(api: Api, heard: Heard, commit: Commit, way: str) -> None:
    contact = SubscriberFactory.create(email="ada@example.com", status="pending")
    row = {"email": "ada@example.com", "status": "subscribed"}
    match way:
        case "property":
            body = {"property": "status", "value": "subscribed", "subscribers": [contact.pk]}
            commit(api.put, "/subscribers/subscribers-property", body)
        case "update":
            commit(api.put, f"/subscribers/{contact.pk}", {"status": "subscribed"})
        case "upsert":
            commit(api.post, "/subscribers", {**row, "__force_update": "yes"})
        case _:
            commit(api.post, "/subscribers/bulk-add-update", {"contacts": [row]})
    contact.refresh_from_db()
    assert contact.status == "subscribed"
    assert [(change, ids) for change, ids, _ in heard if change == "status_changed"] == [
        ("status_changed", [contact.pk])
    ]


def test_it_tells_once_of_a_set(api: Api, heard: Heard, commit: Commit) -> None:
    contacts = SubscriberFactory.create_batch(5)
    pks = [contact.pk for contact in contacts]
    tag = TagFactory.create()
    commit(services.attach_tags, [*reversed(pks), 999_999], [tag.pk])
    commit(services.detach_tags, pks, [tag.pk])
    commit(services.set_status, pks, "pending")
    commit(services.set_column, pks, "contact_type", "customer")
    commit(services.delete_contacts, [*pks, 999_999])
    assert heard == [
        ("tags_attached", pks, {"targets": [tag.pk]}),
        ("tags_detached", pks, {"targets": [tag.pk]}),
        ("status_changed", pks, {"status": ["pending"], "previous": "subscribed"}),
        ("updated", pks, {"columns": {"contact_type": "customer"}}),
        ("deleted", pks, {}),
    ]


def test_it_tells_of_the_created_and_the_updated_of_one_batch(heard: Heard, commit: Commit) -> None:
    changed = SubscriberFactory.create(email="changed@example.com", first_name="Old")
    same = SubscriberFactory.create(email="same@example.com", first_name="Same")
    written = commit(
        services.upsert_contacts,
        [
            Draft({"email": "changed@example.com", "first_name": "New"}),
            Draft({"email": same.email, "first_name": "Same"}),
            Draft({"email": "b@example.com"}),
            Draft({"email": "a@example.com"}),
        ],
    )
    created = [written["a@example.com"].id, written["b@example.com"].id]
    assert heard == [
        ("created", created, {}),
        ("updated", [changed.pk], {"columns": {"first_name": ["Old", "New"]}}),
    ]


def test_it_tells_nothing_of_nobody(heard: Heard, commit: Commit) -> None:
    tag, company = TagFactory.create(), CompanyFactory.create()
    for nobody in ([], [999_999]):
        commit(services.attach_tags, nobody, [tag.pk])
        commit(services.detach_tags, nobody, [tag.pk])
        commit(services.set_status, nobody, "pending")
        commit(services.set_column, nobody, "contact_type", "customer")
        commit(services.set_custom_value, nobody, "job", "CTO")
        commit(services.attach_companies, nobody, [company.pk])
        commit(services.detach_companies, nobody, [company.pk])
        commit(services.delete_contacts, nobody)
    commit(services.create_contacts, [])
    commit(services.upsert_contacts, [])
    assert heard == []


def test_its_words_are_those_that_are_sent(heard: Heard, commit: Commit) -> None:
    contact, tag, contact_list = SubscriberFactory.create(), TagFactory.create(), ContactListFactory.create()
    company = CompanyFactory.create()
    commit(services.create_contacts, [Draft({"email": "new@example.com"})])
    commit(services.update_contact, contact.pk, Draft({"first_name": "New"}))
    commit(services.attach_tags, [contact.pk], [tag.pk])
    commit(services.detach_tags, [contact.pk], [tag.pk])
    commit(services.attach_lists, [contact.pk], [contact_list.pk])
    commit(services.detach_lists, [contact.pk], [contact_list.pk])
    commit(services.set_status, [contact.pk], "pending")
    commit(services.attach_companies, [contact.pk], [company.pk])
    commit(services.detach_companies, [contact.pk], [company.pk])
    [message] = commit(ask_consent, [contact.pk]).messages.values()
    commit(confirm, Target(contact.pk, message), Origin())
    commit(take_reports, "form", [Report(Kind.SOFT_BOUNCE, contact.email, "Full", "1")])
    commit(services.delete_contacts, [contact.pk])
    assert sorted({change for change, _, _ in heard}) == sorted(CONTACT_EVENTS)


@pytest.mark.django_db(transaction=True)
def test_it_tells_after_the_commit_and_not_at_all_after_a_rollback(heard: Heard) -> None:
    with transaction.atomic():
        services.create_contacts([Draft({"email": "kept@example.com"})])
        assert heard == []
    assert [change for change, _, _ in heard] == ["created"]
    with transaction.atomic():
        services.create_contacts([Draft({"email": "gone@example.com"})])
        transaction.set_rollback(True)
    assert len(heard) == 1
    assert Subscriber.objects.get().email == "kept@example.com"


@pytest.mark.django_db(transaction=True)
def test_it_lets_a_failing_receiver_harm_nobody(api: Api) -> None:
    reached: list[str] = []

    def failing(**kwargs: Any) -> None:
        raise ZeroDivisionError

    def after(change: str, **kwargs: Any) -> None:
        reached.append(change)

    with listening(failing), listening(after):
        answer = api.post("/subscribers", {"email": "new@example.com", "status": "subscribed"})
    assert answer.status_code == 200
    assert reached == ["created"]
    assert Subscriber.objects.get().email == "new@example.com"

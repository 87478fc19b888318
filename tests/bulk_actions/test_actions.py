"""PUT and POST /subscribers/do-bulk-action: what each of the thirteen actions does."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db.models import Model

from bulk_actions.actions import ACTIONS
from companies.models import Company
from notes.models import Note
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag
from tests.bulk_actions.conftest import PATH, World
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.notes.factories import NoteFactory
from tests.subscribers.expected import refused

Act = Callable[..., Any]
DONE = "Selected bulk action has been successfully completed"
both_verbs = pytest.mark.parametrize("verb", ["PUT", "POST"])


def pks(rows: Sequence[Model]) -> list[int]:
    return [row.pk for row in rows]


def done(answer: Any, contacts: list[Subscriber], message: str) -> None:
    """Hold the answer of an action on all of the contacts against what was recorded."""
    body = {"last_contact_id": contacts[-1].pk, "completed_contacts": len(contacts), "message": message}
    assert (answer.status_code, answer.json()) == (200, body)


def test_it_knows_the_thirteen_actions_of_the_guide(world: World) -> None:
    guide = """add_to_tags add_to_lists remove_from_tags remove_from_lists change_contact_status change_contact_type
        add_to_email_sequence add_to_automation send_double_optin update_custom_fields delete_contacts add_to_company
        remove_from_company"""
    assert set(ACTIONS) == set(guide.split())
    assert all(world.options(name) for name in ACTIONS)


@both_verbs
@pytest.mark.parametrize("prefix", ["subscribers", "contacts"])
def test_it_adds_tags(api: Api, verb: str, prefix: str) -> None:
    *contacts, other = SubscriberFactory.create_batch(3)
    tags = TagFactory.create_batch(2)
    body = {"action_name": "add_to_tags", "action_options": pks(tags), "subscriber_ids": pks(contacts)}
    done(api.send(verb, f"/{prefix}/do-bulk-action", body), contacts, DONE)
    assert all(list(contact.tags.order_by("pk")) == tags for contact in contacts)
    assert not other.tags.exists()


def test_it_adds_a_tag_once_to_those_who_have_it(act: Act, world: World) -> None:
    contacts = [SubscriberFactory.create(tags=[world.tag]), SubscriberFactory.create()]
    done(act("add_to_tags", subscriber_ids=pks(contacts)), contacts, DONE)
    assert SubscriberTag.objects.count() == 2


@both_verbs
def test_it_removes_tags(act: Act, world: World, verb: str) -> None:
    kept = TagFactory.create()
    *contacts, other = SubscriberFactory.create_batch(3, tags=[world.tag, kept])
    done(act("remove_from_tags", verb, subscriber_ids=pks(contacts)), contacts, DONE)
    assert all(list(contact.tags.all()) == [kept] for contact in contacts)
    assert other.tags.count() == 2


@both_verbs
def test_it_adds_lists(act: Act, world: World, verb: str) -> None:
    *contacts, other = SubscriberFactory.create_batch(3)
    done(act("add_to_lists", verb, subscriber_ids=pks(contacts)), contacts, DONE)
    assert all(list(contact.lists.all()) == [world.list] for contact in contacts)
    assert not other.lists.exists()


@both_verbs
def test_it_removes_lists(act: Act, world: World, verb: str) -> None:
    kept = ContactListFactory.create()
    *contacts, other = SubscriberFactory.create_batch(3, lists=[world.list, kept])
    done(act("remove_from_lists", verb, subscriber_ids=pks(contacts)), contacts, DONE)
    assert all(list(contact.lists.all()) == [kept] for contact in contacts)
    assert other.lists.count() == 2


@pytest.mark.parametrize("options", [["vip"], "vip", "VIP Customers", [{"id": 5}, "vip"]])
def test_it_reads_tags_by_slug_and_title_and_in_every_shape(act: Act, options: Any) -> None:
    tag = TagFactory.create(slug="vip", title="VIP customers")
    contacts = SubscriberFactory.create_batch(1)
    done(act("add_to_tags", subscriber_ids=pks(contacts), action_options=options), contacts, DONE)
    assert list(contacts[0].tags.all()) == [tag]


@both_verbs
@pytest.mark.parametrize(
    "status", ["subscribed", "pending", "unsubscribed", "transactional", "bounced", "complained", "spammed"]
)
def test_it_changes_the_status(act: Act, verb: str, status: str) -> None:
    *contacts, other = SubscriberFactory.create_batch(3, status="pending")
    contacts[0].status = status
    contacts[0].save()
    message = "Status has been changed for the selected subscribers"
    done(act("change_contact_status", verb, subscriber_ids=pks(contacts), new_status=status), contacts, message)
    assert [contact.status for contact in Subscriber.objects.order_by("pk")] == [status, status, other.status]


@both_verbs
def test_it_changes_the_type(act: Act, verb: str) -> None:
    *contacts, _ = SubscriberFactory.create_batch(3)
    message = "Contact Type has been updated for the selected subscribers"
    done(act("change_contact_type", verb, subscriber_ids=pks(contacts)), contacts, message)
    kinds = list(Subscriber.objects.order_by("pk").values_list("contact_type", flat=True))
    assert kinds == ["customer", "customer", "lead"]


@both_verbs
@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        ("text", "Boss", "Boss"),
        ("text", 5, "5"),
        ("text", "", ""),
        ("number", "12.50", "12.50"),
        ("date", "2026-01-31", "2026-01-31"),
        ("date_time", "2026-01-31 09:05:00", "2026-01-31 09:05:00"),
        ("select-multi", ["sales", "support"], ["sales", "support"]),
        ("checkbox", "sms,post", ["sms", "post"]),
    ],
)
def test_it_updates_a_custom_field_and_keeps_the_others(act: Act, verb: str, kind: str, sent: Any, stored: Any) -> None:
    CustomFieldFactory.create(slug="field", type=kind)
    *contacts, other = SubscriberFactory.create_batch(3, custom_values={"field": "old", "kept": "k"})
    field = {"key": "field", "type": kind, "value": sent}
    message = "Custom Fields has been updated for the selected subscribers"
    done(act("update_custom_fields", verb, subscriber_ids=pks(contacts), custom_field=field), contacts, message)
    for contact in contacts:
        contact.refresh_from_db()
        assert contact.custom_values == {"field": stored, "kept": "k"}
    other.refresh_from_db()
    assert other.custom_values == {"field": "old", "kept": "k"}


def test_it_shows_no_value_of_a_custom_field_that_was_set_to_null(api: Api, act: Act) -> None:
    contact = SubscriberFactory.create(custom_values={"job_title": "Boss"})
    act("update_custom_fields", subscriber_ids=[contact.pk], custom_field={"key": "job_title", "value": None})
    shown = api.get(f"/subscribers/{contact.pk}?with[]=custom_values").json()["subscriber"]
    assert shown["custom_values"] == {}


@both_verbs
def test_it_deletes_contacts_and_all_that_hangs_on_them(act: Act, world: World, verb: str) -> None:
    *contacts, other = SubscriberFactory.create_batch(3, tags=[world.tag], lists=[world.list])
    owned = CompanyFactory.create(owner=contacts[0], contacts=[*contacts, other])
    notes = [NoteFactory.create(subscriber=contact) for contact in (*contacts, other)]
    message = "Selected Contacts has been deleted permanently"
    done(act("delete_contacts", verb, subscriber_ids=pks(contacts)), contacts, message)
    assert list(Subscriber.objects.all()) == [other]
    for links in (SubscriberTag, SubscriberList, SubscriberCompany):
        assert links._default_manager.values_list("subscriber_id", flat=True).get() == other.pk
    assert Note.objects.get() == notes[-1]
    assert Company.objects.get(pk=owned.pk).owner is None


@both_verbs
@pytest.mark.parametrize("key", ["new_status", "company_id", "action_options"])
def test_it_adds_to_a_company_and_says_how_many_are_new_to_it(api: Api, verb: str, key: str) -> None:
    contacts = SubscriberFactory.create_batch(3)
    company = CompanyFactory.create(contacts=contacts[:1])
    body = {"action_name": "add_to_company", key: [company.pk] if key == "action_options" else str(company.pk)}
    answer = api.send(verb, PATH, body | {"subscriber_ids": pks(contacts)})
    done(answer, contacts, "2 subscribers has been attached to the selected company")
    assert list(company.subscribers.order_by("pk")) == contacts
    assert set(Subscriber.objects.values_list("company", flat=True)) == {company.pk}


def test_it_keeps_the_primary_company_of_those_who_have_one(act: Act, world: World) -> None:
    contact = SubscriberFactory.create()
    first = CompanyFactory.create(contacts=[contact])
    act("add_to_company", subscriber_ids=[contact.pk])
    contact.refresh_from_db()
    assert contact.company == first


@both_verbs
def test_it_refuses_to_add_those_who_belong_to_the_company_already(act: Act, world: World, verb: str) -> None:
    contact = SubscriberFactory.create()
    SubscriberCompany.objects.create(subscriber=contact, company=world.company)
    answer = act("add_to_company", verb, subscriber_ids=[contact.pk])
    body = refused("No valid active subscribers found for this company")
    assert (answer.status_code, answer.json()) == (422, body)


@both_verbs
def test_it_removes_from_a_company_and_chooses_the_next_primary_one(act: Act, world: World, verb: str) -> None:
    contacts = SubscriberFactory.create_batch(3)
    for contact in contacts[:2]:
        SubscriberCompany.objects.create(subscriber=contact, company=world.company)
    Subscriber.objects.filter(pk__in=pks(contacts[:2])).update(company=world.company)
    second = CompanyFactory.create(contacts=contacts[1:])
    answer = act("remove_from_company", verb, subscriber_ids=pks(contacts))
    done(answer, contacts, "2 subscribers has been detached from the selected company")
    assert not world.company.subscribers.exists()
    assert list(Subscriber.objects.order_by("pk").values_list("company", flat=True)) == [None, second.pk, second.pk]


@pytest.mark.parametrize("action", ["change_contact_status", "change_contact_type", "update_custom_fields"])
def test_it_dates_the_contacts_that_it_changes(act: Act, action: str) -> None:
    contact = SubscriberFactory.create()
    with time_machine.travel(datetime(2030, 1, 31, 9, 5, tzinfo=UTC), tick=False):
        assert act(action, subscriber_ids=[contact.pk]).status_code == 200
    contact.refresh_from_db()
    assert contact.updated_at.year == 2030


@both_verbs
@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"add_to_company"}))
def test_it_counts_only_contacts_that_are_there(act: Act, verb: str, action: str) -> None:
    contact = SubscriberFactory.create()
    answer = act(action, verb, subscriber_ids=[contact.pk, 999_999, contact.pk])
    assert answer.status_code == 200
    assert (answer.json()["completed_contacts"], answer.json()["last_contact_id"]) == (1, 999_999)
    nobody = act(action, verb, subscriber_ids=[999_999])
    assert nobody.status_code == 200
    assert (nobody.json()["completed_contacts"], nobody.json()["last_contact_id"]) == (0, 999_999)


@pytest.mark.parametrize(
    "body",
    [
        "action_name=add_to_tags&action_options[]={tag}&subscriber_ids[]={contact}",
        "action_name=add_to_tags&action_options={tag}&subscriber_ids={contact}",
        '{{"action_name": "add_to_tags", "action_options": [{tag}], "subscriber_ids": "{contact}"}}',
    ],
    ids=["brackets", "form", "JSON called a form"],
)
def test_it_reads_every_shape_that_clients_send(api: Api, world: World, body: str) -> None:
    contact = SubscriberFactory.create()
    sent = body.format(tag=world.tag.pk, contact=contact.pk)
    answer = api.put(PATH, sent, content_type="application/x-www-form-urlencoded")
    done(answer, [contact], DONE)
    assert list(contact.tags.all()) == [world.tag]

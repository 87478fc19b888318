"""Whom do-bulk-action acts on: ids, or all that the list's own filters find, a chunk at a time."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from bulk_actions.actions import ACTIONS
from changes.models import Change
from subscribers.models import Subscriber, SubscriberCompany, SubscriberTag
from tests.bulk_actions.conftest import World
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory

Act = Callable[..., Any]
DONE = "Selected bulk action has been successfully completed"
# Of a few contacts the first blocks of an automation run at once: test_automations.py.
WORKING = sorted(set(ACTIONS) - {"add_to_automation"})
# Actions whose query, in the test of them all, goes on finding everybody.
EVERYBODY = ("add_to_company", "add_to_email_sequence", "send_double_optin")


def tagged(world: World) -> list[str]:
    return sorted(world.tag.subscribers.values_list("first_name", flat=True))


def condition(source: list[str], operator: str, value: Any) -> dict[str, Any]:
    return {"source": source, "operator": operator, "value": value}


def advanced(*groups: list[dict[str, Any]]) -> dict[str, Any]:
    return {"filter_type": "advanced", "advanced_filters": list(groups)}


PARIS = condition(["subscriber", "city"], "=", "Paris")
LEEDS = condition(["subscriber", "city"], "=", "Leeds")
PENDING = condition(["segment", "status"], "in", ["pending"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Ada", "Alan", "Grace", "Tony"]),
        ([], ["Ada", "Alan", "Grace", "Tony"]),
        ({"filter_type": "simple", "statuses": ["pending"]}, ["Alan", "Grace"]),
        ({"search": "leeds"}, ["Grace"]),
        ({"tags": ["old"]}, ["Ada", "Tony"]),
        ({"tags": ["old"], "lists": ["news"]}, ["Ada"]),
        ({"tags": ["no such tag"]}, []),
        ({"statuses": ["nonsense"]}, []),
        ({"company_ids": ["{company}"]}, ["Alan"]),
        ({"sort_by": "first_name", "sort_type": "DESC", "per_page": 1, "page": 2}, ["Ada", "Alan", "Grace", "Tony"]),
        (advanced([PARIS]), ["Ada", "Alan"]),
        (advanced([PARIS, PENDING]), ["Alan"]),
        (advanced([PARIS, PENDING], [LEEDS]), ["Alan", "Grace"]),
        ({"filter_type": "advanced", "advanced_filters": json.dumps([[LEEDS]])}, ["Grace"]),
        (json.dumps({"statuses": ["pending"]}), ["Alan", "Grace"]),
    ],
    ids=str,
)
def test_it_acts_on_all_that_the_query_finds(act: Act, world: World, query: Any, found: list[str]) -> None:
    old, news = TagFactory.create(slug="old"), ContactListFactory.create(slug="news")
    SubscriberFactory.create(first_name="Ada", city="Paris", tags=[old], lists=[news])
    alan = SubscriberFactory.create(first_name="Alan", city="Paris", status="pending")
    SubscriberFactory.create(first_name="Grace", city="Leeds", status="pending", lists=[news])
    SubscriberFactory.create(first_name="Tony", tags=[old])
    SubscriberCompany.objects.create(subscriber=alan, company=world.company)
    if isinstance(query, dict) and "company_ids" in query:
        query = {"company_ids": [world.company.pk]}
    answer = act("add_to_tags", is_all="yes", contact_query=query)
    assert answer.status_code == 200
    assert tagged(world) == found
    last = world.tag.subscribers.order_by("-pk").values_list("pk", flat=True).first() or 0
    assert answer.json() == {
        "last_contact_id": last,
        "completed_contacts": len(found),
        "message": DONE,
        "is_completed": True,
    }


@pytest.mark.parametrize("everyone", ["yes", "true", "1", 1, True])
def test_it_acts_on_everybody_without_a_query(act: Act, world: World, everyone: Any) -> None:
    SubscriberFactory.create(first_name="Ada")
    assert act("add_to_tags", is_all=everyone).json()["completed_contacts"] == 1


def test_it_acts_on_the_ids_alone_where_is_all_says_no(act: Act, world: World) -> None:
    chosen, _ = SubscriberFactory.create(first_name="Ada"), SubscriberFactory.create()
    answer = act("add_to_tags", is_all="no", subscriber_ids=[chosen.pk], contact_query={})
    assert answer.json() == {"last_contact_id": chosen.pk, "completed_contacts": 1, "message": DONE}
    assert tagged(world) == ["Ada"]


def test_it_goes_on_after_last_id(act: Act, world: World) -> None:
    contacts = [SubscriberFactory.create(first_name=name) for name in ("Ada", "Alan", "Grace")]
    answer = act("add_to_tags", is_all="yes", contact_query={}, last_id=str(contacts[0].pk))
    assert answer.json()["completed_contacts"] == 2
    assert tagged(world) == ["Alan", "Grace"]


@pytest.mark.parametrize("last_id", [None, "", "x", 0, -5])
def test_it_begins_with_the_first_where_last_id_is_none(act: Act, world: World, last_id: Any) -> None:
    SubscriberFactory.create(first_name="Ada")
    act("add_to_tags", is_all="yes", contact_query={}, last_id=last_id)
    assert tagged(world) == ["Ada"]


def chunks(act: Act, action: str, query: Any) -> Iterator[dict[str, Any]]:
    """The answers to a client that continues until the answer says that all is done."""
    last_id = 0
    for _ in range(20):
        answer = act(action, is_all="yes", contact_query=query, last_id=last_id)
        assert answer.status_code == 200
        yield answer.json()
        if answer.json()["is_completed"]:
            return
        last_id = answer.json()["last_contact_id"]
    raise AssertionError("The loop does not end.")


@pytest.mark.parametrize("contacts", [0, 1, 3, 4, 6, 7])
def test_it_takes_a_chunk_at_a_time_and_ends(act: Act, world: World, settings: Settings, contacts: int) -> None:
    settings.BULK_CHUNK = 3
    pks = [contact.pk for contact in SubscriberFactory.create_batch(contacts)]
    answers = list(chunks(act, "add_to_tags", {}))
    completed = [answer["completed_contacts"] for answer in answers]
    assert completed == {0: [0], 1: [1], 3: [3], 4: [3, 1], 6: [3, 3], 7: [3, 3, 1]}[contacts]
    assert [answer["is_completed"] for answer in answers] == [False] * (len(answers) - 1) + [True]
    assert [answer["last_contact_id"] for answer in answers] == [
        max(pks[:end], default=0) for end in range(3, 3 * len(answers) + 1, 3)
    ]
    assert SubscriberTag.objects.count() == contacts


@pytest.mark.parametrize("action", WORKING)
def test_it_acts_on_every_contact_once_though_the_action_changes_what_the_query_finds(
    act: Act, world: World, settings: Settings, action: str
) -> None:
    settings.BULK_CHUNK = 2
    query = {
        "add_to_tags": advanced([condition(["segment", "tags"], "not_in", [world.tag.pk])]),
        "remove_from_tags": {"tags": [world.tag.pk]},
        "add_to_lists": advanced([condition(["segment", "lists"], "not_in", [world.list.pk])]),
        "remove_from_lists": {"lists": [world.list.pk]},
        "change_contact_status": {"statuses": ["subscribed"]},
        "change_contact_type": advanced([condition(["segment", "contact_type"], "in", ["lead"])]),
        "update_custom_fields": advanced([condition(["custom_fields", "job_title"], "!=", "Boss")]),
        "send_double_optin": {"statuses": ["pending"]},
        "delete_contacts": {},
        "add_to_company": {},
        "add_to_email_sequence": {},
        "remove_from_company": {"company_ids": [world.company.pk]},
    }[action]
    linked = {"tags": [world.tag], "lists": [world.list]} if action.startswith("remove") else {}
    status = "pending" if action == "send_double_optin" else "subscribed"
    contacts = SubscriberFactory.create_batch(5, status=status, **linked)
    if action == "remove_from_company":
        SubscriberCompany.objects.bulk_create(
            SubscriberCompany(subscriber=contact, company=world.company) for contact in contacts
        )
        Subscriber.objects.update(company=world.company)
    answers = list(chunks(act, action, query))
    assert [answer["completed_contacts"] for answer in answers] == [2, 2, 1]
    changed = [pk for entry in Change.objects.all() for pk in entry.changed.values_list("contact_id", flat=True)]
    assert sorted(changed) == [contact.pk for contact in contacts]
    again = act(action, is_all="yes", contact_query=query).json()
    # These queries go on finding everybody: the first chunk of them.
    assert again["completed_contacts"] == (2 if action in EVERYBODY else 0)


def test_it_goes_on_where_a_chunk_has_nobody_new_to_the_company(act: Act, world: World, settings: Settings) -> None:
    settings.BULK_CHUNK = 2
    contacts = SubscriberFactory.create_batch(4)
    SubscriberCompany.objects.bulk_create(
        SubscriberCompany(subscriber=contact, company=world.company) for contact in contacts[:2]
    )
    messages = [answer["message"] for answer in chunks(act, "add_to_company", {})]
    assert messages == [f"{number} subscribers has been attached to the selected company" for number in (0, 2)]


def test_it_is_not_held_to_a_chunk_where_ids_are_given(act: Act, world: World, settings: Settings) -> None:
    settings.BULK_CHUNK = 2
    contacts = SubscriberFactory.create_batch(5)
    answer = act("add_to_tags", subscriber_ids=[contact.pk for contact in contacts])
    assert answer.json()["completed_contacts"] == SubscriberTag.objects.count() == 5

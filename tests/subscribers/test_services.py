"""subscribers.services: sets of contacts at a fixed number of statements."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notes.models import Note
from segments import counting
from subscribers import services
from subscribers.models import Subscriber, SubscriberTag
from subscribers.services import Draft, contacts
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import ANOTHER_LINK, HISTORY, HOLD, LOCK_OWNED, MOVE, counted, statements

FEW, MANY = counting.MANY, 2 * counting.MANY


@dataclass
class Case:
    drafts: list[Draft]
    ids: list[int]
    tag: int
    other: int
    contact_list: int


ACTIONS: dict[str, Callable[[Case], Any]] = {
    "create": lambda case: services.create_contacts(case.drafts),
    "upsert new": lambda case: services.upsert_contacts(case.drafts),
    "upsert known": lambda case: services.upsert_contacts(case.drafts),
    "upsert mixed": lambda case: services.upsert_contacts(case.drafts),
    "attach tags": lambda case: services.attach_tags(case.ids, [case.tag, case.other]),
    "detach tags": lambda case: services.detach_tags(case.ids, [case.other]),
    "attach lists": lambda case: services.attach_lists(case.ids, [case.contact_list]),
    "detach lists": lambda case: services.detach_lists(case.ids, [case.contact_list]),
    "sync": lambda case: services.sync_segments(case.ids, "tags", [case.tag], [case.other]),
    "set column": lambda case: services.set_column(case.ids, "contact_type", "customer"),
    "set status": lambda case: services.set_status(case.ids, "bounced", "No such box"),
    "set custom value": lambda case: services.set_custom_value(case.ids, "job", "CTO"),
    "delete": lambda case: services.delete_contacts(case.ids),
}


def cost(action: Callable[[Case], Any], case: Case) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        action(case)
    return statements(queries)


def make(count: int, **values: Any) -> list[int]:
    contacts = Subscriber.objects.bulk_create(
        [Subscriber(email=f"c{n}@example.com", **values) for n in range(count)], batch_size=500
    )
    return [contact.pk for contact in contacts]


def drafts(count: int, tag: int, contact_list: int) -> list[Draft]:
    return [
        Draft({"email": f"C{n}@example.com", "first_name": f"New{n}"}, {"job": f"job{n}"}, [tag], [contact_list])
        for n in range(count)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "most"),
    [
        # What is linked is held first: the same for an upsert.
        ("create", 2 + HOLD + ANOTHER_LINK + HISTORY + counted(1)),
        ("upsert new", 3 + HOLD + ANOTHER_LINK + HISTORY + counted(2)),
        ("upsert known", 3 + HOLD + ANOTHER_LINK + HISTORY + MOVE + counted(1)),
        ("upsert mixed", 4 + HOLD + ANOTHER_LINK + HISTORY + MOVE + counted(2)),
        ("attach tags", 2 + HISTORY + MOVE + counted(0)),
        # On SQLite many links are found first.
        ("detach tags", 2 + HISTORY + MOVE + counted(1)),
        ("attach lists", 2 + HISTORY + MOVE + counted(0)),
        ("detach lists", 2 + HISTORY + MOVE + counted(1)),
        ("sync", 3 + HISTORY + MOVE + counted(1)),
        ("set column", 2 + HISTORY + MOVE),
        ("set status", 2 + HISTORY + MOVE + counted(1)),
        ("set custom value", 2 + HISTORY + MOVE),
        # The lock, the contacts, one for each kind of row that belongs to one or names it, four to forget; addresses.
        ("delete", 2 + LOCK_OWNED + 13 + 4 + HISTORY + 1 + counted(2)),
    ],
)
def test_it_costs_the_same_for_few_and_for_many(name: str, most: int) -> None:
    tag, other, contact_list = TagFactory.create().pk, TagFactory.create().pk, ContactListFactory.create().pk
    costs = []
    for count in (FEW, MANY):
        Subscriber.objects.all().delete()
        known = {"create": 0, "upsert new": 0, "upsert mixed": count // 2}.get(name, count)
        ids = make(known)
        if name in ("detach tags", "delete", "sync"):
            services.attach_tags(ids, [other])
        if name in ("detach lists", "delete"):
            services.attach_lists(ids, [contact_list])
        if name == "delete":
            Note.objects.bulk_create([Note(subscriber_id=pk, title="T", description="D") for pk in ids])
        sent = drafts(count, tag, contact_list)
        spent = cost(ACTIONS[name], Case(sent, ids, tag, other, contact_list))
        costs.append(len(spent))
        assert len(spent) <= most, spent
        if name == "delete":
            assert not Subscriber.objects.exists()
            assert not Note.objects.exists()
        if name.startswith(("create", "upsert")):
            assert Subscriber.objects.filter(first_name__startswith="New").count() == count
            assert SubscriberTag.objects.filter(tag=tag).count() == count
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_it_creates_whose_address_is_new_and_leaves_the_others_as_they_are() -> None:
    known = SubscriberFactory.create(email="known@example.com", first_name="Kept")
    tag = TagFactory.create()
    created = services.create_contacts(
        [
            Draft({"email": "KNOWN@example.com", "first_name": "New"}, {}, [tag.pk]),
            Draft({"email": "New@example.com", "status": "pending"}, {"job": "CTO", "empty": None}, [tag.pk, 999_999]),
        ]
    )
    made = Subscriber.objects.get(email="New@example.com")
    assert created == {"new@example.com": made.pk}
    assert (made.status, made.contact_type, made.custom_values) == ("pending", "lead", {"job": "CTO"})
    assert len(made.hash) == 32
    assert list(made.tags.all()) == [tag]
    known.refresh_from_db()
    assert (known.first_name, known.tags.count()) == ("Kept", 0)


@pytest.mark.django_db
def test_it_makes_one_contact_of_two_drafts_with_one_address() -> None:
    created = services.create_contacts([Draft({"email": "a@example.com"}), Draft({"email": "A@example.com"})])
    assert created == {"a@example.com": Subscriber.objects.get().pk}


@pytest.mark.django_db
def test_it_gives_every_contact_a_hash_of_its_own() -> None:
    services.create_contacts([Draft({"email": f"c{n}@example.com"}) for n in range(50)])
    assert len(set(Subscriber.objects.values_list("hash", flat=True))) == 50


@pytest.mark.django_db
def test_it_passes_over_contacts_tags_and_lists_that_are_not_there() -> None:
    contact, tag, contact_list = SubscriberFactory.create(), TagFactory.create(), ContactListFactory.create()
    for _ in range(2):
        assert services.attach_tags([contact.pk, contact.pk, 999_999], [tag.pk, tag.pk, 999_999]) == 1
        assert services.attach_lists([contact.pk, 999_999], [contact_list.pk, 999_999]) == 1
    assert (contact.tags.count(), contact.lists.count()) == (1, 1)
    for _ in range(2):
        assert services.detach_tags([contact.pk, 999_999], [tag.pk, 999_999]) == 1
        assert services.detach_lists([contact.pk, 999_999], [contact_list.pk, 999_999]) == 1
    assert (contact.tags.count(), contact.lists.count()) == (0, 0)
    assert services.set_status([contact.pk, 999_999], "bounced") == 1
    assert services.set_column([contact.pk, 999_999], "contact_type", "customer") == 1
    assert services.set_custom_value([contact.pk, 999_999], "job", "CTO") == 1
    assert services.delete_contacts([999_999, contact.pk, contact.pk]) == [contact.pk]
    assert services.delete_contacts([contact.pk]) == []
    assert services.update_contact(contact.pk, Draft({"first_name": "New"})) is None


@pytest.mark.django_db
def test_it_takes_sets_larger_than_a_statement_has_room_for_parameters() -> None:
    """SQLite as many build it takes 32,766 parameters a statement, PostgreSQL 65,535.

    PostgreSQL keeps some plans that it made for one contact; none of them may serve for so many, or a
    statement takes longer than the tests' settings allow.
    """
    tag = TagFactory.create()
    [only] = make(1)
    with connection.cursor() as cursor:
        # As autovacuum does: PostgreSQL then reads the tables of a single contact as a whole, row by row.
        cursor.execute("ANALYZE")
    services.delete_contacts([only])
    ids = make(33_000)
    for pk in ids[:7]:
        services.attach_tags([pk], [tag.pk])
        services.set_status([pk], "pending")
        services.detach_tags([pk], [tag.pk])
    assert services.attach_tags(ids, [tag.pk]) == len(ids)
    assert services.set_status(ids, "pending") == len(ids)
    assert services.set_column(ids, "contact_type", "customer") == len(ids)
    assert services.set_custom_value(ids, "job", "CTO") == len(ids)
    assert services.detach_tags(ids, [tag.pk]) == len(ids)
    assert len(services.delete_contacts(ids)) == len(ids)
    assert not Subscriber.objects.exists()
    if connection.vendor == "postgresql":
        # The checks of foreign keys keep the plan that they made for tables that were empty; outside of a test,
        # which is one transaction, statistics that are taken meanwhile renew it.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def test_an_upsert_gives_up_on_an_address_that_can_be_neither_made_nor_found(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "insert_rows", lambda _: {})
    with pytest.raises(OperationalError, match="neither made nor found: 1"), transaction.atomic():
        services.upsert_contacts([services.Draft({"email": "ada@example.com"})])
    assert not Subscriber.objects.exists()


def test_it_knows_its_own_addresses_in_any_script(db: None) -> None:
    """The API lets none but ASCII in; Python and the database make others lower-case differently."""
    [written] = services.upsert_contacts([services.Draft({"email": "İpek@example.com"})]).values()
    assert written.created
    assert Subscriber.objects.get().pk == written.id

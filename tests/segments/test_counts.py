"""Counts of contacts, in all, by tag, by list, by status: always what a count of the rows gives. One file, as its tests share one set-up.

They are kept by triggers (segments.models.ContactCount): on PostgreSQL in a ledger, on SQLite in one row each.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from segments.counts import FOLD_AT, count_contacts, counts_by_status
from segments.models import ContactCount, ContactList, Tag
from subscribers import services
from subscribers.models import Status, Subscriber, SubscriberList, SubscriberTag
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.threads import Worker, at_once

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has a ledger")


@pytest.fixture
def tags(db: None) -> list[Tag]:
    return TagFactory.create_batch(2)


@pytest.fixture
def lists(db: None) -> list[ContactList]:
    return ContactListFactory.create_batch(2)


def by_status(contacts: Any) -> dict[str, int]:
    return dict(Counter(contacts.values_list("status", flat=True)))


def assert_counts_are_right() -> None:
    """Every count that can be asked for equals the count of the rows."""
    afresh = by_status(Subscriber.objects)
    assert count_contacts() == sum(afresh.values())
    for status in Status.values:
        assert count_contacts(statuses=[status]) == afresh.get(status, 0)
    assert count_contacts(statuses=["subscribed", "pending"]) == afresh.get("subscribed", 0) + afresh.get("pending", 0)
    assert count_contacts(statuses=[]) == 0
    for kind, model, relation in (("tag", Tag, "tags"), ("list", ContactList, "lists")):
        ids = list(model.objects.values_list("pk", flat=True))
        kept = counts_by_status(kind, ids)  # type: ignore[arg-type]
        for pk in ids:
            of_one = by_status(Subscriber.objects.filter(**{relation: pk}))
            assert {status: n for status, n in kept.get(pk, {}).items() if n} == of_one
            assert count_contacts(kind, pk) == sum(of_one.values())  # type: ignore[arg-type]
            for status in Status.values:
                assert count_contacts(kind, pk, [status]) == of_one.get(status, 0)  # type: ignore[arg-type]


def ids(rows: Sequence[Subscriber | Tag]) -> list[int]:
    return [row.pk for row in rows]


class Scene(NamedTuple):
    """Four contacts that have the first tag and are on the first list."""

    contacts: list[Subscriber]
    tags: list[Tag]
    lists: list[ContactList]


CHANGES: dict[str, Callable[[Scene], Any]] = {
    "create": lambda at: services.create_contacts(
        [
            services.Draft({"email": f"new{n}@example.com"}, tags=[at.tags[0].pk], lists=[at.lists[0].pk])
            for n in range(3)
        ]
    ),
    "upsert": lambda at: services.upsert_contacts(
        [
            services.Draft({"email": at.contacts[0].email, "status": "bounced"}, tags=[at.tags[1].pk]),
            services.Draft({"email": "new@example.com", "status": "pending"}, lists=[at.lists[1].pk]),
        ]
    ),
    "update": lambda at: services.update_contact(
        at.contacts[0].pk,
        services.Draft(
            {"status": "complained"}, tags=[at.tags[1].pk], detach_tags=[at.tags[0].pk], detach_lists=[at.lists[0].pk]
        ),
    ),
    "change the name alone": lambda at: services.update_contact(
        at.contacts[0].pk, services.Draft({"first_name": "Other"})
    ),
    "change the status": lambda at: services.set_column(ids(at.contacts), "status", "unsubscribed"),
    "change the status to what it is": lambda at: services.set_column(
        ids(at.contacts[:1]), "status", at.contacts[0].status
    ),
    "attach tags": lambda at: services.attach_tags(ids(at.contacts), [tag.pk for tag in at.tags]),
    "attach tags twice": lambda at: [services.attach_tags(ids(at.contacts), [at.tags[0].pk]) for _ in range(2)],
    "attach lists": lambda at: services.attach_lists(ids(at.contacts), [one.pk for one in at.lists]),
    "detach tags": lambda at: services.detach_tags(ids(at.contacts), [at.tags[0].pk]),
    "detach lists": lambda at: services.detach_lists(ids(at.contacts), [at.lists[0].pk]),
    "detach what is not there": lambda at: services.detach_tags(ids(at.contacts), [at.tags[1].pk]),
    "delete contacts": lambda at: services.delete_contacts(ids(at.contacts[:2])),
    "delete a tag": lambda at: at.tags[0].delete(),
    "delete a list": lambda at: at.lists[0].delete(),
    # Past the services, as a migration, the admin or a person with psql would.
    "create by the ORM": lambda at: SubscriberFactory.create_batch(2, tags=at.tags, lists=at.lists),
    "change one by the ORM": lambda at: Subscriber.objects.filter(pk=at.contacts[0].pk).update(status="spammed"),
    "delete by the ORM": lambda at: at.contacts[0].delete(),
    "clear by the ORM": lambda at: at.contacts[0].tags.clear(),
    "delete everything": lambda _: Subscriber.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_equals_a_count_of_the_rows_after(
    tags: list[Tag], lists: list[ContactList], change: Callable[[Scene], Any]
) -> None:
    contacts = [
        SubscriberFactory.create(status=status, tags=[tags[0]], lists=[lists[0]])
        for status in ("subscribed", "subscribed", "pending", "bounced")
    ]
    SubscriberFactory.create(status="transactional")
    assert_counts_are_right()
    change(Scene(contacts, tags, lists))
    assert_counts_are_right()


def test_it_follows_whole_batches_in_one_statement(tags: list[Tag], lists: list[ContactList]) -> None:
    Subscriber.objects.bulk_create(
        [Subscriber(email=f"b{n}@example.com", status=Status.values[n % 7]) for n in range(200)]
    )
    pks = list(Subscriber.objects.order_by("pk").values_list("pk", flat=True))
    SubscriberTag.objects.bulk_create([SubscriberTag(subscriber_id=pk, tag=tags[pk % 2]) for pk in pks])
    SubscriberList.objects.bulk_create([SubscriberList(subscriber_id=pk, list=lists[0]) for pk in pks])
    assert_counts_are_right()
    Subscriber.objects.filter(pk__in=pks[:150]).update(status="bounced")
    assert_counts_are_right()
    SubscriberTag.objects.filter(tag=tags[0]).delete()
    assert_counts_are_right()
    Subscriber.objects.filter(status="bounced").delete()
    assert_counts_are_right()
    assert count_contacts() == 43  # of the last 50, seven were bounced from the start


def test_it_forgets_what_a_transaction_takes_back(tags: list[Tag]) -> None:
    SubscriberFactory.create(tags=[tags[0]])
    with transaction.atomic():
        SubscriberFactory.create_batch(3, tags=[tags[0]])
        assert count_contacts("tag", tags[0].pk) == 4
        transaction.set_rollback(True)
    assert count_contacts("tag", tags[0].pk) == 1
    assert_counts_are_right()


def test_it_counts_nothing_for_a_tag_that_is_not_there(tags: list[Tag]) -> None:
    assert count_contacts("tag", 999) == 0
    assert counts_by_status("tag", [999]) == {}
    assert counts_by_status("list", []) == {}


def test_it_costs_one_statement_for_any_number_of_tags(
    tags: list[Tag], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    SubscriberFactory.create_batch(3, tags=tags)
    with django_assert_num_queries(1):
        counts_by_status("tag", [tag.pk for tag in tags])
    with django_assert_num_queries(1):
        count_contacts("tag", tags[0].pk, ["subscribed"])
    with django_assert_num_queries(1):
        count_contacts()


def test_it_is_what_tags_and_lists_show_as_contacts_come_and_go(api: Api) -> None:
    tag, one = TagFactory.create(), ContactListFactory.create()
    sent = {"email": "a@example.com", "status": "pending", "tags": [tag.pk], "lists": [one.pk]}

    def shown() -> tuple[int, int, int]:
        [tag_row] = api.get("/tags").json()["tags"]["data"]
        [list_row] = api.get("/lists").json()["lists"]
        return tag_row["subscribersCount"], list_row["subscribersCount"], list_row["totalCount"]

    pk = api.post("/subscribers", sent).json()["contact"]["id"]
    assert shown() == (0, 0, 1)
    api.put(f"/subscribers/{pk}", {"subscriber": {"status": "subscribed"}})
    assert shown() == (1, 1, 1)
    api.put(f"/subscribers/{pk}", {"subscriber": {"detach_tags": [tag.pk]}})
    assert shown() == (0, 1, 1)
    api.delete(f"/subscribers/{pk}")
    assert shown() == (0, 0, 0)


# --- The ledger -----------------------------------------------------------------------------


@on_postgresql
def test_a_change_of_many_contacts_adds_a_row_a_status_and_not_a_row_a_contact(tags: list[Tag]) -> None:
    contacts = SubscriberFactory.create_batch(30, tags=[tags[0]])
    before = ContactCount.objects.count()
    services.set_column(ids(contacts), "status", "bounced")
    # One less subscribed and one more bounced: of all contacts, and of the tag.
    assert ContactCount.objects.count() - before == 4
    services.attach_tags(ids(contacts), [tags[1].pk])
    assert ContactCount.objects.count() - before == 5


def test_a_change_that_moves_no_status_adds_no_row(tags: list[Tag]) -> None:
    contact = SubscriberFactory.create(tags=[tags[0]])
    before = ContactCount.objects.count()
    Subscriber.objects.filter(pk=contact.pk).update(first_name="Other", status=contact.status)
    assert ContactCount.objects.count() == before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has a ledger")
def test_sqlite_has_one_row_for_each_count(tags: list[Tag]) -> None:
    contacts = SubscriberFactory.create_batch(3, tags=tags)
    for status in ("bounced", "pending", "bounced"):
        services.set_column(ids(contacts[:2]), "status", status)
    rows = ContactCount.objects.order_by("kind", "object_id", "status").values_list("object_id", "status", "delta")
    of_each = [("bounced", 2), ("pending", 0), ("subscribed", 1)]
    assert list(rows) == [(pk, *count) for pk in (0, *ids(tags)) for count in of_each]


def fill_ledger(tag: Tag, rows: int) -> None:
    """Rows that say what is true in a long-winded way: one on, one off."""
    ContactCount.objects.bulk_create(
        [ContactCount(kind="tag", object_id=tag.pk, status="subscribed", delta=1 - 2 * (n % 2)) for n in range(rows)]
    )


@on_postgresql
def test_a_long_ledger_is_folded_by_who_reads_it(tags: list[Tag]) -> None:
    SubscriberFactory.create_batch(3, status="subscribed", tags=tags)
    SubscriberFactory.create(status="pending", tags=tags)
    fill_ledger(tags[0], 2 * (FOLD_AT // 2 + 1))
    others = list(ContactCount.objects.exclude(kind="tag", object_id=tags[0].pk).order_by("pk").values())
    assert count_contacts("tag", tags[0].pk) == 4
    assert set(ContactCount.objects.filter(kind="tag", object_id=tags[0].pk).values_list("status", "delta")) == {
        ("subscribed", 3),
        ("pending", 1),
    }
    assert list(ContactCount.objects.exclude(kind="tag", object_id=tags[0].pk).order_by("pk").values()) == others
    assert_counts_are_right()


@on_postgresql
def test_a_short_ledger_is_left_alone(tags: list[Tag], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fill_ledger(tags[0], FOLD_AT)
    with django_assert_num_queries(1):
        assert count_contacts("tag", tags[0].pk) == 0
    assert ContactCount.objects.filter(kind="tag", object_id=tags[0].pk).count() == FOLD_AT


@on_postgresql
def test_a_ledger_that_sums_to_nothing_leaves_no_row(tags: list[Tag]) -> None:
    fill_ledger(tags[0], 2 * (FOLD_AT // 2 + 1))
    assert count_contacts("tag", tags[0].pk) == 0
    assert not ContactCount.objects.filter(kind="tag", object_id=tags[0].pk).exists()


@on_postgresql
def test_the_page_of_tags_folds_long_ledgers_too(tags: list[Tag], api: Api) -> None:
    SubscriberFactory.create(tags=[tags[0]])
    fill_ledger(tags[0], 2 * FOLD_AT)
    api.get("/tags")
    assert ContactCount.objects.filter(kind="tag", object_id=tags[0].pk).count() <= FOLD_AT
    assert_counts_are_right()


def test_a_tag_that_goes_leaves_no_count_behind(tags: list[Tag]) -> None:
    pk = tags[0].pk
    SubscriberFactory.create_batch(2, tags=tags)
    tags[0].delete()
    assert count_contacts("tag", pk) == 0


# --- Two at once ----------------------------------------------------------------------------


def raw_attach(pk: int, tag: int) -> None:
    """Link without the services and the locks that they take: the triggers must do alone."""
    SubscriberTag.objects.bulk_create([SubscriberTag(subscriber_id=pk, tag_id=tag)])


@pytest.fixture
def committed(transactional_db: None) -> tuple[Subscriber, Tag]:
    tag = TagFactory.create()
    return SubscriberFactory.create(status="subscribed"), tag


@on_postgresql
@pytest.mark.parametrize("by_hand", [False, True], ids=["by the services", "by hand"])
@pytest.mark.parametrize("first", ["attach", "status"])
def test_a_tag_and_a_status_that_change_at_once_are_counted_once(
    committed: tuple[Subscriber, Tag], first: str, by_hand: bool
) -> None:
    contact, tag = committed
    if by_hand:
        changes = {
            "attach": lambda: raw_attach(contact.pk, tag.pk),
            "status": lambda: Subscriber.objects.filter(pk=contact.pk).update(status="bounced"),
        }
    else:
        changes = {
            "attach": lambda: services.attach_tags([contact.pk], [tag.pk]),
            "status": lambda: services.set_column([contact.pk], "status", "bounced"),
        }
    second = "status" if first == "attach" else "attach"
    with transaction.atomic():
        changes[first]()
        worker = Worker(changes[second])
        worker.wait_until_blocked()
    worker.finish()
    assert counts_by_status("tag", [tag.pk])[tag.pk].get("bounced") == 1
    assert_counts_are_right()


@on_postgresql
def test_a_tag_that_is_taken_while_the_status_changes_is_counted_right(committed: tuple[Subscriber, Tag]) -> None:
    contact, tag = committed
    services.attach_tags([contact.pk], [tag.pk])
    with transaction.atomic():
        services.set_column([contact.pk], "status", "bounced")
        worker = Worker(lambda: services.detach_tags([contact.pk], [tag.pk]))
        worker.wait_until_blocked()
    worker.finish()
    assert count_contacts("tag", tag.pk) == 0
    assert_counts_are_right()


@on_postgresql
def test_two_who_fold_at_once_lose_nothing(committed: tuple[Subscriber, Tag]) -> None:
    contact, tag = committed
    services.attach_tags([contact.pk], [tag.pk])
    fill_ledger(tag, 2 * FOLD_AT)
    with transaction.atomic():
        assert count_contacts("tag", tag.pk) == 1
        # Not committed yet: the other sees the old rows, which are being folded here.
        worker = Worker(lambda: count_contacts("tag", tag.pk))
        worker.finish()
    assert count_contacts("tag", tag.pk) == 1
    assert_counts_are_right()


@on_postgresql
def test_many_who_attach_and_change_at_once_leave_the_counts_right(transactional_db: None) -> None:
    tags = TagFactory.create_batch(2)
    contacts = SubscriberFactory.create_batch(20)

    def work(turn: int) -> None:
        for n in range(10):
            chosen = ids(contacts)[(turn + n) % 5 :: 2]
            match (turn + n) % 4:
                case 0:
                    services.attach_tags(chosen, [tags[n % 2].pk])
                case 1:
                    services.set_column(chosen, "status", Status.values[n % 7])
                case 2:
                    services.detach_tags(chosen, [tags[n % 2].pk])
                case _:
                    services.upsert_contacts([services.Draft({"email": f"t{turn}-{n}@example.com"}, tags=[tags[0].pk])])

    at_once(*(partial(work, turn) for turn in range(4)))
    assert_counts_are_right()

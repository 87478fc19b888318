"""segments.counting: on SQLite a change of many contacts counts them itself, in place of the triggers."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from database.sql import execute, is_postgresql
from segments.counting import MANY, counting
from segments.counts import count_contacts
from segments.models import ContactCount, ContactList, Tag
from subscribers import services
from subscribers.models import Status, Subscriber
from subscribers.services import Draft
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.segments.test_counts import assert_counts_are_right

on_sqlite = pytest.mark.skipif(is_postgresql(), reason="PostgreSQL's triggers run once a statement.")
pytestmark = pytest.mark.django_db


class Scene(NamedTuple):
    """Twice as many contacts as are many, of each status, with tags and lists in turn."""

    contacts: list[int]
    tags: list[Tag]
    lists: list[ContactList]


def draft(number: int, scene: Scene, **columns: Any) -> Draft:
    """The same address for the same number. Some name what is not there."""
    tags, lists = [scene.tags[number % 3].pk, 999_999], [scene.lists[number % 2].pk]
    return Draft({"email": f"c{number}@example.com", **columns}, tags=tags, lists=lists)


@pytest.fixture
def scene(db: None) -> Scene:
    there = Scene([], TagFactory.create_batch(3), ContactListFactory.create_batch(2))
    statuses = Status.values
    drafts = [draft(number, there, status=statuses[number % len(statuses)]) for number in range(2 * MANY)]
    there.contacts.extend(services.create_contacts(drafts).values())
    SubscriberFactory.create_batch(3, tags=there.tags, lists=there.lists)
    return there


CHANGES: dict[str, Callable[[Scene], Any]] = {
    "create": lambda at: services.create_contacts([draft(n, at, status="bounced") for n in range(MANY, 4 * MANY)]),
    "create two of one address": lambda at: services.create_contacts(
        [draft(n % 200 + 1000, at, status=("pending", "bounced")[n % 2]) for n in range(401)]
    ),
    "upsert new and known": lambda at: services.upsert_contacts(
        [draft(n + 1, at, status=Status.values[n % 3]) for n in range(MANY, 3 * MANY)]
    ),
    "upsert and detach": lambda at: services.upsert_contacts(
        [
            Draft(
                {"email": f"c{n}@example.com", "status": "complained"},
                tags=[at.tags[(n + 1) % 3].pk],
                detach_tags=[at.tags[n % 3].pk],
                detach_lists=[one.pk for one in at.lists],
            )
            for n in range(2 * MANY)
        ]
    ),
    "upsert what is so already": lambda _: services.upsert_contacts(
        [Draft({"email": f"c{n}@example.com"}) for n in range(2 * MANY)]
    ),
    "a status": lambda at: services.set_status(at.contacts, "unsubscribed", "Enough"),
    "a status that all have": lambda at: [services.set_status(at.contacts, "pending") for _ in range(2)],
    "a column": lambda at: services.set_column(at.contacts, "contact_type", "customer"),
    "attach tags": lambda at: services.attach_tags(at.contacts, [tag.pk for tag in at.tags[:2]]),
    "attach a tag twice": lambda at: [services.attach_tags(at.contacts[::-1], [at.tags[0].pk]) for _ in range(2)],
    "attach a list": lambda at: services.attach_lists([*at.contacts, 999_999], [at.lists[0].pk]),
    "attach one that is not there": lambda at: services.attach_tags(at.contacts, [999_999]),
    "detach tags": lambda at: services.detach_tags(at.contacts, [tag.pk for tag in at.tags[:2]]),
    "detach a list": lambda at: services.detach_lists(at.contacts, [at.lists[0].pk]),
    "detach one that nobody has": lambda at: services.detach_tags(at.contacts, [999_999]),
    "attach and detach": lambda at: services.sync_segments(
        at.contacts, "tags", [at.tags[0].pk], [at.tags[0].pk, at.tags[1].pk]
    ),
    "delete": lambda at: services.delete_contacts(at.contacts[: MANY + 5]),
    "delete a tag": lambda at: (services.attach_tags(at.contacts, [at.tags[2].pk]), at.tags[2].delete()),
    "merge tags": lambda at: services.merge_segments(Tag, [tag.pk for tag in at.tags[1:]], at.tags[0].pk),
    "merge lists": lambda at: services.merge_segments(ContactList, [at.lists[0].pk], at.lists[1].pk),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_counts_equal_a_count_of_the_rows_after(scene: Scene, change: Callable[[Scene], Any]) -> None:
    assert_counts_are_right()
    change(scene)
    assert_counts_are_right()
    # The triggers count again.
    SubscriberFactory.create(tags=scene.tags[:1], lists=scene.lists[1:])
    Subscriber.objects.filter(pk__in=scene.contacts[::9]).update(status="bounced")
    assert_counts_are_right()


@on_sqlite
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_count_is_one_row(scene: Scene, change: Callable[[Scene], Any]) -> None:
    change(scene)
    counts = list(ContactCount.objects.values_list("kind", "object_id", "status"))
    assert len(set(counts)) == len(counts)


@on_sqlite
def test_many_are_counted_without_the_triggers(scene: Scene) -> None:
    """The triggers are what counts wrong here; few are counted by them."""
    body = "BEGIN UPDATE segments_tally SET delta = delta + 1000; END"
    [(made,)] = execute("SELECT sql FROM sqlite_schema WHERE name = 'subscribers_subscribertag_tally_insert'")
    execute("DROP TRIGGER subscribers_subscribertag_tally_insert")
    execute(made.partition("BEGIN")[0] + body)
    before = count_contacts("tag", scene.tags[0].pk)
    without = len(scene.contacts) + 3 - before
    assert services.attach_tags(scene.contacts, [scene.tags[0].pk]) == len(scene.contacts)
    assert count_contacts("tag", scene.tags[0].pk) == before + without
    services.detach_tags(scene.contacts[:1], [scene.tags[0].pk])
    services.attach_tags(scene.contacts[:1], [scene.tags[0].pk])
    assert count_contacts("tag", scene.tags[0].pk) > 1000


@on_sqlite
@pytest.mark.parametrize("savepoint", [True, False], ids=["to a savepoint", "all of it"])
def test_what_fails_takes_the_pause_back(transactional_db: None, savepoint: bool) -> None:
    tag = TagFactory.create()

    def fail() -> None:
        with transaction.atomic(savepoint=savepoint), counting(MANY):
            execute("INSERT INTO subscribers_subscribertag (subscriber_id, tag_id) VALUES (1, 1)")

    with transaction.atomic():
        if savepoint:
            with pytest.raises(IntegrityError):
                fail()
        else:
            with pytest.raises(IntegrityError):
                fail()
            transaction.set_rollback(True)
    assert execute("SELECT count(*) FROM subscribers_countspaused") == [(0,)]
    SubscriberFactory.create(tags=[tag])
    assert_counts_are_right()


@on_sqlite
def test_pauses_are_not_nested() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), counting(MANY), counting(MANY):
        pass  # pragma: no cover
    assert connection.in_atomic_block

"""Each contact has a row in the table of last changes, whoever makes or deletes it; changing that touches no contact."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from subscribers import services
from subscribers.models import LastChange, Subscriber
from subscribers.services import Draft
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory
from tests.subscribers.expected import ids

pytestmark = pytest.mark.django_db
postgresql_only = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="Where a row is, PostgreSQL alone tells."
)
MADE = datetime(2020, 1, 31, 9, 5, tzinfo=UTC)
INSERT = """
    INSERT INTO subscribers_subscriber (hash, email, status, contact_type, total_points, life_time_value, custom_values,
        created_at)
    VALUES (%s, %s, 'subscribed', 'lead', 0, 0, '{}', '2020-01-31 09:05:00+00:00') ON CONFLICT DO NOTHING
"""


def run(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def insert_by_hand(count: int) -> None:
    for number in range(count):
        run(INSERT, f"{number:032}", f"raw{number}@example.com")


def missing_and_orphaned() -> tuple[int, int]:
    known = Subscriber.objects.values("pk")
    without = Subscriber.objects.filter(last_change__isnull=True).count()
    return without, LastChange.objects.exclude(pk__in=known).count()


WAYS_TO_MAKE: dict[str, Callable[[], Any]] = {
    "SQL": lambda: insert_by_hand(3),
    "save": lambda: SubscriberFactory.create_batch(3),
    "bulk_create": lambda: Subscriber.objects.bulk_create(SubscriberFactory.build_batch(3)),
    "ignoring conflicts": lambda: Subscriber.objects.bulk_create(
        SubscriberFactory.build_batch(3), ignore_conflicts=True
    ),
    "the service": lambda: services.create_contacts([Draft({"email": f"{n}@example.com"}) for n in range(3)]),
    "an upsert": lambda: services.upsert_contacts([Draft({"email": f"{n}@example.com"}) for n in range(3)]),
}
WAYS_TO_DELETE: dict[str, Callable[[list[int]], Any]] = {
    "SQL": lambda pks: [run("DELETE FROM subscribers_subscriber WHERE id = %s", pk) for pk in pks],
    "delete": lambda pks: [contact.delete() for contact in Subscriber.objects.filter(pk__in=pks)],
    "a set": lambda pks: Subscriber.objects.filter(pk__in=pks).delete(),
    "the service": services.delete_contacts,
}


@pytest.mark.parametrize("way", WAYS_TO_MAKE)
def test_whoever_makes_contacts_makes_their_rows_with_the_same_moment(way: str) -> None:
    WAYS_TO_MAKE[way]()
    assert LastChange.objects.count() == 3
    assert missing_and_orphaned() == (0, 0)
    assert all(contact.updated_at == contact.created_at for contact in Subscriber.objects.all())


def test_what_is_not_made_as_its_address_is_taken_changes_nothing() -> None:
    insert_by_hand(2)
    LastChange.objects.update(at="2021-01-01 00:00:00+00:00")
    insert_by_hand(3)
    years = LastChange.objects.order_by("pk").values_list("at__year", flat=True)
    assert list(years) == [2021, 2021, 2020]


@pytest.mark.parametrize("way", WAYS_TO_DELETE)
def test_whoever_deletes_contacts_deletes_their_rows(way: str) -> None:
    contacts = SubscriberFactory.create_batch(4, tags=[TagFactory.create()], lists=[ContactListFactory.create()])
    pks = [contact.pk for contact in contacts]
    if way == "SQL":
        run("DELETE FROM subscribers_subscribertag")
        run("DELETE FROM subscribers_subscriberlist")
    WAYS_TO_DELETE[way](pks[:3])
    assert list(LastChange.objects.values_list("pk", flat=True)) == pks[3:]


def test_it_takes_no_statement_more_where_it_is_asked_for(django_assert_num_queries: Any) -> None:
    SubscriberFactory.create_batch(3)
    with django_assert_num_queries(1):
        assert [contact.updated_at for contact in Subscriber.objects.select_related("last_change")]


def test_it_sorts_by_the_last_change_and_then_by_id_among_filters_too(api: Api) -> None:
    tag = TagFactory.create()
    first, second, third, fourth = (contact.pk for contact in SubscriberFactory.create_batch(4))
    LastChange.objects.update(at=MADE)
    services.attach_tags([third, first], [tag.pk])
    upward = [second, fourth, first, third]
    assert ids(api.get("/subscribers?sort_by=updated_at&sort_type=ASC")) == upward
    assert ids(api.get("/subscribers?sort_by=updated_at")) == upward[::-1]
    assert ids(api.get("/subscribers?sort_by=updated_at&sort_type=ASC&search=example.com")) == upward
    assert ids(api.get(f"/subscribers?sort_by=updated_at&tags[]={tag.pk}")) == [third, first]


# --- Where rows are -------------------------------------------------------------------------

CHANGES: dict[str, Callable[[list[int]], Any]] = {
    "a tag": lambda pks: services.attach_tags(pks, [TagFactory.create().pk]),
    "lists": lambda pks: services.attach_lists(pks, [one.pk for one in ContactListFactory.create_batch(2)]),
    "a tag that goes": lambda pks: services.detach_tags(pks, [TagFactory.create().pk]),
}


@postgresql_only
@pytest.mark.parametrize("change", CHANGES)
def test_a_tag_for_many_makes_no_new_version_of_a_contact(change: str) -> None:
    pks = list(services.create_contacts([Draft({"email": f"{n}@example.com"}) for n in range(500)]).values())
    versions = "SELECT id, ctid, xmin FROM subscribers_subscriber ORDER BY id"
    before = run(versions)
    CHANGES[change](pks)
    assert run(versions) == before


@postgresql_only
def test_the_row_of_the_last_change_stays_in_its_page() -> None:
    """Touching no index: one update of everybody finds room for everybody."""
    pks = list(services.create_contacts([Draft({"email": f"{n}@example.com"}) for n in range(500)]).values())
    pages = "SELECT subscriber_id, (ctid::text::point)[0] FROM subscribers_lastchange ORDER BY subscriber_id"
    before = run(pages)
    assert len({page for _, page in before}) > 1
    services.attach_tags(pks, [TagFactory.create().pk])
    assert run(pages) == before
    assert LastChange.objects.filter(at__gt=Subscriber.objects.values("created_at")[:1]).count() == 500

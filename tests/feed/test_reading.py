"""feed.reading: each contact that changed, once a page, in parts where many changed together."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.cursor import ExpiredCursor, InvalidCursor
from changes.models import Change, ChangedContact, DeletedContact
from changes.retention import remove_old_changes
from changes.services import Entry, record
from feed.reading import PART_OF, Deleted, changed_contacts, first_cursor
from segments.services import save_segment
from subscribers.models import Subscriber
from subscribers.services import attach_tags, delete_contacts
from tests.changes.crossing import nothing_runs
from tests.factories import SubscriberFactory, TagFactory
from tests.threads import two_writers

pytestmark = pytest.mark.django_db(transaction=True)


def follow(cursor: str, limit: int) -> list[list[int]]:
    """The ids of each page from the cursor to the end, without the empty pages."""
    pages = []
    while True:
        over = nothing_runs()
        page = changed_contacts(cursor, limit)
        assert len(page.ids) <= limit
        assert len(set(page.ids)) == len(page.ids)
        if page.ids:
            pages.append(page.ids)
        if over and not page.more:
            return pages
        assert page.cursor != cursor or not page.more
        cursor = page.cursor


def changed(*contacts: int) -> None:
    record([Entry("updated", list(contacts))])


def test_it_has_one_of_each_contact_where_it_changed_last() -> None:
    cursor = first_cursor()
    changed(1)
    changed(2, 3)
    changed(1)
    assert follow(cursor, 10) == [[2, 3, 1]]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 10])
def test_it_cuts_an_entry_that_is_larger_than_a_page(limit: int) -> None:
    cursor = first_cursor()
    changed(1)
    changed(*range(10, 20))
    changed(2)
    changed(3)
    pages = follow(cursor, limit)
    assert [pk for page in pages for pk in page] == [1, *range(10, 20), 2, 3]
    assert len(pages) <= 13


def test_it_goes_on_within_an_entry_although_contacts_of_it_were_deleted() -> None:
    ids = [contact.pk for contact in SubscriberFactory.create_batch(6)]
    cursor = first_cursor()
    changed(*ids)
    page = changed_contacts(cursor, 2)
    assert (page.ids, page.more) == (ids[:2], True)
    delete_contacts([ids[1], ids[2], ids[5]])
    assert follow(page.cursor, 2) == [ids[3:5], [ids[1], ids[2]], [ids[5]]]


def test_it_says_what_is_known_of_who_was_deleted() -> None:
    one, two = SubscriberFactory.create_batch(2)
    cursor = first_cursor()
    delete_contacts([one.pk, two.pk])
    DeletedContact.objects.filter(contact_id=two.pk).delete()
    assert follow(cursor, 5) == [[one.pk, two.pk]]
    page = changed_contacts(cursor, 5)
    assert page.deleted == [Deleted(one.pk, one.email, one.hash), Deleted(two.pk, None, None)]


def test_a_new_contact_with_the_address_of_a_deleted_one_comes_after_it() -> None:
    old = SubscriberFactory.create()
    cursor = first_cursor()
    changed(old.pk)
    delete_contacts([old.pk])
    new = SubscriberFactory.create(email=old.email)
    changed(new.pk)
    assert follow(cursor, 5) == [[old.pk, new.pk]]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_tag_that_is_renamed_brings_all_who_have_it(limit: int) -> None:
    tag = TagFactory.create()
    ids = [contact.pk for contact in SubscriberFactory.create_batch(3, tags=[tag])]
    SubscriberFactory.create()
    cursor = first_cursor()
    tag.title = "Another"
    save_segment(tag)
    assert [pk for page in follow(cursor, limit) for pk in page] == ids


def test_it_passes_over_what_does_not_show_in_a_contact() -> None:
    cursor = first_cursor()
    record([Entry("note_created", [1], subject=("note", 1)) for _ in range(30)])
    changed(2)
    page = changed_contacts(cursor, 5)
    assert (page.ids, page.more) == ([], True)
    assert follow(cursor, 5) == [[2]]


def test_nothing_new_is_an_empty_page_with_the_same_cursor() -> None:
    changed(1)
    assert nothing_runs() in (True, False)
    cursor = first_cursor()
    page = changed_contacts(cursor, 5)
    assert (page.ids, page.cursor, page.more) in (([], cursor, False), ([1], page.cursor, False))


@pytest.mark.parametrize("text", ["x", "1", "1.2.3.4", "1.2.x", "1..2", "-1.2.3", "1.2.9999999999999999999"])
def test_it_refuses_what_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        changed_contacts(text, 1)


def test_it_refuses_a_cursor_before_what_was_removed(settings: object) -> None:
    settings.CHANGES_RETENTION_DAYS = 90  # type: ignore[attr-defined]
    before = first_cursor()
    changed(1, 2, 3)
    while not (within := changed_contacts(before, 2)).ids:
        pass
    changed(4)
    while not (after := changed_contacts(within.cursor, 2)).ids:
        pass
    changed(5)
    last = Change.objects.order_by("transaction_number", "pk").last()
    assert last
    Change.objects.exclude(pk=last.pk).update(at=timezone.now() - timedelta(days=91))
    remove_old_changes()
    for cursor in (before, within.cursor, "0.0"):
        with pytest.raises(ExpiredCursor):
            changed_contacts(cursor, 5)
    # The position is after 3, and what was removed is 4.
    with pytest.raises(ExpiredCursor):
        changed_contacts(after.cursor, 5)
    assert follow(f"{last.transaction_number}.{last.pk - 1}", 5) == [[5]]


@pytest.mark.parametrize("contacts", [5, 400])
def test_it_takes_a_fixed_number_of_statements(contacts: int) -> None:
    ids = [contact.pk for contact in SubscriberFactory.create_batch(contacts)]
    cursor = first_cursor()
    with transaction.atomic():
        for pk in ids:
            changed(pk)
        attach_tags(ids, [TagFactory.create().pk])
        delete_contacts(ids[:2])
    for limit in (1, 100, 1000):
        with CaptureQueriesContext(connection) as captured:
            changed_contacts(cursor, limit)
        assert len(captured) <= 4
    assert {pk for page in follow(cursor, 7) for pk in page} == set(ids)
    assert Subscriber.objects.count() == contacts - 2


@two_writers
def test_it_reads_a_part_of_an_entry_by_its_index() -> None:
    entries = Change.objects.bulk_create(Change(event="updated", channel="api", contacts=300) for _ in range(20))
    ChangedContact.objects.bulk_create(
        ChangedContact(change=entry, contact_id=contact) for entry in entries for contact in range(1, 301)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE changes_changedcontact")
        cursor.execute(f"EXPLAIN {PART_OF}", [entries[7].pk, 100, 10])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "changes_contacts_of_entry" in plan
    assert "Sort" not in plan

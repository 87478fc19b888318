"""changes.retention: what was kept long enough goes, a batch at a time; the rest stays."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.cursor import START, changes_after
from changes.models import Change, ChangedContact, DeletedContact
from changes.retention import Removed, remove_old_changes
from changes.services import Entry, record, record_deletion
from jobs.models import Sweep
from jobs.registry import sweeps
from jobs.sweeping import make_rows, run_sweep
from tests.changes.crossing import follow, nothing_runs
from tests.factories import SubscriberFactory
from tests.subscribers.expected import statements
from tests.threads import at_once, two_writers

pytestmark = pytest.mark.django_db


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def past() -> list[int]:
    """Two entries and a deletion of 100 days ago, the same of today; their ids."""
    for number in (1, 2):
        record([Entry("status_changed", range(1, 26), {"status": ["bounced"]})])
        record([Entry("tag_created", None, {}, ("tag", number))])
        contacts = [SubscriberFactory.create(pk=pk) for pk in range(100 * number, 100 * number + 25)]
        record_deletion([contact.pk for contact in contacts], "subscribers_subscriber")
        if number == 1:
            Change.objects.update(at=days_ago(100))
    return list(Change.objects.order_by("pk").values_list("pk", flat=True))


def test_it_forgets_the_addresses_of_the_deleted_and_keeps_history_as_a_rule(past: list[int]) -> None:
    assert remove_old_changes() == Removed(0, 25)
    assert list(Change.objects.order_by("pk").values_list("pk", flat=True)) == past
    assert set(DeletedContact.objects.values_list("change", flat=True)) == {past[-1]}
    assert ChangedContact.objects.count() == 100
    assert remove_old_changes() == Removed(0, 0)


@pytest.mark.parametrize("batch", [1, 7, 25, 10_000])
def test_it_removes_old_entries_in_batches(past: list[int], settings: Any, batch: int) -> None:
    settings.CHANGES_RETENTION_DAYS = 90
    settings.DELETED_CONTACTS_RETENTION_DAYS = 0
    assert remove_old_changes(batch) == Removed(3, 25)
    assert list(Change.objects.order_by("pk").values_list("pk", flat=True)) == past[3:]
    assert set(ChangedContact.objects.values_list("change", flat=True)) == {past[3], past[5]}
    assert DeletedContact.objects.count() == 25
    assert remove_old_changes(batch) == Removed(0, 0)


def test_it_deletes_no_more_than_a_batch_in_a_statement(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = 90
    with CaptureQueriesContext(connection) as queries:
        remove_old_changes(10)
    deletions = [sql for sql in statements(queries) if sql.startswith("DELETE FROM changes_changedcontact")]
    # 50 contacts, and a look whether there are more.
    assert len(deletions) == 6


def test_workers_remove_them(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = 30
    make_rows()
    assert run_sweep(sweeps()["old history"]) is False
    assert Change.objects.count() == len(past) // 2
    assert Sweep.objects.get(name="old history").error == ""


def test_it_keeps_all_for_ever_where_both_are_zero(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = settings.DELETED_CONTACTS_RETENTION_DAYS = 0
    Change.objects.update(at=days_ago(10_000))
    assert remove_old_changes() == Removed(0, 0)


def test_it_keeps_the_newest_entry_that_the_order_goes_on_from(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = 90
    Change.objects.update(at=days_ago(100))
    assert remove_old_changes() == Removed(5, 50)
    assert Change.objects.get().pk == past[-1]
    # Its own contacts stay with it; the address does not.
    assert ChangedContact.objects.count() == 25


def test_a_command_does_it_and_says_how_many(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = 90
    output = StringIO()
    call_command("remove_old_changes", stdout=output)
    assert output.getvalue() == "Removed 3 entries and the addresses of 25 deleted contacts.\n"


@two_writers
@pytest.mark.django_db(transaction=True)
def test_it_leaves_what_another_transaction_holds(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = 90
    with transaction.atomic():
        Change.objects.select_for_update().get(pk=past[1])
        [removed] = at_once(remove_old_changes)
    assert removed == Removed(2, 25)
    assert remove_old_changes() == Removed(1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_reader_goes_on_behind_what_was_removed(past: list[int], settings: Any) -> None:
    settings.CHANGES_RETENTION_DAYS = 90
    # Transactions of tests beside this one may hold readers up; what was shown once stays.
    assert [change.pk for change in follow(START, nothing_runs, lambda: 100)] == past
    page = changes_after(START, 1)
    remove_old_changes()
    assert [change.pk for change in changes_after(page.cursor, 100).changes] == past[3:]

"""changes.cursor: who follows the cursor misses nothing and meets nothing twice, whoever commits when."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any, LiteralString

import psycopg
import pytest
from django.db import connection, transaction

from changes.cursor import START, InvalidCursor, changes_after, latest_cursor
from changes.models import Change, TransactionOffset
from changes.services import Entry, record
from tests.changes.crossing import SECONDS, follow, nothing_runs, wait_until_all_is_seen, write_and_follow
from tests.changes.run_on import run_on
from tests.processes import migrated_database
from tests.threads import Worker, at_once, two_writers

pytestmark = pytest.mark.django_db(transaction=True)


def made(*contacts: int) -> list[int]:
    return record([Entry("created", [pk]) for pk in contacts])


def read_all(cursor: str = START, limit: int = 100) -> list[int]:
    """The ids of all there is from the cursor on. The server's own work (ANALYZE) may hold it up for a moment."""
    return [change.pk for change in follow(cursor, nothing_runs, lambda: limit)]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_it_gives_what_came_after_a_page_at_a_time(limit: int) -> None:
    ids = made(1, 2, 3) + made(4)
    assert read_all(limit=limit) == ids
    page = changes_after(START, 3)
    assert read_all(page.cursor) == ids[3:]
    assert changes_after(page.cursor, 0) == ([], page.cursor)
    assert [change.event for change in page.changes] == ["created"] * 3


def test_it_starts_now_for_who_wants_no_past() -> None:
    assert latest_cursor() == START
    old = made(1, 2)
    read_all()
    cursor = latest_cursor()
    assert read_all(cursor) == []
    new = made(3)
    assert read_all(cursor) == new
    assert read_all() == old + new


@pytest.mark.parametrize("text", ["1", "a.b", "1.", ".1", "-1.2", "1.2.3", "1.9999999999999999999", "٣.١", " 1.2"])
def test_it_refuses_what_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        changes_after(text, 1)


@two_writers
@pytest.mark.parametrize("first_to_commit", ["old", "young"])
def test_it_waits_for_the_older_transaction_that_commits_later(first_to_commit: str) -> None:
    """A reader who asked for ids beyond the last one seen would never meet the older transaction's entry."""
    written = {name: Event() for name in ("old", "young")}
    may_commit = {name: Event() for name in ("old", "young")}

    def write(name: str, contact: int) -> Callable[[], list[int]]:
        def run() -> list[int]:
            with transaction.atomic():
                ids = made(contact)
                written[name].set()
                assert may_commit[name].wait(SECONDS)
            return ids

        return run

    cursor = latest_cursor()
    old = Worker(write("old", 1))
    assert written["old"].wait(SECONDS)
    young = Worker(write("young", 2))
    assert written["young"].wait(SECONDS)
    second = "young" if first_to_commit == "old" else "old"
    may_commit[first_to_commit].set()
    workers = {"old": old, "young": young}
    ids = {first_to_commit: workers[first_to_commit].finish()}
    seen = [change.pk for change in changes_after(cursor, 100).changes]
    if first_to_commit == "young":
        # Committed, in the table, and not shown yet.
        assert Change.objects.filter(pk__in=ids["young"]).exists()
        assert seen == []
    else:
        assert seen in ([], ids["old"])
    may_commit[second].set()
    ids[second] = workers[second].finish()
    assert read_all(cursor) == ids["old"] + ids["young"]


@two_writers
def test_it_is_in_the_order_of_transactions_where_ids_are_not() -> None:
    """A transaction that began to write first and records last has the greater id and the smaller number."""
    cursor, began, may_record = latest_cursor(), Event(), Event()

    def record_late() -> list[int]:
        with transaction.atomic():
            first = made(1)
            began.set()
            assert may_record.wait(SECONDS)
            return first + made(2)

    slow = Worker(record_late)
    assert began.wait(SECONDS)
    [quick] = made(3)
    may_record.set()
    first, last = slow.finish()
    assert first < quick < last
    assert read_all(cursor, limit=1) == [first, last, quick]


@contextmanager
def transaction_in_another_database(*statements: LiteralString) -> Iterator[None]:
    """A transaction that stays open beside this database, in the one that each server has for its clients."""
    parameters = connection.get_connection_params() | {"dbname": "postgres", "cursor_factory": None}
    parameters.pop("context", None)
    with closing(psycopg.connect(**parameters)) as other:
        for statement in statements:
            other.execute(statement)
        yield


@two_writers
def test_it_does_not_wait_for_a_transaction_of_another_database() -> None:
    """A dump that is restored beside it for an hour, say."""
    with transaction_in_another_database("CREATE TEMPORARY TABLE busy (id int)", "INSERT INTO busy VALUES (1)"):
        ids = made(1, 2)
        wait_until_all_is_seen()
        assert [change.pk for change in changes_after(START, 100).changes] == ids


@two_writers
def test_it_waits_for_a_transaction_that_cannot_be_told_to_be_another_databases() -> None:
    with transaction_in_another_database("SELECT pg_current_xact_id()"):
        ids = made(1)
        assert changes_after(START, 100).changes == []
    wait_until_all_is_seen()
    assert [change.pk for change in changes_after(START, 100).changes] == ids


@two_writers
def test_it_does_not_wait_for_who_rolls_back() -> None:
    def fail() -> None:
        with transaction.atomic():
            made(1)
            transaction.set_rollback(True)

    cursor = latest_cursor()
    at_once(fail, lambda: made(2))
    assert read_all(cursor) == list(Change.objects.values_list("pk", flat=True))
    assert Change.objects.count() == 1


def test_two_readers_of_eight_writers_who_commit_in_any_order_meet_each_entry_once(tmp_path: Path) -> None:
    if connection.vendor == "sqlite":
        # In a file: a database in memory makes no writer wait for another.
        with migrated_database(tmp_path) as url:
            report = run_on(url, "tests.changes.crossing")
    else:
        report = write_and_follow()
        assert report["out of order"]
    assert len(report["committed"]) > 100
    for read in report["read"]:
        assert read == report["committed"]


@two_writers
@pytest.mark.parametrize("writers", [1, 4])
def test_it_goes_on_after_a_restore_into_a_server_that_counts_lower(writers: int) -> None:
    """A dump brings the numbers of another server along, which this one reaches years later."""
    made(1, 2)
    Change.objects.update(transaction_number=10**12)
    restored = list(Change.objects.order_by("pk").values_list("pk", flat=True))
    page = changes_after(START, 100)
    assert [change.pk for change in page.changes] == restored
    at_once(*(lambda: made(3, 4) for _ in range(writers)))
    at_once(*(lambda: made(5) for _ in range(writers)))
    new = read_all(page.cursor)
    assert len(new) == len(set(new)) == 3 * writers
    assert not set(new) & set(restored)
    assert TransactionOffset.objects.get().value == 10**12
    # And once more.
    Change.objects.update(transaction_number=10**15)
    cursor = latest_cursor()
    [newest] = made(6)
    assert read_all(cursor) == [newest]


@two_writers
def test_a_restore_is_not_seen_where_there_was_none() -> None:
    for _ in range(3):
        with transaction.atomic():
            made(1)
            made(2, 3)
            changes_after(START, 100)
    assert not TransactionOffset.objects.exists()


@two_writers
def test_it_reads_a_page_by_its_index() -> None:
    def plan() -> Any:
        from changes.commit_order import BELOW_RUNNING  # noqa: PLC0415
        from changes.cursor import PAGE  # noqa: PLC0415

        sql = PAGE.format(below_running=f"AND c.transaction_number < ({BELOW_RUNNING})")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE changes_change")
            cursor.execute(f"EXPLAIN {sql}", [10, 1, 100])
            return "\n".join(row[0] for row in cursor.fetchall())

    Change.objects.bulk_create(
        Change(event="created", channel="api", contacts=1, transaction_number=number) for number in range(5_000)
    )
    assert "Index Scan using changes_in_commit_order on changes_change c" in plan()
    assert "Seq Scan on changes_change" not in plan()
    assert "Sort" not in plan()

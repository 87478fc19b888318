"""Daily numbers: each entry of history is counted once, whatever happens in between."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from changes.cursor import Page, changes_after
from changes.models import Change
from changes.services import Entry, record
from reports.models import DayCount
from reports.services import daily
from tests.changes.crossing import wait_until_all_is_seen

# A reader sees what is committed (changes.cursor).
pytestmark = pytest.mark.django_db(transaction=True)


def numbers() -> dict[str, int]:
    return dict(DayCount.objects.filter(day=timezone.localdate()).values_list("name", "number"))


def happened() -> None:
    record(
        [
            Entry("created", [1, 2, 3]),
            Entry("deleted", [3]),
            Entry("status_changed", [1, 2], {"status": ["bounced"]}, ("status", None)),
            Entry("message_sent", [1, 2], subject=("mailing", 7)),
            Entry("tag_created", subject=("tag", 1)),
        ]
    )
    wait_until_all_is_seen()


def test_each_entry_is_counted_once() -> None:
    happened()
    assert daily.count_changes() is False
    assert numbers() == {"created": 3, "deleted": 1, "status_bounced": 2, "message_sent": 2}
    assert daily.count_changes() is False
    happened()
    daily.count_changes()
    assert numbers() == {"created": 6, "deleted": 2, "status_bounced": 4, "message_sent": 4}


def test_it_goes_on_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "BATCH", 2)
    happened()
    assert [daily.count_changes() for _ in range(3)] == [True, True, False]
    assert numbers() == {"created": 3, "deleted": 1, "status_bounced": 2, "message_sent": 2}


def test_what_was_not_committed_is_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    happened()
    with monkeypatch.context() as broken:
        # The place is kept last: a cursor is never null.
        broken.setattr(daily, "changes_after", lambda cursor, limit: Page(changes_after(cursor, limit).changes, None))  # type: ignore[arg-type]
        with pytest.raises(IntegrityError), transaction.atomic():
            daily.count_changes()
    assert numbers() == {}
    daily.count_changes()
    assert numbers()["created"] == 3


def test_days_show_how_contacts_grew() -> None:
    record([Entry("created", [1, 2, 3]), Entry("deleted", [3])])
    Change.objects.update(at=timezone.now() - timedelta(days=2))
    record([Entry("created", [4, 5]), Entry("status_changed", [4], {"status": ["unsubscribed"]}, ("status", None))])
    wait_until_all_is_seen()
    daily.count_changes()
    days = daily.read_days(4, total=10)
    assert [day.day for day in days] == [timezone.localdate() - timedelta(days=ago) for ago in (3, 2, 1, 0)]
    assert [day.total for day in days] == [6, 8, 8, 10]
    assert [(day.created, day.deleted, day.left) for day in days] == [(0, 0, 0), (3, 1, 0), (0, 0, 0), (2, 0, 1)]


def test_it_takes_the_same_statements_for_any_number() -> None:
    counts = []
    for size in (1, 40):
        for _ in range(size):
            happened()
        with CaptureQueriesContext(connection) as queries:
            daily.count_changes()
        counts.append(len(queries))
    # The first time the row that keeps the place is made.
    assert counts[1] <= counts[0] <= 12
    with CaptureQueriesContext(connection) as queries:
        daily.read_days(90, total=0)
    assert len(queries) == 1

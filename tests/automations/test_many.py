"""Many contacts at once: the same statements for ten as for a thousand, chunks, two workers."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automations.models import BlockRun, Enrolment, Reader
from automations.services import claims, history
from automations.services.enrolling import enrol
from automations.services.history import read_history
from automations.services.running import run_next
from changes.models import Change
from segments.counting import MANY
from subscribers import services
from subscribers.models import Subscriber
from tests.automations.working import TAGGED, automation, block, contacts_in, goal, read_all, tag, wait, work
from tests.factories import TagFactory
from tests.subscribers.expected import counted
from tests.threads import at_once, two_writers

pytestmark = pytest.mark.django_db(transaction=True)


def contacts(count: int) -> list[int]:
    """Contacts by one statement."""
    made = Subscriber.objects.bulk_create(Subscriber(email=f"many{n}@example.com") for n in range(count))
    return [one.pk for one in made]


def cost(of: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert of()
    return len(captured)


@pytest.mark.parametrize("count", [2, 200])
def test_enrolling_takes_as_many_statements(count: int) -> None:
    made, ids = automation(tag(TagFactory.create())), contacts(count)
    # The transaction; the automation twice, the contacts, the first block, the rows, history.
    assert cost(lambda: len(enrol(made.pk, ids, "by hand")) == count) == 8 + (connection.vendor == "sqlite")


@pytest.mark.parametrize("count", [2, 200])
def test_reading_history_takes_as_many_statements_for_any_contacts_and_entries(count: int) -> None:
    passed, first = TagFactory.create_batch(2)
    automation(goal(passed), trigger=TAGGED, settings={"tags": [first.pk]})
    ids = contacts(count)
    for pk in ids[:5]:
        services.attach_tags([pk], [first.pk])
    services.attach_tags(ids, [first.pk])
    while not Change.objects.exists():
        pass
    Reader.objects.get_or_create(pk=1)
    found = 0
    while not found:
        with CaptureQueriesContext(connection) as captured:
            found = int(read_history())
    # The transaction; the reader, a page, automations, goals, links; the automation held, the contacts; the first
    # block, the rows, history; the reader.
    assert len(captured) <= 14 + (connection.vendor == "sqlite")
    assert Enrolment.objects.count() <= count


@pytest.mark.parametrize("count", [2, 200])
def test_running_a_block_takes_as_many_statements(count: int) -> None:
    made, ids = automation(tag(new := TagFactory.create()), wait(), tag(new)), contacts(count)
    enrol(made.pk, ids, "by hand")
    # Three to claim, and two for the transaction. Two for the transaction; the automation; tag and contacts, held twice;
    # the enrolments; the links, history; the blocks, the way on, what ran.
    of_many = counted(0) if count >= MANY else 0
    assert cost(run_next) <= 18 + (2 if connection.vendor == "sqlite" else 0) + of_many
    assert new.subscribers.count() == count
    # A wait.
    assert cost(run_next) <= 13


def test_an_entry_of_many_contacts_is_read_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CHUNK", 40)
    new, other = TagFactory.create_batch(2)
    made = automation(trigger=TAGGED, settings={"tags": [new.pk]})
    others = automation(trigger=TAGGED, settings={"tags": [other.pk]})
    ids = contacts(100)
    services.attach_tags(ids[:1], [other.pk])
    services.attach_tags(ids, [new.pk])
    services.attach_tags(ids[1:2], [other.pk])
    seen = []
    while len(contacts_in(others)) < 2:
        read_history()
        seen.append(len(contacts_in(made)))
    assert sorted(set(seen) - {0}) == [40, 80, 100]
    assert contacts_in(made) == ids
    read_all()
    assert Reader.objects.get().position == 0


def test_a_tag_for_20_000_contacts_enrols_them_all() -> None:
    new = TagFactory.create()
    made = automation(wait(), tag(new), trigger=TAGGED)
    ids = contacts(20_001)
    services.attach_tags(ids, [new.pk])
    read_all()
    assert Enrolment.objects.filter(automation=made, status="active").count() == 20_001


def test_a_batch_is_claimed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "SIZES", (3,))
    made, ids = automation(tag(TagFactory.create())), contacts(5)
    enrol(made.pk, ids, "by hand")
    first, second = claims.claim(), claims.claim()
    assert first
    assert second
    assert not first.enrolments.keys() & second.enrolments.keys()
    assert claims.claim() is None
    # Whoever died loses its claim.
    Enrolment.objects.update(claimed_until="2020-01-01 00:00:00+00:00")
    work()
    assert Enrolment.objects.filter(status="completed").count() == 5
    assert BlockRun.objects.count() == 5


def test_who_lost_its_claim_runs_nothing() -> None:
    from automations.registry import blocks  # noqa: PLC0415
    from automations.services.running import run_block  # noqa: PLC0415

    made, ids = automation(block("add_contact_activity", title="Once")), contacts(3)
    enrol(made.pk, ids, "by hand")
    slow = claims.claim()
    Enrolment.objects.update(claimed_until="2020-01-01 00:00:00+00:00")
    work()
    assert slow
    run_block(slow, blocks()["add_contact_activity"])
    assert Change.objects.filter(event="note_created").count() == 3


@two_writers
def test_workers_at_once_run_each_block_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "SIZES", (7,))
    first, second = TagFactory.create_batch(2)
    note = block("add_contact_activity", title="Once")
    made = automation(tag(first), note, goal(second), note, trigger=TAGGED, settings={"tags": [second.pk]})
    ids = contacts(100)
    services.attach_tags(ids, [second.pk])

    def worker() -> None:
        while Enrolment.objects.filter(status="completed").count() < len(ids):
            read_history()
            run_next()

    at_once(*[worker] * 4)
    assert BlockRun.objects.filter(status="completed").count() == 4 * len(ids)
    assert Change.objects.filter(event="note_created").count() == 2 * len(ids)
    assert contacts_in(made) == ids


@two_writers
def test_goals_and_blocks_that_cross_move_each_contact_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "SIZES", (5,))
    passed = TagFactory.create()
    note = block("add_contact_activity", title="After")
    made = automation(*[block("change_contact_status", status="subscribed")] * 3, goal(passed), note)
    ids = contacts(60)
    enrol(made.pk, ids, "by hand")

    def runner() -> None:
        while Enrolment.objects.filter(status="completed").count() < len(ids):
            run_next()

    def reader() -> None:
        for pk in ids:
            services.attach_tags([pk], [passed.pk])
            read_history()
        while Enrolment.objects.filter(status="completed").count() < len(ids):
            read_history()

    at_once(runner, runner, reader)
    assert Change.objects.filter(event="note_created").count() == len(ids)
    assert BlockRun.objects.filter(block__type="benchmark").count() == len(ids)

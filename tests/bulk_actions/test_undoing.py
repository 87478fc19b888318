"""A job that takes back what another did: exactly that, once, and never against what happened since. One file, as its tests share one set-up."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from bulk_actions.background import undo_job, undo_step, undoable
from bulk_actions.undoing import CannotUndo
from changes.models import Change, ChangedContact, RemovedHistory
from changes.retention import remove_old_changes
from emails.services.preferences import leave
from jobs.claims import ClaimLost, advance, claim
from jobs.models import Job
from jobs.services import cancel_jobs, start_job
from jobs.turns import run_chunk
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.bulk_actions.conftest import World
from tests.bulk_actions.test_statements import FEW, MANY, make_contacts
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.jobs.queue import finish
from tests.subscribers.expected import counted
from tests.threads import Worker, at_once, two_writers
from webhooks.providers import Kind, Report
from webhooks.services.bounces import take_reports

Act = Callable[..., Any]
RELATIONS = {"tags": "tag", "lists": "list", "company": "company"}


@pytest.fixture(autouse=True)
def chunks_of_two(settings: Settings) -> None:
    settings.BULK_CHUNK = 2


def done(act: Act, action: str, contacts: list[Any], **options: Any) -> Any:
    """The job of an action, when it is over."""
    answer = act(action, subscriber_ids=[contact.pk for contact in contacts], background=True, **options)
    return finish(Job.objects.get(pk=answer.json()["job"]["id"]))


def undone(job: Job) -> Any:
    undo = finish(undo_job(job.pk))
    assert (undo.state, undo.error) == ("done", "")
    return undo


def statuses(*contacts: Any) -> list[str]:
    had = dict(Subscriber.objects.values_list("pk", "status"))
    return [had[contact.pk] for contact in contacts]


@pytest.mark.parametrize("kind", RELATIONS)
@pytest.mark.parametrize("attaches", [True, False])
def test_it_undoes_exactly_what_was_done(act: Act, world: World, kind: str, attaches: bool) -> None:
    target = getattr(world, RELATIONS[kind])
    give, take = {
        "tags": (services.attach_tags, services.detach_tags),
        "lists": (services.attach_lists, services.detach_lists),
        "company": (services.attach_companies, services.detach_companies),
    }[kind]
    contacts = SubscriberFactory.create_batch(7)
    pks = [contact.pk for contact in contacts]
    # The first has or lacks it before: the job does nothing to it.
    give(pks[:1] if attaches else pks[1:], [target.pk])
    job = done(act, f"add_to_{kind}" if attaches else f"remove_from_{kind}", contacts)
    # Since then others took the second one out and in again, the third was changed once, the fourth is deleted.
    there, back = (take, give) if attaches else (give, take)
    there(pks[1:3], [target.pk])
    back(pks[1:2], [target.pk])
    services.delete_contacts([pks[3]])
    undo = undone(job)
    assert undo.result == {"undone_contacts": 3}
    field = "companies" if kind == "company" else kind
    having = set(Subscriber.objects.filter(**{field: target}).values_list("pk", flat=True))
    assert having == ({pks[0], pks[1]} if attaches else {pks[2], *pks[4:]})
    assert (undo.title, undo.undoes) == (f"Undo: {job.title}", job)
    entries = Change.objects.filter(job_id=undo.pk)
    changed = ChangedContact.objects.filter(change__in=entries).values_list("contact_id", flat=True)
    assert sorted(changed) == pks[4:]
    assert {(entry.user, entry.channel) for entry in entries} == {(None, "system")}


def test_it_gives_back_the_status_that_each_had(act: Act, world: World) -> None:
    had = ["subscribed", "pending", "subscribed", "bounced", "transactional", "unsubscribed"]
    contacts = [SubscriberFactory.create(status=status) for status in had]
    job = done(act, "change_contact_status", contacts)
    assert statuses(*contacts) == ["unsubscribed"] * 6
    assert undoable(job) == 5
    assert undone(job).result == {"undone_contacts": 5}
    assert statuses(*contacts) == had


def test_it_gives_back_the_type_that_each_had(act: Act, world: World) -> None:
    contacts = [SubscriberFactory.create(contact_type=name) for name in ("lead", "lead", "customer", "lead", "lead")]
    job = done(act, "change_contact_type", contacts)
    services.set_column([contacts[1].pk], "contact_type", "lead")
    services.set_column([contacts[1].pk, contacts[3].pk], "contact_type", "lead")
    services.set_column([contacts[1].pk, contacts[3].pk], "contact_type", "customer")
    assert undone(job).result == {"undone_contacts": 2}
    types = [Subscriber.objects.get(pk=contact.pk).contact_type for contact in contacts]
    assert types == ["lead", "customer", "customer", "customer", "lead"]


def repeats(contact: Any, write: Callable[[Draft], Any]) -> None:
    """A sync sends the status that the contact has, and again."""
    contact.refresh_from_db()
    for _ in range(2):
        write(Draft({"email": contact.email, "status": contact.status}))


def click(contact: Any) -> None:
    leave(contact.pk, "Enough")
    leave(contact.pk, "Enough")


def report(kind: Kind, contact: Any) -> None:
    take_reports("ses", [Report(kind, contact.email, "No", f"{kind} {contact.pk}")])


WAYS_OUT: dict[str, Callable[[Any], Any]] = {
    "clicks on the way out": click,
    "bounces": partial(report, Kind.HARD_BOUNCE),
    "complains": partial(report, Kind.COMPLAINT),
    "is unsubscribed by hand": lambda contact: services.set_status([contact.pk], "unsubscribed"),
    "is unsubscribed by an upsert": lambda contact: repeats(contact, lambda draft: services.upsert_contacts([draft])),
    "is unsubscribed by an edit": lambda contact: repeats(contact, partial(services.update_contact, contact.pk)),
    "goes and comes back": lambda contact: [
        services.set_status([contact.pk], status) for status in ("subscribed", "unsubscribed")
    ],
}


@pytest.mark.parametrize("word", ["unsubscribed", "bounced", "complained"])
@pytest.mark.parametrize("way", WAYS_OUT)
def test_nobody_may_be_written_to_again_who_has_left_since(act: Act, world: World, way: str, word: str) -> None:
    leaves, other = SubscriberFactory.create_batch(2)
    job = done(act, "change_contact_status", [leaves, other], new_status=word)
    WAYS_OUT[way](leaves)
    [before] = statuses(leaves)
    undone(job)
    assert statuses(leaves, other) == [before, "subscribed"]
    assert before != "subscribed"


def test_who_leaves_again_and_again_is_recorded_once(act: Act, world: World) -> None:
    contact = SubscriberFactory.create(status="unsubscribed")
    for _ in range(3):
        click(contact)
    # A client that repeats it adds nothing.
    repeats(contact, lambda draft: services.upsert_contacts([draft]))
    assert list(Change.objects.values_list("event", "contacts", "details")) == [("left_again", 1, {"reason": "Enough"})]
    contact.refresh_from_db()
    assert contact.unsubscribe_reason is None


def test_what_was_cancelled_halfway_is_undone(act: Act, world: World) -> None:
    contacts = SubscriberFactory.create_batch(5)
    act("add_to_tags", subscriber_ids=[contact.pk for contact in contacts], background=True)
    job = claim(Job.objects.get().pk)
    assert job
    assert undoable(job) == 0
    run_chunk(job)
    Job.objects.update(state="cancelled")
    job.refresh_from_db()
    assert undoable(job) == 2
    undone(job)
    assert not world.tag.subscribers.exists()


def test_it_is_done_once(act: Act, world: World) -> None:
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(3))
    undo = undone(job)
    assert undoable(job) == undoable(undo) == 0
    for one in (job, undo):
        with pytest.raises(CannotUndo):
            undo_job(one.pk)
    assert Job.objects.count() == 2


@pytest.mark.parametrize("state", ["failed", "cancelled"])
@pytest.mark.parametrize("action", ["add_to_tags", "remove_from_lists", "change_contact_status", "change_contact_type"])
def test_what_is_left_of_an_undo_is_done_by_another(act: Act, world: World, action: str, state: str) -> None:
    contacts = SubscriberFactory.create_batch(5, lists=[world.list], contact_type="lead")
    pks = [contact.pk for contact in contacts]

    def shown() -> list[Any]:
        rows = Subscriber.objects.order_by("pk").annotate(tagged=Count("tags", distinct=True), listed=Count("lists"))
        return list(rows.values_list("status", "contact_type", "tagged", "listed"))

    before = shown()
    job = done(act, action, contacts)
    changed = shown()
    first = claim(undo_job(job.pk).pk)
    assert first
    run_chunk(first)
    # Somebody has done again since then what the undo took back.
    act(action, subscriber_ids=pks[:1])
    with pytest.raises(CannotUndo):
        undo_job(job.pk)
    Job.objects.filter(pk=first.pk).update(state=state)
    assert undoable(job) == 5
    assert undone(job).result == {"undone_contacts": 3}
    assert shown() == changed[:1] + before[1:]
    assert undoable(job) == 0
    # The one that was given up stays so.
    assert not claim(first.pk)


def test_the_database_refuses_a_second_undo_at_once(act: Act, world: World) -> None:
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(3))
    Job.objects.filter(pk=undo_job(job.pk).pk).update(state="cancelled")
    undo_job(job.pk)
    for state in ("queued", "running", "done"):
        Job.objects.filter(undoes=job).exclude(state="cancelled").update(state=state)
        with pytest.raises(IntegrityError), transaction.atomic():
            start_job("undo_bulk_action", {}, title="Undo", total=3, undoes=job)


@pytest.mark.parametrize("action", ["update_custom_fields", "delete_contacts", "add_to_email_sequence"])
def test_it_does_not_undo_what_history_does_not_have(act: Act, world: World, action: str) -> None:
    assert undoable(done(act, action, SubscriberFactory.create_batch(3))) == 0


def test_it_does_not_undo_what_changed_nobody(act: Act, world: World) -> None:
    assert undoable(done(act, "add_to_tags", SubscriberFactory.create_batch(3, tags=[world.tag]))) == 0


def test_it_does_not_undo_where_one_of_the_tags_is_gone(act: Act, world: World) -> None:
    other = TagFactory.create()
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(3), action_options=[world.tag.pk, other.pk])
    assert undoable(job) == 6
    other.delete()
    assert undoable(job) == 0


def test_it_fails_plainly_where_the_tag_goes_meanwhile(act: Act, world: World) -> None:
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(3))
    undo = undo_job(job.pk)
    world.tag.delete()
    undo = finish(undo)
    assert undo.state == "failed"
    assert undo.error.startswith("What the contacts were linked to was deleted.")


def test_it_does_not_undo_what_history_is_not_kept_for(act: Act, world: World, settings: Settings) -> None:
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(5))
    settings.CHANGES_RETENTION_DAYS = 30
    assert undoable(job) == 5
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(days=31))
    job.refresh_from_db()
    assert undoable(job) == 0
    # Some was removed while history was kept for a shorter time.
    Change.objects.filter(pk=Change.objects.earliest("pk").pk).update(at=timezone.now() - timedelta(days=31))
    remove_old_changes()
    settings.CHANGES_RETENTION_DAYS = 0
    assert undoable(job) == 3
    RemovedHistory.objects.update(change_id=Change.objects.earliest("pk").pk)
    assert undoable(job) == 0


def test_a_chunk_takes_as_many_statements_for_thousands_as_for_few(act: Act, world: World, settings: Settings) -> None:
    settings.BULK_CHUNK = MANY
    for action, budget in (("add_to_tags", 16), ("change_contact_status", 16), ("change_contact_type", 16)):
        counts = []
        for size in (FEW, MANY):
            pks = make_contacts(size, world, linked=False)
            act(action, subscriber_ids=pks, background=True)
            job = finish(Job.objects.latest("pk"))
            with CaptureQueriesContext(connection) as starting:
                undo = undo_job(job.pk)
            claimed = claim(undo.pk)
            assert claimed
            with CaptureQueriesContext(connection) as queries:
                assert run_chunk(claimed)
            assert claimed.result == {"undone_contacts": size}
            counts.append((len(starting), len(queries)))
        assert counts[0] == counts[1]
        assert counts[0][0] <= 12
        assert counts[0][1] <= budget + counted(1)


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_at_once_one_starts_it(act: Act, world: World) -> None:
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(3))

    def ask() -> bool:
        try:
            return bool(undo_job(job.pk))
        except CannotUndo:
            return False

    assert sorted(at_once(ask, ask)) == [False, True]
    Job.objects.filter(undoes=job).update(state="cancelled")
    assert sorted(at_once(ask, ask)) == [False, True]
    assert sorted(Job.objects.filter(undoes=job).values_list("state", flat=True)) == ["cancelled", "queued"]


@two_writers
@pytest.mark.django_db(transaction=True)
def test_a_cancelled_undo_at_work_is_rolled_back_before_another_goes_on(act: Act, world: World) -> None:
    contacts = SubscriberFactory.create_batch(4)
    job = done(act, "change_contact_status", contacts)
    first = claim(undo_job(job.pk).pk)
    assert first
    with transaction.atomic():
        progress = undo_step(first)
        # Cancelled, and started again, while its chunk has changed contacts and not committed yet.
        at_once(partial(cancel_jobs, [first.pk]))
        [second] = at_once(partial(undo_job, job.pk))
        [claimed] = at_once(partial(claim, second.pk))
        worker = Worker(partial(run_chunk, claimed))
        worker.wait_until_blocked()
        with pytest.raises(ClaimLost):
            advance(first, progress)
        transaction.set_rollback(True)
    assert worker.finish() is False
    assert run_chunk(claimed)
    assert statuses(*contacts) == ["subscribed"] * 4
    assert [entry.contacts for entry in Change.objects.filter(job_id__in=[first.pk, second.pk])] == [2, 2]
    assert not Change.objects.filter(job_id=first.pk).exists()


UNDER_WAY: dict[str, Callable[[Any], Any]] = {
    "a click": lambda contact: leave(contact.pk),
    "an upsert": lambda contact: services.upsert_contacts([Draft({"email": contact.email, "status": "unsubscribed"})]),
}


@two_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", UNDER_WAY)
def test_it_waits_for_a_change_that_is_under_way_and_leaves_it(act: Act, world: World, what: str) -> None:
    leaves, other = SubscriberFactory.create_batch(2)
    job = done(act, "change_contact_status", [leaves, other])
    undo = undo_job(job.pk)
    claimed = claim(undo.pk)
    assert claimed
    with services.atomic:
        UNDER_WAY[what](leaves)
        worker = Worker(partial(run_chunk, claimed))
        worker.wait_until_blocked()
    assert worker.finish()
    assert statuses(leaves, other) == ["unsubscribed", "subscribed"]


def test_the_api_names_the_job(api: Api, act: Act, world: World) -> None:
    job = done(act, "add_to_tags", SubscriberFactory.create_batch(3))
    undo = undone(job)
    shown = api.get(f"/jobs/{undo.pk}").json()["job"]
    assert (shown["kind"], shown["result"], shown["done"]) == ("undo_bulk_action", {"undone_contacts": 3}, 3)

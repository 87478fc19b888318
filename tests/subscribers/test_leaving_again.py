"""Whoever had left and is said to have left once more: recorded once, whichever way a write comes in."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changes.models import Change, ChangedContact
from emails.services.preferences import leave
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.subscribers.expected import HISTORY, statements
from tests.threads import Worker, two_writers
from tests.webhooks.strangers import post
from webhooks.models import Webhook
from webhooks.providers import Kind, Report
from webhooks.services.bounces import take_reports

LEFT = ["unsubscribed", "bounced", "complained", "spammed"]
# What a report of a mail service says, and whom it leaves as they are.
REPORTED = {"bounced": Kind.HARD_BOUNCE, "complained": Kind.COMPLAINT}


def upsert(api: Api, contact: Subscriber, status: str) -> Any:
    return api.post("/subscribers", {"email": contact.email, "status": status, "__force_update": "yes"})


def put(api: Api, contact: Subscriber, status: str) -> Any:
    return api.put(f"/subscribers/{contact.pk}", {"status": status, "first_name": "Ada"})


def batch(api: Api, contact: Subscriber, status: str) -> Any:
    rows = [{"email": contact.email.upper(), "status": status}, {"email": "new@example.com", "status": status}]
    return api.post("/subscribers/bulk-add-update", {"contacts": rows})


def hook(api: Api, contact: Subscriber, status: str) -> Any:
    return post(Webhook.objects.create(name="Form", status=status), {"email": contact.email})


def bulk(api: Api, contact: Subscriber, status: str) -> Any:
    chosen = {"action_name": "change_contact_status", "subscriber_ids": [contact.pk], "new_status": status}
    return api.put("/subscribers/do-bulk-action", chosen)


def column(api: Api, contact: Subscriber, status: str) -> Any:
    chosen = {"property": "status", "value": status, "subscribers": [contact.pk]}
    return api.put("/subscribers/subscribers-property", chosen)


# What a client may repeat each night, and what somebody does on purpose.
REPEATS: list[Callable[[Api, Subscriber, str], Any]] = [upsert, put, batch, hook]
ACTS: list[Callable[[Api, Subscriber, str], Any]] = [bulk, column]
WAYS = REPEATS + ACTS


def events(contact: Subscriber) -> list[str]:
    """What history has of a contact about leaving, oldest first."""
    entries = Change.objects.about(contact.pk).filter(event__in=("status_changed", "left_again"))
    return list(entries.order_by("pk").values_list("event", flat=True))


def gone(status: str = "unsubscribed") -> Subscriber:
    """A contact who left, and history has it."""
    contact = SubscriberFactory.create(status="subscribed")
    services.set_status([contact.pk], status)
    return contact


@pytest.mark.parametrize("status", LEFT)
@pytest.mark.parametrize("way", WAYS)
def test_it_is_recorded_once_however_often_a_sync_repeats_it(api: Api, way: Any, status: str) -> None:
    contact = gone(status)
    before = Subscriber.objects.values("unsubscribe_date", "last_change__at").get(pk=contact.pk)
    for _ in range(3):
        services.attach_tags([contact.pk], [TagFactory.create().pk])
        moved = Subscriber.objects.values("unsubscribe_date", "last_change__at").get(pk=contact.pk)
        assert way(api, contact, status).status_code == 200
        assert events(contact) == ["status_changed", "left_again"]
    # Nothing about the contact is different: who keeps a copy need not hear of it.
    after = Subscriber.objects.values("unsubscribe_date", "last_change__at").get(pk=contact.pk)
    assert after["unsubscribe_date"] == before["unsubscribe_date"]
    if way is not put:
        assert after == moved


@pytest.mark.parametrize("way", WAYS)
def test_it_is_recorded_again_after_the_contact_came_back(api: Api, way: Any) -> None:
    contact = gone()
    way(api, contact, "unsubscribed")
    services.set_status([contact.pk], "subscribed")
    services.set_status([contact.pk], "unsubscribed")
    way(api, contact, "unsubscribed")
    way(api, contact, "unsubscribed")
    assert events(contact) == ["status_changed", "left_again", "status_changed", "status_changed", "left_again"]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_recorded_where_nobody_says_that_they_left(api: Api, way: Any) -> None:
    contact = SubscriberFactory.create(status="pending")
    services.set_status([contact.pk], "subscribed")
    way(api, contact, "subscribed")
    assert events(contact) == ["status_changed"]


@pytest.mark.parametrize("way", REPEATS)
def test_a_sync_repeats_nothing_of_somebody_who_was_never_here(api: Api, way: Any) -> None:
    """History has no change of status that could be taken back."""
    stranger = SubscriberFactory.create(status="bounced")
    way(api, stranger, "bounced")
    assert events(stranger) == []


@pytest.mark.parametrize("way", ACTS)
def test_an_act_is_recorded_once_also_of_somebody_who_was_never_here(api: Api, way: Any) -> None:
    stranger = SubscriberFactory.create(status="bounced")
    way(api, stranger, "bounced")
    way(api, stranger, "bounced")
    assert events(stranger) == ["left_again"]


def test_a_write_without_a_status_says_nothing_of_leaving(api: Api) -> None:
    contact = gone()
    api.put(f"/subscribers/{contact.pk}", {"first_name": "Ada"})
    upsert(api, contact, "")
    api.post("/subscribers/bulk-add-update", {"contacts": [{"email": contact.email, "first_name": "Ada B."}]})
    assert events(contact) == ["status_changed"]


def test_a_hook_that_leaves_the_worse_status_has_said_it_all_the_same(api: Api) -> None:
    contact = gone("complained")
    hook(api, contact, "unsubscribed")
    contact.refresh_from_db()
    assert (contact.status, events(contact)) == ("complained", ["status_changed", "left_again"])
    other = gone("complained")
    hook(api, other, "subscribed")
    assert events(other) == ["status_changed"]


@pytest.mark.parametrize("reported", REPORTED)
def test_a_report_is_recorded_once(db: None, reported: str) -> None:
    contact = gone("complained")
    contact.refresh_from_db()
    for number in range(3):
        take_reports("ses", [Report(REPORTED[reported], contact.email, "No", f"{reported} {number}")])
    assert events(contact) == ["status_changed", "left_again"]


def test_its_reason_is_kept(db: None) -> None:
    contact = gone()
    leave(contact.pk, "Enough")
    leave(contact.pk, "Really")
    assert [entry.details for entry in Change.objects.filter(event="left_again")] == [{"reason": "Enough"}]
    # The contact's own columns keep the first one.
    assert Subscriber.objects.get(pk=contact.pk).unsubscribe_reason == ""


def test_of_two_rows_with_one_address_the_last_counts(api: Api) -> None:
    comes_back, stays = gone(), gone()
    for contact, statuses in ((comes_back, ["unsubscribed", "subscribed"]), (stays, ["subscribed", "unsubscribed"])):
        rows = [{"email": contact.email, "status": status} for status in statuses]
        api.post("/subscribers/bulk-add-update", {"contacts": rows})
    assert events(comes_back) == ["status_changed", "status_changed"]
    assert events(stays) == ["status_changed", "left_again"]


@pytest.mark.parametrize("act", ["upsert", "set_status"])
def test_it_costs_one_statement_for_many_as_for_few_and_none_for_nobody(db: None, act: str) -> None:
    costs = []
    for size in (1, 30):
        contacts = SubscriberFactory.create_batch(size, first_name="Ada")
        pks = [contact.pk for contact in contacts]
        services.set_status(pks, "unsubscribed")
        for status in ("unsubscribed", "unsubscribed", "subscribed", "subscribed"):
            drafts = [Draft({"email": contact.email, "status": status}) for contact in contacts]
            with CaptureQueriesContext(connection) as queries:
                services.upsert_contacts(drafts) if act == "upsert" else services.set_status(pks, status)
            asked = [sql for sql in statements(queries) if "left_again'" in sql and "INSERT" not in sql]
            costs.append((len(asked), len(statements(queries))))
    assert costs[:4] == costs[4:]
    told, repeated, back, here = costs[:4]
    assert [told[0], repeated[0], back[0], here[0]] == [1, 1, 0, 0]
    # An entry, and no entry.
    assert told[1] - repeated[1] == HISTORY
    assert repeated[1] - here[1] == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="The plans are PostgreSQL's.")
def test_it_reads_the_newest_entries_of_each_contact_by_their_index(db: None) -> None:
    """Newest first, so that of a contact with a thousand entries those since the last one about leaving are read."""
    pks = [contact.pk for contact in Subscriber.objects.bulk_create(Subscriber(email=f"{n}@x.org") for n in range(50))]
    services.set_status(pks, "unsubscribed")
    entries = Change.objects.bulk_create(
        Change(channel="system", event="message_opened", subject_kind="mailing", contacts=50) for _ in range(1_000)
    )
    ChangedContact.objects.bulk_create(ChangedContact(change=entry, contact_id=pk) for entry in entries for pk in pks)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as queries:
        services.set_status(pks[:1], "unsubscribed")
    [asked] = [sql for sql in statements(queries) if "left_again'" in sql and "INSERT" not in sql]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) {asked}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan Backward using changes_of_contact" in plan, plan
    # By now the newest entry is the one that was just written: one look, not a thousand.
    assert re.search(r"Index Scan using \w+ on changes_change e_1 \(actual rows=\S+ loops=1\)", plan), plan
    assert "Seq Scan" not in plan, plan


@two_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", ["upsert", "update", "set_status", "leave"])
def test_of_two_at_once_one_records_it(again: str) -> None:
    contact = gone()
    draft = Draft({"email": contact.email, "status": "unsubscribed"})
    acts: dict[str, Callable[[], Any]] = {
        "upsert": partial(services.upsert_contacts, [draft]),
        "update": partial(services.update_contact, contact.pk, draft),
        "set_status": partial(services.set_status, [contact.pk], "unsubscribed"),
        "leave": partial(leave, contact.pk),
    }
    with services.atomic:
        services.upsert_contacts([draft])
        worker = Worker(acts[again])
        worker.wait_until_blocked()
    worker.finish()
    assert events(contact) == ["status_changed", "left_again"]

"""Campaigns: everybody chosen at once, each contact once; held, released, stopped; after what somebody waits for. One file, as its tests share one set-up."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emails.models import Kind, Mailing, Message
from emails.services.campaigns import cancel_waiting, hold, queue_selected, release
from emails.services.due import turns
from emails.services.queueing import queue
from emails.services.sending import BATCH, send_due
from subscribers.models import Status, Subscriber
from subscribers.services import delete_contacts, set_status
from tests.emails.factories import MailingFactory, MessageFactory
from tests.emails.smtp import Mailbox
from tests.factories import ContactListFactory, SubscriberFactory
from tests.threads import Worker, at_once, two_writers

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 1, 31, 9, tzinfo=UTC)


def campaign(contacts: int = 0) -> Mailing:
    """A campaign that is under way, with due messages to so many contacts."""
    mailing: Mailing = MailingFactory.create(kind=Kind.CAMPAIGN)
    if contacts:
        chosen = SubscriberFactory.create_batch(contacts)
        assert queue_selected(mailing, all_of(chosen), DUE) == contacts
        release(mailing.pk)
    return mailing


def all_of(contacts: list[Subscriber]) -> Any:
    return Subscriber.objects.filter(pk__in=[contact.pk for contact in contacts])


# --- Queueing -----------------------------------------------------------------------------------


def test_it_queues_each_contact_once_though_it_is_on_five_lists() -> None:
    contacts = SubscriberFactory.create_batch(3)
    lists = ContactListFactory.create_batch(5)
    for contact in contacts:
        contact.lists.set(lists)
    mailing = MailingFactory.create(kind=Kind.CAMPAIGN)
    chosen = Subscriber.objects.filter(lists__in=lists)
    assert chosen.count() == 15
    assert queue_selected(mailing, chosen, DUE) == 3
    rows = Message.objects.order_by("subscriber").values_list("subscriber", "email", "kind", "state", "due", "subject")
    assert list(rows) == [(contact.pk, contact.email, "campaign", "scheduled", DUE, "") for contact in contacts]
    hashes = set(Message.objects.values_list("hash", flat=True))
    assert len(hashes) == 3
    assert all(len(value) == 32 and int(value, 16) for value in hashes)


def test_it_takes_a_part_of_an_ordered_set() -> None:
    contacts = SubscriberFactory.create_batch(4)
    chosen = all_of(contacts).order_by("-pk")[:2]
    assert queue_selected(campaign(), chosen, DUE) == 2
    assert set(Message.objects.values_list("subscriber", flat=True)) == {contact.pk for contact in contacts[2:]}


def test_it_queues_nobody_who_may_not_get_it() -> None:
    contacts = [SubscriberFactory.create(status=status) for status in Status.values]
    assert queue_selected(campaign(), all_of(contacts), DUE) == 1
    assert Message.objects.get().subscriber.status == Status.SUBSCRIBED


def test_it_saves_a_new_mailing_and_holds_it(mailbox: Mailbox) -> None:
    contacts = SubscriberFactory.create_batch(2)
    mailing = Mailing(subject="News", body="<p>Hi</p>", kind=Kind.CAMPAIGN)
    assert queue_selected(mailing, all_of(contacts), DUE) == 2
    assert Mailing.objects.get().held
    assert send_due() == 0
    assert release(mailing.pk)
    assert send_due() == 2


def test_a_mailing_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="sequence is no campaign"):
        queue_selected(MailingFactory.create(kind=Kind.SEQUENCE), Subscriber.objects.all(), DUE)


def test_asked_again_it_adds_who_is_missing() -> None:
    first, second = SubscriberFactory.create_batch(2)
    mailing = campaign()
    assert queue_selected(mailing, all_of([first]), DUE) == 1
    assert queue_selected(mailing, all_of([first, second]), DUE) == 1
    assert queue(mailing, [first.pk, second.pk]) == []
    assert Message.objects.count() == 2


def test_it_spreads_them_evenly_between_two_moments() -> None:
    until = DUE + timedelta(hours=1)
    assert queue_selected(campaign(), all_of(SubscriberFactory.create_batch(4)), DUE, until) == 4
    dues = list(Message.objects.order_by("subscriber").values_list("due", flat=True))
    assert dues == [DUE + timedelta(minutes=minutes) for minutes in (0, 15, 30, 45)]


@pytest.mark.parametrize("until", [None, DUE, DUE - timedelta(hours=1)])
def test_without_a_span_all_are_due_at_once(until: datetime | None) -> None:
    queue_selected(campaign(), all_of(SubscriberFactory.create_batch(3)), DUE, until)
    assert set(Message.objects.values_list("due", flat=True)) == {DUE}


@pytest.mark.parametrize("contacts", [1, 40])
def test_it_takes_a_constant_number_of_statements(contacts: int) -> None:
    mailing = campaign()
    chosen = all_of(SubscriberFactory.create_batch(contacts))
    with CaptureQueriesContext(connection) as queries:
        queue_selected(mailing, chosen, DUE)
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 2


@two_writers
@pytest.mark.django_db(transaction=True)
def test_a_contact_that_is_deleted_meanwhile_is_left_out() -> None:
    stays, goes = SubscriberFactory.create_batch(2)
    mailing = campaign()
    with transaction.atomic():
        delete_contacts([goes.pk])
        worker = Worker(lambda: queue_selected(mailing, all_of([stays, goes]), DUE))
        worker.wait_until_blocked()
    assert worker.finish() == 1
    assert Message.objects.get().subscriber_id == stays.pk


@two_writers
@pytest.mark.django_db(transaction=True)
def test_a_contact_that_is_deleted_afterwards_takes_its_message_with_it() -> None:
    stays, goes = SubscriberFactory.create_batch(2)
    mailing = campaign()
    with transaction.atomic():
        assert queue_selected(mailing, all_of([stays, goes]), DUE) == 2
        worker = Worker(lambda: delete_contacts([goes.pk]))
        worker.wait_until_blocked()
    assert worker.finish() == [goes.pk]
    assert Message.objects.get().subscriber_id == stays.pk


@two_writers
@pytest.mark.django_db(transaction=True)
def test_two_at_once_queue_each_contact_once() -> None:
    contacts = SubscriberFactory.create_batch(30)
    mailing = campaign()
    everybody = all_of(contacts)
    made = at_once(
        lambda: queue_selected(mailing, everybody, DUE),
        lambda: queue_selected(mailing, everybody.all(), DUE),
        lambda: len(queue(mailing, [contact.pk for contact in contacts])),
    )
    assert sum(made) == Message.objects.count() == 30


# --- Holding ------------------------------------------------------------------------------------


def test_holding_takes_effect_within_a_batch(mailbox: Mailbox) -> None:
    mailing = campaign(BATCH + 5)
    assert send_due(BATCH) == BATCH
    assert hold(mailing.pk)
    assert send_due() == 0
    assert release(mailing.pk)
    assert send_due() == 5


def test_holding_and_releasing_say_whether_they_changed_anything() -> None:
    mailing = campaign()
    assert [release(mailing.pk), hold(mailing.pk), hold(mailing.pk), release(mailing.pk)] == [False, True, False, True]
    assert not hold(mailing.pk + 1)


@pytest.mark.parametrize("contacts", [1, 30])
def test_holding_is_one_statement_for_any_number(contacts: int) -> None:
    mailing = campaign(contacts)
    with CaptureQueriesContext(connection) as queries:
        hold(mailing.pk)
    assert len(queries) == 1


def test_holding_one_campaign_holds_no_other(mailbox: Mailbox) -> None:
    held, other = campaign(2), campaign(3)
    hold(held.pk)
    assert send_due() == 3
    assert set(Message.objects.filter(state="sent").values_list("mailing", flat=True)) == {other.pk}


def test_it_stops_what_has_not_left_and_no_other(mailbox: Mailbox) -> None:
    stopped, other = campaign(BATCH + 5), campaign(2)
    hold(other.pk)
    assert send_due(BATCH) == BATCH
    assert cancel_waiting(stopped.pk) == 5
    assert cancel_waiting(stopped.pk) == 0
    release(other.pk)
    assert send_due() == 2
    found = Counter(Message.objects.values_list("mailing", "state"))
    assert found == {(stopped.pk, "sent"): BATCH, (stopped.pk, "cancelled"): 5, (other.pk, "sent"): 2}


def test_who_leaves_before_it_is_sent_gets_nothing(mailbox: Mailbox) -> None:
    mailing = campaign(2)
    first = Message.objects.order_by("pk").first()
    assert first
    set_status([first.subscriber_id], Status.UNSUBSCRIBED)
    assert send_due() == 1
    assert Message.objects.get(pk=first.pk).state == "cancelled"
    assert first.email not in mailbox.addresses
    assert Message.objects.filter(mailing=mailing).count() == 2


# --- Whose turn it is ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in Kind.values if kind != Kind.CAMPAIGN])
def test_a_campaign_delays_no_single_message(mailbox: Mailbox, kind: str) -> None:
    campaign(BATCH * 2)
    status = Status.PENDING if kind in (Kind.DOUBLE_OPTIN, Kind.RETURN) else Status.SUBSCRIBED
    single = MessageFactory.create(mailing__kind=kind, subscriber__status=status, due=timezone.now())
    assert send_due(BATCH) == BATCH
    assert mailbox.addresses[0] == single.email


def test_what_somebody_waits_for_comes_before_what_comes_by_itself(mailbox: Mailbox) -> None:
    earlier = timezone.now() - timedelta(hours=1)
    by_itself = MessageFactory.create(mailing__kind=Kind.SEQUENCE, due=earlier)
    awaited = MessageFactory.create(mailing__kind=Kind.TRANSACTIONAL)
    assert send_due() == 2
    assert mailbox.addresses == [awaited.email, by_itself.email]


def test_campaigns_take_turns(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emails.services.sending.BATCH", 2)
    first, second, third = campaign(8), campaign(8), campaign(3)
    monkeypatch.setattr(turns, "last", first.pk)
    assert send_due(8) == 8
    sent = Counter(Message.objects.filter(state="sent").values_list("mailing", flat=True))
    # The second, the third, the first, and the second again.
    assert sent == {second.pk: 4, third.pk: 2, first.pk: 2}


def test_a_batch_is_filled_from_the_next_campaign(mailbox: Mailbox) -> None:
    for _ in range(3):
        campaign(2)
    with CaptureQueriesContext(connection) as queries:
        assert send_due(6) == 6
    assert sum("SET state = 'sending'" in query["sql"] for query in queries) == 3
    assert mailbox.sessions == 1

"""From a draft to messages: scheduled, started, paused, finished, deleted; also by two at once. One file, as its tests share one set-up."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Removal, Status
from campaigns.services import deletion
from campaigns.services.deletion import delete_campaigns, remove_messages
from campaigns.services.sending import (
    NobodyChosen,
    WrongStatus,
    claim_next,
    finish_sent,
    pause,
    resume,
    schedule,
    start,
    start_next,
    unschedule,
)
from changes.models import Change
from emails.models import Link, Mailing, Message
from emails.services.numbers import numbers_of
from emails.services.sending import send_due
from subscribers.services import attach_lists, set_status
from tests.campaigns.factories import make_campaign, rows, send_to
from tests.emails.smtp import Mailbox
from tests.factories import ContactListFactory, SubscriberFactory
from tests.threads import meeting_at, two_writers

pytestmark = pytest.mark.django_db


def status_of(campaign: Campaign) -> str:
    return str(Campaign.objects.get(pk=campaign.pk).status)


def test_it_goes_to_each_contact_once_though_it_is_on_two_lists(mailbox: Mailbox) -> None:
    first, second = ContactListFactory.create_batch(2)
    SubscriberFactory.create(email="ada@example.com", lists=[first, second])
    SubscriberFactory.create(email="left@example.com", lists=[first], status="unsubscribed")
    campaign = make_campaign(recipients=rows((str(first.pk), "all"), (str(second.pk), "all")))
    schedule(campaign.pk)
    assert start_next()
    assert not start_next()
    assert status_of(campaign) == "working"
    send_due()
    finish_sent()
    assert status_of(campaign) == "archived"
    assert mailbox.addresses == ["ada@example.com"]


def test_its_recipients_are_fixed_when_it_starts_and_who_leaves_gets_nothing(mailbox: Mailbox) -> None:
    one = ContactListFactory.create()
    stays, leaves = SubscriberFactory.create_batch(2, lists=[one])
    campaign = make_campaign(recipients=rows((str(one.pk), "all")))
    schedule(campaign.pk)
    joins_before = SubscriberFactory.create(lists=[one])
    start_next()
    joins_after = SubscriberFactory.create()
    attach_lists([joins_after.pk], [one.pk])
    set_status([leaves.pk], "unsubscribed", "")
    send_due()
    finish_sent()
    assert sorted(mailbox.addresses) == sorted([stays.email, joins_before.email])
    shown = Campaign.objects.get()
    assert (shown.status, shown.recipients_count) == ("archived", 3)
    assert (numbers_of([shown.pk])[shown.pk].sent, numbers_of([shown.pk])[shown.pk].cancelled) == (2, 1)


def test_it_waits_for_its_time(db: None) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    schedule(campaign.pk, timezone.now() + timedelta(hours=1))
    assert not start_next()
    Campaign.objects.update(scheduled_at=timezone.now())
    assert start_next()
    assert status_of(campaign) == "working"


def test_a_range_spreads_the_messages_evenly(db: None) -> None:
    SubscriberFactory.create_batch(4)
    campaign = make_campaign()
    begin = timezone.now() + timedelta(hours=1)
    schedule(campaign.pk, begin, begin + timedelta(hours=4))
    Campaign.objects.update(status=Status.PROCESSING)
    start(campaign.pk)
    dues = [(due - begin) / timedelta(hours=1) for due in Message.objects.order_by("due").values_list("due", flat=True)]
    assert dues == pytest.approx([0, 1, 2, 3], abs=0.01)


def test_it_refuses_to_go_to_nobody(db: None) -> None:
    campaign = make_campaign()
    with pytest.raises(NobodyChosen):
        schedule(campaign.pk)
    with pytest.raises(NobodyChosen):
        schedule(campaign.pk, timezone.now() + timedelta(hours=1))
    assert status_of(campaign) == "draft"


def test_a_paused_one_sends_nothing_and_a_resumed_one_the_rest(mailbox: Mailbox) -> None:
    SubscriberFactory.create_batch(3)
    campaign = make_campaign()
    schedule(campaign.pk)
    start_next()
    assert send_due(limit=1) == 1
    pause(campaign.pk)
    assert send_due() == 0
    finish_sent()
    assert status_of(campaign) == "paused"
    resume(campaign.pk)
    assert send_due() == 2
    finish_sent()
    assert status_of(campaign) == "archived"


def test_one_that_was_paused_before_it_started_starts_when_it_is_resumed(mailbox: Mailbox) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    schedule(campaign.pk)
    pause(campaign.pk)
    assert not start_next()
    resume(campaign.pk)
    assert status_of(campaign) == "scheduled"
    assert start_next()
    assert send_due() == 1


def test_one_whose_recipients_cannot_be_read_is_a_draft_again_and_history_says_so(db: None) -> None:
    campaign = make_campaign(status=Status.SCHEDULED, scheduled_at=timezone.now(), recipients=rows(("no id", "all")))
    assert start_next()
    assert (status_of(campaign), Message.objects.count()) == ("draft", 0)
    [entry] = Change.objects.filter(event="campaign_updated")
    assert (entry.subject_id, entry.channel, entry.details) == (campaign.pk, "system", {"columns": ["status"]})


def test_one_that_is_paused_while_it_starts_is_held(mailbox: Mailbox) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    schedule(campaign.pk)
    assert claim_next() == campaign.pk
    pause(campaign.pk)
    start(campaign.pk)
    assert (status_of(campaign), Message.objects.count()) == ("paused", 1)
    assert send_due() == 0
    resume(campaign.pk)
    assert send_due() == 1


def test_one_whose_worker_was_killed_while_it_started_is_started_again(mailbox: Mailbox) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    schedule(campaign.pk)
    claim_next()
    assert status_of(campaign) == "processing"
    assert start_next()
    assert send_due() == 1
    # As if it had been killed right before the last statement.
    Campaign.objects.update(status=Status.PROCESSING)
    assert start_next()
    assert send_due() == 0
    assert len(mailbox.addresses) == 1


def test_one_that_is_deleted_while_it_starts_makes_no_messages(db: None) -> None:
    SubscriberFactory.create()
    campaign = make_campaign()
    schedule(campaign.pk)
    claim_next()
    Campaign.objects.filter(pk=campaign.pk)._raw_delete(using="default")
    start(campaign.pk)
    assert not Message.objects.exists()


def test_one_that_became_a_draft_meanwhile_makes_no_messages(db: None) -> None:
    SubscriberFactory.create()
    campaign = make_campaign(status="draft", scheduled_at=timezone.now())
    start(campaign.pk)
    assert (status_of(campaign), Message.objects.count()) == ("draft", 0)


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        (schedule, {"draft"}),
        (unschedule, {"pending-scheduled", "scheduled", "cancelled"}),
        (pause, {"scheduled", "processing", "working"}),
        (resume, {"paused"}),
    ],
)
def test_each_step_has_its_statuses(change: Any, allowed: set[str]) -> None:
    SubscriberFactory.create()
    for status in Status.values:
        campaign = make_campaign(status, status=status)
        if status in allowed:
            assert change(campaign.pk).status != status
        else:
            with pytest.raises(WrongStatus):
                change(campaign.pk)
            assert status_of(campaign) == status


@pytest.mark.parametrize("contacts", [3, 60])
def test_starting_takes_a_constant_number_of_statements(django_assert_num_queries: Any, contacts: int) -> None:
    SubscriberFactory.create_batch(contacts)
    schedule(make_campaign().pk)
    pk = claim_next()
    assert pk
    with django_assert_num_queries(11):
        start(pk)
    assert Message.objects.count() == contacts


def test_a_deleted_one_sends_nothing_more_and_its_links_lead_on(mailbox: Mailbox, monkeypatch: Any) -> None:
    monkeypatch.setattr(deletion, "CHUNK", 2)
    SubscriberFactory.create_batch(5)
    campaign = make_campaign()
    schedule(campaign.pk)
    start_next()
    assert send_due(limit=1) == 1
    assert delete_campaigns([campaign.pk]) == 1
    assert Message.objects.count() == 3
    assert send_due() == 0
    assert remove_messages()
    assert not remove_messages()
    assert not Message.objects.exists()
    assert not Removal.objects.exists()
    assert Link.objects.get().url == "https://shop.example.com/offer"
    assert Mailing.objects.get().body == ""
    assert not remove_messages()


def test_a_message_in_a_workers_hands_outlives_the_deletion_until_it_has_left(db: None) -> None:
    campaign = make_campaign(status="working")
    message = send_to(campaign, SubscriberFactory.create(), state="sending", sent_at=None)
    delete_campaigns([campaign.pk])
    assert Removal.objects.exists()
    Message.objects.filter(pk=message.pk).update(state="sent")
    remove_messages()
    assert not Message.objects.exists()
    assert not Removal.objects.exists()


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_who_schedule_at_once_one_is_refused() -> None:
    SubscriberFactory.create()
    campaign = make_campaign()

    def try_it() -> str:
        try:
            schedule(campaign.pk)
        except WrongStatus:
            return "refused"
        return "scheduled"

    assert sorted(meeting_at("campaigns_campaign IN EXCLUSIVE MODE", try_it, try_it)) == ["refused", "scheduled"]
    assert status_of(campaign) == "scheduled"


@two_writers
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_starts_it_and_nobody_gets_two() -> None:
    SubscriberFactory.create_batch(3)
    campaign = make_campaign()
    schedule(campaign.pk)
    meeting_at("campaigns_campaign IN EXCLUSIVE MODE", start_next, start_next)
    assert Message.objects.count() == 3
    assert status_of(campaign) == "working"

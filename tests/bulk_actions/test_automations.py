"""add_to_automation (guide, 'Bulk Operations'; recording bulk-actions-more.json)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automations.models import BlockRun, Enrolment
from automations.services.at_once import AT_ONCE
from changes.models import Change
from jobs.models import Job
from segments.models import Tag
from tests.automations.factories import AutomationFactory
from tests.automations.working import automation, block, run_blocks, tag, wait
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.jobs.queue import run_tasks

BULK = "/subscribers/do-bulk-action"
ADD = {"action_name": "add_to_automation"}


@pytest.fixture
def mark(db: None) -> Tag:
    return TagFactory.create()


@pytest.mark.parametrize("key", ["automation_id", "funnel_id", "new_status", "action_options"])
@pytest.mark.parametrize("as_sent", [int, str])
def test_it_takes_contacts_in_and_runs_the_first_blocks(api: Api, mark: Tag, key: str, as_sent: Any) -> None:
    made = automation(tag(mark), wait(), tag(mark), trigger="user_register")
    chosen = SubscriberFactory.create_batch(2)
    other = SubscriberFactory.create()
    ids = [contact.pk for contact in chosen]
    answer = api.post(BULK, {**ADD, key: as_sent(made.pk), "subscriber_ids": ids})
    assert answer.json() == {
        "last_contact_id": ids[-1],
        "completed_contacts": 2,
        "message": "2 contacts have entered the automation",
    }
    assert all(set(contact.tags.all()) == {mark} for contact in chosen)
    assert not other.tags.exists()
    assert set(Enrolment.objects.values_list("status", "source_trigger_name")) == {("active", "bulk_action")}


def test_the_changes_are_the_automations(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), trigger="user_register")
    contact = SubscriberFactory.create()
    api.post(BULK, {**ADD, "automation_id": made.pk, "subscriber_ids": [contact.pk]})
    change = Change.objects.get(event="tags_attached")
    assert (change.channel, change.actor_kind, change.actor_id) == ("automation", "automation", made.pk)


def test_what_ran_is_kept_contact_by_contact(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), wait(), tag(mark), trigger="user_register")
    ids = [contact.pk for contact in SubscriberFactory.create_batch(3)]
    api.post(BULK, {**ADD, "automation_id": made.pk, "subscriber_ids": ids})
    first, second, _ = made.blocks.in_order()
    runs = BlockRun.objects.order_by("pk").values_list("enrolment__subscriber", "block")
    assert list(runs) == [(pk, one.pk) for pk in ids for one in (first, second)]


def test_asked_again_nothing_happens_twice(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), trigger="user_register")
    contact = SubscriberFactory.create()
    body = {**ADD, "automation_id": made.pk, "subscriber_ids": [contact.pk]}
    api.post(BULK, body)
    contact.tags.clear()
    assert api.post(BULK, body).json()["message"] == "0 contacts have entered the automation"
    run_blocks()
    assert not contact.tags.exists()
    assert BlockRun.objects.count() == 1


def test_a_block_that_fails_at_once_is_the_workers(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), block("add_contact_to_tag", tags=[]), trigger="user_register")
    contact = SubscriberFactory.create()
    answer = api.post(BULK, {**ADD, "automation_id": made.pk, "subscriber_ids": [contact.pk]})
    assert answer.status_code == 200
    # Nothing of what ran before it is kept: it runs once all the same.
    assert not contact.tags.exists()
    run_blocks()
    assert set(contact.tags.all()) == {mark}
    assert Enrolment.objects.get().status == "cancelled"


def test_who_has_not_confirmed_waits_for_that(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), trigger="user_register")
    contact = SubscriberFactory.create(status="pending")
    api.post(BULK, {**ADD, "automation_id": made.pk, "subscriber_ids": [contact.pk]})
    assert Enrolment.objects.get().status in ("pending", "completed")


def test_many_are_the_workers(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), trigger="user_register")
    ids = [contact.pk for contact in SubscriberFactory.create_batch(AT_ONCE + 1)]
    answer = api.post(BULK, {**ADD, "automation_id": made.pk, "subscriber_ids": ids})
    assert answer.json()["completed_contacts"] == AT_ONCE + 1
    assert not BlockRun.objects.exists()
    run_blocks()
    assert BlockRun.objects.count() == AT_ONCE + 1


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"automation_id": "x"}, 422), ({"automation_id": [1, 2]}, 422), ({"new_status": 999999}, 404)],
)
def test_it_wants_an_automation_that_is_there(api: Api, body: Any, status: int) -> None:
    contact = SubscriberFactory.create()
    assert api.post(BULK, {**ADD, **body, "subscriber_ids": [contact.pk]}).status_code == status
    assert not Enrolment.objects.exists()


def test_a_draft_takes_nobody_in(api: Api) -> None:
    contact = SubscriberFactory.create()
    body = {**ADD, "automation_id": AutomationFactory.create().pk, "subscriber_ids": [contact.pk]}
    answer = api.post(BULK, body)
    assert (answer.status_code, answer.json()["message"]) == (422, "The automation is a draft: publish it first")


@pytest.mark.parametrize(("small", "large"), [(2, 90), (AT_ONCE + 1, 300)])
def test_it_takes_as_many_statements_for_any_number(api: Api, mark: Tag, small: int, large: int) -> None:
    api.get("/funnels")
    counts = []
    for size in (small, large):
        made = automation(tag(mark), wait(), trigger="user_register")
        ids = [contact.pk for contact in SubscriberFactory.create_batch(size)]
        with CaptureQueriesContext(connection) as seen:
            api.post(BULK, {**ADD, "automation_id": made.pk, "subscriber_ids": ids})
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_it_goes_on_in_the_background(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), trigger="user_register", title="Welcome")
    SubscriberFactory.create_batch(3)
    answer = api.post(BULK, {**ADD, "automation_id": made.pk, "is_all": "yes", "background": True})
    assert answer.status_code == 202
    assert answer.json()["job"]["title"] == "Add to automation: Welcome"
    run_tasks()
    assert Job.objects.get().result["completed_contacts"] == 3
    run_blocks()
    assert BlockRun.objects.count() == 3


def test_a_job_ends_where_the_automation_became_a_draft(api: Api, mark: Tag) -> None:
    made = automation(tag(mark), trigger="user_register")
    SubscriberFactory.create()
    api.post(BULK, {**ADD, "automation_id": made.pk, "is_all": "yes", "background": True})
    api.put(f"/funnels/{made.pk}", {"status": "draft"})
    run_tasks()
    assert Job.objects.get().state == "failed"
    assert not Enrolment.objects.exists()

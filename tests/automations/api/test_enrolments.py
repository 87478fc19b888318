"""Who is in automations (recordings funnel-subscribers.json and funnel-goals.json)."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from automations.models import Automation, BlockRun, Enrolment
from segments.models import Tag
from tests.automations.factories import AutomationFactory, BlockFactory, BlockRunFactory, EnrolmentFactory
from tests.automations.working import automation as make
from tests.automations.working import goal, run_blocks, tag, wait, work
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory

ADD = {"action_name": "add_to_automation"}


def listed(answer: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = answer.json()["funnel_subscribers"]["data"]
    return rows


def test_it_shows_who_waits(api: Api) -> None:
    segment = TagFactory.create()
    made = make(tag(segment), wait(), tag(segment), trigger="user_register")
    contact = SubscriberFactory.create()
    api.post("/subscribers/do-bulk-action", {**ADD, "automation_id": made.pk, "subscriber_ids": [contact.pk]})
    first, second, third = made.blocks.in_order()
    [row] = listed(api.get(f"/funnels/{made.pk}/subscribers"))
    enrolment = Enrolment.objects.get()
    assert {name: row[name] for name in list(row)[:11]} == {
        "id": enrolment.pk,
        "funnel_id": str(made.pk),
        "starting_sequence_id": None,
        "next_sequence": "3",
        "subscriber_id": str(contact.pk),
        "last_sequence_id": str(second.pk),
        "next_sequence_id": str(third.pk),
        "last_sequence_status": "complete",
        "status": "active",
        "type": "funnel",
        "last_executed_time": row["last_executed_time"],
    }
    assert (row["last_sequence"]["id"], row["next_sequence_item"]["id"]) == (second.pk, third.pk)
    assert row["subscriber"]["id"] == contact.pk
    assert [(run["sequence_id"], run["status"]) for run in row["metrics"]] == [
        (str(first.pk), "completed"),
        (str(second.pk), "completed"),
    ]
    one = api.get(f"/funnels/{made.pk}/subscribers/{contact.pk}").json()
    assert one["funnel_subscriber"]["id"] == enrolment.pk
    assert [block["id"] for block in one["sequences"]] == [first.pk, second.pk, third.pk]
    assert "subscriber" not in one["funnel_subscriber"]


@pytest.mark.django_db(transaction=True)
def test_whoever_is_through_still_shows_the_block_after_its_goal(api: Api) -> None:
    passed, end = TagFactory.create_batch(2)
    made = make(goal(passed, can_enter="yes"), tag(end), tag(end), trigger="user_register")
    waited, entered = SubscriberFactory.create_batch(2)
    api.post("/subscribers/do-bulk-action", {**ADD, "automation_id": made.pk, "subscriber_ids": [waited.pk]})
    api.put(f"/subscribers/{waited.pk}", {"attach_tags": [passed.pk]})
    api.put(f"/subscribers/{entered.pk}", {"attach_tags": [passed.pk]})
    work()
    the_goal, after, last = made.blocks.in_order()
    rows = {row["subscriber_id"]: row for row in listed(api.get(f"/funnels/{made.pk}/subscribers"))}
    one, other = rows[str(waited.pk)], rows[str(entered.pk)]
    assert (one["status"], one["next_sequence_id"], one["next_sequence"]) == ("completed", str(after.pk), "2")
    assert one["next_sequence_item"]["id"] == after.pk
    assert (other["starting_sequence_id"], other["next_sequence_id"]) == (str(the_goal.pk), None)
    assert (other["next_sequence"], other["next_sequence_item"]) == ("2", None)
    assert one["last_sequence_id"] == other["last_sequence_id"] == str(last.pk)


def test_it_filters(api: Api, automation: Automation) -> None:
    block = BlockFactory.create(automation=automation)
    ada = EnrolmentFactory.create(automation=automation, subscriber__first_name="Ada", status="completed")
    bob = EnrolmentFactory.create(automation=automation, subscriber__first_name="Bób")
    BlockRunFactory.create(enrolment=bob, block=block)

    def found(query: str) -> list[int]:
        return [row["id"] for row in listed(api.get(f"/funnels/{automation.pk}/subscribers?{query}"))]

    assert found("") == [bob.pk, ada.pk]
    assert found("sort_by=id&sort_type=ASC") == [bob.pk, ada.pk]  # as recorded
    assert found("status=all") == [bob.pk, ada.pk]
    assert found("status=completed") == [ada.pk]
    assert found("search=bob") == [bob.pk]
    assert found(f"sequence_id={block.pk}") == [bob.pk]
    assert found("per_page=1&page=2") == [ada.pk]
    assert api.get(f"/funnels/{automation.pk}/subscribers?status=asleep").status_code == 400
    assert api.get(f"/funnels/{automation.pk}/subscribers?sequence_id=x").status_code == 400


def test_it_lists_any_number_with_as_many_statements(
    api: Api, automation: Automation, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    block = BlockFactory.create(automation=automation)
    paths = [f"/funnels/{automation.pk}/subscribers?with[]=funnel&with[]=sequences", "/funnels/all-activities"]
    api.get(paths[0])
    for _ in range(2):
        for _ in range(3):
            BlockRunFactory.create(enrolment__automation=automation, block=block)
            BlockRunFactory.create()
        for path, statements in zip(paths, (9, 8), strict=True):
            with django_assert_num_queries(statements):
                api.get(path)


def test_it_shows_the_automations_of_a_contact(api: Api, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    contact = SubscriberFactory.create()
    path = f"/funnels/subscriber/{contact.pk}/automations"
    api.get(path)
    for _ in range(2):
        EnrolmentFactory.create_batch(2, subscriber=contact)
        with django_assert_num_queries(5):
            page = api.get(path).json()["automations"]
    newest = Enrolment.objects.order_by("-pk").select_related("automation")[0]
    assert page["total"] == 4
    assert page["data"][0]["funnel"]["title"] == newest.automation.title
    assert api.get("/funnels/subscriber/999999/automations").json()["automations"]["total"] == 0


def test_it_shows_all_activities(api: Api) -> None:
    run = BlockRunFactory.create()
    EnrolmentFactory.create(status="completed")
    [row] = api.get("/funnels/all-activities?status=active").json()["activities"]["data"]
    assert row["id"] == run.enrolment_id
    assert [block["id"] for block in row["funnel"]["actions"]] == [run.block_id]
    assert row["subscriber"]["id"] == run.enrolment.subscriber_id


def test_it_stops_a_contact_and_has_it_go_on(api: Api, automation: Automation) -> None:
    block = BlockFactory.create(automation=automation)
    enrolment = EnrolmentFactory.create(automation=automation, next_block=block, status="active")
    path = f"/funnels/{automation.pk}/subscribers/{enrolment.subscriber_id}/status"
    assert api.put(path, {"status": "cancelled"}).json() == {"message": "Status has been updated to cancelled"}
    enrolment.refresh_from_db()
    assert enrolment.status == "cancelled"
    api.put(path, {"status": "active"})
    enrolment.refresh_from_db()
    assert enrolment.status == "active"


@pytest.mark.parametrize(("status", "code"), [(None, 422), ("asleep", 400), ("waiting", 400), (["active"], 400)])
def test_it_sets_no_other_status(api: Api, automation: Automation, status: Any, code: int) -> None:
    enrolment = EnrolmentFactory.create(automation=automation)
    path = f"/funnels/{automation.pk}/subscribers/{enrolment.subscriber_id}/status"
    assert api.put(path, {"status": status}).status_code == code


def test_it_says_who_is_not_in_it(api: Api, automation: Automation) -> None:
    contact = SubscriberFactory.create()
    path = f"/funnels/{automation.pk}/subscribers/{contact.pk}"
    assert api.get(path).json()["funnel_subscriber"] is None
    for answer in (
        api.put(f"{path}/status", {"status": "cancelled"}),
        api.post(f"{path}/advance", {"sequence_id": BlockFactory.create(automation=automation).pk}),
    ):
        assert (answer.status_code, answer.json()["message"]) == (422, "No Corresponding report found")


def test_it_advances_a_contact(api: Api) -> None:
    segment = TagFactory.create()
    made = make(wait(), wait(), tag(segment), trigger="user_register")
    contact = SubscriberFactory.create()
    api.post("/subscribers/do-bulk-action", {**ADD, "automation_id": made.pk, "subscriber_ids": [contact.pk]})
    last = list(made.blocks.in_order())[-1]
    path = f"/funnels/{made.pk}/subscribers/{contact.pk}/advance"
    answer = api.post(path, {"sequence_id": str(last.pk)}).json()
    assert answer["funnel_subscriber"]["next_sequence_id"] == str(last.pk)
    run_blocks()
    assert list(contact.tags.all()) == [segment]
    for wrong in (None, "x", 999999, BlockFactory.create().pk):
        assert api.post(path, {"sequence_id": wrong}).status_code == 422


def test_it_takes_contacts_out(api: Api, automation: Automation) -> None:
    run = BlockRunFactory.create(enrolment__automation=automation)
    kept = EnrolmentFactory.create(automation=automation)
    elsewhere = EnrolmentFactory.create(subscriber=run.enrolment.subscriber)
    path = f"/funnels/{automation.pk}/subscribers"
    answer = api.delete(path, {"subscriber_ids": [run.enrolment.subscriber_id, 999999]})
    assert answer.json() == {"message": "Subscribed has been removed from this automation funnel"}
    assert list(Enrolment.objects.order_by("pk")) == [kept, elsewhere]
    assert not BlockRun.objects.exists()
    assert api.delete(path, {"subscriber_ids": []}).json()["message"] == "subscriber_ids parameter is required"


def test_it_takes_out_activities_of_any_automations(api: Api) -> None:
    one, two, kept = EnrolmentFactory.create_batch(3)
    answer = api.post("/funnels/remove-bulk-subscribers", {"funnel_subscriber_ids": [one.pk, two.pk]})
    assert answer.json() == {"message": "Selected subscribers has been removed from this automation funnels"}
    assert list(Enrolment.objects.all()) == [kept]
    answer = api.post("/funnels/remove-bulk-subscribers", {})
    assert (answer.status_code, answer.json()["message"]) == (422, "Please provide funnel subscriber IDs")


def test_a_deleted_contact_is_in_none(api: Api, automation: Automation, tag: Tag) -> None:
    enrolment = EnrolmentFactory.create(automation=automation)
    BlockRunFactory.create(enrolment=enrolment)
    assert api.delete(f"/subscribers/{enrolment.subscriber_id}").status_code == 200
    assert api.get("/funnels/all-activities").json()["activities"]["total"] == 0
    assert AutomationFactory._meta.model.objects.filter(pk=automation.pk).exists()

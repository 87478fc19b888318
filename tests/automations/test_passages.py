"""Who enters an automation and who leaves it on the way is in history: an entry for each automation and all its contacts."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from automations import registry
from automations.models import Enrolment
from automations.registry import Trigger
from automations.services import history
from automations.services.enrolling import advance, enrol, leave, remove, set_status
from automations.services.entering import MOST_IN_A_ROW
from automations.services.history import read_history
from changes.cursor import latest_cursor
from changes.models import Change
from feed.reading import changed_contacts
from reports.models import DayCount
from reports.services.daily import count_changes
from subscribers import services
from subscribers.models import Subscriber
from tests.automations.working import (
    TAGGED,
    automation,
    block,
    contacts_in,
    enrolment,
    goal,
    read_all,
    run_blocks,
    wait,
    work,
)
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from webhooks.events import OF_CHANGE

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> list[tuple[str, int, list[int], Any]]:
    """What history says of automations: the event, the automation, the contacts, and why."""
    found = Change.objects.filter(event__in=("automation_entered", "automation_left")).order_by("pk")
    return [
        (
            change.event.removeprefix("automation_"),
            change.subject_id,
            sorted(change.changed.values_list("contact_id", flat=True)),
            change.details.get("reason"),
        )
        for change in found
    ]


def entries(event: str = "automation_entered") -> list[Change]:
    return list(Change.objects.filter(event=event).order_by("pk"))


def ids_of(*contacts: Subscriber) -> list[int]:
    return sorted(contact.pk for contact in contacts)


def test_a_tag_takes_many_in_by_one_entry_of_the_automation() -> None:
    new = TagFactory.create()
    made, other = (automation(wait(), trigger=TAGGED, settings={"tags": [new.pk]}) for _ in range(2))
    inside, *others = ids_of(*SubscriberFactory.create_batch(4))
    enrol(made.pk, [inside], "by hand")
    services.attach_tags([inside, *others], [new.pk])
    work()
    # Whoever is in it already does not enter again.
    assert told() == [
        ("entered", made.pk, [inside], None),
        ("entered", made.pk, others, None),
        ("entered", other.pk, [inside, *others], None),
    ]
    assert [(entry.channel, entry.actor_kind, entry.actor_id) for entry in entries()[1:]] == [
        ("automation", "automation", made.pk),
        ("automation", "automation", other.pk),
    ]
    assert {entry.subject_kind for entry in entries()} == {"automation"}


def test_each_chunk_of_a_large_entry_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "CHUNK", 2)
    new = TagFactory.create()
    made = automation(trigger=TAGGED, settings={"tags": [new.pk]})
    one, two, three = ids_of(*SubscriberFactory.create_batch(3))
    services.attach_tags([one, two, three], [new.pk])
    work()
    assert told() == [("entered", made.pk, [one, two], None), ("entered", made.pk, [three], None)]


def test_by_hand_it_is_the_user(api: Api, admin: User) -> None:
    made, ada = automation(wait()), SubscriberFactory.create()
    sent = {"action_name": "add_to_automation", "new_status": made.pk, "subscriber_ids": [ada.pk]}
    assert api.post("/subscribers/do-bulk-action", sent).status_code == 200
    [entry] = entries()
    assert (entry.channel, entry.user_id, entry.subject_id) == ("api", admin.pk, made.pk)
    answer = api.get(f"/subscribers/{ada.pk}/history?change=automation_entered").json()["history"]
    assert [row["subject"] for row in answer["data"]] == [{"kind": "automation", "id": made.pk}]


def test_another_automation_and_a_goal_take_in_as_well() -> None:
    met = TagFactory.create()
    second = automation(wait(), title="Second")
    first = automation(block("add_to_automation", automation_ids=[second.pk]), trigger="user_register", title="First")
    third = automation(goal(met, can_enter="yes"), wait(), trigger="user_register", title="Third")
    ada = SubscriberFactory.create()
    enrol(first.pk, [ada.pk], "by hand")
    run_blocks()
    services.attach_tags([ada.pk], [met.pk])
    work()
    assert told() == [("entered", pk, [ada.pk], None) for pk in (first.pk, second.pk, third.pk)]
    assert [entry.actor_id for entry in entries()] == [None, first.pk, third.pk]


def test_nobody_enters_a_draft_and_nobody_leaves_twice() -> None:
    draft, made = automation(status="draft"), automation(wait())
    ada = SubscriberFactory.create()
    assert not enrol(draft.pk, [ada.pk], "by hand")
    assert (leave(made.pk, [ada.pk]), told()) == (0, [])
    enrol(made.pk, [ada.pk], "by hand")
    set_status(made.pk, [ada.pk], "cancelled")
    set_status(made.pk, [ada.pk], "cancelled")
    leave(made.pk, [ada.pk])
    assert [event for event, *_ in told()] == ["entered", "left"]


def test_whoever_begins_again_enters_again() -> None:
    made = automation(conditions={"run_multiple": "yes"})
    ada = SubscriberFactory.create()
    for _ in range(2):
        enrol(made.pk, [ada.pk], "by hand")
    assert enrolment(made, ada).round == 2
    # Whoever is through has not left.
    leave(made.pk, [ada.pk])
    assert told() == [("entered", made.pk, [ada.pk], None)] * 2


def test_those_who_are_taken_out_leave_by_an_entry_for_each_automation() -> None:
    made, other, short = automation(wait()), automation(wait()), automation()
    ada, bob, eva = ids_of(*SubscriberFactory.create_batch(3))
    for one in (made, other, short):
        enrol(one.pk, [ada, bob, eva], "by hand")
    leave(made.pk, [ada])
    remove(Enrolment.objects.values_list("pk", flat=True))
    why = "Taken out of the automation."
    assert told()[3:] == [
        ("left", made.pk, [ada], why),
        ("left", made.pk, [bob, eva], why),
        ("left", other.pk, [ada, bob, eva], why),
    ]
    assert not Enrolment.objects.exists()


def test_whoever_was_stopped_and_goes_on_is_told_again() -> None:
    made, other = automation(wait(), wait()), automation(wait())
    ada, bob = ids_of(*SubscriberFactory.create_batch(2))
    for one in (made, other):
        enrol(one.pk, [ada, bob], "by hand")
    set_status(made.pk, [ada, bob], "cancelled")
    set_status(made.pk, [ada], "active")
    set_status(made.pk, [ada], "active")
    first = made.blocks.in_order()[0]
    assert advance(made.pk, bob, first.pk)
    assert advance(made.pk, bob, first.pk)
    assert told()[2:] == [
        ("left", made.pk, [ada, bob], "Stopped by hand."),
        ("entered", made.pk, [ada], "It goes on where it was."),
        ("entered", made.pk, [bob], "It goes on where it was."),
    ]


def test_a_block_that_stops_others_and_one_that_fails_say_so() -> None:
    # Where nothing follows a wait, nobody waits.
    made, other = (automation(wait(), wait(), trigger="user_register") for _ in range(2))
    ada = SubscriberFactory.create()
    stopping = automation(block("remove_from_funnel"), block("send_custom_email"), trigger="user_register")
    for one in (made, other, stopping):
        enrol(one.pk, [ada.pk], "by hand")
    run_blocks()
    assert told()[3:] == [
        ("left", made.pk, [ada.pk], "Cancelled by remove_from_funnel."),
        ("left", other.pk, [ada.pk], "Cancelled by remove_from_funnel."),
        ("left", stopping.pk, [ada.pk], "send_custom_email: Write the mail."),
    ]
    assert {entry.actor_id for entry in entries("automation_left")} == {stopping.pk}


def test_nobody_takes_it_for_something_else() -> None:
    made, ada = automation(wait()), SubscriberFactory.create()
    listening = [automation(wait(), trigger=name) for name in registry.triggers()]
    read_all()
    while count_changes():
        pass
    before, days = latest_cursor(), list(DayCount.objects.values("name", "number"))
    enrol(made.pk, [ada.pk], "by hand")
    leave(made.pk, [ada.pk])
    assert [event for event, *_ in told()] == ["entered", "left"]
    # Other automations, the numbers of the days, webhooks, and who keeps a copy of the contacts.
    work()
    assert [one for one in listening if contacts_in(one)] == []
    while count_changes():
        pass
    assert list(DayCount.objects.values("name", "number")) == days
    assert not {"automation_entered", "automation_left"} & OF_CHANGE.keys()
    page = changed_contacts(before, 10)
    assert (page.ids, page.deleted) == ([], [])


@pytest.fixture
def entered_trigger(monkeypatch: pytest.MonkeyPatch) -> str:
    """A trigger of the site that starts by what other automations do."""

    class Entering(Trigger):
        name, label, events = "tests_entered", "Entered", ("automation_entered",)
        description = "Starts when a contact enters any automation."

    monkeypatch.setitem(registry._triggers, Entering.name, Entering())
    return Entering.name


def test_automations_that_start_each_other_by_it_come_to_an_end(entered_trigger: str) -> None:
    again = {"run_multiple": "yes"}
    first, second = (automation(trigger=entered_trigger, conditions=again) for _ in range(2))
    ada = SubscriberFactory.create()
    enrol(first.pk, [ada.pk], "by hand")
    while read_history() or read_all():
        pass
    assert all(one.depth > MOST_IN_A_ROW and one.status == "cancelled" for one in Enrolment.objects.all())
    assert contacts_in(second) == [ada.pk]


@pytest.mark.parametrize("count", [2, 40])
def test_any_number_leaves_by_as_many_statements(count: int, django_assert_max_num_queries: Any) -> None:
    made, other = automation(wait()), automation(wait())
    contacts = [contact.pk for contact in SubscriberFactory.create_batch(count)]
    for one in (made, other):
        enrol(one.pk, contacts, "by hand")
    rows = list(Enrolment.objects.values_list("pk", flat=True))
    # The transaction; the contacts; who leaves, the entries; what ran, the rows.
    with django_assert_max_num_queries(8 + (connection.vendor == "sqlite")):
        assert remove(rows) == 2 * count
    assert len(entries("automation_left")) == 2

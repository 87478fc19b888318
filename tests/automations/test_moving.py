"""Contacts moved by hand, automations paused, blocks and automations deleted, chains that do not end. One file, as its tests share one set-up."""

import pytest
from django.utils import timezone

from automations.models import Automation, Block, BlockRun, Enrolment
from automations.registry import Action, Run, register_block
from automations.services.blocks import BlockDraft, save_blocks
from automations.services.enrolling import advance, enrol, leave, remove, set_status
from automations.services.entering import MOST_IN_A_ROW, TOO_MANY
from automations.services.publishing import delete_automations
from automations.services.publishing import set_status as publish
from automations.services.running import MAX_ATTEMPTS, run_next
from changes.models import Change
from subscribers import services
from tests.automations.working import TAGGED, automation, block, contacts_in, enrolment, goal, tag, tags_of, wait, work
from tests.emails.clock import after
from tests.factories import SubscriberFactory, TagFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_moves_while_it_is_paused_and_everybody_goes_on_afterwards() -> None:
    first, second = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(tag(first), wait(), tag(second))
    enrol(made.pk, [ada.pk], "by hand")
    publish([made.pk], "draft")
    work()
    assert tags_of(ada) == set()
    publish([made.pk], "published")
    work()
    publish([made.pk], "draft")
    with after(2 * 86_400):
        work()
        assert tags_of(ada) == {first.pk}
        publish([made.pk], "published")
        work()
    assert tags_of(ada) == {first.pk, second.pk}
    entries = Change.objects.filter(event="automation_updated").values_list("details", flat=True)
    assert [one["columns"] for one in entries].count(["status"]) == 4


def test_a_draft_takes_nobody_by_hand() -> None:
    ada = SubscriberFactory.create()
    assert enrol(automation(status="draft").pk, [ada.pk], "by hand") == []
    assert enrol(999_999, [ada.pk], "by hand") == []
    assert enrol(automation().pk, [999_999], "by hand") == []


def test_who_is_at_a_block_that_is_left_out_goes_on_to_the_next_that_stays() -> None:
    first, second, third = TagFactory.create_batch(3)
    ada, alan = SubscriberFactory.create_batch(2)
    made = automation(wait(), tag(first), goal(second), tag(third))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    with after(2 * 86_400):
        enrol(made.pk, [alan.pk], "by hand")
        work()
        # One waits at the goal, the other for the first tag.
        assert [enrolment(made, one).status for one in (ada, alan)] == ["waiting", "active"]
        kept = [one for one in made.blocks.in_order() if one.settings.get("tags") in ([], [str(third.pk)])]
        drafts = [BlockDraft({"action_name": one.action_name, "settings": one.settings}, one.pk) for one in kept]
        [last] = save_blocks(made.pk, drafts)
        assert last.pk == kept[0].pk
        assert [enrolment(made, one).next_block_id for one in (ada, alan)] == [last.pk, last.pk]
        work()
        # The wait goes on, though nothing shows it any more.
        assert [enrolment(made, one).status for one in (ada, alan)] == ["completed", "active"]
    save_blocks(made.pk, [])
    assert enrolment(made, alan).status == "completed"
    assert tags_of(ada) == {first.pk, third.pk}


def test_saving_blocks_keeps_ids_places_and_delays() -> None:
    new = TagFactory.create()
    made = automation(
        wait(1, "days"),
        tag(new),
        wait(2, "hours"),
        block("fcrm_has_contact_tag", "conditional", yes=[wait(), tag(new)], tags=[1]),
    )
    before = list(made.blocks.in_order())
    [first, second, third, branch, inner_wait, inner] = sorted(before, key=lambda one: one.pk)
    assert [(one.sequence, one.delay, one.c_delay) for one in (first, second, third, branch)] == [
        (1, 0, 0),
        (2, 86_400, 86_400),
        (3, 0, 86_400),
        (4, 7_200, 93_600),
    ]
    assert (inner_wait.parent_id, inner_wait.condition_type) == (branch.pk, "yes")
    assert (inner.sequence, inner.delay, inner.c_delay) == (2, 86_400, 180_000)
    other = automation(tag(new)).blocks.get()
    moved = BlockDraft({"action_name": "add_contact_to_tag", "title": "Moved"}, inner.pk)
    foreign = BlockDraft({"action_name": "add_contact_to_tag"}, other.pk)
    saved = save_blocks(made.pk, [moved, foreign])
    assert [one.pk == inner.pk for one in saved] == [True, False]
    assert (saved[0].title, saved[0].parent_id, saved[0].settings) == ("Moved", None, inner.settings)
    other.refresh_from_db()
    assert other.automation_id != made.pk


def test_staff_stop_contacts_and_let_them_go_on() -> None:
    done = TagFactory.create()
    ada, alan = SubscriberFactory.create_batch(2)
    made = automation(wait(), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    due = enrolment(made, ada).next_execution_time
    assert set_status(made.pk, [ada.pk, alan.pk], "cancelled") == 1
    with after(2 * 86_400):
        work()
    assert tags_of(ada) == set()
    assert set_status(made.pk, [ada.pk], "active") == 1
    assert enrolment(made, ada).next_execution_time == due
    with after(2 * 86_400):
        work()
    assert enrolment(made, ada).status == "completed"
    # There is nothing to go on with.
    assert set_status(made.pk, [ada.pk], "active") == 1
    assert enrolment(made, ada).status == "completed"
    with pytest.raises(ValueError, match="nonsense"):
        set_status(made.pk, [ada.pk], "nonsense")
    with pytest.raises(ValueError, match="waiting"):
        set_status(made.pk, [ada.pk], "waiting")


def test_who_waits_for_a_goal_still_does_after_being_stopped() -> None:
    ada = SubscriberFactory.create()
    made = automation(goal(TagFactory.create()))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    set_status(made.pk, [ada.pk], "cancelled")
    set_status(made.pk, [ada.pk], "active")
    work()
    assert enrolment(made, ada).status == "waiting"


def test_staff_move_a_contact_to_a_block() -> None:
    first, second = TagFactory.create_batch(2)
    ada, alan = SubscriberFactory.create_batch(2)
    made = automation(wait(), tag(first), tag(second))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    last = made.blocks.latest("pk")
    assert advance(made.pk, ada.pk, last.pk)
    assert not advance(made.pk, alan.pk, last.pk)
    assert not advance(made.pk, ada.pk, 999_999)
    work()
    assert tags_of(ada) == {second.pk}


def test_who_leaves_can_enter_again() -> None:
    ada, alan = SubscriberFactory.create_batch(2)
    made = automation(tag(TagFactory.create()))
    enrol(made.pk, [ada.pk, alan.pk], "by hand")
    work()
    assert leave(made.pk, [ada.pk]) == 1
    assert contacts_in(made) == [alan.pk]
    assert remove([Enrolment.objects.get().pk]) == 1
    assert not BlockRun.objects.exists()
    assert enrol(made.pk, [ada.pk], "by hand") == [ada.pk]


def test_an_automation_goes_with_all_that_is_its() -> None:
    ada = SubscriberFactory.create()
    made, other = automation(tag(TagFactory.create())), automation(tag(TagFactory.create()))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert delete_automations([made.pk, 999_999]) == [made.pk]
    assert (list(Automation.objects.all()), Block.objects.count()) == ([other], 1)
    assert not Enrolment.objects.exists()
    assert Change.objects.filter(event="automation_deleted", subject_id=made.pk).exists()


def test_automations_that_start_each_other_for_ever_end_and_say_why() -> None:
    ping, pong = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    one = automation(
        block("detach_contact_from_tag", tags=[pong.pk]),
        tag(pong),
        trigger=TAGGED,
        settings={"tags": [ping.pk]},
        conditions={"run_multiple": "yes"},
    )
    two = automation(
        block("detach_contact_from_tag", tags=[ping.pk]),
        tag(ping),
        trigger=TAGGED,
        settings={"tags": [pong.pk]},
        conditions={"run_multiple": "yes"},
    )
    services.attach_tags([ada.pk], [ping.pk])
    work()
    found = [enrolment(made, ada) for made in (one, two)]
    assert sum(one.round for one in found) == MOST_IN_A_ROW + 2
    assert [one.notes for one in found if one.status == "cancelled"] == [TOO_MANY]


def test_one_that_starts_itself_ends() -> None:
    ping = TagFactory.create()
    ada = SubscriberFactory.create()
    made = automation(
        block("detach_contact_from_tag", tags=[ping.pk]),
        tag(ping),
        trigger=TAGGED,
        conditions={"run_multiple": "yes"},
    )
    services.attach_tags([ada.pk], [ping.pk])
    work()
    assert (enrolment(made, ada).status, enrolment(made, ada).notes) == ("cancelled", TOO_MANY)
    # What comes from outside begins again.
    services.detach_tags([ada.pk], [ping.pk])
    services.attach_tags([ada.pk], [ping.pk])
    work()
    assert enrolment(made, ada).round > MOST_IN_A_ROW + 2


def test_one_that_waits_for_more_than_a_day_may_start_itself_for_ever() -> None:
    ping = TagFactory.create()
    ada = SubscriberFactory.create()
    made = automation(
        block("detach_contact_from_tag", tags=[ping.pk]),
        wait(2, "days"),
        tag(ping),
        trigger=TAGGED,
        conditions={"run_multiple": "yes"},
    )
    services.attach_tags([ada.pk], [ping.pk])
    for day in range(0, 30, 2):
        with after(day * 86_400 + 60):
            work()
    assert (enrolment(made, ada).depth, enrolment(made, ada).status) == (0, "active")
    assert enrolment(made, ada).round > MOST_IN_A_ROW


@register_block
class Breaks(Action):
    """Fails for the contacts of `ids`, by an error that might pass."""

    name, label = "tests_breaks", "Breaks"

    def run(self, run: Run) -> None:
        services.set_column(run.contacts, "city", "Reached")
        if set(run.contacts) & set(run.settings["ids"]):
            raise RuntimeError("secret@example.com")


def test_a_failure_is_tried_again_and_keeps_nobody_else() -> None:
    done = TagFactory.create()
    bad, *good = SubscriberFactory.create_batch(4)
    made = automation(block("tests_breaks", ids=[bad.pk]), tag(done))
    other = automation(tag(done))
    enrol(made.pk, [bad.pk, *(one.pk for one in good)], "by hand")
    enrol(other.pk, [good[0].pk], "by hand")
    work()
    # It failed as a whole, and changed nothing; another automation went on.
    assert enrolment(made, bad).attempts == 1
    assert enrolment(other, good[0]).status == "completed"
    bad.refresh_from_db()
    assert not bad.city
    for attempt in range(MAX_ATTEMPTS):
        with after((attempt + 1) * 86_400):
            work()
    assert [enrolment(made, one).status for one in (bad, *good)] == ["cancelled", *["completed"] * 3]
    notes = enrolment(made, bad).notes
    assert notes == "tests_breaks: It failed: RuntimeError."
    assert BlockRun.objects.get(enrolment__subscriber=bad).status == "failed"


def test_staff_may_let_a_failed_one_go_on() -> None:
    ada = SubscriberFactory.create()
    made = automation(block("add_contact_to_tag", tags=[]))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert enrolment(made, ada).status == "cancelled"
    new = TagFactory.create()
    Block.objects.update(settings={"tags": [new.pk]})
    set_status(made.pk, [ada.pk], "active")
    work()
    found = enrolment(made, ada)
    assert (found.status, found.notes, found.runs.get().status) == ("completed", None, "completed")


def test_a_contact_that_is_deleted_while_it_is_claimed_is_left_out() -> None:
    ada = SubscriberFactory.create()
    made = automation(tag(TagFactory.create()))
    enrol(made.pk, [ada.pk], "by hand")
    services.delete_contacts([ada.pk])
    assert not run_next()
    assert not Enrolment.objects.filter(started_at__lte=timezone.now()).exists()

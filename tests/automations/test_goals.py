"""Goals: who waits, who goes on, who comes in by one."""

import pytest

from automations.models import Block, BlockRun
from automations.services.enrolling import enrol
from automations.services.running import run_next
from changes.services import Entry, record
from subscribers import services
from tests.automations.working import (
    TAGGED,
    UNTAGGED,
    automation,
    block,
    contacts_in,
    enrolment,
    goal,
    names,
    read_all,
    tag,
    tags_of,
    wait,
    work,
)
from tests.factories import SubscriberFactory, TagFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_contact_waits_until_it_is_met() -> None:
    passed, other, done = TagFactory.create_batch(3)
    ada = SubscriberFactory.create()
    made = automation(tag(other), goal(passed), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    found = enrolment(made, ada)
    assert (found.status, found.next_execution_time, found.last_block.action_name) == (
        "waiting",
        None,
        "add_contact_to_tag",
    )
    assert found.next_block == names(made)[goal(passed).columns["action_name"]]
    services.attach_tags([ada.pk], [done.pk])
    services.detach_tags([ada.pk], [done.pk])
    work()
    assert enrolment(made, ada).status == "waiting"
    services.attach_tags([ada.pk], [passed.pk])
    work()
    found = enrolment(made, ada)
    assert (found.status, found.last_goal_id) == ("completed", found.runs.get(block__type="benchmark").block_id)
    assert done.pk in tags_of(ada)
    # Each block ran once, the goal as well.
    assert BlockRun.objects.count() == 3


def test_who_has_met_it_before_does_not_wait() -> None:
    passed, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create(tags=[passed])
    made = automation(goal(passed), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert enrolment(made, ada).status == "completed"
    assert BlockRun.objects.count() == 2


def test_an_optional_one_that_is_not_met_is_passed() -> None:
    passed, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(goal(passed, kind="optional"), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert enrolment(made, ada).status == "completed"
    assert [one.block.action_name for one in BlockRun.objects.all()] == ["add_contact_to_tag"]


def test_who_meets_it_early_skips_what_comes_before() -> None:
    passed, skipped, done = TagFactory.create_batch(3)
    ada = SubscriberFactory.create()
    branch = block("fcrm_has_contact_tag", "conditional", no=[wait(), tag(skipped)], tags=[passed.pk])
    made = automation(branch, goal(passed), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert enrolment(made, ada).status == "active"
    services.attach_tags([ada.pk], [passed.pk])
    work()
    assert tags_of(ada) == {passed.pk, done.pk}
    assert enrolment(made, ada).status == "completed"


def test_who_is_past_it_is_not_taken_back() -> None:
    passed, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(goal(passed, kind="optional"), wait(), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    before = enrolment(made, ada)
    services.attach_tags([ada.pk], [passed.pk])
    work()
    assert enrolment(made, ada).next_execution_time == before.next_execution_time
    assert tags_of(ada) == {passed.pk}


@pytest.mark.parametrize("can_enter", ["yes", "no"])
def test_it_may_be_a_way_in(can_enter: str) -> None:
    passed, first, done = TagFactory.create_batch(3)
    ada, through = SubscriberFactory.create_batch(2)
    made = automation(tag(first), goal(passed, can_enter=can_enter), tag(done), trigger="none")
    enrol(made.pk, [through.pk], "by hand")
    services.attach_tags([through.pk], [passed.pk])
    work()
    before = enrolment(made, through)
    assert before.status == "completed"
    services.detach_tags([through.pk], [passed.pk])
    services.attach_tags([ada.pk, through.pk], [passed.pk])
    work()
    assert contacts_in(made) == sorted([through.pk, *([ada.pk] if can_enter == "yes" else [])])
    # Who is through stays through.
    assert enrolment(made, through).round == before.round
    if can_enter == "yes":
        found = enrolment(made, ada)
        assert (found.status, found.starting_block_id, found.last_block.action_name) == (
            "completed",
            Block.objects.get(type="benchmark").pk,
            "add_contact_to_tag",
        )
        assert tags_of(ada) == {passed.pk, done.pk}
        assert found.runs.count() == 2


def test_a_tag_that_is_removed_meets_one_only_when_it_happens() -> None:
    member, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(goal(member, name=UNTAGGED), tag(done))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert enrolment(made, ada).status == "waiting"
    services.attach_tags([ada.pk], [member.pk])
    services.detach_tags([ada.pk], [member.pk])
    work()
    assert enrolment(made, ada).status == "completed"


def test_a_click_meets_one() -> None:
    ada = SubscriberFactory.create()
    made = automation(
        block("fluencrm_benchmark_link_clicked", "benchmark", links=["https://a.example"], type="required")
    )
    enrol(made.pk, [ada.pk], "by hand")
    work()
    for url in ("https://b.example", "https://a.example"):
        assert enrolment(made, ada).status == "waiting"
        record([Entry("message_clicked", [ada.pk], {"link": 1, "url": url}, ("mailing", 1))])
        work()
    assert enrolment(made, ada).status == "completed"


def test_one_that_is_met_while_the_contact_comes_to_it_is_not_missed() -> None:
    passed, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(tag(done), goal(passed))
    enrol(made.pk, [ada.pk], "by hand")
    assert run_next()
    # The contact is on its way to the goal, and not at it.
    services.attach_tags([ada.pk], [passed.pk])
    read_all()
    assert enrolment(made, ada).status == "completed"
    assert BlockRun.objects.count() == 2


def test_what_starts_an_automation_does_not_meet_its_goal_at_once() -> None:
    start, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create()
    made = automation(tag(done), goal(start), trigger=TAGGED, settings={"tags": [start.pk]})
    services.attach_tags([ada.pk], [start.pk])
    work()
    # It came to the goal, and had met it then.
    assert tags_of(ada) == {start.pk, done.pk}
    assert enrolment(made, ada).status == "completed"

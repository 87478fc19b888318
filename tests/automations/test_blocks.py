"""Blocks, each through an automation that runs it. One file, as each block has one or two tests."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from automations.models import BlockRun, Enrolment
from automations.services.enrolling import enrol
from changes.models import Change
from companies.models import Company
from emails.models import Kind, Mailing, Message
from notes.models import Note
from sequences.models import EmailSequence, SequenceTracker
from subscribers import services
from subscribers.models import Subscriber
from tests.automations.working import automation, block, contacts_in, enrolment, tag, tags_of, wait, work
from tests.emails.clock import after
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> Subscriber:
    return SubscriberFactory.create(email="ada@example.com", first_name="Ada", status="subscribed")


def run(ada: Subscriber, *blocks: Any) -> Enrolment:
    """The contact's enrolment in an automation of these blocks, after the worker did what is due."""
    made = automation(*blocks)
    assert enrol(made.pk, [ada.pk], "by hand") == [ada.pk]
    work()
    return enrolment(made, ada)


def last_run() -> tuple[str, str | None]:
    one = BlockRun.objects.latest("pk")
    return one.status, one.notes


@pytest.mark.parametrize(("kind", "factory"), [("tag", TagFactory), ("list", ContactListFactory)])
def test_tags_and_lists_are_applied_and_removed(ada: Subscriber, kind: str, factory: Any) -> None:
    old, new = factory.create_batch(2)
    services.sync_segments([ada.pk], f"{kind}s", [old.pk], ())  # type: ignore[arg-type]
    ids = f"{kind}s"
    run(
        ada,
        block(f"add_contact_to_{kind}", **{ids: [str(new.pk)]}),
        block(f"detach_contact_from_{kind}", **{ids: [old.pk]}),
    )
    assert list(getattr(ada, ids).values_list("pk", flat=True)) == [new.pk]
    entry = Change.objects.get(event=f"{kind}s_attached", subject_id=new.pk)
    assert (entry.channel, entry.actor_kind) == ("automation", "automation")


def test_companies_are_applied_and_removed(ada: Subscriber) -> None:
    acme = Company.objects.create(name="Acme")
    run(ada, block("add_contact_to_company", companies=[acme.pk]))
    assert list(ada.companies.all()) == [acme]
    run(ada, block("detach_contact_from_company", company=acme.pk))
    assert list(ada.companies.all()) == []


def test_a_status_is_changed(ada: Subscriber) -> None:
    run(ada, block("change_contact_status", status="transactional"))
    ada.refresh_from_db()
    assert ada.status == "transactional"


def test_fields_are_changed(ada: Subscriber) -> None:
    CustomFieldFactory.create(slug="score", type="number")
    properties = [
        {"data_key": "city", "data_value": " London "},
        {"data_key": "date_of_birth", "data_value": "1815-12-10"},
        {"data_key": "score", "data_value": 7},
    ]
    run(ada, block("update_contact_property", contact_properties=properties))
    ada.refresh_from_db()
    assert (ada.city, str(ada.date_of_birth), ada.custom_values) == ("London", "1815-12-10", {"score": "7"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact_properties": []},
        {"contact_properties": {"email": "x@example.com"}},
        {"contact_properties": {"date_of_birth": "soon"}},
        {"contact_properties": {"date_of_birth": 7}},
        {"contact_properties": {"city": ["x"]}},
        {"contact_properties": {"city": "x" * 193}},
        {"contact_properties": {"status": "nonsense"}},
        {"contact_properties": {"score": "many"}},
        {"contact_properties": "x"},
    ],
)
def test_wrong_fields_cancel_with_the_reason_and_change_nothing(ada: Subscriber, wrong: Any) -> None:
    CustomFieldFactory.create(slug="score", type="number")
    found = run(ada, block("update_contact_property", **wrong))
    assert found.status == "cancelled"
    assert (found.notes or "").startswith("update_contact_property: ")
    assert last_run()[0] == "failed"
    assert not Change.objects.filter(channel="automation", event="updated").exists()


def test_a_note_is_written(ada: Subscriber) -> None:
    run(ada, block("add_contact_activity", type="call", title="Call", description="<b>Soon</b>"))
    note = Note.objects.get()
    assert (note.subscriber_id, note.type, note.title) == (ada.pk, "call", "Call")
    assert note.description == "<p>&lt;b&gt;Soon&lt;/b&gt;</p>"
    assert Change.objects.get(event="note_created").contacts == 1


def test_a_mail_is_queued_once_for_those_who_may_get_it(ada: Subscriber) -> None:
    mailing = Mailing.objects.create(subject="Hi", body="<p>Hi</p>", kind=Kind.AUTOMATION)
    alan = SubscriberFactory.create(status="unsubscribed")
    made = automation(block("send_custom_email", reference_campaign=mailing.pk), tag(done := TagFactory.create()))
    enrol(made.pk, [ada.pk, alan.pk], "by hand")
    work()
    message = Message.objects.get()
    assert (message.subscriber_id, message.kind, message.state) == (ada.pk, "automation", "scheduled")
    # Whoever may not be written to goes on without it.
    assert tags_of(alan) == {done.pk}
    runs = BlockRun.objects.filter(block__action_name="send_custom_email").order_by("enrolment__subscriber")
    assert [one.status for one in runs] == ["completed", "skipped"]


def test_a_mail_for_later_is_due_then_or_left_out(ada: Subscriber) -> None:
    mailing = Mailing.objects.create(subject="Hi", body="<p>Hi</p>", kind=Kind.AUTOMATION)
    later = timezone.localtime() + timedelta(hours=2)
    at = later.strftime("%Y-%m-%d %H:%M:%S")
    settings = {"reference_campaign": str(mailing.pk), "is_scheduled": "yes", "scheduled_at": at}
    made = automation(block("send_custom_email", **settings, skip_if_overdue="yes"))
    enrol(made.pk, [ada.pk], "by hand")
    work()
    assert timezone.localtime(Message.objects.get().due).strftime("%Y-%m-%d %H:%M:%S") == at
    alan = SubscriberFactory.create(status="subscribed")
    with after(3 * 3600):
        enrol(made.pk, [alan.pk], "by hand")
        work()
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"reference_campaign": 10**30},
        {"reference_campaign": 999},
        {"reference_campaign": 1, "send_email_to_type": "custom"},
        {"reference_campaign": 1, "is_scheduled": "yes", "scheduled_at": "soon"},
    ],
)
def test_a_mail_that_is_not_written_cancels_with_the_reason(ada: Subscriber, wrong: Any) -> None:
    found = run(ada, block("send_custom_email", **wrong))
    assert (found.status, Message.objects.count()) == ("cancelled", 0)


def test_a_mailing_of_another_kind_is_not_sent(ada: Subscriber) -> None:
    other = Mailing.objects.create(subject="Hi", body="<p>Hi</p>", kind=Kind.TRANSACTIONAL)
    assert run(ada, block("send_custom_email", reference_campaign=other.pk)).status == "cancelled"


def test_a_sequence_is_begun_and_stopped(ada: Subscriber) -> None:
    course = EmailSequence.objects.create(title="Course", status="published")
    mailing = Mailing.objects.create(subject="Hi", body="<p>Hi</p>", kind=Kind.SEQUENCE)
    course.mails.create(mailing=mailing, delay=86400)
    run(ada, block("add_to_email_sequence", sequence_id=str(course.pk)))
    assert SequenceTracker.objects.get().status == "active"
    run(ada, block("remove_from_email_sequence", sequence_id=course.pk))
    assert SequenceTracker.objects.get().status == "cancelled"
    assert run(ada, block("add_to_email_sequence", sequence_id=course.pk)).status == "completed"
    assert last_run() == ("skipped", "The e-mail sequence did not take the contact.")
    assert run(ada, block("add_to_email_sequence", sequence_id=999)).status == "cancelled"


def test_a_webhook_is_kept_for_the_worker(ada: Subscriber) -> None:
    run(
        ada,
        block(
            "outgoing_webhook",
            remote_url="https://example.com/hook",
            body_data_type="custom",
            body_data_values=[{"data_key": "who", "data_value": "{{contact.first_name}} of {{contact.city|nowhere}}"}],
            header_type="with_headers",
            header_data=[{"data_key": "X-Key", "data_value": "k"}],
        ),
        block("outgoing_webhook", remote_url="https://example.com/whole", secret="s"),
    )
    first, second = Delivery.objects.select_related("event").order_by("pk")
    assert json.loads(first.event.data) == {"who": "Ada of nowhere"}
    assert first.request["url"] == "https://example.com/hook"
    assert json.loads(second.event.data)["email"] == "ada@example.com"
    assert {one.contact_id for one in (first, second)} == {ada.pk}


@pytest.mark.parametrize(
    "wrong", [{}, {"remote_url": "ftp://example.com"}, {"remote_url": "https://e.com", "sending_method": "GET"}]
)
def test_a_webhook_without_an_address_cancels(ada: Subscriber, wrong: Any) -> None:
    assert run(ada, block("outgoing_webhook", **wrong)).status == "cancelled"


@pytest.mark.parametrize("has", [True, False])
@pytest.mark.parametrize("kind", ["tag", "list", "properties", "groups"])
def test_a_condition_has_two_branches(ada: Subscriber, kind: str, has: bool) -> None:
    yes, no, after_it = TagFactory.create_batch(3)
    wanted, other = (TagFactory if kind == "tag" else ContactListFactory).create_batch(2)
    if has:
        services.set_column([ada.pk], "city", "London")
        if kind in ("tag", "list"):
            services.sync_segments([ada.pk], f"{kind}s", [wanted.pk], ())  # type: ignore[arg-type]
    settings_of: dict[str, dict[str, Any]] = {
        "tag": {"tags": [str(wanted.pk), other.pk]},
        "list": {"lists": [str(wanted.pk)]},
        "properties": {"conditions": [{"data_key": "city", "operator": "=", "data_value": "london"}]},
        "groups": {"conditions": [[{"source": ["subscriber", "city"], "operator": "=", "value": "London"}]]},
    }

    name = {
        "tag": "fcrm_has_contact_tag",
        "list": "fcrm_has_contact_list",
        "properties": "fcrm_check_user_prop",
        "groups": "funnel_condition",
    }[kind]
    found = run(ada, block(name, "conditional", yes=[tag(yes)], no=[tag(no)], **settings_of[kind]), tag(after_it))
    assert tags_of(ada) & {yes.pk, no.pk, after_it.pk} == {(yes if has else no).pk, after_it.pk}
    assert found.status == "completed"


def test_conditions_inside_conditions_lead_back_to_what_comes_after(ada: Subscriber) -> None:
    first, inner, last = TagFactory.create_batch(3)
    services.attach_tags([ada.pk], [first.pk])
    nested = block("fcrm_has_contact_tag", "conditional", yes=[tag(inner)], tags=[first.pk])
    empty = block("fcrm_has_contact_tag", "conditional", no=[tag(inner)], tags=[first.pk])
    run(ada, block("fcrm_has_contact_tag", "conditional", yes=[nested, empty], tags=[first.pk]), tag(last))
    assert tags_of(ada) == {first.pk, inner.pk, last.pk}


@pytest.mark.parametrize(
    "conditions", [None, [], [[]], [[{"source": ["no", "such"], "operator": "=", "value": 1}]], "x"]
)
def test_a_condition_that_says_nothing_cancels(ada: Subscriber, conditions: Any) -> None:
    found = run(ada, block("funnel_condition", "conditional", yes=[tag(TagFactory.create())], conditions=conditions))
    assert found.status == "cancelled"
    assert tags_of(ada) == set()


def test_it_ends_where_it_says_so(ada: Subscriber) -> None:
    found = run(ada, block("end_this_funnel"), tag(TagFactory.create()))
    assert (found.status, tags_of(ada)) == ("completed", set())


def test_others_are_begun_and_cancelled(ada: Subscriber) -> None:
    other = automation(wait(), block("end_this_funnel"), title="Other", trigger="none")
    third = automation(wait(), block("end_this_funnel"), title="Third", trigger="none")
    run(ada, block("add_to_automation", automation_ids=[other.pk, third.pk]))
    assert (contacts_in(other), contacts_in(third)) == ([ada.pk], [ada.pk])
    run(ada, block("remove_from_funnel", automation_ids=[other.pk]))
    assert (enrolment(other, ada).status, enrolment(third, ada).status) == ("cancelled", "active")
    own = run(ada, block("remove_from_funnel"))
    assert (own.status, enrolment(third, ada).status) == ("completed", "cancelled")


def test_a_block_that_the_server_does_not_know_cancels(ada: Subscriber) -> None:
    found = run(ada, block("no_such_block"))
    assert (found.status, found.notes) == ("cancelled", "no_such_block: This server has no such block.")


@pytest.mark.parametrize("tags", [[], None, "x", [{}], [10**30], ["-1"], [True]])
def test_a_tag_block_without_tags_cancels(ada: Subscriber, tags: Any) -> None:
    assert run(ada, block("add_contact_to_tag", tags=tags)).status == "cancelled"


def test_a_tag_that_was_deleted_is_left_out(ada: Subscriber) -> None:
    there = TagFactory.create()
    assert run(ada, block("add_contact_to_tag", tags=[999_999, there.pk])).status == "completed"
    assert tags_of(ada) == {there.pk}

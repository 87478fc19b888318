"""Triggers, through real changes and what the worker does. One file, as each trigger has one or two tests."""

from typing import Any

import pytest

from automations.models import Automation, Enrolment
from automations.services.publishing import set_status as publish
from changes.actors import Channel, acting_as
from changes.models import Change
from changes.services import Entry, record
from companies.models import Company
from subscribers import services
from subscribers.services import Draft
from tests.automations.working import LISTED, TAGGED, UNTAGGED, automation, contacts_in, enrolment, tag, work
from tests.client import Api
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from webhooks.models import Webhook
from webhooks.services import take_contacts

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_created_contact_enters() -> None:
    welcome = automation(tag(new := TagFactory.create()))
    [pk] = services.create_contacts([Draft({"email": "ada@example.com"})]).values()
    work()
    assert contacts_in(welcome) == [pk]
    one = Enrolment.objects.get()
    assert (one.status, one.source_trigger_name) == ("completed", "fluent_crm/contact_created")
    assert list(new.subscribers.values_list("pk", flat=True)) == [pk]


@pytest.mark.parametrize(("kind", "factory"), [("tags", TagFactory), ("lists", ContactListFactory)])
def test_a_tag_or_list_that_is_applied_or_removed_starts_it(kind: str, factory: Any) -> None:
    wanted, other = factory.create_batch(2)
    ada, alan = SubscriberFactory.create_batch(2)
    names = {"tags": (TAGGED, UNTAGGED), "lists": (LISTED, "fluentcrm_contact_removed_from_lists")}[kind]
    applied, removed = (automation(trigger=name, settings={kind: [str(wanted.pk)]}) for name in names)
    services.sync_segments([ada.pk], kind, [wanted.pk], ())  # type: ignore[arg-type]
    services.sync_segments([alan.pk], kind, [other.pk], ())  # type: ignore[arg-type]
    work()
    assert (contacts_in(applied), contacts_in(removed)) == ([ada.pk], [])
    services.sync_segments([ada.pk, alan.pk], kind, (), [wanted.pk, other.pk])  # type: ignore[arg-type]
    work()
    assert contacts_in(removed) == [ada.pk]


def test_all_of_several_tags_are_needed_where_it_says_so() -> None:
    first, second = TagFactory.create_batch(2)
    ada, alan = SubscriberFactory.create_batch(2)
    ids = [str(first.pk), str(second.pk)]
    every = automation(trigger=TAGGED, settings={"tags": ids, "select_type": "all"})
    some = automation(trigger=TAGGED, settings={"tags": ids, "select_type": "any"})
    services.attach_tags([ada.pk, alan.pk], [first.pk])
    work()
    assert (contacts_in(every), contacts_in(some)) == ([], [ada.pk, alan.pk])
    services.attach_tags([alan.pk], [second.pk])
    work()
    assert contacts_in(every) == [alan.pk]


def test_all_may_be_more_than_a_statement_could_nest() -> None:
    tags = TagFactory.create_batch(1100)
    ids = [tag.pk for tag in tags]
    ada, alan = SubscriberFactory.create_batch(2)
    every = automation(trigger=TAGGED, settings={"tags": ids, "select_type": "all"})
    gone = automation(trigger="fluentcrm_contact_removed_from_tags", settings={"tags": ids, "select_type": "all"})
    services.attach_tags([ada.pk], ids)
    services.attach_tags([alan.pk], ids[1:])
    work()
    assert contacts_in(every) == [ada.pk]
    services.detach_tags([ada.pk], ids[1:])
    services.detach_tags([alan.pk], ids)
    work()
    assert contacts_in(gone) == [alan.pk]


def test_a_company_starts_it() -> None:
    ada = SubscriberFactory.create()
    acme = Company.objects.create(name="Acme")
    joined = automation(trigger="fluent_crm/company_applied", settings={"companies": [acme.pk]})
    left = automation(trigger="fluent_crm/company_removed")
    services.attach_companies([ada.pk], [acme.pk])
    work()
    assert (contacts_in(joined), contacts_in(left)) == ([ada.pk], [])
    services.detach_companies([ada.pk], [acme.pk])
    work()
    assert contacts_in(left) == [ada.pk]


def test_a_status_starts_it_also_for_those_who_left() -> None:
    ada, alan = SubscriberFactory.create_batch(2)
    gone = automation(
        trigger="fluent_crm/contact_status_changed", settings={"status": ["unsubscribed"], "from_status": "subscribed"}
    )
    services.set_status([ada.pk], "unsubscribed")
    services.set_status([alan.pk], "pending")
    services.set_status([alan.pk], "unsubscribed")
    work()
    assert contacts_in(gone) == [ada.pk]


@pytest.mark.parametrize("how", ["one", "several", "custom"])
def test_a_field_that_changes_starts_it(how: str) -> None:
    CustomFieldFactory.create(slug="plan")
    ada, alan, grace = SubscriberFactory.create_batch(3)
    changed = automation(trigger="fluent_crm/contact_field_changed", settings={"fields": ["plan"]})
    gold = automation(trigger="fluent_crm/contact_field_changed", settings={"fields": ["plan"], "value": "gold"})
    city = automation(trigger="fluent_crm/contact_field_changed", settings={"fields": ["city"]})
    if how == "one":
        for contact, plan in ((ada, "gold"), (alan, "silver")):
            services.update_contact(contact.pk, Draft({"email": contact.email}, {"plan": plan}))
    elif how == "several":
        drafts = [Draft({"email": ada.email}, {"plan": "gold"}), Draft({"email": alan.email}, {"plan": "silver"})]
        services.upsert_contacts(drafts)
    else:
        services.set_custom_value([ada.pk], "plan", "gold")
        services.set_custom_value([alan.pk], "plan", "silver")
    services.set_column([grace.pk], "city", "Arlington")
    work()
    assert contacts_in(gold) == [ada.pk]
    assert contacts_in(city) == [grace.pk]
    assert contacts_in(changed) == [ada.pk, alan.pk]


def test_a_click_starts_it() -> None:
    ada, alan = SubscriberFactory.create_batch(2)
    clicked = automation(trigger="fluent_crm/link_clicked", settings={"links": ["https://shop.example.com/a/"]})
    for contact, url in ((ada, "https://shop.example.com/a"), (alan, "https://shop.example.com/b")):
        record([Entry("message_clicked", [contact.pk], {"link": 1, "url": url}, ("mailing", 7))])
    work()
    assert contacts_in(clicked) == [ada.pk]


def test_a_form_that_is_sent_to_a_hook_starts_it_also_if_it_changes_nothing() -> None:
    hook, other = (Webhook.objects.create(name=title, status="subscribed") for title in "ab")
    received = automation(trigger="fluent_crm/hook_received", settings={"hook_ids": [hook.pk]})
    ada = SubscriberFactory.create(email="ada@example.com", status="subscribed")
    for one, email in ((hook, "ada@example.com"), (other, "alan@example.com")):
        take_contacts(one, [Draft({"email": email})])
    work()
    assert contacts_in(received) == [ada.pk]


def test_a_tracked_event_starts_it(api: Api) -> None:
    ada = SubscriberFactory.create()
    bought = automation(trigger="fluent_crm/event_tracked", settings={"event_keys": ["order"]})
    for key in ("order", "visit"):
        api.post("/subscribers/track-event", {"subscriber_id": ada.pk, "event_key": key, "title": key.title()})
    work()
    assert contacts_in(bought) == [ada.pk]
    assert Change.objects.get(event="event_tracked", details__event_key="order").subject_kind == "event"


def test_a_user_who_registers_becomes_a_contact() -> None:
    known = SubscriberFactory.create(email="ada@example.com", first_name="Ada", status="subscribed")
    welcome = automation(trigger="user_register", settings={"subscription_status": "transactional"})
    careful = automation(trigger="user_register", conditions={"update_type": "skip_all_if_exist"})
    editors = automation(trigger="user_register", conditions={"user_roles": ["editor"]})
    users = [
        UserFactory.create(email="Ada@example.com", first_name="A"),
        UserFactory.create(email="alan@example.com", first_name="Alan", last_name="Turing"),
    ]
    record([Entry("user_registered", None, {}, ("user", user.pk)) for user in users])
    work()
    made = [pk for pk in contacts_in(welcome) if pk != known.pk]
    assert known.pk in contacts_in(welcome)
    alan = enrolment(welcome, type(known).objects.get(pk=made[0])).subscriber
    assert (alan.email, alan.first_name, alan.last_name) == ("alan@example.com", "Alan", "Turing")
    known.refresh_from_db()
    assert known.first_name == "Ada"
    # Of two automations the first one makes the contact; for the second it exists.
    assert (contacts_in(careful), contacts_in(editors)) == ([], [])
    assert alan.status == "transactional"


def test_what_happened_before_it_was_published_starts_nothing() -> None:
    new = TagFactory.create()
    ada, alan = SubscriberFactory.create_batch(2)
    tagged = automation(trigger=TAGGED, settings={"tags": [new.pk]}, status="draft")
    services.attach_tags([ada.pk], [new.pk])
    publish([tagged.pk], "published")
    services.attach_tags([alan.pk], [new.pk])
    work()
    assert contacts_in(tagged) == [alan.pk]


def test_a_draft_takes_nobody_in() -> None:
    tagged = automation(trigger=TAGGED, status="draft")
    services.attach_tags([SubscriberFactory.create().pk], [TagFactory.create().pk])
    work()
    assert contacts_in(tagged) == []


def test_conditions_of_the_automation_count_as_well() -> None:
    new = TagFactory.create()
    ada, alan = SubscriberFactory.create(city="London"), SubscriberFactory.create(city="Paris")
    filters = [[{"source": ["subscriber", "city"], "operator": "=", "value": "london"}]]
    london = automation(trigger=TAGGED, conditions={"filters": filters})
    broken = automation(trigger=TAGGED, conditions={"filters": [[{"source": ["no", "such"], "operator": "="}]]})
    services.attach_tags([ada.pk, alan.pk], [new.pk])
    work()
    assert (contacts_in(london), contacts_in(broken)) == ([ada.pk], [])


def test_a_contact_is_in_it_once_and_again_only_if_it_says_so() -> None:
    new = TagFactory.create()
    ada = SubscriberFactory.create()
    once = automation(trigger=TAGGED)
    again = automation(trigger=TAGGED, conditions={"run_multiple": "yes"})
    for _ in range(2):
        services.attach_tags([ada.pk], [new.pk])
        work()
        services.detach_tags([ada.pk], [new.pk])
    assert (enrolment(once, ada).round, enrolment(again, ada).round) == (1, 2)
    assert Enrolment.objects.count() == 2


def test_pending_contacts_wait_for_their_consent() -> None:
    new, done = TagFactory.create_batch(2)
    ada = SubscriberFactory.create(status="pending")
    tagged = automation(tag(done), trigger=TAGGED, settings={"tags": [new.pk]})
    services.attach_tags([ada.pk], [new.pk])
    work()
    assert enrolment(tagged, ada).status == "pending"
    assert done.subscribers.count() == 0
    services.set_status([ada.pk], "subscribed")
    work()
    assert enrolment(tagged, ada).status == "completed"
    assert done.subscribers.count() == 1


def test_a_contact_that_was_deleted_meanwhile_is_left_out() -> None:
    new = TagFactory.create()
    ada, alan = SubscriberFactory.create_batch(2)
    tagged = automation(trigger=TAGGED)
    services.attach_tags([ada.pk, alan.pk], [new.pk])
    services.delete_contacts([ada.pk])
    work()
    assert contacts_in(tagged) == [alan.pk]
    services.delete_contacts([alan.pk])
    assert Enrolment.objects.count() == 0


def test_an_unknown_trigger_starts_nothing() -> None:
    odd = Automation.objects.create(title="Odd", trigger_name="no_such_trigger", status="published", settings=[])
    with acting_as(Channel.IMPORT):
        services.create_contacts([Draft({"email": "ada@example.com"})])
    work()
    assert contacts_in(odd) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"fields": ["date_of_birth"], "value": "soon"},
        {"fields": ["contact_owner"], "value": "x"},
        {"fields": ["a__b__c", "id"], "value": "9" * 40},
        {"fields": {"x": 1}},
        ["date_of_birth"],
    ],
)
def test_settings_that_cannot_be_read_keep_no_other_from_starting(settings: Any) -> None:
    ada = SubscriberFactory.create()
    broken = automation(trigger="fluent_crm/contact_field_changed", settings=settings)
    city = automation(trigger="fluent_crm/contact_field_changed", settings={"fields": ["city"]})
    services.set_column([ada.pk], "date_of_birth", "1815-12-10")
    services.set_column([ada.pk], "contact_owner", 7)
    services.update_contact(ada.pk, Draft({"email": ada.email, "city": "London"}, {"a__b__c": "x"}))
    work()
    assert (contacts_in(broken), contacts_in(city)) == ([], [ada.pk])

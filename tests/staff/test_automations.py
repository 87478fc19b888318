"""Automations in the admin."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from automations.models import Automation, Enrolment
from labels.services import set_labels
from tests.automations.factories import AutomationFactory, BlockFactory, BlockRunFactory, EnrolmentFactory
from tests.factories import UserFactory
from tests.labels.factories import LabelFactory

LIST = "/admin/automations/automation/"
WHO = "/admin/automations/enrolment/"


def choose(browser: Client, path: str, action: str, rows: list[Any], **more: Any) -> Any:
    return browser.post(path, {"action": action, "_selected_action": [row.pk for row in rows], **more}, follow=True)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_staff_see_automations_with_their_numbers(browser: Client) -> None:
    automation = AutomationFactory.create(title="Welcome")
    AutomationFactory.create(title="Other", trigger_name="gone")
    EnrolmentFactory.create_batch(3, automation=automation)
    set_labels("automation", automation.pk, [LabelFactory.create(title="Promo").pk], "attach")
    shown = text(browser.get(f"{LIST}?q=WEL"))
    assert f'<a href="{WHO}?automation__id__exact={automation.pk}">3</a>' in shown
    assert "New User Sign Up" in shown
    assert "Promo" in shown
    assert "Other" not in shown
    assert "gone (not on this server)" in text(browser.get(LIST))


def test_the_lists_take_as_many_statements_for_any_number(browser: Client) -> None:
    counts = []
    for _ in range(2):
        for automation in AutomationFactory.create_batch(3):
            block = BlockFactory.create(automation=automation)
            EnrolmentFactory.create(automation=automation, last_block=block, next_block=block)
        with CaptureQueriesContext(connection) as seen:
            browser.get(LIST)
            browser.get(WHO)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_page_of_one_shows_its_blocks_with_numbers(browser: Client) -> None:
    automation = AutomationFactory.create()
    condition = BlockFactory.create(
        automation=automation, title="A <b>condition", action_name="fcrm_has_contact_tag", type="conditional"
    )
    inside = BlockFactory.create(automation=automation, parent=condition, condition_type="yes", title="Inside")
    BlockFactory.create(automation=automation, title="Last", action_name="gone", sequence=2)
    for _ in range(2):
        BlockRunFactory.create(enrolment__automation=automation, enrolment__next_block=inside, block=condition)
    with CaptureQueriesContext(connection) as seen:
        shown = text(browser.get(f"{LIST}{automation.pk}/change/"))
    BlockFactory.create_batch(4, automation=automation, parent=condition, condition_type="no")
    with CaptureQueriesContext(connection) as again:
        browser.get(f"{LIST}{automation.pk}/change/")
    assert len(again) <= len(seen) <= 20
    assert "A &lt;b&gt;condition" in shown
    steps = browser.get(f"{LIST}{automation.pk}/change/").context["steps"]
    assert [(step.block.title, step.kind, step.ran, step.there) for step in steps] == [
        ("A <b>condition", steps[0].kind, 2, 0),
        ("Last", "gone (not on this server)", 0, 0),
    ]
    [(branch, _, inner), (_, _, others)] = steps[0].branches
    assert (branch, inner[0].block.title, inner[0].kind, inner[0].there) == ("yes", "Inside", "Apply Tag", 2)
    assert len(others) == 4


def test_staff_rename_one(browser: Client) -> None:
    automation = AutomationFactory.create(title="Welcome")
    browser.post(f"{LIST}{automation.pk}/change/", {"title": "Hello", "description": "x"})
    automation.refresh_from_db()
    assert (automation.title, automation.description) == ("Hello", "x")


def test_staff_publish_and_pause(browser: Client) -> None:
    ready = AutomationFactory.create()
    choose(browser, LIST, "publish", [ready])
    ready.refresh_from_db()
    assert ready.status == "published"
    assert ready.published_at is not None
    choose(browser, LIST, "pause", [ready])
    ready.refresh_from_db()
    assert ready.status == "draft"


def test_staff_publish_none_that_cannot_run(browser: Client) -> None:
    ready, broken = AutomationFactory.create_batch(2)
    BlockFactory.create(automation=broken, title="Mark", settings={})
    answer = choose(browser, LIST, "publish", [ready, broken])
    assert "Nothing was published" in text(answer)
    assert not Automation.objects.filter(status="published").exists()


def test_staff_stop_contacts_and_have_them_go_on(browser: Client) -> None:
    block = BlockFactory.create()
    stopped = EnrolmentFactory.create(automation=block.automation, next_block=block)
    other = EnrolmentFactory.create(next_block=block)
    choose(browser, WHO, "stop", [stopped])
    stopped.refresh_from_db()
    other.refresh_from_db()
    assert (stopped.status, other.status) == ("cancelled", "active")
    choose(browser, WHO, "go_on", [stopped])
    stopped.refresh_from_db()
    assert stopped.status == "active"


def test_staff_take_contacts_out_after_they_were_asked(browser: Client) -> None:
    one, kept = EnrolmentFactory.create_batch(2)
    asked = choose(browser, WHO, "delete_selected", [one])
    assert one.subscriber.email in text(asked)
    confirmed = dict(asked.context["sent"])["confirmed"]
    choose(browser, WHO, "delete_selected", [one], confirmed=confirmed)
    assert list(Enrolment.objects.all()) == [kept]


def test_staff_delete_one_with_all_in_it(browser: Client) -> None:
    run = BlockRunFactory.create()
    path = f"{LIST}{run.enrolment.automation_id}/delete/"
    assert "contacts in it: 1" in text(browser.get(path))
    browser.post(path, {"post": "yes"})
    assert not Automation.objects.exists()
    assert not Enrolment.objects.exists()


def test_staff_find_contacts(browser: Client) -> None:
    found = EnrolmentFactory.create(subscriber__first_name="Ada")
    other = EnrolmentFactory.create(subscriber__first_name="Bob")
    shown = text(browser.get(f"{WHO}?q=ada"))
    assert found.subscriber.email in shown
    assert other.subscriber.email not in shown


def test_who_may_look_may_not_act(db: None) -> None:
    reader = UserFactory.create(is_staff=True)
    for name in ("view_automation", "view_enrolment"):
        reader.user_permissions.add(Permission.objects.get(codename=name))
    browser = Client()
    browser.force_login(reader)
    enrolment = EnrolmentFactory.create()
    assert browser.get(LIST).status_code == browser.get(WHO).status_code == 200
    choose(browser, LIST, "publish", [enrolment.automation])
    choose(browser, WHO, "stop", [enrolment])
    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.automation.status) == ("active", "draft")


def test_who_is_in_one_is_named_and_has_a_status_in_words(browser: Client) -> None:
    pending = EnrolmentFactory.create(status="pending", automation__title="Welcome")
    assert "waits for the contact&#x27;s consent" in text(browser.get(WHO))
    page = text(browser.get(f"{WHO}{pending.pk}/change/"))
    assert f"{pending.subscriber.email} in Welcome" in page.split("<h1")[1].split("</h1>")[0]

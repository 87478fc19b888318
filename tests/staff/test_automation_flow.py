"""Staff write automations: what starts them, and their blocks. One file, as it is one screen."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.groups import GROUPS
from automations.models import Automation, Block
from automations.services.mails import mailing_id
from custom_fields.models import CustomField
from emails.models import Mailing, Message
from tests.automations.factories import AutomationFactory, BlockFactory, EnrolmentFactory
from tests.emails.smtp import Mailbox
from tests.factories import CustomFieldFactory, SubscriberFactory, TagFactory
from tests.staff.test_groups import member

pytestmark = pytest.mark.django_db
LIST = "/admin/automations/automation/"
WAIT = {"wait_type": "unit_wait", "wait_time_amount": "3", "wait_time_unit": "days"}
MAIL = {"subject": "Hello", "pre_header": "", "body": "<p>Hi</p>", "design": "simple"}
SENDER = {"is_custom": "yes", "from_name": "Shop", "from_email": "shop@example.com"}


def blocks(automation: Automation) -> list[tuple[str, int]]:
    return list(automation.blocks.filter(parent=None).order_by("sequence").values_list("action_name", "pk"))


def names(automation: Automation) -> list[str]:
    return [name for name, _ in blocks(automation)]


def test_staff_make_one(browser: Client) -> None:
    sent = {"title": "Welcome", "description": "", "trigger_name": "fluentcrm_contact_added_to_tags"}
    made = browser.post(f"{LIST}add/", sent)
    automation = Automation.objects.get()
    assert made["Location"] == f"{LIST}{automation.pk}/change/"
    assert (automation.title, automation.status) == ("Welcome", "draft")
    tag = TagFactory.create()
    browser.post(f"{LIST}{automation.pk}/trigger/", {"tags": [tag.pk], "select_type": "all"})
    automation.refresh_from_db()
    assert (automation.settings["tags"], automation.settings["select_type"]) == ([str(tag.pk)], "all")
    assert tag.title in browser.get(f"{LIST}{automation.pk}/change/").content.decode()


def test_staff_add_blocks_where_they_want_them(browser: Client) -> None:
    automation, tag = AutomationFactory.create(), TagFactory.create(title="VIP")
    add = f"{LIST}{automation.pk}/blocks/add/"
    assert "How many" in browser.get(f"{add}?kind=fluentcrm_wait_times").content.decode()
    browser.post(f"{add}?kind=fluentcrm_wait_times", WAIT)
    [(_, wait)] = blocks(automation)
    browser.post(f"{add}?kind=add_contact_to_tag", {"tags": [tag.pk]})
    browser.post(f"{add}?kind=fcrm_has_contact_tag&after={wait}", {"tags": [tag.pk], "select_type": "any"})
    assert names(automation) == ["add_contact_to_tag", "fluentcrm_wait_times", "fcrm_has_contact_tag"]
    condition = blocks(automation)[-1][1]
    browser.post(f"{add}?kind=send_custom_email&parent={condition}&branch=no", MAIL)
    mail = Block.objects.get(parent=condition)
    assert (mail.condition_type, mail.action_name) == ("no", "send_custom_email")
    mailing = Mailing.objects.get(pk=mailing_id(mail.settings) or 0)
    assert (mailing.subject, mailing.body) == ("Hello", "<p>Hi</p>")
    shown = browser.get(f"{LIST}{automation.pk}/change/").content.decode()
    for words in ("3 days", "VIP", "Hello", "If no"):
        assert words in shown


def test_an_unfinished_block_is_refused(browser: Client) -> None:
    automation = AutomationFactory.create()
    add = f"{LIST}{automation.pk}/blocks/add/"
    answer = browser.post(f"{add}?kind=fluentcrm_wait_times", {**WAIT, "wait_time_amount": "soon"})
    assert "Enter for how long to wait." in answer.content.decode()
    for wrong in ("?kind=gone", "?kind=fluentcrm_wait_times&parent=1&branch=maybe", ""):
        assert browser.post(add + wrong, WAIT).status_code == 404
    assert (
        "not there any more"
        in browser.post(f"{add}?kind=fluentcrm_wait_times&after=1", WAIT, follow=True).content.decode()
    )
    assert not blocks(automation)


def test_staff_change_a_block_and_who_waits_there_stays(browser: Client) -> None:
    automation, tag = AutomationFactory.create(), TagFactory.create()
    first = BlockFactory.create(automation=automation, sequence=1, settings={"tags": [str(tag.pk)], "further": 1})
    enrolment = EnrolmentFactory.create(automation=automation, next_block=first)
    other = TagFactory.create()
    browser.post(f"{LIST}{automation.pk}/blocks/{first.pk}/", {"title": "Mark", "tags": [other.pk]})
    first.refresh_from_db()
    enrolment.refresh_from_db()
    assert (first.title, first.settings) == ("Mark", {"tags": [str(other.pk)], "further": 1})
    assert enrolment.next_block_id == first.pk


def test_a_mail_keeps_its_mailing_when_it_is_changed(browser: Client) -> None:
    automation = AutomationFactory.create()
    browser.post(f"{LIST}{automation.pk}/blocks/add/?kind=send_custom_email", MAIL)
    [(_, block)] = blocks(automation)
    mailing = Mailing.objects.get()
    page = f"{LIST}{automation.pk}/blocks/{block}/"
    assert "&lt;p&gt;Hi&lt;/p&gt;" in browser.get(page).content.decode()
    browser.post(page, {**MAIL, "subject": "Bye"})
    mailing.refresh_from_db()
    assert (Mailing.objects.count(), mailing.subject) == (1, "Bye")


def test_the_mail_of_a_block_is_shown_beside_its_form(browser: Client, admin: User) -> None:
    SubscriberFactory.create(email=admin.email, first_name="Ada")
    automation = AutomationFactory.create()
    add = f"{LIST}{automation.pk}/blocks/add/"
    draft = f"{LIST}{automation.pk}/blocks/preview/"
    page = browser.get(f"{add}?kind=send_custom_email").content.decode()
    assert f'formaction="{draft}"' in page
    assert "src=" not in page[page.index("<iframe") :].partition(">")[0]
    written = {**MAIL, "body": "<p>Dear {{contact.first_name}}</p>"}
    assert "Dear Ada" in browser.post(draft, written).content.decode()
    assert browser.get(draft).status_code == 404
    browser.post(f"{add}?kind=send_custom_email", MAIL)
    [(_, block)] = blocks(automation)
    address = f"{LIST}{automation.pk}/blocks/{block}/preview/"
    assert f'src="{address}"' in browser.get(f"{LIST}{automation.pk}/blocks/{block}/").content.decode()
    saved = browser.get(address)
    assert "<p>Hi</p>" in saved.content.decode()
    assert "sandbox" in saved["Content-Security-Policy"]
    assert saved["X-Frame-Options"] == "SAMEORIGIN"
    assert "Dear Ada" in browser.post(address, written).content.decode()
    assert Mailing.objects.get().body == "<p>Hi</p>"


def test_other_blocks_have_nothing_to_show(browser: Client) -> None:
    block = BlockFactory.create()
    page = f"{LIST}{block.automation_id}/blocks/{block.pk}/"
    shown = browser.get(page).content.decode()
    assert "Send a test to me" not in shown
    assert "<iframe" not in shown
    assert browser.get(f"{page}preview/").status_code == 404
    other = AutomationFactory.create()
    browser.post(f"{LIST}{other.pk}/blocks/add/?kind=send_custom_email", MAIL)
    [(_, mail)] = blocks(other)
    # Nor that of another automation.
    assert browser.get(f"{LIST}{block.automation_id}/blocks/{mail}/preview/").status_code == 404


def test_a_test_of_what_is_written_goes_to_whoever_is_signed_in(
    browser: Client, admin: User, mailoutbox: list[Any]
) -> None:
    SubscriberFactory.create(email=admin.email, first_name="Ada")
    automation = AutomationFactory.create()
    add = f"{LIST}{automation.pk}/blocks/add/?kind=send_custom_email"
    written = {**MAIL, "subject": "Hi {{contact.first_name}}", "email": "other@example.com", "_test": "1"}
    answer = browser.post(add, written).content.decode()
    assert f"A test was sent to {admin.email}." in answer
    # It is still in the form, and was not saved.
    assert 'value="Hi {{contact.first_name}}"' in answer
    assert not blocks(automation)
    browser.post(add, MAIL)
    Mailing.objects.update(settings={"mailer_settings": SENDER})
    [(_, block)] = blocks(automation)
    page = f"{LIST}{automation.pk}/blocks/{block}/"
    assert f"goes to {admin.email}, your own address" in browser.get(page).content.decode()
    assert f"A test was sent to {admin.email}." in browser.post(page, written).content.decode()
    assert [mail.envelope[1] for mail in mailoutbox] == [admin.email] * 2
    assert {mail.subject for mail in mailoutbox} == {"Hi Ada"}
    assert "shop@example.com" in mailoutbox[-1].from_email
    assert all("List-Unsubscribe" not in mail.extra_headers for mail in mailoutbox)
    assert (Mailing.objects.get().subject, Message.objects.count()) == ("Hello", 0)


def test_it_says_why_no_test_was_sent(browser: Client, admin: User, mailbox: Mailbox) -> None:
    automation = AutomationFactory.create()
    add = f"{LIST}{automation.pk}/blocks/add/?kind=send_custom_email"
    assert "This field is required." in browser.post(add, {**MAIL, "subject": "", "_test": "1"}).content.decode()
    mailbox.at_rcpt[admin.email] = "550 5.1.1 No such mailbox"
    answer = browser.post(add, {**MAIL, "_test": "1"}).content.decode()
    assert "No test was sent: 550 5.1.1 No such mailbox" in answer
    User.objects.update(email="")
    assert "Your user has no e-mail address" in browser.get(add).content.decode()
    answer = browser.post(add, {**MAIL, "_test": "1"}).content.decode()
    assert "No test was sent: your user has no e-mail address." in answer
    assert (mailbox.addresses, blocks(automation)) == ([], [])


@pytest.mark.parametrize("name", [*GROUPS])
def test_only_groups_who_may_change_automations_see_and_test_their_mails(
    browser: Client, name: str, mailoutbox: list[Any]
) -> None:
    automation = AutomationFactory.create()
    browser.post(f"{LIST}{automation.pk}/blocks/add/?kind=send_custom_email", MAIL)
    [(_, block)] = blocks(automation)
    user, staff = member(name), Client()
    staff.force_login(user)
    may = user.has_perm("automations.change_automation")
    here = f"{LIST}{automation.pk}/blocks"
    for page in (f"{here}/{block}/", f"{here}/{block}/preview/", f"{here}/add/?kind=send_custom_email"):
        answer = staff.get(page)
        assert answer.status_code == (200 if may else 403), page
        assert ("Send a test to me" in answer.content.decode()) is (may and "preview" not in page)
    for page in (f"{here}/{block}/preview/", f"{here}/preview/"):
        assert staff.post(page, MAIL).status_code == (200 if may else 403), page
    for page in (f"{here}/{block}/", f"{here}/add/?kind=send_custom_email"):
        assert staff.post(page, {**MAIL, "_test": "1"}).status_code == (200 if may else 403), page
    assert [mail.to for mail in mailoutbox] == ([[user.email]] * 2 if may else [])


def test_staff_move_blocks_and_take_them_out(browser: Client) -> None:
    automation = AutomationFactory.create()
    first, second = (
        BlockFactory.create(automation=automation, sequence=place, title=f"Block {place}") for place in (1, 2)
    )
    enrolment = EnrolmentFactory.create(automation=automation, next_block=first)
    page = f"{LIST}{automation.pk}/blocks/{first.pk}/"
    assert "1 contact at it now goes on to the next block." in browser.get(page).content.decode()
    browser.post(f"{page}move/", {"way": "down"})
    assert [pk for _, pk in blocks(automation)] == [second.pk, first.pk]
    browser.post(f"{page}move/", {"way": "down"})
    browser.post(f"{page}move/", {"way": "up"})
    assert [pk for _, pk in blocks(automation)] == [first.pk, second.pk]
    browser.post(f"{page}remove/")
    enrolment.refresh_from_db()
    assert [pk for _, pk in blocks(automation)] == [second.pk]
    assert enrolment.next_block_id == second.pk


def test_who_may_look_changes_nothing(viewer_of: Any) -> None:
    block = BlockFactory.create()
    page = f"{LIST}{block.automation_id}"
    viewer = viewer_of("automations.view_automation")
    shown = viewer.get(f"{page}/change/").content.decode()
    assert "What happens" in shown
    assert "Add a block here" not in shown
    for path in (
        "blocks/add/?kind=fluentcrm_wait_times",
        f"blocks/{block.pk}/",
        f"blocks/{block.pk}/remove/",
        "trigger/",
    ):
        assert viewer.post(f"{page}/{path}", WAIT).status_code == 403
    assert Block.objects.get() == block


# --- Conditions -----------------------------------------------------------------------------------

IN_LEEDS = [[{"source": ["subscriber", "city"], "operator": "=", "value": "Leeds"}]]
CONDITION_BLOCKS = ["funnel_condition", "fcrm_check_user_prop"]


@pytest.mark.parametrize("kind", CONDITION_BLOCKS)
def test_a_block_asks_for_conditions_of_the_builder(browser: Client, kind: str) -> None:
    automation = AutomationFactory.create()
    add = f"{LIST}{automation.pk}/blocks/add/?kind={kind}"
    page = browser.get(add).content.decode()
    assert "data-conditions" in page
    assert "conditions-count" in page
    for wrong in ("", "[]", "[[]]", json.dumps([[{"source": ["no", "such"], "operator": "=", "value": "x"}]])):
        assert browser.post(add, {"conditions": wrong}).status_code == 200
    assert browser.post(add, {"conditions": json.dumps(IN_LEEDS)}).status_code == 302
    assert Block.objects.get().settings == {"conditions": IN_LEEDS}


def test_what_nobody_changed_of_a_condition_stays_as_a_client_wrote_it(browser: Client) -> None:
    settings = {
        "conditions": [
            {"data_key": "city", "operator": "=", "data_value": "Leeds"},
            {"data_key": "phone", "operator": "=", "data_value": "1"},
        ],
        "condition_match": "match_any",
    }
    automation = AutomationFactory.create()
    block = BlockFactory.create(
        automation=automation, action_name="funnel_condition", type="conditional", settings=settings
    )
    address = f"{LIST}{automation.pk}/blocks/{block.pk}/"
    box = browser.get(address).context["form"]["conditions"].value()
    phone = {"source": ["subscriber", "phone"], "operator": "=", "value": "1"}
    assert json.loads(box) == [*IN_LEEDS, [phone]]
    assert browser.post(address, {"title": "Where", "conditions": box}).status_code == 302
    block.refresh_from_db()
    assert (block.title, block.settings) == ("Where", settings)
    browser.post(address, {"title": "Where", "conditions": json.dumps([[phone]])})
    block.refresh_from_db()
    assert block.settings == {"conditions": [[phone]], "condition_match": "match_any"}


def test_a_trigger_lets_only_those_in_who_meet_conditions(browser: Client) -> None:
    tag = TagFactory.create()
    automation = AutomationFactory.create(
        trigger_name="fluentcrm_contact_added_to_tags", conditions={"run_multiple": "yes", "filters": IN_LEEDS}
    )
    address = f"{LIST}{automation.pk}/trigger/"
    sent = {"tags": [tag.pk], "select_type": "any"}
    assert json.loads(browser.get(address).context["form"]["filters"].value()) == IN_LEEDS
    york = [[{**IN_LEEDS[0][0], "value": "York"}]]
    browser.post(address, {**sent, "filters": json.dumps(york)})
    automation.refresh_from_db()
    assert automation.conditions == {"run_multiple": "yes", "filters": york}
    assert "filters" not in automation.settings
    wrong = json.dumps([[{"source": ["segment", "tags"], "operator": "in", "value": ["999"]}]])
    assert browser.post(address, {**sent, "filters": wrong}).status_code == 200
    browser.post(address, {**sent, "filters": ""})
    automation.refresh_from_db()
    assert automation.conditions == {"run_multiple": "yes", "filters": []}


def test_a_trigger_of_the_calendar_has_no_conditions(browser: Client) -> None:
    automation = AutomationFactory.create(trigger_name="fluent_crm/contact_birthday")
    assert "filters" not in browser.get(f"{LIST}{automation.pk}/trigger/").context["form"].fields


def test_only_who_may_see_contacts_counts_them(viewer_of: Any) -> None:
    add = f"{LIST}{AutomationFactory.create().pk}/blocks/add/?kind=funnel_condition"
    staff = viewer_of("automations.change_automation")
    assert "conditions-count" not in staff.get(add).content.decode()


def test_a_wait_offers_the_dates_that_contacts_have(browser: Client) -> None:
    automation = AutomationFactory.create()
    CustomFieldFactory.create(slug="renewal", label="Renewal", type="date")
    CustomFieldFactory.create(slug="size", label="Size", type="text")
    address = f"{LIST}{automation.pk}/blocks/add/?kind=fluentcrm_wait_times"
    page = browser.get(address).content.decode()
    assert ('<option value="renewal">Renewal</option>' in page, ">Birthday<" in page, ">Size<" in page) == (
        True,
        True,
        False,
    )
    browser.post(address, {"wait_type": "by_custom_field", "by_custom_field": "renewal"})
    CustomField.objects.all().delete()
    [(_, wait)] = blocks(automation)
    kept = browser.get(f"{LIST}{automation.pk}/blocks/{wait}/").content.decode()
    assert '<option value="renewal" selected>renewal (no such field)</option>' in kept


def test_nobody_gets_a_trigger_that_was_not_chosen(browser: Client) -> None:
    page = browser.get(f"{LIST}add/").content.decode()
    assert "Choose what starts it" in page
    browser.post(f"{LIST}add/", {"title": "Welcome", "description": "", "trigger_name": ""})
    assert not Automation.objects.exists()


def test_the_page_of_a_block_leads_back_to_its_automation(browser: Client) -> None:
    automation = AutomationFactory.create(title="Welcome")
    page = browser.get(f"{LIST}{automation.pk}/trigger/").content.decode()
    head = page.split("<h1")[1].split("</h1>")[0]
    assert (f'href="{LIST}{automation.pk}/change/"' in head, "Welcome" in head) == (True, True)

"""POST /funnels/{id}/sequences and its second address (recordings funnels.json and funnel-goals.json). One file, as it is one endpoint."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from automations.models import Automation, Block, Enrolment
from changes.models import Change
from emails.models import Mailing
from segments.models import ContactList, Tag
from tests.automations.factories import AutomationFactory, BlockFactory, EnrolmentFactory
from tests.client import Api
from tests.factories import SubscriberFactory

SAVED = "Sequence successfully updated"


def tagging(tag: Tag, **more: Any) -> dict[str, Any]:
    return {"action_name": "add_contact_to_tag", "title": "Mark", "settings": {"tags": [str(tag.pk)]}, **more}


def waiting(**more: Any) -> dict[str, Any]:
    settings = {"wait_type": "unit_wait", "wait_time_amount": 1, "wait_time_unit": "days"}
    return {"action_name": "fluentcrm_wait_times", "title": "Wait", "settings": settings, **more}


def mailing(**campaign: Any) -> dict[str, Any]:
    return {"action_name": "send_custom_email", "title": "Mail", "settings": {"campaign": campaign}}


def save(api: Api, automation: Automation, blocks: Any, **more: Any) -> Any:
    return api.post(f"/funnels/{automation.pk}/sequences", {"sequences": blocks, **more})


def test_settings_are_kept_without_nul(api: Api) -> None:
    automation = AutomationFactory.create()
    save(api, automation, [waiting() | {"settings": '{"wait_type": "unit_wait", "note": ["a\\u0000"]}'}])
    assert Block.objects.get().settings["note"] == ["a"]


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in answer.json()["sequences"]]


@pytest.mark.parametrize("as_sent", [list, json.dumps])
def test_it_saves_blocks_settings_and_status_together(api: Api, automation: Automation, tag: Tag, as_sent: Any) -> None:
    blocks = as_sent([tagging(tag), waiting(), tagging(tag, title="Again")])
    answer = save(
        api,
        automation,
        blocks,
        conditions='{"update_type": "update"}',
        funnel_settings='{"subscription_status": "subscribed"}',
        status="published",
    )
    automation.refresh_from_db()
    assert answer.json()["message"] == SAVED
    assert (automation.status, automation.settings) == ("published", {"subscription_status": "subscribed"})
    assert automation.conditions == {"update_type": "update"}
    assert [(row["sequence"], row["delay"], row["c_delay"], row["title"]) for row in answer.json()["sequences"]] == [
        ("1", "0", "0", "Mark"),
        ("2", "0", "0", "Wait"),
        ("3", "86400", "86400", "Again"),
    ]
    assert (
        api.get(f"/funnels/{automation.pk}?with[]=funnel_sequences").json()["funnel_sequences"]
        == (answer.json()["sequences"])
    )
    assert set(Change.objects.values_list("event", flat=True)) == {"automation_updated"}


def test_blocks_keep_their_ids_and_whoever_is_at_them(api: Api, automation: Automation, tag: Tag) -> None:
    first, wait, last = ids(save(api, automation, [tagging(tag), waiting(), tagging(tag)]))
    there = EnrolmentFactory.create(automation=automation, last_block_id=wait, next_block_id=last, status="active")
    body = {
        "funnel_id": automation.pk,
        "sequences": [tagging(tag), waiting(id=wait), tagging(tag, id=last), tagging(tag, id=str(first))],
    }
    saved = ids(api.post("/funnels/funnel/save-funnel-sequences", body))
    assert saved[1:] == [wait, last, first]
    assert saved[0] not in (first, wait, last)
    there.refresh_from_db()
    assert (there.next_block_id, there.last_block_id, there.status) == (last, wait, "active")


def test_whoever_is_at_a_block_that_goes_goes_on_at_the_next(api: Api, automation: Automation, tag: Tag) -> None:
    one, two, three = ids(save(api, automation, [tagging(tag), tagging(tag), tagging(tag)]))
    at_two = EnrolmentFactory.create(automation=automation, next_block_id=two, status="waiting")
    at_three = EnrolmentFactory.create(automation=automation, next_block_id=three)
    save(api, automation, [tagging(tag, id=one), tagging(tag, id=three)])
    at_two.refresh_from_db()
    assert (at_two.next_block_id, at_two.status) == (three, "active")
    save(api, automation, [tagging(tag, id=one)])
    at_three.refresh_from_db()
    assert (at_three.next_block_id, at_three.status) == (None, "completed")


def test_blocks_of_another_automation_are_not_taken(api: Api, automation: Automation, tag: Tag) -> None:
    foreign = BlockFactory.create()
    [made] = ids(save(api, automation, [tagging(tag, id=foreign.pk)]))
    assert made != foreign.pk
    foreign.refresh_from_db()
    assert foreign.automation_id != automation.pk


def test_a_block_that_was_copied_with_its_id_is_a_new_one(api: Api, automation: Automation, tag: Tag) -> None:
    [one] = ids(save(api, automation, [tagging(tag)]))
    saved = ids(save(api, automation, [tagging(tag, id=one), tagging(tag, id=one)]))
    assert saved[0] == one
    assert len(set(saved)) == 2


def test_a_condition_has_its_blocks_in_branches(api: Api, automation: Automation, tag: Tag) -> None:
    inner = {
        "action_name": "fcrm_has_contact_tag",
        "settings": {"tags": [str(tag.pk)]},
        "children": {"yes": [tagging(tag, title="Deep")], "no": []},
    }
    outer = {**inner, "children": {"yes": [tagging(tag, title="Yes")], "no": [inner, tagging(tag, title="No")]}}
    [shown] = save(api, automation, [outer]).json()["sequences"]
    assert [row["title"] for row in shown["children"]["yes"]] == ["Yes"]
    assert [row["title"] for row in shown["children"]["no"]] == ["", "No"]
    [deep] = shown["children"]["no"][0]["children"]["yes"]
    assert (deep["title"], deep["condition_type"], deep["parent_id"]) == (
        "Deep",
        "yes",
        str(shown["children"]["no"][0]["id"]),
    )
    [again] = save(api, automation, [shown]).json()["sequences"]
    assert again["children"]["no"][0]["children"]["yes"][0]["id"] == deep["id"]
    assert Block.objects.count() == 5


def test_blocks_may_name_the_condition_they_are_in(api: Api, automation: Automation, tag: Tag) -> None:
    condition = {"action_name": "fcrm_has_contact_tag", "settings": {"tags": [str(tag.pk)]}}
    [pk] = ids(save(api, automation, [condition]))
    rows = [{**condition, "id": pk}, tagging(tag, parent_id=str(pk), condition_type="no"), tagging(tag, parent_id="0")]
    first, second = save(api, automation, rows).json()["sequences"]
    assert [row["condition_type"] for row in first["children"]["no"]] == ["no"]
    assert second["parent_id"] == "0"


def test_a_mail_is_kept_with_its_block(api: Api, automation: Automation) -> None:
    [row] = save(api, automation, [mailing(email_subject="Hello", email_body="<p>Hi</p>")]).json()["sequences"]
    written = Mailing.objects.get()
    assert (written.kind, written.subject, written.body) == ("automation", "Hello", "<p>Hi</p>")
    assert row["settings"]["reference_campaign"] == row["settings"]["campaign"]["id"] == written.pk
    assert row["settings"]["mailer_settings"]["is_custom"] == "no"
    assert Block.objects.get().settings == {"campaign": {}, "reference_campaign": written.pk}
    row["settings"]["campaign"]["email_subject"] = "Changed"
    save(api, automation, [row])
    written.refresh_from_db()
    assert written.subject == "Changed"


def test_two_blocks_never_share_a_mail(api: Api, automation: Automation) -> None:
    [row] = save(api, automation, [mailing(email_subject="Hello", email_body="Hi")]).json()["sequences"]
    twin = {**row, "id": None}
    first, second = save(api, automation, [row, twin]).json()["sequences"]
    assert first["settings"]["reference_campaign"] != second["settings"]["reference_campaign"]
    assert second["settings"]["campaign"]["email_subject"] == "Hello"


def test_a_mail_that_is_not_sent_again_stays(api: Api, automation: Automation) -> None:
    [row] = save(api, automation, [mailing(email_subject="Hello", email_body="Hi")]).json()["sequences"]
    row["settings"]["campaign"] = []
    [again] = save(api, automation, [row]).json()["sequences"]
    assert again["settings"]["campaign"]["email_subject"] == "Hello"


def test_a_block_cannot_take_a_mail_of_another_kind(api: Api, automation: Automation) -> None:
    other = Mailing.objects.create(subject="Secret", body="x", kind="campaign")
    block = {"action_name": "send_custom_email", "settings": {"reference_campaign": other.pk}}
    [row] = save(api, automation, [block]).json()["sequences"]
    assert row["settings"]["reference_campaign"] != other.pk
    assert row["settings"]["campaign"]["email_subject"] == ""


@pytest.mark.parametrize(
    ("blocks", "field"),
    [
        ("no list", "sequences"),
        ([5], "sequences.0"),
        ([{"title": "x"}], "sequences.0.action_name"),
        ([{"action_name": "no_such_block"}], "sequences.0.action_name"),
        ([{"action_name": "add_contact_to_tag", "settings": "x"}], "sequences.0.settings"),
        ([{"action_name": "add_contact_to_tag", "title": "x" * 256}], "sequences.0.title"),
        ([{"action_name": "send_custom_email", "settings": {"campaign": {"email_body": 5}}}], "sequences.0.email_body"),
        ([{"action_name": "fcrm_has_contact_tag", "children": {"perhaps": [{}]}}], "sequences.0.children.perhaps"),
        (
            [{"action_name": "fcrm_has_contact_tag", "children": {"yes": [{"action_name": "x"}]}}],
            "sequences.0.children.yes.0.action_name",
        ),
        ([{"action_name": "add_contact_to_tag"}] * 501, "sequences"),
        ([{"action_name": "add_contact_to_tag", "children": {"yes": [{}]}}], "sequences.0.children.yes"),
        (
            [
                {"id": pk, "action_name": "fcrm_has_contact_tag", "parent_id": pk - 1, "condition_type": "yes"}
                for pk in range(1, 400)
            ],
            "sequences",
        ),
        (
            [{"id": 1, "action_name": "add_contact_to_tag", "parent_id": 1}, {"action_name": "x"}],
            "sequences.1.action_name",
        ),
    ],
)
def test_it_saves_nothing_where_a_block_is_wrong(api: Api, automation: Automation, blocks: Any, field: str) -> None:
    kept = BlockFactory.create(automation=automation)
    answer = save(api, automation, blocks, status="published", settings={"a": 1})
    assert answer.status_code == 400, answer.content
    assert field in answer.json()["errors"]
    automation.refresh_from_db()
    assert (automation.status, automation.settings) == ("draft", {})
    assert list(Block.objects.all()) == [kept]


def test_it_publishes_nothing_that_would_fail(api: Api, automation: Automation) -> None:
    answer = save(api, automation, [{"action_name": "add_contact_to_tag", "title": "Mark"}], status="published")
    assert answer.status_code == 422
    assert answer.json()["message"].startswith("Mark: ")
    assert not Block.objects.exists()
    assert save(api, automation, [{"action_name": "add_contact_to_tag"}]).status_code == 200


def test_without_blocks_they_stay(api: Api, automation: Automation) -> None:
    kept = BlockFactory.create(automation=automation)
    api.post(f"/funnels/{automation.pk}/sequences", {"settings": {"a": 1}})
    assert list(Block.objects.all()) == [kept]


@pytest.mark.parametrize(("funnel_id", "status"), [(None, 422), ("x", 404), (10**30, 404), (999999, 404), (-1, 404)])
def test_the_second_address_wants_an_automation(api: Api, funnel_id: Any, status: int) -> None:
    body = {"funnel_id": funnel_id, "sequences": []}
    assert api.post("/funnels/funnel/save-funnel-sequences", body).status_code == status


def test_it_saves_with_as_many_statements_for_any_number_of_contacts(api: Api, tag: Tag) -> None:
    counts = []
    for size in (2, 30):
        automation = AutomationFactory.create()
        keep, gone = ids(save(api, automation, [tagging(tag), tagging(tag)]))
        for contact in SubscriberFactory.create_batch(size):
            EnrolmentFactory.create(automation=automation, subscriber=contact, next_block_id=gone)
        with CaptureQueriesContext(connection) as seen:
            save(api, automation, [tagging(tag, id=keep), tagging(tag)])
        counts.append(len(seen))
        assert not Enrolment.objects.filter(next_block=gone).exists()
    assert counts[0] == counts[1]


def test_it_writes_the_mail_of_a_block_before_the_block(api: Api, automation: Automation) -> None:
    path = f"/funnels/{automation.pk}/sequences/save-email-action"
    data = {"campaign": {"email_subject": "Hi", "email_body": "<p>x</p>"}, "mailer_settings": {"is_custom": "no"}}
    made = api.post(path, {"action_data": data}).json()
    assert (made["type"], made["campaign"]["email_subject"]) == ("created", "Hi")
    assert made["campaign"]["settings"]["mailer_settings"] == {"is_custom": "no"}
    changed = {"campaign": {"id": str(made["reference_campaign"]), "email_subject": "Ho"}}
    body = {"funnel_id": automation.pk, "action_data": json.dumps(changed)}
    again = api.post("/funnels/funnel/save-email-action-fallback", body).json()
    assert (again["type"], again["reference_campaign"]) == ("updated", made["reference_campaign"])
    assert (again["campaign"]["email_subject"], again["campaign"]["email_body"]) == ("Ho", "<p>x</p>")


def test_it_changes_no_mail_of_another_kind(api: Api, automation: Automation) -> None:
    other = Mailing.objects.create(subject="Secret", body="x", kind="campaign")
    data = {"campaign": {"id": other.pk, "email_subject": "Stolen"}}
    made = api.post(f"/funnels/{automation.pk}/sequences/save-email-action", {"action_data": data}).json()
    assert (made["type"], made["reference_campaign"] != other.pk) == ("created", True)
    other.refresh_from_db()
    assert other.subject == "Secret"


def test_nobody_gets_at_the_mail_of_another_automation(api: Api, automation: Automation) -> None:
    [theirs] = save(api, AutomationFactory.create(), [mailing(email_subject="A", email_body="x")]).json()["sequences"]
    [ours] = save(api, automation, [mailing(email_subject="B", email_body="x")]).json()["sequences"]
    stolen = {"reference_campaign": theirs["settings"]["reference_campaign"], "campaign": {"email_subject": "C"}}
    [row] = save(api, automation, [{**ours, "settings": stolen}]).json()["sequences"]
    assert row["settings"]["reference_campaign"] == ours["settings"]["reference_campaign"]
    data = {"campaign": {"id": stolen["reference_campaign"], "email_subject": "C"}}
    made = api.post(f"/funnels/{automation.pk}/sequences/save-email-action", {"action_data": data}).json()
    assert made["type"] == "created"
    assert Mailing.objects.get(pk=stolen["reference_campaign"]).subject == "A"


def test_lists_of_settings_may_hold_anything(api: Api, automation: Automation, contact_list: ContactList) -> None:
    settings = {"lists": [str(contact_list.pk)], "note": "a\x00b", "large": 10**30, "deep": {"a": [None, True, 1.5]}}
    blocks = [{"action_name": "add_contact_to_list", "settings": settings}]
    answer = save(api, automation, blocks, settings={"x\x00": -(10**30)})
    assert answer.json()["sequences"][0]["settings"] == {**settings, "note": "ab", "large": str(10**30)}
    automation.refresh_from_db()
    assert automation.settings == {"x": str(-(10**30))}

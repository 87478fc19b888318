"""Copies, imports and templates of automations (recording funnels.json)."""

import json
from typing import Any

import pytest

from automations.models import Automation, Block
from changes.models import Change
from emails.models import Kind, Mailing
from labels.models import Label
from labels.services import labels_of
from tests.automations.factories import BlockFactory, EnrolmentFactory
from tests.client import Api
from tests.emails.factories import MailingFactory
from tests.labels.factories import LabelFactory

FUNNEL = {
    "title": "Imported",
    "trigger_name": "user_register",
    "conditions": {"update_type": "update"},
    "settings": {"subscription_status": "subscribed"},
}
BLOCK = {"action_name": "add_contact_to_tag", "title": "Mark", "settings": {"tags": ["1"]}}


def test_a_copy_has_the_same_blocks_and_mails_of_its_own(api: Api, automation: Automation) -> None:
    mailing = MailingFactory.create(kind=Kind.AUTOMATION, subject="Hello", body="x")
    Automation.objects.filter(pk=automation.pk).update(status="published", settings={"a": 1})
    BlockFactory.create(
        automation=automation, action_name="send_custom_email", settings={"reference_campaign": mailing.pk, "b": 1}
    )
    condition = BlockFactory.create(
        automation=automation, action_name="fcrm_has_contact_tag", type="conditional", sequence=2
    )
    BlockFactory.create(automation=automation, parent=condition, condition_type="yes", title="Inside")
    EnrolmentFactory.create(automation=automation)
    answer = api.post(f"/funnels/{automation.pk}/clone", {})
    twin = Automation.objects.exclude(pk=automation.pk).get()
    assert answer.json()["message"] == "Funnel has been successfully cloned"
    assert answer.json()["funnel"]["id"] == twin.pk
    assert (twin.title, twin.status, twin.settings) == ("[Copy] Welcome", "draft", {"a": 1})
    first, second = twin.blocks.filter(parent=None).order_by("sequence")
    assert [block.title for block in second.children.all()] == ["Inside"]
    assert first.settings["b"] == 1
    copied = Mailing.objects.get(pk=first.settings["reference_campaign"])
    assert (copied.subject, copied.body, copied.pk == mailing.pk) == ("Hello", "x", False)
    assert not twin.enrolments.exists()


def test_a_long_title_is_cut_in_the_copy(api: Api, automation: Automation) -> None:
    Automation.objects.filter(pk=automation.pk).update(title="x" * 255)
    assert len(api.post(f"/funnels/{automation.pk}/clone", {}).json()["funnel"]["title"]) == 255


@pytest.mark.parametrize("sequences", [[BLOCK, BLOCK], json.dumps([BLOCK, BLOCK])])
def test_it_imports_a_draft(api: Api, sequences: Any) -> None:
    there = LabelFactory.create(title="Onboarding", slug="on")
    labels = [{"slug": "on", "title": "Onboarding", "color": "#fff"}, {"slug": "", "title": "New", "color": "#000"}]
    answer = api.post("/funnels/import", {"funnel": {**FUNNEL, "labels": labels}, "sequences": sequences})
    automation = Automation.objects.get()
    assert answer.json()["message"] == "Funnel has been successfully imported"
    assert answer.json()["funnel"]["settings"] == {"subscription_status": "subscribed"}
    assert automation.status == "draft"
    assert [block.title for block in automation.blocks.in_order()] == ["Mark", "Mark"]
    assert labels_of("automation", [automation.pk])[automation.pk] == [there, new := Label.objects.get(title="New")]
    assert Change.objects.get(event="label_created").subject_id == new.pk


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"funnel": "no object"}, 400),
        ({"funnel": {"title": "x"}}, 422),
        ({"funnel": {**FUNNEL, "trigger_name": "no_such_trigger"}}, 400),
        ({"funnel": FUNNEL, "sequences": [{"action_name": "no_such_block"}]}, 400),
        ({"funnel": {**FUNNEL, "labels": [{"title": []}]}, "sequences": []}, 400),
        ({"funnel": {**FUNNEL, "labels": "x"}, "sequences": []}, 400),
    ],
)
def test_it_imports_nothing_of_what_is_wrong(api: Api, sent: Any, status: int) -> None:
    assert api.post("/funnels/import", sent).status_code == status
    assert not Automation.objects.exists()
    assert not Block.objects.exists()
    assert not Label.objects.exists()


def test_it_has_no_templates_and_takes_the_text_of_one(api: Api) -> None:
    assert api.get("/funnels/templates").json() == {"templates": [], "all": [], "cats": []}
    path = "/funnels/create-from-template"
    content = json.dumps({"funnel": FUNNEL, "sequences": [BLOCK]})
    assert api.post(path, {"template": {"content": content}}).json()["funnel"]["title"] == "Imported"
    for wrong in ("https://example.com/nothing.json", "http://127.0.0.1/", "{broken"):
        assert api.post(path, {"template": {"content": wrong}}).status_code == 422
    assert Automation.objects.count() == 1

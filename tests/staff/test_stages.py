"""Stages in the admin."""

from django.test import Client

from pipelines.models import Stage
from tests.factories import SubscriberFactory
from tests.fluenzr.client import Fluenzr


def test_staff_add_stages_that_the_api_knows(browser: Client, fluenzr: Fluenzr, stages: dict[str, Stage]) -> None:
    browser.post("/admin/pipelines/stage/add/", {"name": "On Hold", "slug": "", "position": 9})
    assert "stg_on_hold" in browser.get("/admin/pipelines/stage/").content.decode()
    body = {"email": "a@example.com", "pipelineStageId": "stg_on_hold"}
    shown = fluenzr.post("/contacts", body).json()["data"]
    assert shown["pipelineStage"] == {"id": "stg_on_hold", "name": "On Hold"}


def test_a_stage_that_goes_leaves_its_contacts(browser: Client, fluenzr: Fluenzr, stages: dict[str, Stage]) -> None:
    SubscriberFactory.create(pipeline_stage=stages["Won"])
    browser.post(f"/admin/pipelines/stage/{stages['Won'].pk}/delete/", {"post": "yes"})
    [shown] = fluenzr.get("/contacts").json()["data"]
    assert shown["pipelineStage"] is None

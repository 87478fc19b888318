"""POST /funnels/do-bulk-action and PUT /funnels/{id}/update-labels (recording funnels.json)."""

from typing import Any

import pytest

from automations.models import Automation
from labels.services import labels_of
from tests.automations.factories import AutomationFactory
from tests.client import Api
from tests.labels.factories import LabelFactory

BULK = "/funnels/do-bulk-action"


def test_it_changes_the_status_of_many(api: Api) -> None:
    first, second, other = AutomationFactory.create_batch(3)
    body = {"action_name": "change_funnel_status", "funnel_ids": [first.pk, second.pk, 999999], "status": "published"}
    assert api.post(BULK, body).json() == {"message": "Status has been changed for the selected funnels"}
    published = Automation.objects.filter(status="published").order_by("pk")
    assert list(published.values_list("pk", flat=True)) == [first.pk, second.pk]
    assert all(automation.published_at for automation in published)
    assert other.status == "draft"


def test_it_deletes_many(api: Api) -> None:
    first, second, other = AutomationFactory.create_batch(3)
    body = {"action_name": "delete_funnels", "funnel_ids": f"{first.pk},{second.pk}"}
    assert api.post(BULK, body).json() == {"message": "Selected Funnels has been deleted permanently"}
    assert list(Automation.objects.all()) == [other]


def test_it_applies_labels_to_many(api: Api) -> None:
    first, second = AutomationFactory.create_batch(2)
    one, two = LabelFactory.create_batch(2)
    body = {"action_name": "apply_labels", "funnel_ids": [first.pk, second.pk], "labels": [one.pk, two.pk]}
    assert api.post(BULK, body).json() == {"message": "Labels has been applied successfully"}
    assert labels_of("automation", [first.pk, second.pk]) == {first.pk: [one, two], second.pk: [one, two]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"action_name": "paint", "funnel_ids": [1]}, "invalid bulk action"),
        ({"action_name": "delete_funnels", "funnel_ids": []}, "Please provide funnel IDs"),
        ({"action_name": "apply_labels", "funnel_ids": [1]}, "Please provide labels"),
        ({"action_name": "change_funnel_status", "funnel_ids": [1], "status": "x"}, "Please select a valid status"),
    ],
)
def test_it_refuses_what_it_cannot_do(api: Api, body: Any, message: str) -> None:
    answer = api.post(BULK, body)
    assert (answer.status_code, answer.json()["message"]) == (422, message)


def test_it_attaches_and_detaches_labels_of_one(api: Api, automation: Automation) -> None:
    one, two = LabelFactory.create_batch(2)
    path = f"/funnels/{automation.pk}/update-labels"
    answer = api.put(path, {"action": "attach", "label_ids": [one.pk, two.pk]})
    assert answer.json() == {"message": "Labels has been updated"}
    api.put(path, {"action": "detach", "label_ids": [one.pk]})
    assert labels_of("automation", [automation.pk]) == {automation.pk: [two]}


def test_it_refuses_labels_that_are_not_there(api: Api, automation: Automation) -> None:
    path = f"/funnels/{automation.pk}/update-labels"
    assert api.put(path, {"action": "attach", "label_ids": [999999]}).status_code == 404
    assert api.put(path, {"action": "paint", "label_ids": [1]}).status_code == 400

"""Labels of campaigns and of recurring ones, and many of them at once: the same routes for both."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labels.services import labels_of
from tests.campaigns.factories import make_campaign, make_recurring, make_run
from tests.client import Api
from tests.labels.factories import LabelFactory

MANY = "/do-bulk-action"
BOTH = pytest.mark.parametrize(
    ("root", "kind", "make", "deleted"),
    [
        ("/campaigns", "campaign", make_campaign, "Selected Campaigns has been deleted permanently"),
        (
            "/recurring-campaigns",
            "recurring",
            make_recurring,
            "Selected recurring campaigns has been deleted permanently",
        ),
    ],
)
Make = Callable[[str], Any]


def titles(kind: str, pk: int) -> list[str]:
    return [label.title for label in labels_of(kind, [pk])[pk]]


@BOTH
def test_labels_are_put_on_one_and_taken_off(api: Api, root: str, kind: str, make: Make, deleted: str) -> None:
    one, label = make("One"), LabelFactory.create(title="Promo")
    path, sent = f"{root}/{one.pk}/update-labels", {"label_ids": [label.pk]}
    assert api.put(path, {**sent, "action": "attach"}).json() == {"message": "Labels has been updated"}
    assert titles(kind, one.pk) == ["Promo"]
    for wrong in ({**sent, "action": "paint"}, sent, {"action": "attach", "label_ids": [label.pk, "x"]}):
        assert api.put(path, wrong).status_code == 400
    assert api.put(path, {**sent, "action": "detach"}).status_code == 200
    assert titles(kind, one.pk) == []
    assert api.put(f"{root}/999999/update-labels", {**sent, "action": "attach"}).status_code == 404


@BOTH
def test_many_are_labelled_or_deleted(api: Api, root: str, kind: str, make: Make, deleted: str) -> None:
    one, other, label = make("One"), make("Other"), LabelFactory.create(title="Promo")
    sent = {"action_name": "apply_labels", "campaign_ids": [one.pk, 999999], "labels": [label.pk]}
    assert api.post(root + MANY, sent).json() == {"message": "Labels has been applied successfully"}
    assert (titles(kind, one.pk), titles(kind, other.pk), titles(kind, 999999)) == (["Promo"], [], [])
    for wrong, said in (
        ({**sent, "action_name": "paint"}, "invalid bulk action"),
        ({**sent, "campaign_ids": []}, "Please provide campaign IDs"),
        ({**sent, "labels": []}, "Please provide labels"),
    ):
        answer = api.post(root + MANY, wrong)
        assert (answer.status_code, answer.json()["message"]) == (422, said)
    gone = api.post(root + MANY, {"action_name": "delete_campaigns", "campaign_ids": [one.pk]})
    assert gone.json() == {"message": deleted}
    assert list(type(one).objects.values_list("pk", flat=True)) == [other.pk]
    assert labels_of(kind, [one.pk]) == {one.pk: []}


@BOTH
def test_all_are_those_of_the_list(api: Api, root: str, kind: str, make: Make, deleted: str) -> None:
    """The runs of recurring ones are no campaigns that staff made."""
    make("One")
    run = make_run(make_recurring("Other"), 1)
    sent = {"action_name": "delete_campaigns", "select_all": "true"}
    assert api.post(root + MANY, sent).json() == {"message": deleted}
    total = api.get(root).json()["campaigns"]["total"]
    assert total == 0
    assert type(run).objects.filter(pk=run.pk).exists()


@BOTH
def test_many_take_as_many_statements_as_one(api: Api, root: str, kind: str, make: Make, deleted: str) -> None:
    label = LabelFactory.create()
    spent = []
    for size in (1, 12):
        ids = [make(f"{size} {number}").pk for number in range(size)]
        sent = {"action_name": "apply_labels", "campaign_ids": ids, "labels": [label.pk]}
        api.get(root)
        with CaptureQueriesContext(connection) as statements:
            assert api.post(root + MANY, sent).status_code == 200
        spent.append(len(statements))
    assert spent[0] == spent[1]

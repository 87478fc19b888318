"""/labels (recording labels.json)."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from pytest_django import DjangoAssertNumQueries

from changes.models import Change
from labels.models import Label, Labelled
from labels.services import set_labels
from tests.client import Api
from tests.labels.factories import LabelFactory

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)
SAVED = "Labels has been Updated successfully"


@pytest.fixture
def label(db: None) -> Label:
    with time_machine.travel(NOON, tick=False):
        return LabelFactory.create(title="Promo", slug="promo", color="#ff0000", created_at=NOON)


def shown(label: Label, **changed: Any) -> dict[str, Any]:
    return {
        "id": label.pk,
        "parent_id": None,
        "slug": "promo",
        "title": "Promo",
        "position": "1.00",
        "description": None,
        "settings": {"color": "#ff0000"},
        "created_at": "2026-05-01 12:00:00",
        "updated_at": "2026-05-01 12:00:00",
    } | changed


def test_it_lists_them_as_they_were_made(api: Api, label: Label) -> None:
    second = LabelFactory.create(title="About")
    listed = api.get("/labels").json()["labels"]
    assert listed[0] == shown(label)
    assert [row["id"] for row in listed] == [label.pk, second.pk]


def test_it_lists_any_number_with_as_many_statements(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get("/labels")  # the first request of a minute notes the use of the password
    for _ in range(2):
        LabelFactory.create_batch(5)
        with django_assert_num_queries(2):
            api.get("/labels")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"title": "Promo", "color": "#ff0000"}, ("Promo", "", "#ff0000")),
        ({"title": " <b>Promo</b> ", "slug": "promo"}, ("Promo", "promo", None)),
        ('{"title": "Promo"}', ("Promo", "", None)),
        ({"title": "Promo", "color": None, "id": 77}, ("Promo", "", None)),
        ({}, ("", "", None)),
    ],
)
def test_it_makes_one(api: Api, sent: Any, stored: tuple[Any, ...]) -> None:
    answer = api.post("/labels", {"label": sent})
    assert (answer.status_code, answer.json()["message"]) == (200, SAVED)
    label = Label.objects.get()
    assert (label.title, label.slug, label.color) == stored
    assert answer.json()["label"]["id"] == label.pk != 77
    assert Change.objects.get().event == "label_created"


def test_it_makes_one_of_a_form_with_brackets(api: Api) -> None:
    form = "application/x-www-form-urlencoded"
    answer = api.post("/labels", "label[title]=Promo&label[color]=%23ff0000", content_type=form)
    assert answer.json()["label"]["settings"] == {"color": "#ff0000"}


@pytest.mark.parametrize("label", [[1], 5, "no object", {"title": ["x"]}, {"color": "x" * 33}, {"title": "x" * 193}])
def test_it_refuses_what_is_no_label(api: Api, label: Any) -> None:
    assert api.post("/labels", {"label": label}).status_code == 400
    assert not Label.objects.exists()


def test_it_changes_what_is_sent_and_keeps_the_rest(api: Api, label: Label) -> None:
    with time_machine.travel(LATER, tick=False):
        answer = api.put(f"/labels/{label.pk}", {"label": {"title": "Renamed", "color": "#00ff00"}})
    assert answer.json() == {
        "message": SAVED,
        "label": shown(label, title="Renamed", settings={"color": "#00ff00"}, updated_at="2026-05-02 12:00:00"),
    }
    change = Change.objects.get()
    assert (change.event, change.subject_id) == ("label_updated", label.pk)
    assert sorted(change.details["columns"]) == ["color", "title"]


def test_it_deletes_one_and_takes_it_off_everything(api: Api, label: Label) -> None:
    kept = LabelFactory.create()
    set_labels("automation", 5, [label.pk, kept.pk], "attach")
    assert api.delete(f"/labels/{label.pk}").json() == {"message": "Label has been deleted successfully"}
    assert list(Labelled.objects.values_list("label_id", flat=True)) == [kept.pk]
    assert Change.objects.get().event == "label_deleted"


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_it_answers_404_for_one_that_is_not_there(api: Api, verb: str) -> None:
    assert api.send(verb, "/labels/999999", {"label": {"title": "x"}}).status_code == 404

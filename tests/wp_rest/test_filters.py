"""Filters of lists: a FilterSet narrows, refuses and describes."""

from typing import Any

import pytest

from campaigns.api.filters import CampaignFilter
from changes.api.filters import ChangeFilter
from changes.events import EVENTS
from notes.api.filters import NoteFilter
from tests.campaigns.factories import make_campaign
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.notes.factories import NoteFactory
from wp_rest.filters import parameters_of


def test_it_describes_each_filter_that_has_a_text() -> None:
    described = {parameter["name"]: parameter for parameter in parameters_of(ChangeFilter)}
    assert list(described) == ["change", "channel", "user", "since", "until"]  # `door` is an old name
    assert described["change"]["schema"] == {"type": "string", "enum": list(EVENTS)}
    assert described["user"]["schema"] == {"type": "integer"}
    assert described["until"]["description"] == "Only changes before this time."


def test_it_takes_a_schema_of_its_own_for_a_filter_that_there_is() -> None:
    [search] = parameters_of(NoteFilter, {"search": {"type": "string", "title": "Sought"}})
    assert search["schema"]["title"] == "Sought"
    with pytest.raises(KeyError, match="NoteFilter has no filter sought"):
        parameters_of(NoteFilter, {"sought": {}})


def test_it_describes_a_filter_of_several_values_as_a_list() -> None:
    described = {parameter["name"]: parameter["schema"] for parameter in parameters_of(CampaignFilter)}
    assert described["statuses[]"] == {"type": "array", "items": {"type": "string"}}
    assert described["labels[]"] == {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize("sent", [["draft", "unknown"], "draft,unknown", {"0": "draft"}])
def test_a_filter_of_several_values_takes_a_list_in_any_form(api: Api, sent: Any) -> None:
    make_campaign("Draft")
    make_campaign("Sent", status="archived")
    [shown] = api.send("GET", "/campaigns", {"statuses": sent}).json()["campaigns"]["data"]
    assert shown["title"] == "Draft"


@pytest.mark.parametrize("path", ["/campaigns", "/recurring-campaigns", "/funnels"])
def test_a_list_that_cannot_be_read_is_refused(api: Api, path: str) -> None:
    answer = api.send("GET", path, {"labels": "[1,"})
    assert (answer.status_code, list(answer.json()["labels"])) == (400, ["list"])


@pytest.mark.parametrize("search", ["", " ", None, "\x00", False])
def test_a_search_without_letters_narrows_nothing(api: Api, search: Any) -> None:
    TagFactory.create()
    assert api.send("GET", "/tags", {"search": search}).json()["tags"]["total"] == 1


@pytest.mark.parametrize("search", [["a"], {"a": "b"}, [], {}, True, 3.5, 0])
def test_a_search_may_be_any_value(api: Api, search: Any) -> None:
    TagFactory.create(title="News", slug="news")
    assert api.send("GET", "/tags", {"search": search}).json()["tags"]["total"] == 0


def test_a_filter_narrows_no_look_up_of_one_row(api: Api) -> None:
    note = NoteFactory.create(subscriber=SubscriberFactory.create(), title="Call")
    path = f"/subscribers/{note.subscriber_id}/notes"
    assert api.get(f"{path}?search=nothing").json()["notes"]["total"] == 0
    assert api.delete(f"{path}/{note.pk}?search=nothing").status_code == 200

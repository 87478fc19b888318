"""GET /subscribers/prev-next-ids: the neighbours of a contact in the list's own order."""

from datetime import date
from typing import Any

import pytest

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from tests.subscribers.expected import ids, refused

REQUIRED = refused("filter_type & current_id is required")


@pytest.mark.parametrize(
    "query",
    ["", "filter_type=simple", "current_id=1", "filter_type=&current_id=1", "filter_type=simple&current_id=abc"],
)
def test_it_wants_a_contact_and_a_filter_type(api: Api, query: str) -> None:
    answer = api.get(f"/subscribers/prev-next-ids?{query}")
    assert (answer.status_code, answer.json()) == (422, REQUIRED)


def test_it_names_ten_either_way_nearest_first(api: Api) -> None:
    pks = [contact.pk for contact in SubscriberFactory.create_batch(23)]
    path = "/subscribers/prev-next-ids?filter_type=simple&current_id="
    assert api.get(f"{path}{pks[9]}").json() == {
        "navigation": {"next": pks[8::-1], "prev": pks[10:20]},
        "has_next": False,
        "has_prev": True,
    }
    assert api.get(f"{path}{pks[9]}&sort_type=ASC").json() == {
        "navigation": {"next": pks[10:20], "prev": pks[8::-1]},
        "has_next": True,
        "has_prev": False,
    }
    assert api.get(f"{path}{pks[0]}").json()["navigation"] == {"next": [], "prev": pks[1:11]}


def test_it_stays_within_the_filters_of_the_list(api: Api) -> None:
    tag = TagFactory.create(slug="gold")
    contacts = [
        SubscriberFactory.create(tags=[tag] if n % 2 else [], city="Leeds" if n > 2 else None) for n in range(6)
    ]
    pks = [contact.pk for contact in contacts]
    path = f"/subscribers/prev-next-ids?current_id={pks[3]}&sort_type=ASC"
    navigation = api.get(f"{path}&filter_type=simple&tags[]=gold").json()["navigation"]
    assert navigation == {"next": [pks[5]], "prev": [pks[1]]}
    navigation = api.get(f"{path}&filter_type=simple&search=leeds").json()["navigation"]
    assert navigation == {"next": [pks[4], pks[5]], "prev": []}
    groups = '[[{"source":["subscriber","city"],"operator":"is_null","value":""}]]'
    navigation = api.get(f"{path}&filter_type=advanced&advanced_filters={groups}").json()["navigation"]
    assert navigation == {"next": [], "prev": pks[2::-1]}
    answer = api.get(f"{path}&filter_type=advanced&advanced_filters=x")
    assert (answer.status_code, answer.json()) == (422, refused("Invalid Advanced Filters"))


VALUES: dict[str, list[Any]] = {
    "id": [None] * 9,
    "email": [f"{letter}@example.com" for letter in "bADcEfxyz"],
    "first_name": ["b", None, "", "a", None, "", "c", "b", None],
    "city": [None] * 9,
    "date_of_birth": [date(2000, 1, n) if n % 3 else None for n in range(1, 10)],
    "status": ["pending", "subscribed", "pending", *["bounced"] * 6],
    "total_points": [3, 1, 2, 1, 3, 3, 0, 9, 0],
    "latitude": [None] * 9,  # cannot be sorted by: the order of ids
}


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("column", list(VALUES))
def test_it_walks_the_whole_list_in_its_own_order(api: Api, column: str, direction: str) -> None:
    given = column in ("id", "latitude")
    for value in VALUES[column]:
        SubscriberFactory.create(**({} if given else {column: value}))
    whole = ids(api.get(f"/subscribers?sort_by={column}&sort_type={direction}"))
    assert len(whole) == 9
    for place, pk in enumerate(whole):
        answer = api.get(
            f"/subscribers/prev-next-ids?filter_type=simple&current_id={pk}&sort_by={column}&sort_type={direction}"
        )
        assert answer.json() == {
            "navigation": {"next": whole[place + 1 :], "prev": whole[:place][::-1]},
            "has_next": False,
            "has_prev": False,
        }


@pytest.mark.parametrize("column", ["id", "email", "created_at", "city"])
def test_it_survives_a_contact_that_is_gone(api: Api, column: str) -> None:
    SubscriberFactory.create_batch(2)
    gone = max(Subscriber.objects.values_list("pk", flat=True)) + 1
    answer = api.get(f"/subscribers/prev-next-ids?filter_type=simple&current_id={gone}&sort_by={column}")
    assert answer.status_code == 200
    assert set(answer.json()) == {"navigation", "has_next", "has_prev"}

"""GET /subscribers/search-contacts: a few contacts for a chooser."""

import pytest

from tests.client import Api
from tests.factories import SubscriberFactory


def found(api: Api, query: str) -> list[str]:
    answer = api.get(f"/subscribers/search-contacts?{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["contacts"])


def test_it_shows_what_a_chooser_needs(api: Api) -> None:
    ada = SubscriberFactory.create(first_name="Ada", last_name="Lovelace", email="ada@example.com")
    SubscriberFactory.create()
    assert api.get("/subscribers/search-contacts?search=LOVE").json() == {
        "contacts": {
            str(ada.pk): {
                "first_name": "Ada",
                "last_name": "Lovelace",
                "full_name": "Ada Lovelace",
                "email": "ada@example.com",
                "id": str(ada.pk),
            }
        }
    }


@pytest.mark.parametrize("query", ["", "search=", "search=%00", "search=nobody", "values[]=999999", "values=x"])
def test_it_finds_nobody(api: Api, query: str) -> None:
    SubscriberFactory.create()
    assert api.get(f"/subscribers/search-contacts?{query}").json() == {"contacts": {}}


def test_it_adds_the_chosen_to_those_found(api: Api) -> None:
    ada, bob, cyd = (SubscriberFactory.create(first_name=name) for name in ("Ada", "Bob", "Cyd"))
    assert found(api, f"search=ada&values[]={cyd.pk}") == [str(ada.pk), str(cyd.pk)]
    assert found(api, f"search=ada&values[]={ada.pk}") == [str(ada.pk)]
    assert found(api, f"values={cyd.pk},{bob.pk}") == [str(bob.pk), str(cyd.pk)]


@pytest.mark.parametrize(
    ("limit", "count"), [("3", 3), ("0", 50), ("-1", 50), ("abc", 50), ("51", 50), ("1000", 50), ("", 50)]
)
def test_it_holds_to_a_limit(api: Api, limit: str, count: int) -> None:
    contacts = SubscriberFactory.create_batch(52, city="Leeds")
    assert found(api, f"search=leeds&limit={limit}") == [str(contact.pk) for contact in contacts[:count]]

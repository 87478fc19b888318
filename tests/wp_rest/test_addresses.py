"""A bare + in an e-mail address of a query is a +; pictures and pages have http or https addresses."""

from typing import Any

import pytest

from companies.models import Company
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.fluenzr.client import Fluenzr
from wp_rest.parameters import parse_query


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("email=a+b@x.com", {"email": "a+b@x.com"}),
        ("email=a+b%40x.com", {"email": "a+b@x.com"}),
        ("email=a%2Bb%40x.com", {"email": "a+b@x.com"}),
        ("get_by_email=+a+b@x.com+", {"get_by_email": "a+b@x.com"}),
        ("subscriber[email]=a+b@x.com", {"subscriber": {"email": "a+b@x.com"}}),
        ("email=a+b", {"email": "a+b"}),
        ("search=a+b@x.com", {"search": "a+b@x.com"}),
        ("search=Ada%20a+b@x.com", {"search": "Ada a+b@x.com"}),
        ("search=a+b@x.com+Ada", {"search": "a+b@x.com Ada"}),
        ("search=Ada+a%40x.com", {"search": "Ada a@x.com"}),
        ("search=Ada+a%2Bb%40x.com", {"search": "Ada a+b@x.com"}),
        ("search=Ada+Lovelace", {"search": "Ada Lovelace"}),
        ("tags=Big+News", {"tags": "Big News"}),
        ('q=[{"value":"a+b@x.com","x":"c+d"}]', {"q": '[{"value":"a+b@x.com","x":"c d"}]'}),
        ("q=%5B%7B%22value%22:%22a+b@x.com%22%7D%5D", {"q": '[{"value":"a+b@x.com"}]'}),
    ],
)
def test_it_tells_a_plus_from_a_blank(query: str, parameters: dict[str, Any]) -> None:
    assert parse_query(query) == parameters


@pytest.fixture
def contact(db: None) -> Subscriber:
    SubscriberFactory.create(email="x@x.example")
    return SubscriberFactory.create(email="a+b@x.example")


FILTER = (
    'filter_type=advanced&advanced_filters=[[{"source":["subscriber","email"],"operator":"=","value":"a+b@x.example"}]]'
)


@pytest.mark.parametrize("query", ["search=a+b@x.example", FILTER, FILTER.replace('"', "%22")])
def test_a_list_finds_an_address_with_a_bare_plus(api: Api, contact: Subscriber, query: str) -> None:
    assert [row["id"] for row in api.get(f"/subscribers?{query}").json()["data"]] == [contact.pk]


def test_every_route_finds_an_address_with_a_bare_plus(api: Api, fluenzr: Fluenzr, contact: Subscriber) -> None:
    assert api.get("/subscribers/0?get_by_email=a+b@x.example").json()["subscriber"]["id"] == contact.pk
    assert list(api.get("/subscribers/search-contacts?search=a+b@x.example").json()["contacts"]) == [str(contact.pk)]
    event = "email=a+b@x.example&event_key=k&title=t"
    assert api.post(f"/subscribers/track-event?{event}").status_code == 200
    assert (
        api.post("/subscribers/track-event", event, content_type="application/x-www-form-urlencoded").status_code == 200
    )
    found = fluenzr.get("/contacts?email=a+b@x.example").json()["data"]
    assert [row["email"] for row in found] == ["a+b@x.example"]
    assert len(fluenzr.get("/contacts?email=a+b").json()["data"]) == 1


WRONG = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://x.example/a.png",
    "//x.example/a.png",
    "/a.png",
    "x.example",
    "https:x.example",
    "https://",
    "https:///x",
    "https://a b.example",
    "x https://x.example",
]
RIGHT = ["https://x.example/a.png", "HTTP://x.example", "https://müller.example/ü?a=1&b=2#c", "https://[::1]:8000/", ""]


@pytest.mark.parametrize("address", WRONG)
def test_it_refuses_an_address_of_anything_but_a_page(api: Api, fluenzr: Fluenzr, address: str) -> None:
    contact = {"email": "a@x.example", "status": "subscribed", "avatar": address}
    answer = api.post("/subscribers", contact)
    text = "The avatar must be an address that starts with http:// or https://."
    assert (answer.status_code, answer.json()["avatar"]) == (400, {"url": text})
    assert len(api.post("/subscribers/bulk-add-update", {"contacts": [contact]}).json()["invalids"]) == 1
    for name in ("logo", "website", "linkedin_url", "facebook_url", "twitter_url"):
        answer = api.post("/companies", {"name": "Acme", name: address})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])
    answer = fluenzr.post("/contacts", {"email": "a@x.example", "website": address})
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["website"])
    assert not Subscriber.objects.exists()
    assert not Company.objects.exists()


@pytest.mark.parametrize("address", RIGHT)
def test_it_takes_the_address_of_a_page(api: Api, fluenzr: Fluenzr, address: str) -> None:
    answer = api.post("/subscribers", {"email": "a@x.example", "status": "subscribed", "avatar": address})
    assert answer.json()["contact"]["avatar"] == address
    assert api.post("/companies", {"name": "Acme", "website": address}).json()["company"]["website"] == address
    assert fluenzr.post("/contacts", {"email": "b@x.example", "website": address}).json()["data"]["website"] == address

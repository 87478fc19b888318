"""Which e-mail addresses are accepted: what WordPress accepts (contract.md, 'A contact')."""

import pytest

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.subscribers.expected import CONFLICT, wrong

GOOD = [
    "a@b.co",
    "jane@example.com",
    "Jane.Smith@Example.COM",
    "plus+tag@sub.example.co.uk",
    "!#$%&'*+/=?^_`{|}~.-@example.com",
    ".dots.@example.com",
    "two..dots@example.com",
    "1@2.34",
    "a@inner-hyphen.example",
    "a@x--y.example",
    "a" * 178 + "@example.com",
]
BAD = [
    "a@b.c",  # five characters
    "a" * 179 + "@example.com",  # 191 of them
    "plain",
    "@example.com",
    "jane@",
    "jane@localhost",
    "jane@@example.com",
    "jane@doe@example.com",
    "jane@example..com",
    "jane@.example.com",
    "jane@example.com.",
    "jane@-example.com",
    "jane@example-.com",
    "jane@example.-com",
    "jane@exa_mple.com",
    "jane doe@example.com",
    "jane@exam ple.com",
    'jane"doe"@example.com',
    "(jane)@example.com",
    "jane,doe@example.com",
    "<jane@example.com>",
    "Jane <jane@example.com>",
    "jané@example.com",
    "jane@exämple.com",
    "jane@例え.jp",
    "jane@example.com\nx",
    "jane@exam\nple.com",
    "jane\x00@example.com",
    "jane@example.com\x00",
]


@pytest.mark.parametrize("email", GOOD)
def test_it_accepts_and_keeps_the_address_as_given(api: Api, email: str) -> None:
    answer = api.post("/subscribers", {"email": email, "status": "subscribed"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["contact"]["email"] == email
    assert Subscriber.objects.get().email == email


@pytest.mark.parametrize("email", BAD)
def test_it_refuses_what_is_no_address(api: Api, email: str) -> None:
    not_valid = wrong("email", "email", "The email must be a valid email address.")
    contact = SubscriberFactory.create(email="kept@example.com")
    for answer in (
        api.post("/subscribers", {"email": email, "status": "subscribed"}),
        api.post("/subscribers", {"email": email, "status": "subscribed", "__force_update": "yes"}),
        api.put(f"/subscribers/{contact.pk}", {"subscriber": {"email": email}}),
    ):
        assert (answer.status_code, answer.json()) == (400, not_valid)
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["kept@example.com"]


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0"])
def test_it_drops_white_space_round_an_address(api: Api, space: str) -> None:
    answer = api.post("/subscribers", {"email": f"{space}jane@example.com{space}", "status": "subscribed"})
    assert answer.json()["contact"]["email"] == "jane@example.com"
    again = api.post("/subscribers", {"email": f"JANE@example.com{space}", "status": "subscribed"})
    assert (again.status_code, again.json()) == (409, CONFLICT | {"contact_id": answer.json()["contact"]["id"]})

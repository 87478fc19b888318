"""Text fields are plain text (contract.md, 'A contact')."""

import pytest

from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory

CLEANED = [
    ("  Pad  ", "Pad"),
    ("<b>Bold</b>", "Bold"),
    ("<script>alert(1)</script>Eve", "Eve"),
    ("<SCRIPT type='x'>alert(1)</SCRIPT >Eve", "Eve"),
    ("<style>p{}</style>Eve", "Eve"),
    ("<<b>b>Eve", "Eve"),
    ("<scr<b>ipt>Eve", "Eve"),
    ("<!-- note -->Eve", "Eve"),
    ("Eve<br/>", "Eve"),
    ("two\nlines\r\nand\ttabs", "two lines and tabs"),
    ("a < b > c", "a < b > c"),
    ("I <3 you", "I <3 you"),
    ("Tom &amp; Ann &lt;b&gt;", "Tom &amp; Ann &lt;b&gt;"),
    ('O\'Neil "Q" \\ %_', 'O\'Neil "Q" \\ %_'),
    ("nul\x00l", "null"),
    ("bell\x07", "bell"),
    ("李雷 Żółć 👩‍👩‍👧", "李雷 Żółć 👩‍👩‍👧"),
    (5, "5"),
    (0, "0"),
    (1.5, "1.5"),
    ("", ""),
    ("x" * 192, "x" * 192),
    (" " + "é" * 192 + " ", "é" * 192),
]


@pytest.mark.parametrize(("sent", "kept"), CLEANED)
def test_it_keeps_one_line_of_plain_text(api: Api, sent: object, kept: str) -> None:
    answer = api.post("/subscribers", {"email": "eve@example.com", "status": "subscribed", "first_name": sent})
    assert answer.status_code == 200, answer.content
    assert answer.json()["contact"]["first_name"] == kept
    assert Subscriber.objects.get().first_name == kept


@pytest.mark.parametrize(("sent", "kept"), CLEANED)
def test_it_cleans_on_update_too(api: Api, sent: object, kept: str) -> None:
    contact = SubscriberFactory.create(city="Leeds")
    answer = api.put(f"/subscribers/{contact.pk}", {"city": sent})
    assert answer.json()["contact"]["city"] == kept


@pytest.mark.parametrize(
    "name",
    (
        "prefix first_name last_name timezone address_line_1 address_line_2 postal_code city state country ip phone "
        "source"
    ).split(),
)
def test_it_cleans_every_text_field(api: Api, name: str) -> None:
    answer = api.post("/subscribers", {"email": "eve@example.com", "status": "subscribed", name: " <i>a</i>\nb\x00 "})
    assert answer.json()["contact"][name] == "a b"


@pytest.mark.parametrize("name", ["W" * 193, "W" * 193 + " Ada", "Ada " + "W" * 193, "é" * 192 + " " + "é" * 193])
def test_it_measures_a_full_name_once_it_is_split(api: Api, name: str) -> None:
    contact = {"email": "ada@example.com", "status": "subscribed", "full_name": name}
    answer = api.post("/subscribers", contact)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["full_name"])
    assert len(api.post("/subscribers/bulk-add-update", {"contacts": [contact]}).json()["invalids"]) == 1
    assert not Subscriber.objects.exists()


def test_it_takes_a_full_name_of_the_longest_parts(api: Api) -> None:
    name = "é" * 192 + " " + "w" * 192
    api.post("/subscribers", {"email": "ada@example.com", "status": "subscribed", "full_name": name})
    assert Subscriber.objects.get().full_name == name

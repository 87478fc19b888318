"""Numbers of JSON keep every digit that was sent, in a text field, a number field and an echo."""

from typing import Any

import pytest

from custom_fields.models import CustomField
from rest.json import parse_json
from rest.numbers import Number
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import CustomFieldFactory, TagFactory

TEXTS = [
    ("5", "5"),
    ("-0.5", "-0.5"),
    ("12.50", "12.50"),
    ("0.00001", "0.00001"),
    ("1e3", "1000"),
    ("1E-7", "0.0000001"),
    ("1.5e+2", "150"),
    ("9007199254740993", "9007199254740993"),
    ("9223372036854775808", "9223372036854775808"),
    ("-9223372036854775809", "-9223372036854775809"),
    ("89014103211118510720", "89014103211118510720"),
    ("123456789012345678901234567890.12345678901234567890", "123456789012345678901234567890.12345678901234567890"),
]


@pytest.mark.parametrize(("sent", "text"), TEXTS)
def test_it_keeps_the_digits_of_a_number(api: Api, sent: str, text: str) -> None:
    for slug, kind in (("n", "number"), ("t", "text"), ("m", "checkbox")):
        CustomFieldFactory.create(slug=slug, type=kind)
    body = (
        '{"email": "a@x.example", "status": "subscribed", "city": %s, "custom_values": {"n": %s, "t": %s, "m": [%s]}}'
    )
    answer = api.post("/subscribers", body % (sent, sent, sent, sent))
    assert answer.json()["contact"]["city"] == text
    assert Subscriber.objects.get().custom_values == {"n": text, "t": text, "m": [text]}


@pytest.mark.parametrize(
    "sent", ["1e400", "-1e400", "1e-9999999999", "9" * 400, "9" * 5000, "NaN", "Infinity", "-Infinity"]
)
def test_it_refuses_a_number_that_nobody_can_hold(api: Api, sent: str) -> None:
    for body in ('{"title": %s}', '{"title": [%s]}', '{"title": %s,}'):
        answer = api.post("/tags", body % sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_json")


def test_it_echoes_a_number_as_it_was_sent(api: Api) -> None:
    row = '{"email": "wrong", "long": 89014103211118510720, "small": 0.00001, "price": 12.50}'
    answer = api.post("/subscribers/bulk-add-update", f'{{"contacts": [{row}]}}')
    assert row[:-1].replace(" ", "").encode() in answer.content


def test_it_keeps_the_digits_of_what_a_client_keeps_with_a_field(api: Api) -> None:
    field = '{"type": "text", "label": "A", "slug": "a", "max": 12.5, "key": 89014103211118510720, "step": 0.000010}'
    answer = api.put("/custom-fields/contacts", f'{{"fields": [{field}]}}')
    assert answer.status_code == 200
    kept = {"max": 12.5, "key": "89014103211118510720", "step": "0.000010"}
    assert CustomField.objects.get().extras == kept
    assert api.get("/custom-fields/contacts").json()["fields"][0].items() >= kept.items()


@pytest.mark.parametrize("number", ["89014103211118510721", '"89014103211118510721"', "1.5", "1e30"])
def test_it_takes_no_number_for_a_title(api: Api, number: str) -> None:
    tag = TagFactory.create()
    body = f'{{"email": "a@x.example", "status": "subscribed", "tags": [{number}, {tag.pk}.0]}}'
    answer = api.post("/subscribers", body).json()
    assert [one["id"] for one in answer["contact"]["tags"]] == [tag.pk]
    assert [str(entry) for entry in answer["ignored"]["tags"]]
    assert (
        b'"ignored":{"tags":[89014103211118510721]}'
        in api.post(
            "/subscribers/bulk-add-update",
            '{"contacts": [{"email": "b@x.example", "status": "subscribed", "tags": [89014103211118510721]}]}',
        ).content
    )


@pytest.mark.parametrize(
    ("owner", "stored"),
    [("9007199254740993", 9007199254740993), ("9007199254740993.0", 9007199254740993), ("1e3", 1000)],
)
def test_it_keeps_the_digits_of_an_id(api: Api, owner: str, stored: int) -> None:
    api.post("/subscribers", f'{{"email": "a@x.example", "status": "subscribed", "contact_owner": {owner}}}')
    assert Subscriber.objects.get().contact_owner == stored


def test_it_reads_ordinary_json_as_it_is() -> None:
    body = b'{"a": 1, "b": [true, null, "1.5 and 0.00001", -12345678901234567]}'
    assert parse_json(body) == {"a": 1, "b": [True, None, "1.5 and 0.00001", -12345678901234567]}
    values: dict[str, Any] = parse_json(b'{"a":1.5,"b":12345678901234567890}')
    assert {type(value) for value in values.values()} == {Number}


NUMBERS = {
    "Ada": "9" * 400,
    "Bob": "89014103211118510720",
    "Cyd": "0." + "0" * 399 + "1",
    "Dan": "5\n",
    "Eve": "7",
    "Fay": "1e400",
}


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        (">", "5", "Bob Eve"),
        ("=", "89014103211118510720", "Bob"),
        ("<", "1e400", "Bob Eve"),
        ("=", "7.00", "Eve"),
        ("in", ["7", "89014103211118510720"], "Bob Eve"),
        ("is_null", "", "Ada Cyd Dan Fay"),
    ],
)
def test_no_stored_text_breaks_a_filter_on_numbers(api: Api, operator: str, value: Any, found: str) -> None:
    field = CustomFieldFactory.create(slug="n", type="text")
    for name, text in NUMBERS.items():
        api.post(
            "/subscribers",
            {"email": f"{name}@x.example", "status": "subscribed", "first_name": name, "custom_values": {"n": text}},
        )
    CustomField.objects.filter(pk=field.pk).update(type="number")
    condition = {"source": ["custom_fields", "n"], "operator": operator, "value": value}
    answer = api.send("GET", "/subscribers", {"filter_type": "advanced", "advanced_filters": [[condition]]})
    assert sorted(row["first_name"] for row in answer.json()["data"]) == found.split()

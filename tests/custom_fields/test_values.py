"""Values of custom fields, each held to the type of its field (contract.md, 'Custom values'). One file, as each type has a few tests."""

from typing import Any

import pytest
from django.test import override_settings

from custom_fields.types import TYPES
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import CustomFieldFactory, SubscriberFactory

TEXTS = ("text", "textarea", "select-one", "radio")
CHOICES = ("select-multi", "checkbox")
GOOD: list[tuple[str, Any, Any]] = [
    *(
        (kind, sent, stored)
        for kind in TEXTS
        for sent, stored in [
            ("plain", "plain"),
            (" kept as it is ", " kept as it is "),
            ("<i>Boss</i> & <script>x</script>", "<i>Boss</i> & <script>x</script>"),
            ("line one\r\nline two\t.", "line one\r\nline two\t."),
            ("Łódź 山", "Łódź 山"),
            ("not an option", "not an option"),
            ("a\x00b", "ab"),
            (5, "5"),
            (12.5, "12.5"),
            (0, "0"),
            (True, "1"),
            (False, "0"),
            (["a", "b", 3], "a, b, 3"),
            ("x" * 65_535, "x" * 65_535),
        ]
    ),
    *(
        ("number", sent, stored)
        for sent, stored in [
            (5, "5"),
            (-5, "-5"),
            (0, "0"),
            (12.5, "12.5"),
            (5.0, "5.0"),
            ("5", "5"),
            ("12.50", "12.50"),
            (" 7 ", "7"),
            ("+7", "+7"),
            ("-0.5", "-0.5"),
            (".5", ".5"),
            ("5.", "5."),
            ("0007", "0007"),
            (9007199254740993, "9007199254740993"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
        ]
    ),
    *(
        (kind, sent, stored)
        for kind in CHOICES
        for sent, stored in [
            (["sales", "support"], ["sales", "support"]),
            ("sales,support", ["sales", "support"]),
            (" sales , , support, ", ["sales", "support"]),
            ("sales", ["sales"]),
            (["one, two"], ["one, two"]),
            (["juggling"], ["juggling"]),
            ({"0": "sales", "3": "support"}, ["sales", "support"]),
            ([5, 1.5, True], ["5", "1.5", "1"]),
            (5, ["5"]),
            ([], []),
            ({}, []),
        ]
    ),
    ("number", "1e-7", "0.0000001"),
    ("number", "1.5E3", "1500"),
    ("text", ["a", 1, True, None], "a, 1, 1"),
    ("date", "2027-01-31", "2027-01-31"),
    ("date", " 2028-02-29 ", "2028-02-29"),
    ("date_time", "2026-02-03 04:05:06", "2026-02-03 04:05:06"),
    ("date_time", "2026-02-03T04:05:06", "2026-02-03 04:05:06"),
    ("date_time", "2026-02-03 04:05", "2026-02-03 04:05:00"),
    ("date_time", "2026-02-03", "2026-02-03 00:00:00"),
    ("date_time", " 2026-02-03 04:05:06 ", "2026-02-03 04:05:06"),
]
WRONG: dict[str, str] = {
    **dict.fromkeys(TEXTS, "The f must be a text."),
    "number": "The f must be a number.",
    "date": "The f must be a date such as 2026-01-31.",
    "date_time": "The f must be a date and time such as 2026-01-31 09:05:00.",
    **dict.fromkeys(CHOICES, "The f must be a text."),
}
BAD: list[tuple[str, Any]] = [
    *((kind, sent) for kind in TEXTS for sent in ({"a": "b"}, [["a"]], ["a", {"b": 1}])),
    *(
        ("number", sent)
        for sent in ("lots", "1,000", "12.5.1", "1e99", "0x1F", "--5", "5 5", "٣", ".", "-", "NaN", "inf", "5" * 31)
    ),
    *(("number", sent) for sent in (True, False, [5], {"a": 5}, [], {})),
    *(("date", sent) for sent in ("soon", "2026-02-30", "31.01.2026", "2026-1-5", "20260131", "2026-01-31 00:00:00")),
    ("date", "2026-W05-6"),
    *(("date", sent) for sent in (20260131, True, ["2026-01-31"], {"a": 1}, "٢٠٢٦-٠١-٣١")),
    *(
        ("date_time", sent)
        for sent in (
            "soon",
            "2026-13-45 99:00:00",
            "2026-02-30 00:00:00",
            "31.01.2026 09:05",
            "09:05:00",
            "20260131T0905",
        )
    ),
    *(("date_time", sent) for sent in (1769850000, True, ["2026-01-31 09:05:00"], {"a": 1})),
    *((kind, [{"a": "b"}]) for kind in CHOICES),
]


def send(api: Api, kind: str, value: Any, stored: Any = "before") -> tuple[Any, Subscriber]:
    CustomFieldFactory.create(slug="f", type=kind, options=["sales", "support"])
    contact = SubscriberFactory.create(first_name="Before", custom_values={"f": stored})
    answer = api.put(
        f"/subscribers/{contact.pk}", {"subscriber": {"first_name": "After", "custom_values": {"f": value}}}
    )
    contact.refresh_from_db()
    return answer, contact


@pytest.mark.parametrize(("kind", "sent", "stored"), GOOD)
def test_it_stores_a_value_that_fits(api: Api, kind: str, sent: Any, stored: Any) -> None:
    answer, contact = send(api, kind, sent)
    assert answer.status_code == 200
    assert contact.custom_values == {"f": stored}
    shown = api.get(f"/subscribers/{contact.pk}?with[]=custom_values").json()["subscriber"]
    assert shown["custom_values"] == {"f": stored}


@pytest.mark.parametrize(("kind", "sent"), BAD)
def test_it_refuses_a_value_that_does_not_fit_and_stores_nothing_of_the_request(api: Api, kind: str, sent: Any) -> None:
    answer, contact = send(api, kind, sent)
    assert answer.status_code == 400
    body = answer.json()
    assert (body["code"], body["data"]) == ("rest_invalid_param", {"status": 400})
    assert body["message"] == f"Invalid parameter: {next(iter(body['errors']))}"
    assert list(body["errors"].values()) == [[WRONG[kind]]]
    assert "f" in next(iter(body["errors"]))
    assert (contact.first_name, contact.custom_values) == ("Before", {"f": "before"})


@pytest.mark.parametrize("kind", TEXTS)
def test_it_refuses_a_text_that_is_too_long(api: Api, kind: str) -> None:
    answer, contact = send(api, kind, "x" * 65_536)
    assert answer.status_code == 400
    assert "may not be longer than 65535 characters" in answer.content.decode()
    assert contact.custom_values == {"f": "before"}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("sent", ["", "   "])
def test_an_empty_text_clears_a_value_of_any_type(api: Api, kind: str, sent: str) -> None:
    answer, contact = send(api, kind, sent)
    assert answer.status_code == 200
    assert contact.custom_values["f"] in ("", [])


@pytest.mark.parametrize("kind", CHOICES)
@pytest.mark.parametrize("sent", ["", ",", pytest.param("  ")])
def test_an_empty_text_clears_a_list_to_an_empty_list(api: Api, kind: str, sent: str) -> None:
    _, contact = send(api, kind, sent, ["sales"])
    assert contact.custom_values == {"f": []}


@pytest.mark.parametrize("kind", TYPES)
def test_null_leaves_a_value_of_any_type_null(api: Api, kind: str) -> None:
    answer, contact = send(api, kind, None)
    assert answer.status_code == 200
    assert contact.custom_values.get("f") is None


def test_it_names_every_value_that_does_not_fit(api: Api) -> None:
    for slug, kind in (("a", "number"), ("b", "date"), ("c", "text")):
        CustomFieldFactory.create(slug=slug, type=kind)
    sent = {"email": "a@example.com", "status": "subscribed", "custom_values": {"a": "x", "b": "y", "c": "fine"}}
    answer = api.post("/subscribers", sent)
    assert answer.status_code == 400
    texts = [text for texts in answer.json()["errors"].values() for text in texts]
    assert texts == ["The a must be a number.", "The b must be a date such as 2026-01-31."]
    assert not Subscriber.objects.exists()


def test_it_leaves_values_of_unknown_fields_out_and_names_them(api: Api) -> None:
    CustomFieldFactory.create(slug="known")
    sent = {"custom_values": {"known": "x", "no_such_field": "y", "": "z"}}
    contact = SubscriberFactory.create()
    answer = api.put(f"/subscribers/{contact.pk}", {"subscriber": sent})
    assert answer.status_code == 200
    assert answer.json()["ignored"] == {"custom_values": ["no_such_field", ""]}
    contact.refresh_from_db()
    assert contact.custom_values == {"known": "x"}


@pytest.mark.parametrize("kind", TYPES)
def test_it_keeps_the_type_of_a_value_when_it_is_written_again(api: Api, kind: str) -> None:
    first = next(stored for name, _, stored in GOOD if name == kind)
    answer, contact = send(api, kind, first)
    assert answer.status_code == 200
    shown = api.get(f"/subscribers/{contact.pk}?with[]=custom_values").json()["subscriber"]["custom_values"]
    api.put(f"/subscribers/{contact.pk}", {"subscriber": {"custom_values": shown}})
    contact.refresh_from_db()
    assert contact.custom_values == {"f": first}


@pytest.mark.parametrize("kind", CHOICES)
@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("one, two", ["one, two"]),
        (" one, two ", ["one, two"]),
        ("one, three", ["one", "three"]),
        ('["one, two", "three"]', ["one, two", "three"]),
        ('"one, two",three', ["one, two", "three"]),
        ('5" pipe', ['5" pipe']),
        ("[1, 2.50]", ["1", "2.50"]),
        ("[89014103211118510720, 1e3]", ["89014103211118510720", "1e3"]),
    ],
)
def test_it_reads_choices_whole(api: Api, kind: str, sent: str, stored: list[str]) -> None:
    CustomFieldFactory.create(slug="f", type=kind, options=["one, two", "three"])
    contact = SubscriberFactory.create()
    api.put(f"/subscribers/{contact.pk}", {"custom_values": {"f": sent}})
    contact.refresh_from_db()
    assert contact.custom_values == {"f": stored}


def test_a_day_begins_where_the_clocks_let_it(api: Api) -> None:
    with override_settings(TIME_ZONE="America/Sao_Paulo"):
        assert send(api, "date_time", "2018-11-04")[1].custom_values == {"f": "2018-11-04 01:00:00"}
        contact = Subscriber.objects.get()
        sent = {"custom_values": {"f": "2018-11-04 00:00:00"}}
        assert api.put(f"/subscribers/{contact.pk}", sent).status_code == 400


@pytest.mark.parametrize("sent", ["[1,", '"one', '"one"x,two', '[["a"], "b"]', '[{"a": 1}]'])
def test_it_refuses_choices_that_it_cannot_read_whole(api: Api, sent: str) -> None:
    CustomFieldFactory.create(slug="f", type="checkbox")
    contact = SubscriberFactory.create(custom_values={"f": ["kept"]})
    assert api.put(f"/subscribers/{contact.pk}", {"custom_values": {"f": sent}}).status_code == 400
    contact.refresh_from_db()
    assert contact.custom_values == {"f": ["kept"]}


def test_a_filter_takes_an_option_commas_and_all(api: Api) -> None:
    CustomFieldFactory.create(slug="f", type="checkbox", options=["one, two"])
    found = SubscriberFactory.create(custom_values={"f": ["one, two"]})
    SubscriberFactory.create(custom_values={"f": ["one", "two"]})
    condition = {"source": ["custom_fields", "f"], "operator": "in", "value": "one, two"}
    answer = api.send("GET", "/subscribers", {"filter_type": "advanced", "advanced_filters": [[condition]]})
    assert [row["id"] for row in answer.json()["data"]] == [found.pk]

"""Parameters as PHP reads them, from query and body alike. One file, as it is about one reader."""

import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rest.numbers import as_integer
from segments.models import Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import SubscriberFactory, TagFactory
from wp_rest.exceptions import FieldErrors
from wp_rest.pagination import flatten
from wp_rest.parameters import as_entries, as_ids, as_list, is_true, nest, parse_query, readable_ids

FORM = "application/x-www-form-urlencoded"


# --- Through HTTP ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [
        "tagIds[]={0}&tagIds[]={1}",
        "tagIds[0]={0}&tagIds[1]={1}",
        "tagIds[7]={0}&tagIds[3]={1}",
        "tagIds[a]={0}&tagIds[b]={1}",
        "tagIds%5B%5D={0}&tagIds%5B%5D={1}",
        "tagIds={0},{1}",
        "tagIds={0}%2C+{1}",
        "tagIds={0}&tagIds={1}",
        "tagIds[]={0}&tagIds[0]={1}",
    ],
)
@pytest.mark.parametrize("place", ["form", "query"])
def test_it_takes_a_list_in_every_shape_from_a_form_and_from_a_posts_query(api: Api, shape: str, place: str) -> None:
    first, second, kept = TagFactory.create_batch(3)
    sent = shape.format(first.pk, second.pk)
    if place == "form":
        answer = api.post("/tags/do-bulk-action", sent, content_type=FORM)
    else:
        answer = api.post(f"/tags/do-bulk-action?{sent}", {})
    assert answer.status_code == 200
    assert list(Tag.objects.all()) == [kept]


@pytest.mark.parametrize("shape", ["{0}", "[{0}]", '"{0}"', '["{0}"]', '" {0} "', '{{"0": {0}}}', "{0}.0"])
def test_it_takes_a_list_of_one_in_every_shape_from_json(api: Api, shape: str) -> None:
    gone, kept = TagFactory.create_batch(2)
    answer = api.post("/tags/do-bulk-action", f'{{"tagIds": {shape.format(gone.pk)}}}')
    assert answer.status_code == 200
    assert list(Tag.objects.all()) == [kept]


def test_it_takes_nested_names_from_a_form(api: Api) -> None:
    form = "tags[0][title]=One&tags[0][slug]=first&tags[1][title]=Two"
    assert api.post("/tags/bulk", form, content_type=FORM).status_code == 200
    assert list(Tag.objects.order_by("pk").values_list("slug", "title")) == [("first", "One"), ("two", "Two")]


def test_it_takes_an_object_in_brackets_from_a_form(api: Api) -> None:
    contact = SubscriberFactory.create()
    form = "subscriber[first_name]=Ada&subscriber[city]=Leeds"
    assert api.put(f"/subscribers/{contact.pk}", form, content_type=FORM).status_code == 200
    contact.refresh_from_db()
    assert (contact.first_name, contact.city) == ("Ada", "Leeds")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"subscriber": '{"first_name": "Ada"}'}, "application/json"),
        ('{"subscriber": {"first_name": "Ada"}}', FORM),
        ('{"subscriber": "{\\"first_name\\": \\"Ada\\"}"}', FORM),
        (urlencode({"subscriber": '{"first_name": "Ada"}'}), FORM),
    ],
)
def test_it_takes_json_text_where_an_object_is_due(api: Api, body: Any, kind: str) -> None:
    contact = SubscriberFactory.create()
    assert api.put(f"/subscribers/{contact.pk}", body, content_type=kind).status_code == 200
    contact.refresh_from_db()
    assert contact.first_name == "Ada"


def test_it_reads_query_and_body_as_one_set_in_which_the_body_wins(api: Api) -> None:
    answer = api.post("/tags?title=From+query&slug=from-query", {"title": "From body"})
    assert answer.json()["item"]["title"] == "From body"
    assert answer.json()["item"]["slug"] == "from-query"


def test_it_reads_filters_in_the_body_of_a_get(api: Api) -> None:
    TagFactory.create(title="Apple")
    TagFactory.create(title="Pear")
    answer = api.send("GET", "/tags", {"search": "pear"})
    assert [row["title"] for row in answer.json()["tags"]["data"]] == ["Pear"]


@pytest.mark.parametrize("word", ["1", "yes", "true", "TRUE", "on", " Yes "])
def test_it_takes_every_word_for_true(api: Api, word: str) -> None:
    TagFactory.create()
    assert "subscribersCount" not in api.get(f"/tags?exclude_counts={quote(word)}").json()["tags"]["data"][0]


@pytest.mark.parametrize("word", ["0", "no", "false", "", "2", "null"])
def test_it_takes_no_other_word_for_true(api: Api, word: str) -> None:
    TagFactory.create()
    assert "subscribersCount" in api.get(f"/tags?exclude_counts={word}").json()["tags"]["data"][0]


def test_it_ignores_keys_that_it_does_not_know(api: Api) -> None:
    sent = {"title": "T", "id": 99, "created_at": "2001-01-01 00:00:00", "subscribersCount": 7, "nonsense": {"a": []}}
    item = api.post("/tags?another=1", sent).json()["item"]
    assert item["id"] != 99
    assert item["created_at"] != "2001-01-01 00:00:00"
    assert item.keys() == {"id", "title", "slug", "description", "created_at", "updated_at"}


def test_it_moves_nothing_of_a_contact_that_is_the_servers_own(api: Api) -> None:
    contact = SubscriberFactory.create()
    before = Subscriber.objects.values("id", "hash", "user_id", "created_at", "total_points").get()
    api.put(
        f"/subscribers/{contact.pk}",
        {"subscriber": {"id": 99, "hash": "x", "user_id": 1, "created_at": "2001-01-01", "total_points": 5}},
    )
    assert Subscriber.objects.values("id", "hash", "user_id", "created_at", "total_points").get() == before


@pytest.mark.parametrize(
    "query",
    [
        "tags[][][]=1&tags=2",
        "tags=2&tags[][]=1",
        "[]=1&=2&[a]=3&]=4&[=5",
        "a[=1&a]=2&a[b=3&a[[b]]=4",
        "search=%00",
        "search[]=x&per_page[]=1&page[a]=1&sort_by[]=id&sort_order[]=ASC",
        "a" + "[b]" * 100 + "=1",
        "&&&;;;===",
    ],
)
def test_it_answers_hostile_names(api: Api, query: str) -> None:
    assert api.get(f"/tags?{query}").status_code == 200


def test_it_answers_an_index_too_long_for_a_number(api: Api) -> None:
    assert api.get(f"/tags?a[{'1' * 5000}]=1").status_code == 200


# --- nest, flatten --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("", {}),
        ("a=1&a=2", {"a": "2"}),
        ("a", {"a": ""}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[1]=x&a[0]=y", {"a": ["y", "x"]}),
        ("a[10]=x&a[9]=y", {"a": ["y", "x"]}),
        ("a[5]=x&a[]=y", {"a": ["x", "y"]}),
        ("a[x]=1&a[]=2", {"a": {"x": "1", "0": "2"}}),
        ("a[b][c][]=1", {"a": {"b": {"c": ["1"]}}}),
        ("a[][b]=1&a[][b]=2", {"a": [{"b": "1"}, {"b": "2"}]}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a[b=1", {"a[b": "1"}),
        ("a]b=1", {"a]b": "1"}),
        ("[a]=1", {"[a]": "1"}),
        ("a+b=c+d%26", {"a b": "c d&"}),
        ("n=%C3%A9&m=é", {"n": "é", "m": "é"}),
    ],
)
def test_it_nests_as_php_does(query: str, parameters: dict[str, Any]) -> None:
    assert parse_query(query) == parameters


def test_it_keeps_a_name_that_is_too_deep_as_one_key() -> None:
    name = "a" + "[b]" * 16
    assert nest([(name, "1")]) == {name: "1"}
    assert nest([("a" + "[b]" * 15, "1")]) != {"a" + "[b]" * 15: "1"}


def test_it_reads_long_lists_in_a_time_that_grows_with_their_length() -> None:
    # The budget is twenty times what it takes, and a fourth of what it takes when each entry looks
    # at all that came before.
    form = "&".join(f"ids[]={n}" for n in range(5000))
    started = time.process_time()
    parameters = parse_query(form)
    assert time.process_time() - started < 0.3
    assert parameters["ids"][-1] == "4999"


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="[]"), min_size=1, max_size=8).filter(
    lambda name: not name.isdecimal() and not name.startswith("_") and name != "rest_route"
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(NAMES, inner, min_size=1, max_size=4),
    max_leaves=12,
).filter(lambda value: depth(value) < 12)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(depth, inner), default=0)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_it_reads_again_what_an_address_of_a_page_keeps(parameters: dict[str, Any]) -> None:
    pairs = [pair for name, value in parameters.items() for pair in flatten(name, value)]
    assert nest(pairs) == parameters
    assert parse_query(urlencode(pairs)) == parameters


@given(st.lists(st.tuples(st.text("ab[]01\x00é_", max_size=12), TEXTS), max_size=12))
def test_it_never_fails_on_any_names(pairs: list[tuple[str, str]]) -> None:
    parameters = nest(pairs)
    assert all(isinstance(value, str | list | dict) for value in parameters.values())
    # The last value given is nowhere overwritten.
    if pairs:
        assert pairs[-1][1] in leaves(parameters)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [leaf for entry in inner for leaf in leaves(entry)]
    return [value]


@given(st.text(max_size=60))
def test_it_never_fails_on_any_query(query: str) -> None:
    assert isinstance(parse_query(query), dict)


@pytest.mark.parametrize(
    ("value", "pairs"),
    [
        (None, []),
        (True, [("a", "true")]),
        (False, [("a", "false")]),
        (5, [("a", "5")]),
        ([], []),
        ({}, []),
        (["x", "y"], [("a[]", "x"), ("a[]", "y")]),
        ([["x"], {"b": "y"}], [("a[0][]", "x"), ("a[1][b]", "y")]),
    ],
)
def test_it_flattens_values_of_json_too(value: Any, pairs: list[tuple[str, str]]) -> None:
    assert flatten("a", value) == pairs


@pytest.mark.parametrize("name", ["rest_route", "_method", "_envelope", "_jsonp", "_fields", "_locale", "_wpnonce"])
def test_it_leaves_what_steers_wordpress_out_of_the_address_of_a_page(name: str) -> None:
    assert flatten(name, "x") == []


# --- Values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        (" 5 ", 5),
        ("-5", -5),
        (5.0, 5),
        ("007", 7),
        (9223372036854775807, 9223372036854775807),
        ("9223372036854775807", 9223372036854775807),
        (9223372036854775808, None),
        ("9223372036854775808", None),
        ("9" * 5000, None),
        (5.5, None),
        ("5.5", None),
        ("5e3", None),
        ("--5", None),
        ("٣", None),
        ("", None),
        ("x", None),
        (None, None),
        (True, None),
        ([5], None),
        ({}, None),
        (float("inf"), None),
        (float("nan"), None),
    ],
)
def test_it_reads_integers_and_nothing_else(value: Any, number: int | None) -> None:
    assert as_integer(value) == number


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        (None, []),
        ("", []),
        ("a", ["a"]),
        ("a, b,,c ", ["a", "b", "c"]),
        ('"a, b",c, "d ""e"""', ["a, b", "c", 'd "e"']),
        ('5" pipe, 6" pipe', ['5" pipe', '6" pipe']),
        ("[1,2]", [1, 2]),
        (' ["a, b", "c"] ', ["a, b", "c"]),
        ('{"0": 1, "1": 2}', [1, 2]),
        (["a,b", 1], ["a,b", 1]),
        ({"x": "a", "y": "b"}, ["a", "b"]),
        (5, [5]),
        (0, [0]),
    ],
)
def test_it_reads_lists_in_every_shape(value: Any, entries: list[Any]) -> None:
    assert as_list(value) == entries


@pytest.mark.parametrize("text", ["[1,2", "[VIP] gold", '{"a": ', '"VIP', '"VIP"x,y', '"a","b'])
def test_it_refuses_a_list_that_it_cannot_read_whole(text: str) -> None:
    with pytest.raises(FieldErrors) as refusal:
        as_list(text, "tags")
    assert "tags" in refusal.value.beside["errors"]


@pytest.mark.parametrize("value", [[1, [2]], ["a", '["b"]'], '[["a"]]'])
def test_it_refuses_lists_in_lists(value: Any) -> None:
    with pytest.raises(FieldErrors):
        as_entries(value)


def test_it_keeps_each_id_once_and_in_order_and_drops_what_no_row_has() -> None:
    assert as_ids(["3", 1, "3", 1.0, 0, -2, "", "2"]) == [3, 1, 2]
    assert readable_ids(["3", 1, "x", None, [2], "2"]) == [3, 1, 2]


@pytest.mark.parametrize(
    "value", [[1, "x"], [1, None], [1, [2]], [1, {"id": 2}], [1, 2.5], [1, True], "1;2,3", "[1,2", "[1],2"]
)
def test_it_reads_ids_whole_or_not_at_all(value: Any) -> None:
    with pytest.raises(FieldErrors):
        as_ids(value)


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "yes", "Yes", "true", "on"])
def test_it_knows_what_is_true(value: Any) -> None:
    assert is_true(value)


@pytest.mark.parametrize("value", [False, 0, 2, None, "", "0", "no", "false", "y", [1], {"a": 1}])
def test_it_knows_what_is_not_true(value: Any) -> None:
    assert not is_true(value)

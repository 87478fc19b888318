"""Plain text out of whatever a client sends."""

import time
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rest.text import CONTROLS, MAX_RAW_LENGTH, TAGS, plain_line
from tests.client import Api


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Ada \r\n\t Lovelace  ", "Ada Lovelace"),
        ("<b>Bold</b> <i class='x'>and</i> <br/>more", "Bold and more"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<SCRIPT type=x>alert(1)</ScRiPt >b", "ab"),
        ("a<style>p { color: red }</style>b", "ab"),
        ("a<script>1 < 2; '</b>'</script>b", "ab"),
        ("a<script>unclosed", "aunclosed"),
        ("a<!-- note -->b<!DOCTYPE html><?php x ?>c", "abc"),
        ("<<b>script>x<<b>/script>", ""),
        ("3 < 4 > 2 <3 a<b", "3 < 4 > 2 <3 a<b"),
        ("Tom &amp; Jerry &lt;b&gt;", "Tom &amp; Jerry &lt;b&gt;"),
        ("Łódź 山 \U0001f600", "Łódź 山 \U0001f600"),
        ("a\x00b\x07c\x7fd", "abcd"),
        pytest.param("<\x00b>x</\x00b>", "x"),
        pytest.param("<\x00script>alert(1)</script>", ""),
        ("<b\x00>x", "x"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_it_keeps_the_text_and_nothing_else(text: str, plain: str) -> None:
    assert plain_line(text) == plain


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "</",
        "<b>",
        "<script>",
        "</script>",
        "<style ",
        "script",
        "b",
        " ",
        "\n",
        "\x00",
        "\x01",
        "<\x01b>",
        "&lt;",
        "é",
        "!",
    ]
)
TEXTS = st.text() | st.lists(PIECES, max_size=30).map("".join)


@given(TEXTS)
def test_it_changes_nothing_the_second_time(text: str) -> None:
    plain = plain_line(text)
    assert plain_line(plain) == plain


@given(TEXTS)
def test_it_leaves_no_tag_no_control_character_and_no_double_space(text: str) -> None:
    plain = plain_line(text)
    assert not TAGS.search(plain)
    assert not CONTROLS.search(plain)
    assert "  " not in plain
    assert plain == plain.strip(" \r\n\t")


@given(st.text(st.characters(exclude_characters="<", exclude_categories=["Cc", "Cs", "Z"])))
def test_it_leaves_text_without_markup_as_it_is_but_for_unicode_normalisation(text: str) -> None:
    assert plain_line(text) == normalize("NFC", text)


@pytest.mark.parametrize(
    "text",
    ["<" * MAX_RAW_LENGTH, "<script>" * (MAX_RAW_LENGTH // 8), "<script" * 2340, "<a " * 5461, "</" * 8192],
)
def test_it_reads_hostile_text_of_the_longest_size_in_no_time(text: str) -> None:
    started = time.process_time()
    plain_line(text)
    assert time.process_time() - started < 1


def test_it_is_what_a_title_is_stored_as(api: Api) -> None:
    sent = {"title": " <b>Big</b>\n<script>alert(1)</script>News ", "description": "line one\nline two"}
    item = api.post("/tags", sent).json()["item"]
    assert (item["title"], item["slug"], item["description"]) == ("Big News", "big-news", "line one\nline two")


def test_it_lets_no_markup_in_behind_a_control_character(api: Api) -> None:
    item = api.post("/tags", {"title": "<\x01img src=x onerror=alert(1)>Hi"}).json()["item"]
    assert item["title"] == "Hi"


@pytest.mark.parametrize(("title", "stored"), [(5, "5"), (0, "0"), (12.5, "12.5"), (-1, "-1")])
def test_it_writes_numbers_as_text(api: Api, title: float, stored: str) -> None:
    assert api.post("/tags", {"title": title}).json()["item"]["title"] == stored


@pytest.mark.parametrize("title", [True, False, ["a"], {"a": "b"}])
def test_it_refuses_what_is_neither_text_nor_number(api: Api, title: object) -> None:
    answer = api.post("/tags", {"title": title})
    assert answer.status_code == 400
    assert answer.json()["title"] == {"string": "The title must be a text."}


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("x" * 192, 200),
        ("x" * 193, 400),
        ("é" * 192, 200),
        ("<b>" * 1000 + "x", 200),
        ("<b>" * 6000 + "x", 400),
        (" " * 300 + "x" + " " * 300, 200),
    ],
)
def test_it_measures_the_text_that_is_left(api: Api, title: str, status: int) -> None:
    answer = api.post("/tags", {"title": title})
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["title"] == {"max": "The title may not be longer than 192 characters."}

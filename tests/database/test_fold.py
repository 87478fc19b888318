"""`fold` in the database that the tests run on (docs/decisions/0011-fold.md)."""

import sys
import unicodedata
from collections.abc import Iterable

import pytest

from database.letters import BLANKS, CASES, LIGATURES, composed, fold, single_letters
from database.sql import execute, ids_parameter, is_postgresql, texts
from tests.letters import DIFFERENT, SAME

pytestmark = pytest.mark.django_db
ASSIGNED = [
    letter
    for letter in map(chr, range(1, sys.maxunicode + 1))
    if unicodedata.category(letter) not in ("Cn", "Cs", "Co")
]


def folded(wanted: Iterable[str]) -> list[str]:
    texts_sent = list(wanted)
    rows = dict(execute(f"SELECT r.value, fold(r.value) FROM {texts()}", ids_parameter(texts_sent)))
    return [rows[text] for text in texts_sent]


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_it_makes_one_text_of_two_that_are_the_same(one: str, other: str) -> None:
    assert len(set(folded([one, other, one.upper(), f" {other}\n"]))) == 1


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_it_keeps_apart_what_differs(one: str, other: str) -> None:
    assert len(set(folded([one, other]))) == 2


@pytest.mark.parametrize("around", ["{}", "a{}B", "カ{}", "{}\u0301", " {} {}\t"])
def test_both_databases_fold_every_letter_alike(around: str) -> None:
    """Each letter that this Python knows; later ones have no rule, and a normal form where PostgreSQL knows them."""
    wanted = [around.replace("{}", letter) for letter in ASSIGNED]
    assert [
        (text, is_postgresql(), got) for text, got in zip(wanted, folded(wanted), strict=True) if got != fold(text)
    ] == []


def test_what_is_folded_stays_as_it_is() -> None:
    once = folded(ASSIGNED)
    assert once == [fold(text) for text in once]


def test_its_table_is_unicodes_case_folding() -> None:
    """Simple case folding of all that has no normal form of its own, as far as this Python knows it."""
    letters = single_letters()
    for letter in ASSIGNED:
        small = unicodedata.normalize("NFD", letter.casefold())
        if unicodedata.normalize("NFD", letter) != letter or letter == "\u0345" or len(small) > 1 or small == letter:
            continue
        assert letters[letter] in (small, letters.get(small), LIGATURES.get(letters[letter])), letter
    assert len(CASES.split()) > 100


def test_every_white_space_is_a_blank() -> None:
    assert {letter for letter in ASSIGNED if letter.isspace()} == {*BLANKS, " "}
    assert set(folded(f"a{blank}b" for blank in BLANKS)) == {"a b"}


def test_it_leaves_null_alone() -> None:
    assert execute("SELECT fold(NULL)") == [(None,)]


def test_it_composes_long_texts_in_linear_time() -> None:
    """Marks are put in order one by one: a text of nothing else would take quadratic time."""
    hostile = "a" + "\u0301\u0323" * 100_000
    stored = composed(hostile)
    assert len(stored) < 100
    assert composed("e\u0301" * 5000) == "é" * 5000
    assert folded([stored]) == ["a"]

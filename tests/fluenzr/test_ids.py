"""Ids that stand for numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluenzr.ids import CONTACT, GROUP, LARGEST, decode, encode


@given(st.integers(1, LARGEST))
def test_it_decodes_what_it_encoded(number: int) -> None:
    assert decode(CONTACT, encode(CONTACT, number)) == number


@given(st.text())
def test_it_decodes_nothing_that_it_did_not_encode(letters: str) -> None:
    number = decode(GROUP, GROUP + letters)
    assert number is None or encode(GROUP, number) == GROUP + letters


def test_it_never_changes_the_id_of_a_row() -> None:
    assert encode(CONTACT, 1) == "con_maiga1"
    assert encode(GROUP, 2) == "grp_8l0wk2"
    assert encode(CONTACT, 36**6) == "con_9svy9mp000000"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "con_",
        "grp_maiga1",
        "con_MAIGA1",
        "con_maiga",
        "con_maiga1\n",
        "con_000000",
        "con_zzzzzzzzzzzzz",
        "maiga1",
        "con_١٢٣٤٥٦",
        7,
        None,
    ],
)
def test_it_finds_no_number_in(text: object) -> None:
    assert decode(CONTACT, text) is None

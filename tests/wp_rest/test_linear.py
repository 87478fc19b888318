"""Nothing that reads input takes more than a time that grows with its length, whatever the text is."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from custom_fields.types import InvalidValue, Kind, check_value
from fluenzr.fields import is_custom_key
from fluenzr.ids import CONTACT, decode
from rest.charsets import find_codec
from rest.exceptions import UnreadableRequest
from rest.json import MAX_REPAIRED, parse_json
from rest.numbers import as_integer
from rest.rich_text import TooLarge, clean_html
from rest.text import is_web_address, plain_line, plain_lines
from segments.services import make_slug, plain_word
from subscribers.addresses import is_address
from tests.once import on_one_database
from wp_rest.dates import read_date, read_datetime
from wp_rest.exceptions import RestError
from wp_rest.parameters import as_entries, as_ids, is_empty, nest, parse_query
from wp_rest.views import is_callback

pytestmark = on_one_database

SMALL, LARGE = 100_000, 1_000_000
# Linear work takes 10 times as long, quadratic work 100 times.
MOST = 25
REFUSALS = (RestError, UnreadableRequest, InvalidValue, TooLarge, ValueError)


def work(read: Callable[[Any], Any], sent: Any, runs: int) -> float:
    """The processor time that reading takes, the least of several runs, in seconds."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        with suppress(*REFUSALS):
            read(sent)
        times.append(time.process_time() - started)
    return min(times)


def check_linear(read: Callable[[Any], Any], make: Callable[[int], Any], small: int, large: int) -> None:
    # Times below a few milliseconds tell nothing about growth.
    most = MOST * max(work(read, make(small), 3), 0.005)
    sent = make(large)
    assert work(read, sent, 1) < most or work(read, sent, 3) < most


def check(kind: str) -> Callable[[Any], Any]:
    return lambda value: check_value(Kind(kind, ["a"]), value)


TEXT = ["<", "</", "<a ", "<<b>", "<script>", "<script", "<script>a</script>", "<script><style>", "\n ", "\x00"]
LISTS = ["[", "[1,", "1,", ", ", '"', '",', '"a",', '"a" ,', "{", "-"]
FORM = ["a=+@&", "a=@+", "+", "%", "%41", "&", "a[]=1&", "][", '="@+,']
WORDS = ["a", "a-", "a.", "1", " ", "_", "Σ"]
# Each reader with the pieces whose repetition may be its worst text.
READERS: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "plain_line": (plain_line, TEXT),
    "plain_lines": (plain_lines, TEXT),
    "clean_html": (clean_html, ["<", "<a", "<b><p>", "&"]),
    "is_web_address": (is_web_address, ["http://", "a", " "]),
    "is_address": (is_address, ["a@", "a.", "a-", "@"]),
    "is_custom_key": (is_custom_key, WORDS),
    "is_callback": (is_callback, ["a.", "-"]),
    "is_empty": (is_empty, [" ", "\u0301"]),
    "make_slug": (make_slug, ["a-", " ", "é"]),
    "plain_word": (plain_word, WORDS),
    "as_entries": (as_entries, LISTS),
    "as_ids": (as_ids, LISTS),
    "as_integer": (as_integer, ["1", "-"]),
    "parse_query": (parse_query, FORM),
    "read_date": (read_date, ["1", "2026-01-01", " "]),
    "read_datetime": (read_datetime, ["1", "2026-01-01", " "]),
    "find_codec": (find_codec, [";", '"', ";a=", "charset=", ';"']),
    "decode": (lambda text: decode(CONTACT, CONTACT + text), ["a"]),
    "custom text": (check("text"), ["a"]),
    "custom number": (check("number"), ["1", "1.", "-"]),
    "custom choices": (check("select-multi"), LISTS),
    "custom date": (check("date"), ["1", "2026-01-01", " "]),
    "custom date_time": (check("date_time"), ["1", "2026-01-01", " "]),
}


@pytest.mark.parametrize("reader", READERS)
def test_it_reads_the_worst_text_in_linear_time(reader: str) -> None:
    read, pieces = READERS[reader]
    for piece in pieces:
        check_linear(read, lambda size, piece=piece: piece * (size // len(piece)), SMALL, LARGE)  # type: ignore[misc]


@pytest.mark.parametrize("head", ['{"a": [', '{"a": ["', "x"])
@pytest.mark.parametrize("piece", ['"', '\\"', "\\", ",", ", ", ",]", ', "', "[", "{", "1", "1e", "1.5,", '"a":1,'])
def test_it_parses_a_body_in_linear_time(head: str, piece: str) -> None:
    check_linear(parse_json, lambda size: (head + piece * (size // len(piece))).encode(), SMALL, LARGE)


@pytest.mark.parametrize("piece", ['"', '\\"', ",", ", ", ",]", "1.5,", '"a" ,'])
def test_it_parses_ten_megabytes_in_linear_time(piece: str) -> None:
    make = lambda size: ('{"a": ["' + piece * (size // len(piece))).encode()  # noqa: E731
    check_linear(parse_json, make, MAX_REPAIRED, 10 * MAX_REPAIRED)


@pytest.mark.parametrize(
    "name", ["a[]", "a[{n}]", "a[b][]", "a[{n}][b]", "a{n}", "a[b{n}][]", "a[b{n}]", "a" + "[b]" * 15]
)
def test_it_nests_parameters_in_linear_time(name: str) -> None:
    check_linear(nest, lambda size: [(name.format(n=n), "x") for n in range(size)], 2_000, 20_000)

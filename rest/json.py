"""Reads the JSON that clients send: exact numbers, and trailing commas as in the guide's own example."""

import json
import re
from typing import Any

import orjson

from rest.exceptions import InvalidJSON
from rest.numbers import Number, read_integer

# No client needs deeper JSON.
MAX_DEPTH = 64
# What decides whether a comma stands in a text: an escape (of a quote above all), a quote, and the comma
# itself, before a closing bracket. None of them is longer than two letters, so that the work is linear.
COMMA_OR_QUOTE = re.compile(rb'\\.|"|,(?=\s*[}\]])', re.DOTALL)
# Only people type such commas: large bodies come from programs and are not searched for them.
MAX_REPAIRED = 1024 * 1024
# Where there may be a number that orjson rounds: with a point or an exponent, or longer than 64 bits. Texts
# have such places too (an IP address, say), which costs a second look and changes nothing. It starts with a
# set of letters, as the search is many times faster so.
LONG_NUMBER = re.compile(rb"[0-9](?:[.eE][0-9+-]|[0-9]{18})")


def parse_json(body: bytes) -> Any:
    """The value of a JSON text. Trailing commas are allowed; numbers keep every digit (Number).

    Raises InvalidJSON, also for deep nesting: such a value could be stored but not written as JSON again.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        body = without_trailing_commas(body)
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise InvalidJSON from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_too_deep(value):
        raise InvalidJSON
    if LONG_NUMBER.search(body):
        # orjson has checked that it is valid JSON; Python's own parser is less strict.
        try:
            value = json.loads(body, parse_float=Number, parse_int=read_integer)
        except ValueError:
            raise InvalidJSON from None
    return value


def without_trailing_commas(body: bytes) -> bytes:
    """The JSON text without commas before a closing bracket.

    The guide's own example of an update has such a comma ('Update a Contact'), so its curl line must
    not be refused.
    """
    if len(body) > MAX_REPAIRED:
        return body
    kept, start, inside = [], 0, False
    for found in COMMA_OR_QUOTE.finditer(body):
        if found[0] == b'"':
            inside = not inside
        elif found[0] == b"," and not inside:
            kept.append(body[start : found.start()])
            start = found.end()
    return b"".join([*kept, body[start:]])


def is_too_deep(value: Any) -> bool:
    """True for more than MAX_DEPTH nested lists and objects."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        inner = (entry for outer in level for entry in (outer.values() if isinstance(outer, dict) else outer))
        level = [entry for entry in inner if isinstance(entry, dict | list)]
    return bool(level)

"""Numbers from JSON, with every digit that was sent."""

import re
from decimal import Decimal
from typing import Any, Self

# A larger exponent is an error of the client; it would be written out with that many zeros.
MAX_EXPONENT = 400
EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)$")


class Number(float):
    """A JSON number that Python's int and float cannot hold with all its digits.

    `str()` is the text that was sent, with an exponent written out: 12.50 is "12.50", 1e3 is "1000" and
    1E-5 is "0.00001". In all other ways it is the nearest float.
    Raises ValueError for an exponent beyond MAX_EXPONENT.
    """

    text: str

    def __new__(cls, literal: str) -> Self:
        number = super().__new__(cls, literal)
        if exponent := EXPONENT.search(literal):
            if len(exponent[1]) > 8 or abs(int(exponent[1])) > MAX_EXPONENT:
                raise ValueError("The exponent is too large.")
            literal = format(Decimal(literal), "f")
        number.text = literal
        return number

    def __str__(self) -> str:
        return self.text


def read_integer(digits: str) -> int | Number:
    """An integer if it fits into 64 bits, as in the database and in every JSON parser; else a Number."""
    return int(digits) if len(digits) < 19 else Number(digits)


def storable(value: Any) -> Any:
    """The value with each number that JSON parsers would round as a text, at every depth."""
    if isinstance(value, Number):
        plain = float(value)
        return plain if repr(plain) == value.text else value.text
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    if isinstance(value, dict):
        return {key: storable(inner) for key, inner in value.items()}
    return value


def as_integer(value: Any) -> int | None:
    """An integer that was sent as a number or as digits; None for anything else and beyond 64 bits."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Number):
        whole, _, fraction = value.text.partition(".")
        value = "x" if fraction.strip("0") else whole
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    if isinstance(value, str):
        digits = value.strip()
        if not digits.lstrip("-").isdecimal() or not digits.isascii() or len(digits) > 20:
            return None
        try:
            value = int(digits)
        except ValueError:
            return None
    return value if isinstance(value, int) and abs(value) < 2**63 else None

"""Numbers out of JSON, with every digit that was sent."""

import re
from decimal import Decimal
from typing import Any, Self

# An exponent beyond this is a number that nobody has, and would be written out with as many zeros.
MAX_EXPONENT = 400
EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)$")


class Number(float):
    """A JSON number that Python's own int and float would not give back digit for digit.

    `str()` is its text, as it was sent but for an exponent, which is written out: 12.50 is "12.50", 1e3 is
    "1000" and 1E-5 is "0.00001". Everything else of it is the float that is next to it.
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
    """An integer where 64 bits hold it, as the database and every reader of JSON do."""
    return int(digits) if len(digits) < 19 else Number(digits)


def storable(value: Any) -> Any:
    """The value with numbers that JSON's readers would round kept as texts, at every depth."""
    if isinstance(value, Number):
        plain = float(value)
        return plain if repr(plain) == value.text else value.text
    if isinstance(value, list):
        return [storable(inner) for inner in value]
    if isinstance(value, dict):
        return {key: storable(inner) for key, inner in value.items()}
    return value


def as_integer(value: Any) -> int | None:
    """An integer given as a number or as its digits; None for anything else, and past 64 bits."""
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

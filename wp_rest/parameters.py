"""Parameters as PHP reads them: `tags[]=1&subscriber[city]=Leeds` becomes nested lists and objects."""

import csv
from collections.abc import Iterable
from typing import Any, Self
from unicodedata import category

from rest.exceptions import InvalidJSON
from rest.json import parse_json
from rest.numbers import as_integer, storable
from rest.query import read_pairs
from rest.text import plain_line
from wp_rest.exceptions import FieldErrors, invalid

# A deeper name is one plain key. PHP has such a limit too: max_input_nesting_level is 64.
MAX_DEPTH = 16
# Every database accepts this many values in a statement.
MAX_ENTRIES = 100_000
# Unicode's categories of control and format characters, of combining marks, and of spaces.
UNSEEN = frozenset("Cc Cf Mc Me Mn Zl Zp Zs".split())
TRUE_WORDS = frozenset({"1", "yes", "true", "on"})
# Parameters for WordPress's REST layer itself; routes do not see them.
CONTROL_PARAMETERS = frozenset({"rest_route", "_method", "_envelope", "_jsonp", "_fields", "_locale", "_wpnonce"})


def parse_query(query: str, codec: str | None = None) -> dict[str, Any]:
    """The parameters of a query string or a urlencoded body, in UTF-8 or the charset of `codec` or `_charset_`.

    Raises ValueError for more than MAX_BODY_FIELDS parameters, and for bytes that cannot be decoded.
    """
    return nest(read_pairs(query, codec))


class Repeated(str):
    """The last value of a name that was sent several times (`ids=1&ids=2`), for code that expects one value.

    For a list, `values` has all of them, so that no action changes only a part of what was named.
    """

    __slots__ = ("values",)

    values: list[str]

    def __new__(cls, before: str, value: str) -> Self:
        text = super().__new__(cls, value)
        text.values = before.values if isinstance(before, Repeated) else [before]
        text.values.append(value)
        return text


class Level(dict[str, Any]):
    """One level of nested names; `upcoming` is the next index for `[]`."""

    upcoming = 0

    def __setitem__(self, key: str, value: Any) -> None:
        if is_index(key):
            self.upcoming = max(self.upcoming, int(key) + 1)
        super().__setitem__(key, value)


def is_index(key: str) -> bool:
    """True for digits that can be an index of a list; longer ones cannot."""
    return key.isascii() and key.isdecimal() and len(key) < 10


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Turn names with PHP brackets into nested objects. If a name is repeated, its last value counts (see Repeated).

    >>> nest([("tags[]", "1"), ("tags[]", "2"), ("note[title]", "Call")])
    {'tags': ['1', '2'], 'note': {'title': 'Call'}}
    """
    root = Level()
    for name, value in pairs:
        keys = split_name(name)
        level = root
        for key in keys[:-1]:
            step = key or str(level.upcoming)
            if not isinstance(level.get(step), Level):
                level[step] = Level()
            level = level[step]
        last = keys[-1] or (str(level.upcoming) if len(keys) > 1 else "")
        before = level.get(last)
        level[last] = Repeated(before, value) if isinstance(before, str) else value
    return {name: with_lists(value) for name, value in root.items()}


def split_name(name: str) -> list[str]:
    """`a[b][]` as ["a", "b", ""]; a name whose brackets do not close is one plain key."""
    head, bracket, tail = name.partition("[")
    if not bracket or not head or not tail.endswith("]"):
        return [name]
    keys = tail[:-1].split("][")
    if len(keys) >= MAX_DEPTH or any("[" in key or "]" in key for key in keys):
        return [name]
    return [head, *keys]


def with_lists(value: Any) -> Any:
    """Turn objects whose keys are all indexes into lists, at every depth: `tags[0]=1` is a list."""
    if not isinstance(value, dict):
        return value
    if value and all(is_index(key) for key in value):
        return [with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: with_lists(inner) for key, inner in value.items()}


def without_nul(value: Any) -> Any:
    """The value without NUL characters in its texts, at every depth: PostgreSQL cannot store them."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(inner) for inner in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(inner) for key, inner in value.items()}
    return value


def kept(value: Any) -> Any:
    """JSON that a client chose freely, as both databases can keep it and every answer can show it again.

    Without NUL in its texts; numbers that JSON parsers would round are texts.
    """
    return storable(without_nul(value))


def is_true(value: Any) -> bool:
    """True for true, 1 and the words that clients send for it ("1", "yes", "true", "on")."""
    if isinstance(value, str):
        return value.strip().lower() in TRUE_WORDS
    return value is True or value == 1


def is_empty(value: Any) -> bool:
    """True for null, an empty list, a text without a visible character, and a list of such values."""
    if isinstance(value, dict | list):
        return all(is_empty(inner) for inner in (value.values() if isinstance(value, dict) else value))
    return value is None or (isinstance(value, str) and all(category(letter) in UNSEEN for letter in value))


def as_search(value: Any) -> str:
    """The text to search for, as one line without NUL. A number is its digits, also 0."""
    text = "" if value is None or value is False else str(value)
    return " ".join(text.replace("\x00", "").split())


def as_list(value: Any, name: str = "list") -> list[Any]:
    """A list, from a list or the text of one. A single value becomes a list of one; null and "" become [].

    The text is `1,2`, with values quoted as in CSV (`"VIP, gold",Blog`), or JSON (`[1,2]`). Raises FieldErrors
    (400) with the parameter's name if the text cannot be read completely.
    """
    if isinstance(value, Repeated):
        value = [entry for text in value.values for entry in as_list(text, name)]
    if value is None or value == "":
        return []
    if isinstance(value, str):
        value = read_list(value, name)
    elif isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return [value]
    if any(isinstance(entry, Repeated) for entry in value):
        value = [text for entry in value for text in (entry.values if isinstance(entry, Repeated) else [entry])]
    if len(value) > MAX_ENTRIES:
        raise invalid(name, f"The {name} may not have more than {MAX_ENTRIES} entries.", "max")
    return value


def read_list(text: str, name: str) -> list[Any]:
    text = text.strip()
    if text[:1] in ("[", "{"):
        try:
            value = parse_json(text.encode())
        except (InvalidJSON, UnicodeEncodeError):
            raise unreadable(name) from None
        return list(value.values()) if isinstance(value, dict) else list(value)
    parts = text.split(",")
    if '"' in text:
        try:
            [parts] = csv.reader([text], skipinitialspace=True, strict=True)
        except (csv.Error, ValueError):
            raise unreadable(name) from None
    return [part for part in (part.strip() for part in parts) if part]


def unreadable(name: str) -> FieldErrors:
    return invalid(name, f"The {name} cannot be read as a list such as [1,2] or 1,2.", "list")


def as_entries(value: Any, name: str = "list") -> list[Any]:
    """The texts and numbers of a list in any form. Texts become plain text.

    Objects are left out: some clients send a contact back with its whole tags.

    Raises FieldErrors (400) for a list that cannot be read completely.
    """
    entries = as_list(value, name)
    if any(isinstance(entry, list) or (isinstance(entry, str) and is_json_list(entry)) for entry in entries):
        raise unreadable(name)
    return [
        plain_line(entry) if isinstance(entry, str) else entry
        for entry in entries
        if isinstance(entry, str | int | float)
    ]


def is_json_list(text: str) -> bool:
    """True for a text that is itself a JSON list: inside a list it is a mistake, not a title."""
    if not text.lstrip().startswith("["):
        return False
    try:
        return isinstance(parse_json(text.encode()), list)
    except (InvalidJSON, UnicodeEncodeError):
        return False


def as_ids(value: Any, name: str = "ids") -> list[int]:
    """The ids in a list in any form, each once. Empty texts and numbers that cannot be ids are left out.

    Raises FieldErrors (400) if the list cannot be read completely, or has something else beside ids: no action
    changes only a part of what was named. A list without any id is [].
    """
    entries = [entry for entry in as_list(value, name) if entry != ""]
    numbers = [as_integer(entry) for entry in entries]
    ids = list(dict.fromkeys(number for number in numbers if number is not None and number > 0))
    if ids and None in numbers:
        raise invalid(name, f"The {name} must be a list of ids.", "ids")
    return ids


def readable_ids(value: Any, name: str = "ids") -> list[int]:
    """The ids in a filter's list; anything else in it is left out. Raises FieldErrors as as_list does."""
    ids = (as_integer(entry) for entry in as_list(value, name))
    return list(dict.fromkeys(number for number in ids if number is not None and number > 0))


def as_objects(value: Any) -> list[Any] | None:
    """Several objects: a list, an object of objects as PHP writes it, or the JSON text of either; [] for nothing.

    None for anything else.
    """
    if isinstance(value, str) and value.strip():
        try:
            value = parse_json(value.encode())
        except (InvalidJSON, UnicodeEncodeError):
            return None
    if isinstance(value, dict) and all(isinstance(inner, dict) for inner in value.values()):
        return list(value.values())
    return value if isinstance(value, list) else None if value else []

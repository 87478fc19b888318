"""Parameters as PHP reads them: `tags[]=1&subscriber[city]=Leeds` becomes nested lists and objects."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from wp_rest.text import MAX_RAW_LENGTH, plain_line

# A deeper name is kept as it stands: PHP stops at max_input_nesting_level too (64 there).
MAX_DEPTH = 16
TRUE_WORDS = frozenset({"1", "yes", "true", "on"})
# Parameters that steer WordPress's REST layer itself and never reach a route.
CONTROL_PARAMETERS = frozenset({"rest_route", "_method", "_envelope", "_jsonp", "_fields", "_locale", "_wpnonce"})


def parse_query(query: str) -> dict[str, Any]:
    """The parameters of a query string or a urlencoded body. Bytes that are no UTF-8 become U+FFFD.

    Raises ValueError for more than MAX_BODY_FIELDS of them.
    """
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    return nest(parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=most))


class Level(dict[str, Any]):
    """One level of nested names; `upcoming` is the index that `[]` takes next."""

    upcoming = 0

    def __setitem__(self, key: str, value: Any) -> None:
        if is_index(key):
            self.upcoming = max(self.upcoming, int(key) + 1)
        super().__setitem__(key, value)


def is_index(key: str) -> bool:
    """True for the digits of a place in a list; longer ones are nobody's place."""
    return key.isascii() and key.isdecimal() and len(key) < 10


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Fold names with PHP brackets into nested objects; a later value of one name wins.

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
        level[keys[-1] or (str(level.upcoming) if len(keys) > 1 else "")] = value
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
    """Turn objects whose keys are all indexes into lists, at every depth (`tags[0]=1` is a list)."""
    if not isinstance(value, dict):
        return value
    if value and all(is_index(key) for key in value):
        return [with_lists(value[key]) for key in sorted(value, key=int)]
    return {key: with_lists(inner) for key, inner in value.items()}


def without_nul(value: Any) -> Any:
    """The value with NUL characters taken out of its texts, at every depth: PostgreSQL stores none."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(inner) for inner in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(inner) for key, inner in value.items()}
    return value


def is_true(value: Any) -> bool:
    """True for true, 1 and the words that clients send for it ("1", "yes", "true", "on")."""
    if isinstance(value, str):
        return value.strip().lower() in TRUE_WORDS
    return value is True or value == 1


def as_list(value: Any) -> list[Any]:
    """A list as it is, `"1,2"` as ["1", "2"], a single value as a list of one, nothing as []."""
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return [part for part in (part.strip() for part in value.split(",")) if part]
    return [value]


def as_entries(value: Any) -> list[Any]:
    """The texts and numbers of a list, a comma string or a single value; texts are plain, objects left out."""
    entries = [entry for entry in as_list(value) if isinstance(entry, str | int | float)]
    return [plain_line(entry[:MAX_RAW_LENGTH]) if isinstance(entry, str) else entry for entry in entries]


def as_integer(value: Any) -> int | None:
    """An integer given as a number or as its digits; None for anything else, and past 64 bits."""
    if isinstance(value, bool) or value is None:
        return None
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


def as_ids(value: Any) -> list[int]:
    """The ids in a list, a comma string or a single value, each once; what is no id is left out."""
    ids = (as_integer(entry) for entry in as_list(value))
    return list(dict.fromkeys(number for number in ids if number is not None and number > 0))

"""Reads the settings of triggers and blocks, which clients wrote: numbers may be texts, one value may stand for a list."""

from collections.abc import Mapping
from typing import Any

Settings = Mapping[str, Any]


def ids(settings: Settings, *names: str) -> list[int]:
    """The ids under the first of the names that has any."""
    for name in names:
        value = settings.get(name)
        found = [as_id(one) for one in (value if isinstance(value, list) else [value])]
        if known := [pk for pk in found if pk]:
            return known
    return []


def as_id(value: Any) -> int:
    """0 for anything that is no id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 < value < 2**63 else 0
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return 0


def texts(settings: Settings, *names: str) -> list[str]:
    """The texts under the first of the names that has any."""
    for name in names:
        value = settings.get(name)
        found = [str(one).strip() for one in (value if isinstance(value, list) else [value]) if is_plain(one)]
        if known := [text for text in found if text]:
            return known
    return []


def text(settings: Settings, *names: str) -> str:
    """The first text that there is under the names; empty without one."""
    return next(iter(texts(settings, *names)), "")


def is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def is_yes(value: Any) -> bool:
    return value in (True, 1, "1", "yes", "true")

"""What is kept in the words of a face, as a client sent it, and read when it is needed: a tag of that name that is made
later counts from then on. The faces' readers are registered in `fluentcrm_api/apps.py`.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from subscribers.querysets import SubscriberQuerySet

# The contacts that what was kept means now. It raises Unreadable.
Reader = Callable[[Any], SubscriberQuerySet]

_readers: dict[str, Reader] = {}


class Unreadable(Exception):
    """Raised by a reader for what it cannot read, or cannot any more; the text says why."""


def register_reader(words: str, reader: Reader) -> None:
    """Have `reader` asked for what is kept in these words. To be called as the app starts."""
    _readers[words] = reader


def contacts_meant_by(words: str, kept: Any) -> SubscriberQuerySet:
    """The contacts that what was kept means now, by the statements of its reader. Raises Unreadable.

    ImproperlyConfigured if the words have no reader: no contacts, or all of them, would be a wrong answer.
    """
    if words not in _readers:
        raise ImproperlyConfigured(f"No reader of {words} is registered.")
    return _readers[words](kept)

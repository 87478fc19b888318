"""Whether the acting user may make what a request names and what does not exist yet.

Whether an unknown name is created, ignored or an error is different in each face: subscribers.api.names and
fluenzr.services.names decide. Names are made before any contact is locked (subscribers.services.locks), in the
transaction that writes the contacts, so that a refused request creates nothing.
"""

from collections.abc import Callable

# Whether the acting user has a Django permission.
May = Callable[[str], bool]


class MayNotMake(Exception):
    """The user may not create a name that does not exist yet; `what` is its kind, in the plural."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


def demand(right: str, may: May, what: str) -> None:
    """Raise MayNotMake if the user does not have the right."""
    if not may(right):
        raise MayNotMake(what)

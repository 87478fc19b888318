"""Two writes that cross: when the database ends a deadlock, the one that lost runs again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError, connection

ATTEMPTS = 4
# PostgreSQL: deadlock_detected and serialization_failure. Both leave nothing of the transaction.
LOST_THE_RACE = frozenset({"40P01", "40001"})


def retry_deadlocks(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Run a view's method again when its transaction lost a deadlock; the client learns nothing of it."""

    @wraps(handler)
    def run(*args: Any, **kwargs: Any) -> Any:
        for _ in range(ATTEMPTS - 1):
            try:
                return handler(*args, **kwargs)
            except OperationalError as error:
                lost = getattr(error.__cause__, "sqlstate", None) in LOST_THE_RACE
                if not lost or connection.in_atomic_block:
                    raise
        return handler(*args, **kwargs)

    return run

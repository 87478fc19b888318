"""When two writes conflict and the database ends one of them, that one runs again."""

import random
import sqlite3
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError, connection

ATTEMPTS = 4
# Seconds at most before the next attempt: one that is quicker than the winner's next step meets it
# in the same place again.
PAUSE = 0.05
# PostgreSQL's deadlock_detected, serialization_failure and foreign_key_violation: in the last case
# another request deleted what a row refers to after it was looked up, and the next attempt finds it
# gone. All of them leave nothing of the transaction.
LOST_THE_RACE = frozenset({"40P01", "40001", "23503"})


def retry_lost_races(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Run a view's method again if its transaction lost to another one. The client does not notice."""

    @wraps(handler)
    def run(*args: Any, **kwargs: Any) -> Any:
        for _ in range(ATTEMPTS - 1):
            try:
                return handler(*args, **kwargs)
            except DatabaseError as error:
                if not lost_the_race(error) or connection.in_atomic_block:
                    raise
            time.sleep(random.uniform(0, PAUSE))  # noqa: S311 - so that two losers do not keep step
        return handler(*args, **kwargs)

    return run


def lost_the_race(error: DatabaseError) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return True
    return getattr(cause, "sqlstate", None) in LOST_THE_RACE

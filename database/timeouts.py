"""Limits the time of a request's statements, and of their waits for locks, on PostgreSQL."""

from django.conf import settings
from django.db import connections


def limit_statements() -> None:
    """Apply STATEMENT_TIMEOUT and LOCK_TIMEOUT (seconds) to all connections that this process opens from now on.

    A statement that takes longer raises OperationalError, from psycopg's QueryCanceled or LockNotAvailable.
    """
    database = connections["default"].settings_dict
    if database["ENGINE"] != "database.postgresql":
        return
    limits = {"statement_timeout": settings.STATEMENT_TIMEOUT, "lock_timeout": settings.LOCK_TIMEOUT}
    # The options of DATABASE_URL come last and win. Without limits nothing is sent, as some poolers refuse it.
    words = [f"-c {name}={seconds}s" for name, seconds in limits.items() if seconds]
    words += filter(None, [database["OPTIONS"].get("options")])
    if words:
        database["OPTIONS"]["options"] = " ".join(words)

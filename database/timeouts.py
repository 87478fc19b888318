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
    # The options of DATABASE_URL come last and win. Without limits nothing is sent, as some poolers refuse it.
    if words := " ".join(filter(None, [limits(), database["OPTIONS"].get("options")])):
        database["OPTIONS"]["options"] = words


def lift_limits() -> None:
    """Undo limit_statements in a process that answers no requests: background work takes its time."""
    options = connections["default"].settings_dict.get("OPTIONS", {})
    own = options.pop("options", "").removeprefix(limits()).strip()
    if own:
        options["options"] = own


def limits() -> str:
    """The limits as libpq's `options` has them; empty without limits."""
    seconds = {"statement_timeout": settings.STATEMENT_TIMEOUT, "lock_timeout": settings.LOCK_TIMEOUT}
    return " ".join(f"-c {name}={limit}s" for name, limit in seconds.items() if limit)

"""How long a request's statements may take, and wait for locks, on PostgreSQL."""

from django.conf import settings
from django.db import connections


def limit_statements() -> None:
    """Hold all connections that this process makes from now on to STATEMENT_TIMEOUT and LOCK_TIMEOUT (seconds).

    A statement that takes longer raises OperationalError, from psycopg's QueryCanceled or LockNotAvailable.
    """
    database = connections["default"].settings_dict
    if database["ENGINE"] != "database.postgresql":
        return
    # What DATABASE_URL itself says comes last and wins. Nothing at all is sent where nothing is limited:
    # some poolers refuse it.
    if words := " ".join(filter(None, [limits(), database["OPTIONS"].get("options")])):
        database["OPTIONS"]["options"] = words


def lift_limits() -> None:
    """Undo limit_statements in a process that answers no requests: background work takes its time."""
    options = connections["default"].settings_dict.get("OPTIONS", {})
    own = options.pop("options", "").removeprefix(limits()).strip()
    if own:
        options["options"] = own


def limits() -> str:
    """The limits as libpq's `options` has them; empty where nothing is limited."""
    seconds = {"statement_timeout": settings.STATEMENT_TIMEOUT, "lock_timeout": settings.LOCK_TIMEOUT}
    return " ".join(f"-c {name}={limit}s" for name, limit in seconds.items() if limit)

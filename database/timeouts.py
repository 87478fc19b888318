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
    limits = {"statement_timeout": settings.STATEMENT_TIMEOUT, "lock_timeout": settings.LOCK_TIMEOUT}
    # What DATABASE_URL itself says comes last and wins. Nothing at all is sent where nothing is limited:
    # some poolers refuse it.
    words = [f"-c {name}={seconds}s" for name, seconds in limits.items() if seconds]
    words += filter(None, [database["OPTIONS"].get("options")])
    if words:
        database["OPTIONS"]["options"] = " ".join(words)

"""Temporary errors of the database: it is away, busy, full or read-only. They are answered with 503."""

import logging
import sqlite3
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.utils import Error
from django.http import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)
log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds
# Primary codes, https://sqlite.org/rescode.html
SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
# Classes of SQLSTATE (PostgreSQL's manual, appendix A): connection, authorization to connect, no such
# database, transaction rolled back, insufficient resources, object in use, operator intervention (also
# statement_timeout), system error.
POSTGRESQL = {"08", "28", "3D", "40", "53", "55", "57", "58"}
READ_ONLY_TRANSACTION = "25006"


def is_unavailable(error: BaseException | None) -> bool:
    """Whether an error comes from the state of the database, and not from the request, and is temporary."""
    if not isinstance(error, Error):
        return False
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE
    if isinstance(cause, sqlite3.Error):
        return False
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # No connection could be made, or it broke: then there is no code from the server.
        return isinstance(error, OperationalError | InterfaceError)
    return state == READ_ONLY_TRANSACTION or (isinstance(error, DatabaseError) and state[:2] in POSTGRESQL)


def log_unavailable(error: BaseException, request: Any) -> None:
    """Log one line. A traceback for each request would make the log hard to read just when it is needed."""
    log.error("No answer from the database, %s %r: %s", request.method, request.path, reason(error))


def as_logged(response: Answer) -> Answer:
    """The response, marked as logged: log_unavailable has logged it, and Django would add its own line."""
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def reason(error: BaseException) -> str:
    """The message of the database's library, on one line."""
    return " ".join(str(error).split())

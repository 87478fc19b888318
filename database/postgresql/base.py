"""Django's PostgreSQL backend, with a health check and fixed statements that cost less."""

from select import POLLIN, poll
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """A statement as it is logged: with its values, also where the server binds them."""
        return self.compose_sql(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """Whether the connection can take a statement; asked at the start of each request.

        A connection at rest has nothing to read. A server that has hung up, or said why it will,
        makes it readable: then Django's own `SELECT 1` decides. It would cost every request a round trip.
        """
        if self.connection is None:
            return False
        try:
            watch = poll()
            watch.register(self.connection.fileno(), POLLIN)
            return not watch.poll(0) or super().is_usable()
        except (psycopg.Error, OSError):
            return False

    def fixed_cursor(self) -> Any:
        """A cursor for statements whose text is always the same: PostgreSQL parses and plans them once a connection.

        Not for statements whose best plan depends on their values (a search): the plan is kept.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(psycopg.Cursor(self.connection))  # type: ignore[attr-defined]

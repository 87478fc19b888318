"""Django's PostgreSQL backend, with a cheaper health check and cheaper fixed statements."""

from select import POLLIN, poll
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """A statement as it is logged: with its values, also if the server binds them."""
        return self.compose_sql(sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """Whether the connection can run a statement. Called at the start of each request.

        An idle connection has nothing to read. If the server has closed it, or has sent an error, it is readable: only
        then Django's own `SELECT 1` decides, which would cost every request a round trip.
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
        """A cursor for statements with a fixed text: PostgreSQL parses and plans them once for each connection.

        Not for statements whose best plan depends on their values, such as a search: the plan is kept.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            return self._prepare_cursor(psycopg.Cursor(self.connection))  # type: ignore[attr-defined]

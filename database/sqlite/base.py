"""Django's SQLite backend, with cheaper statements."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

# Texts of statements: the fixed ones, and those that the ORM makes most often.
REMEMBERED = 512


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Sequence[str] | None = None) -> str:
        return (
            with_question_marks(query) if param_names is None else super().convert_query(query, param_names=param_names)
        )


@lru_cache(REMEMBERED)
def with_question_marks(query: str) -> str:
    """A statement in sqlite3's own style, converted once: each time is an eighth of what tagging a contact costs."""
    converted: str = base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
    return converted


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def run(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """The rows of one statement.

        Without Django's cursors: to make and leave one takes as long as five statements about one contact. Where somebody
        watches the statements (execute_wrapper, the log of queries) it is one of them.
        """
        if self.execute_wrappers or self.queries_logged:
            with self.cursor() as cursor:
                cursor.execute(sql, parameters)
                return cursor.fetchall() if cursor.description else []
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_thread_sharing()
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return self.connection.execute(with_question_marks(sql), parameters).fetchall()

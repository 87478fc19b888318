"""Empty the database of a running server: `python -m tests.compare.reset`, with DATABASE_URL set.

Ids count from 1 again. Users, rights, credentials and pipeline stages stay. It speaks to the database
directly: it runs before each scenario, and loading Django takes longer than all of its work.
"""

import os
import sqlite3
from contextlib import closing, suppress
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

ATTEMPTS = 20
# Also what a worker beside the server has made for itself.
KEPT = ("django_migrations", "django_content_type", "auth_", "accounts_", "pipelines_", "jobs_sweep")


def reset_sqlite(path: str) -> None:
    """Delete row by row: the server keeps its connections, so the file cannot be swapped."""
    with closing(sqlite3.connect(path, timeout=20)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        # With triggers rows go one by one, out of indexes that call functions of the server's.
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%tally%'"
        )
        counting = triggers.fetchall()
        for name, _ in counting:
            connection.execute(f'DROP TRIGGER "{name}"')
        # Only plain tables: those of a full-text index follow by their triggers.
        listed = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        for (table,) in listed.fetchall():
            if not table.startswith((*KEPT, "sqlite_")):
                connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name out of the database itself
                connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        for _, statement in counting:
            connection.execute(statement)


def reset_postgres(url: str) -> None:
    """One TRUNCATE without CASCADE, which would take a kept table along without a word."""
    with psycopg.connect(url) as connection:
        listed = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [sql.Identifier(name) for (name,) in listed if not name.startswith(KEPT)]
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(sql.SQL(", ").join(tables)))


def main() -> None:
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite:///"):
        reset_sqlite(unquote(urlsplit(url).path.removeprefix("/")))
        return
    for _ in range(ATTEMPTS):
        # A worker beside the server reads several tables, in another order.
        with suppress(psycopg.errors.DeadlockDetected):
            reset_postgres(url)
            return
    raise SystemExit(f"The database could not be emptied in {ATTEMPTS} attempts.")


if __name__ == "__main__":
    main()

"""Fixed SQL for both databases: making a statement through the ORM costs more than running it.

A set is one parameter, so that the text of a statement does not depend on the size of the set: ids are an array
(a JSON list on SQLite), rows are a JSON list of objects.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field

# The type of a model's column in a JSON object on PostgreSQL.
POSTGRESQL_TYPES = {
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "BooleanField": "boolean",
    "ForeignKey": "bigint",
    "IntegerField": "integer",
    "PositiveIntegerField": "integer",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "DecimalField": "numeric",
    "JSONField": "jsonb",
}


@cache
def is_postgresql() -> bool:
    """Whether the site's database is PostgreSQL. It is one and the same as long as the process lives."""
    return connection.vendor == "postgresql"


def any_of(*, keep_plan: bool = False) -> str:
    """The SQL after a column that compares it with a set of ids, sent as `ids_parameter(...)`.

    `keep_plan` is for a statement whose plan `execute` is to keep: PostgreSQL plans it for ten ids,
    whatever their number. Without it PostgreSQL finds each time that a plan for the ids at hand costs less.
    """
    # Of the column's own type: where PostgreSQL reads the whole table, it hashes only such a set. Any other it
    # searches from end to end for each row, 3.7 s instead of 0.03 for 30,000 ids in 30,000 rows.
    if not is_postgresql():
        return "IN (SELECT value FROM json_each(%s))"
    return "= ANY((SELECT %s::bigint[])::bigint[])" if keep_plan else "= ANY(%s::bigint[])"


def any_of_texts() -> str:
    """The same for a set of texts."""
    return "= ANY(%s::text[])" if is_postgresql() else "IN (SELECT value FROM json_each(%s))"


def folded(text: str) -> str:
    """The SQL of a text as it is compared and sorted (database.letters): by code points on both databases."""
    return f'(fold({text}) COLLATE "C")' if is_postgresql() else f"fold({text})"


def plain_address(text: str) -> str:
    """The SQL of an e-mail address as it is compared and sorted: lower-case ASCII, whatever the locale."""
    return f'lower({text} COLLATE "C")' if is_postgresql() else f"lower({text})"


def texts() -> str:
    """A row source (after FROM or JOIN) named `r` with a text in each row, as `value`, from `ids_parameter(...)`."""
    return "unnest(%s::text[]) AS r(value)" if is_postgresql() else "json_each(%s) AS r"


def ids_parameter(ids: Iterable[int | str]) -> Any:
    """The parameter for a set of ids in `any_of()`, or of texts in `any_of_texts()`."""
    return list(ids) if is_postgresql() else orjson.dumps(list(ids)).decode()


def rows_of_ids(name: str) -> str:
    """A row source (after FROM or JOIN) of this name with a column `id`, from one `ids_parameter(...)`."""
    if is_postgresql():
        return f"unnest(%s::bigint[]) AS {name} (id)"
    return f"(SELECT value AS id FROM json_each(%s)) AS {name}"


def rows_from_json(columns: Sequence[tuple[str, "Field[Any, Any]"]]) -> str:
    """A row source (after FROM or JOIN) named `r`, from one parameter: a JSON list of objects."""
    if is_postgresql():
        types = ((name, POSTGRESQL_TYPES.get(type(field).__name__, "text")) for name, field in columns)
        listed = ", ".join(f'"{name}" {kind}' for name, kind in types)
        return f"jsonb_to_recordset(%s::jsonb) AS r({listed})"
    names = ", ".join(f"json_extract(value, '$.{name}') AS \"{name}\"" for name, _ in columns)
    return f"(SELECT {names} FROM json_each(%s)) AS r"


def json_parameter(rows: Any) -> str:
    """The parameter for `rows_from_json`, and for a column of JSON."""
    return orjson.dumps(rows, default=str).decode()


def stored_datetime(value: datetime) -> Any:
    """An aware datetime as the database stores it, as a parameter of fixed SQL: on SQLite a text, in UTC.

    As `connection.ops` has it, at a tenth of the time.
    """
    return value if is_postgresql() else str(value.astimezone(UTC)).removesuffix("+00:00")


def as_datetime(value: Any) -> datetime | None:
    """A datetime as either database gives it to fixed SQL: SQLite keeps UTC without saying so."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def read_json(value: Any) -> Any:
    """JSON as either database gives it to fixed SQL: SQLite keeps a text."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def ids_of(listed: str | None) -> list[int]:
    """The ids of a text that group_concat made."""
    return orjson.loads(f"[{listed or ''}]")


def read(sql: str, *parameters: Any) -> list[Any]:
    """The rows of a statement that is one of a few fixed ones; PostgreSQL plans it once (database.postgresql)."""
    return execute(sql, *parameters, keep_plan=True)


def execute(sql: str, *parameters: Any, keep_plan: bool = False) -> list[Any]:
    """Run one statement; returns its rows, if it has any.

    Use `keep_plan` for statements with the same best plan for one row and for thousands, in an empty table and in
    a full one.
    """
    # Once, as `connection` looks for the thread's own each time that it is asked for something.
    database = connections[DEFAULT_DB_ALIAS]
    if run := getattr(database, "run", None):
        return run(sql, parameters)
    with getattr(database, "fixed_cursor" if keep_plan else "cursor", database.cursor)() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def ids_by_text(table: str, column: str, wanted: Iterable[str]) -> dict[str, list[int]]:
    """The ids, ascending, of the rows with each of the texts in a column, as `fold` compares. One statement."""
    same = f"{folded(f't.{column}')} = {folded('r.value')}"
    found: dict[str, list[int]] = {}
    for text, pk in read(
        f"SELECT r.value, t.id FROM {texts()} JOIN {table} t ON {same} ORDER BY t.id", ids_parameter(wanted)
    ):
        found.setdefault(text, []).append(pk)
    return found

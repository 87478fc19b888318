"""Values inside a JSON column, in queries of the ORM."""

from decimal import Decimal
from typing import Any

import orjson
from django.db import models
from django.db.models import F, Func


def sqlite_path(key: str) -> str | None:
    """SQLite's path to the value of a key; None if no path can name the key.

    SQLite compares a path with the text as it is in the JSON, where json.dumps may have written an ö as an escape.
    """
    return f'$."{key}"' if key.isascii() and '"' not in key and "\\" not in key else None


class JSONText(Func):
    """The value of a key of a JSON column, as text; null if there is none.

    Django's own transform treats a key of digits as an index of a list, and does not find keys outside ASCII
    on SQLite.
    """

    output_field = models.CharField()

    def __init__(self, column: str, key: str) -> None:
        self.key = key
        super().__init__(F(column))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} ->> %s)", [*params, self.key]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        if (path := sqlite_path(self.key)) is None:
            return f"(SELECT value FROM json_each({column}) WHERE key = %s)", [*params, self.key]
        return f"json_extract({column}, %s)", [*params, path]


class HasOption(Func):
    """True if the value of a key of a JSON column is one of the texts, or a list with one of them."""

    output_field = models.BooleanField()

    def __init__(self, column: str, key: str, options: list[str]) -> None:
        self.key = key
        self.options = options
        super().__init__(F(column))

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"COALESCE(({column} -> %s) ?| %s::text[], false)", [*params, self.key, self.options]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        options = orjson.dumps(self.options).decode()
        if (path := sqlite_path(self.key)) is None:
            values = "json_each(CASE f.type WHEN 'array' THEN f.value ELSE json_array(f.value) END) o"
            sql = f"""EXISTS (
                SELECT 1 FROM json_each({column}) f, {values}
                WHERE f.key = %s AND o.value IN (SELECT value FROM json_each(%s))
            )"""
            return sql, [*params, self.key, options]
        sql = f"EXISTS (SELECT 1 FROM json_each({column}, %s) WHERE value IN (SELECT value FROM json_each(%s)))"
        return sql, [*params, path, options]


class ExactNumber(models.Field):  # type: ignore[type-arg]  # it takes none at run time
    """A number of any size, compared exactly. SQLite compares exactly up to 64 bits and rounds larger numbers."""

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or connection.vendor == "postgresql":
            return value
        number = Decimal(str(value))
        whole = number == number.to_integral_value() and abs(number) < 2**63
        return int(number) if whole else float(number)

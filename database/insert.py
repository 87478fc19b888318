"""Inserting rows where some may be there already, and knowing which were new."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from database.sql import execute, json_parameter, rows_from_json, stored_datetime

INSERT_NEW = """
    INSERT INTO {table} ({columns}) SELECT {values} FROM {rows} WHERE true ORDER BY r.{order}
    ON CONFLICT DO NOTHING RETURNING id, {shown}
"""


def insert_new(rows: Sequence[models.Model], shown: str, order: str) -> list[tuple[int, str]]:
    """Insert rows of one model, but those that break one of its unique constraints; one statement, none for none.

    Returns the id, and the column `shown`, of those that are new. In the order of a column that two
    transactions share, so that they wait for each other in one direction.
    """
    if not rows:
        return []
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not (field.primary_key or field.generated)]
    sql = INSERT_NEW.format(
        table=meta.db_table,
        columns=", ".join(f'"{field.column}"' for field in fields),
        values=", ".join(f'r."{field.column}"' for field in fields),
        rows=rows_from_json([(str(field.column), field) for field in fields]),
        order=order,
        shown=shown,
    )
    return execute(sql, json_parameter([{field.column: _plain(field, row) for field in fields} for row in rows]))


def _plain(field: Any, row: models.Model) -> Any:
    value = field.pre_save(row, add=True)
    return stored_datetime(value) if hasattr(value, "tzinfo") else value

"""Inserts rows of which some may exist already, and returns which ones are new."""

from collections.abc import Sequence
from typing import Any

from django.db import models

from database.sql import execute, json_parameter, rows_from_json, stored_datetime

INSERT_NEW = """
    INSERT INTO {table} ({columns}) SELECT {values} FROM {rows} WHERE true ORDER BY r.row_number
    ON CONFLICT DO NOTHING RETURNING id, {shown}
"""


def insert_new(rows: Sequence[models.Model], shown: str) -> list[tuple[int, str]]:
    """Insert rows of one model, except those that break a unique constraint. One statement, none for no rows.

    Returns the id, and the column `shown`, of the new rows. Ids follow the order of the rows. Sort the rows by the
    unique column, so that two transactions with the same values wait for each other in one order.
    """
    if not rows:
        return []
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not (field.primary_key or field.generated)]
    sql = INSERT_NEW.format(
        table=meta.db_table,
        columns=", ".join(f'"{field.column}"' for field in fields),
        values=", ".join(f'r."{field.column}"' for field in fields),
        rows=rows_from_json([("row_number", models.IntegerField()), *((str(field.column), field) for field in fields)]),
        shown=shown,
    )
    numbered = [
        {"row_number": number, **{field.column: _plain(field, row) for field in fields}}
        for number, row in enumerate(rows)
    ]
    return execute(sql, json_parameter(numbered))


def _plain(field: Any, row: models.Model) -> Any:
    value = field.pre_save(row, add=True)
    return stored_datetime(value) if hasattr(value, "tzinfo") else value

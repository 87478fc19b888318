"""Records changes of tags, lists, companies, notes, stages and custom fields."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction

from changes.services import Entry, record


def entry_of(row: models.Model, subject: str, done: str) -> Entry:
    """An entry for a row that was `created` or `deleted`, with its title."""
    return Entry(f"{subject}_{done}", None, {"title": str(row)}, (subject, row.pk))


@contextmanager
def saving(row: models.Model, subject: str) -> Iterator[None]:
    """Record that the block created the row, or the names of the columns that it changed.

    One transaction. One statement for the entry, and one to read a row that exists.
    """
    with transaction.atomic(savepoint=False):
        before = None if row._state.adding else stored(row)
        yield
        if before is None:
            record([entry_of(row, subject, "created")])
        elif changed := changed_columns(before, row):
            record([Entry(f"{subject}_updated", None, {"columns": changed}, (subject, row.pk))])


def stored(row: models.Model) -> dict[str, Any]:
    """The columns of a row in the database, without the dates that the server sets. One statement."""
    names = [
        field.attname
        for field in row._meta.concrete_fields
        if not (field.primary_key or field.generated or getattr(field, "auto_now", False))
    ]
    return type(row)._base_manager.filter(pk=row.pk).values(*names).first() or {}


def changed_columns(before: dict[str, Any], row: models.Model) -> list[str]:
    return [name for name, value in before.items() if getattr(row, name) != value]

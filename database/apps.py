import sqlite3
from typing import Any

from django.apps import AppConfig
from django.db import models
from django.db.backends.signals import connection_created

from database.letters import fold
from database.lookups import AnyOf


def prepare_sqlite(connection: Any, **kwargs: Any) -> None:
    """Add the function `fold` to SQLite; on PostgreSQL a migration adds it.

    Also let Django use as many parameters as SQLite allows, as Django 6.0 does: with the old limit of 999, a
    thousand new companies take 26 statements.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit
        connection.connection.create_function("fold", 1, fold, deterministic=True)


class DatabaseConfig(AppConfig):
    name = "database"

    def ready(self) -> None:
        connection_created.connect(prepare_sqlite)
        models.Field.register_lookup(AnyOf)
        models.ForeignObject.register_lookup(AnyOf)

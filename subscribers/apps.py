import sqlite3
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules


def prepare_sqlite(connection: Any, **kwargs: Any) -> None:
    """Give SQLite a lower() for every script: its own knows ASCII alone (querysets.CaseBlind).

    And let Django use as many parameters as there may be, as it does itself from 6.0: with its old
    limit of 999 a thousand new companies take 26 statements.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit
        connection.connection.create_function(
            "unicode_lower", 1, lambda text: text.lower() if isinstance(text, str) else text, deterministic=True
        )


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = "Contacts"

    def ready(self) -> None:
        connection_created.connect(prepare_sqlite)
        # The admin itself finds modules named admin alone; receivers have to be imported to hear anything.
        autodiscover_modules("company_admin", "history_admin", "receivers")

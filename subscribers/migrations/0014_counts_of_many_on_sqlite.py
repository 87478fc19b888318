"""On SQLite a change of many contacts pauses the triggers of 0013, and counts them by one statement itself.

A row in the new table pauses them, within one transaction alone (segments.counting). Else it is empty. What 0013 says
of a later migration that makes one of their tables anew, holds for `make_triggers` of this one.
"""

from importlib import import_module
from typing import Any, ClassVar

from django.db import migrations

kept = import_module("subscribers.migrations.0013_kept_counts_on_sqlite")

UNLESS_PAUSED = "NOT EXISTS (SELECT 1 FROM subscribers_countspaused)"


def make_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    schema_editor.execute("CREATE TABLE IF NOT EXISTS subscribers_countspaused (id integer NOT NULL PRIMARY KEY)")
    for table, triggers in kept.TRIGGERS.items():
        for name, event, body in triggers:
            condition = f"{event} AND" if " WHEN " in event else f"{event} WHEN"
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
            schema_editor.execute(
                f"CREATE TRIGGER {table}_{name} {condition.format(table=table)} {UNLESS_PAUSED} BEGIN {body} END"
            )


def restore_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, triggers in kept.TRIGGERS.items():
        for name, _, _ in triggers:
            schema_editor.execute(f"DROP TRIGGER {table}_{name}")
    schema_editor.execute("DROP TABLE subscribers_countspaused")
    kept.make_triggers(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("subscribers", "0013_kept_counts_on_sqlite")]
    operations: ClassVar = [migrations.RunPython(make_triggers, restore_triggers, elidable=False)]

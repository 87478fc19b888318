"""The reader of `changes` starts after what happened before there were automations."""

from typing import Any

from django.db import migrations

LAST = "SELECT transaction_number, id FROM changes_change ORDER BY transaction_number DESC, id DESC LIMIT 1"


def start_after_the_last_change(apps: Any, editor: Any) -> None:
    with editor.connection.cursor() as cursor:
        cursor.execute(LAST)
        last = cursor.fetchone()
    reader = apps.get_model("automations", "Reader").objects
    # The form of changes.cursor, and "" for the start.
    reader.create(pk=1, cursor="{}.{}".format(*last) if last else "")


class Migration(migrations.Migration):
    dependencies = [
        ("automations", "0001_initial"),
        ("changes", "0003_entries"),
    ]

    operations = [migrations.RunPython(start_after_the_last_change, migrations.RunPython.noop)]

"""Search and sorting by text ask `fold`. PostgreSQL writes the table anew: a minute or two for a million contacts."""

from typing import Any, ClassVar

from django.db import migrations, models

from database.expressions import Address, EmptyFirstIndex, Fold
from subscribers.querysets import Words


def add_search_index(apps: Any, schema_editor: Any) -> None:
    """The index of migration 0002, which went with its column."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX subscribers_search ON subscribers_subscriber USING gin (search_text gin_trgm_ops)"
        )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("database", "0001_fold"),
        ("subscribers", "0006_history_moves_to_changes"),
    ]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="subscriber", name="subscribers_email_unique"),
        migrations.RunPython(migrations.RunPython.noop, add_search_index, elidable=False),
        migrations.RemoveField(model_name="subscriber", name="search_text"),
        migrations.AddField(
            model_name="subscriber",
            name="search_text",
            field=models.GeneratedField(
                expression=Words(
                    "first_name",
                    "last_name",
                    "email",
                    "phone",
                    "address_line_1",
                    "address_line_2",
                    "postal_code",
                    "city",
                    "state",
                    "country",
                ),
                output_field=models.TextField(),
                db_persist=True,
            ),
        ),
        migrations.RunPython(add_search_index, migrations.RunPython.noop, elidable=False),
        migrations.AddConstraint(
            model_name="subscriber",
            constraint=models.UniqueConstraint(Address("email"), name="subscribers_email_unique"),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=EmptyFirstIndex(models.F("last_activity"), models.F("id"), name="subscribers_last_activity"),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=EmptyFirstIndex(Fold("first_name"), models.F("id"), name="subscribers_first_name"),
        ),
        migrations.AddIndex(
            model_name="subscriber",
            index=EmptyFirstIndex(Fold("last_name"), models.F("id"), name="subscribers_last_name"),
        ),
    ]

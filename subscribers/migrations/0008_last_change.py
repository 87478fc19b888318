"""`updated_at` moves into a narrow table of its own, which a tag for everybody changes without touching contacts.

PostgreSQL neither reads the contacts a second time nor writes them anew; SQLite writes them anew, as
it does for each column that goes.
"""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

# Whoever inserts contacts, by whatever statement, inserts these rows: from the moment on at which the
# trigger is there nobody else writes contacts until the commit, so no row is missed.
# Half of a page is left free (docs/decisions/0016): a new version of each of its rows fits beside the old ones.
ON_POSTGRESQL = """
CREATE TABLE subscribers_lastchange (subscriber_id bigint NOT NULL, at timestamptz NOT NULL) WITH (fillfactor = 50);
CREATE FUNCTION subscribers_add_last_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO subscribers_lastchange (subscriber_id, at) SELECT id, created_at FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER subscribers_add_last_changes AFTER INSERT ON subscribers_subscriber
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subscribers_add_last_changes();
INSERT INTO subscribers_lastchange (subscriber_id, at) SELECT id, updated_at FROM subscribers_subscriber ORDER BY id;
ALTER TABLE subscribers_lastchange ADD PRIMARY KEY (subscriber_id), ADD CONSTRAINT subscribers_lastchange_of_contact
    FOREIGN KEY (subscriber_id) REFERENCES subscribers_subscriber (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
# As INTEGER the key is the row's own number, and there is no index beside the table.
ON_SQLITE = [
    """
    CREATE TABLE subscribers_lastchange (
        subscriber_id INTEGER NOT NULL PRIMARY KEY
            REFERENCES subscribers_subscriber (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        at datetime NOT NULL
    )
    """,
    """
    CREATE TRIGGER subscribers_add_last_change AFTER INSERT ON subscribers_subscriber BEGIN
        INSERT INTO subscribers_lastchange (subscriber_id, at) VALUES (NEW.id, NEW.created_at);
    END
    """,
    "INSERT INTO subscribers_lastchange (subscriber_id, at) SELECT id, updated_at FROM subscribers_subscriber",
]
COPY_BACK = """
    UPDATE subscribers_subscriber SET updated_at = (SELECT at FROM subscribers_lastchange WHERE subscriber_id = id)
"""


def move_out(apps: Any, schema_editor: Any) -> None:
    for sql in [ON_POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else ON_SQLITE:
        schema_editor.execute(sql, params=None)


def move_back(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(COPY_BACK)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER subscribers_add_last_changes ON subscribers_subscriber")
        schema_editor.execute("DROP FUNCTION subscribers_add_last_changes")
    else:
        # It went with the table, which was made anew for the column.
        schema_editor.execute("DROP TRIGGER IF EXISTS subscribers_add_last_change")
    schema_editor.execute("DROP TABLE subscribers_lastchange")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("subscribers", "0007_fold")]

    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(move_out, move_back, elidable=False)],
            state_operations=[
                migrations.CreateModel(
                    name="LastChange",
                    fields=[
                        (
                            "subscriber",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="last_change",
                                serialize=False,
                                to="subscribers.subscriber",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                ),
            ],
        ),
        migrations.RemoveField(model_name="subscriber", name="updated_at"),
    ]

"""Kept counts of contacts on SQLite too: the triggers that keep them, and the counts of those that are there.

A later migration that makes one of these tables anew on SQLite (as Django does for most changes of a column) loses its
triggers there, and has to run `make_triggers` again.
"""

from typing import Any, ClassVar

from django.db import migrations

LINKS = {kind: f"subscribers_subscriber{kind}" for kind in ("tag", "list")}
STATUS_OF = "(SELECT status FROM subscribers_subscriber WHERE id = {row}.subscriber_id)"


def more(kind: str, object_id: str, status: str) -> str:
    """One more: in one row, as SQLite has one writer. Not by an upsert: the policy of the statement that fires a trigger, such as INSERT OR IGNORE, takes the
    place of the trigger's own.
    """
    return f"""
        UPDATE segments_tally SET delta = delta + 1 WHERE kind = '{kind}' AND object_id = {object_id} AND status = {status};
        INSERT INTO segments_tally (kind, object_id, status, delta)
        SELECT '{kind}', {object_id}, {status}, 1 WHERE changes() = 0;
    """


def less(kind: str, object_id: str, status: str) -> str:
    return f"""
        UPDATE segments_tally SET delta = delta - 1 WHERE kind = '{kind}' AND object_id = {object_id} AND status = {status};
    """


def moved(kind: str, table: str) -> str:
    """The counts of the tags (or lists) of a contact whose status changed."""
    linked = f"(SELECT {kind}_id FROM {table} WHERE subscriber_id = NEW.id)"
    return f"""
        INSERT INTO segments_tally (kind, object_id, status, delta)
        SELECT '{kind}', {kind}_id, NEW.status, 0 FROM {table} l WHERE l.subscriber_id = NEW.id AND NOT EXISTS (
            SELECT 1 FROM segments_tally t
            WHERE t.kind = '{kind}' AND t.object_id = l.{kind}_id AND t.status = NEW.status
        );
        UPDATE segments_tally SET delta = delta + CASE status WHEN NEW.status THEN 1 ELSE -1 END
        WHERE kind = '{kind}' AND status IN (OLD.status, NEW.status) AND object_id IN {linked};
    """


# By table: the trigger's name, when it fires, what it does.
TRIGGERS = {
    "subscribers_subscriber": [
        ("tally_insert", "AFTER INSERT ON {table}", more("contact", "0", "NEW.status")),
        ("tally_delete", "AFTER DELETE ON {table}", less("contact", "0", "OLD.status")),
        (
            "tally_update",
            "AFTER UPDATE OF status ON {table} WHEN NEW.status <> OLD.status",
            less("contact", "0", "OLD.status")
            + more("contact", "0", "NEW.status")
            + "".join(moved(kind, table) for kind, table in LINKS.items()),
        ),
    ],
    **{
        table: [
            ("tally_insert", "AFTER INSERT ON {table}", more(kind, f"NEW.{kind}_id", STATUS_OF.format(row="NEW"))),
            ("tally_delete", "AFTER DELETE ON {table}", less(kind, f"OLD.{kind}_id", STATUS_OF.format(row="OLD"))),
        ]
        for kind, table in LINKS.items()
    },
}
COUNT_AFRESH = [
    "DELETE FROM segments_tally",
    """
    INSERT INTO segments_tally (kind, object_id, status, delta)
    SELECT 'contact', 0, status, count(*) FROM subscribers_subscriber GROUP BY status
    """,
    *(
        f"""
        INSERT INTO segments_tally (kind, object_id, status, delta)
        SELECT '{kind}', l.{kind}_id, s.status, count(*)
        FROM {table} l JOIN subscribers_subscriber s ON s.id = l.subscriber_id GROUP BY l.{kind}_id, s.status
        """
        for kind, table in LINKS.items()
    ),
]


def make_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, triggers in TRIGGERS.items():
        for name, event, body in triggers:
            schema_editor.execute(f"CREATE TRIGGER {table}_{name} {event.format(table=table)} BEGIN {body} END")


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for table, triggers in TRIGGERS.items():
        for name, _, _ in triggers:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
    schema_editor.execute("DELETE FROM segments_tally")


def count_afresh(apps: Any, schema_editor: Any) -> None:
    """Before the triggers, in their transaction."""
    if schema_editor.connection.vendor == "sqlite":
        for sql in COUNT_AFRESH:
            schema_editor.execute(sql)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("subscribers", "0012_contact_types"), ("segments", "0003_rename_tally")]
    operations: ClassVar = [
        migrations.RunPython(count_afresh, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(make_triggers, drop_triggers, elidable=False),
    ]

"""Kept counts of messages and clicks, and the triggers that keep them.

Triggers, as messages change by many statements: claims, outcomes, opens, and the deletion of a contact, which goes
through none of this app's code. A later migration that makes one of these tables anew on SQLite (as Django does for
most changes of a column) loses its triggers there, and has to run `make_triggers` again.
"""

from typing import Any, ClassVar

from django.db import migrations, models

# What a message counts as, by the name of the number.
COUNTED = {
    **{
        state: f"{{row}}state = '{state}'"
        for state in ("scheduled", "sending", "sent", "failed", "bounced", "unsure", "cancelled")
    },
    "opened": "{row}opened_at IS NOT NULL",
    "clicked": "{row}clicked_at IS NOT NULL",
    "unsubscribed": "{row}unsubscribed_at IS NOT NULL",
    "complained": "{row}complained_at IS NOT NULL",
}
NAMES = ", ".join(COUNTED)
WATCHED = "state, opened_at, clicked_at, unsubscribed_at, complained_at, variant, mailing_id"

# --- PostgreSQL: one trigger a statement, which adds a row to the ledger for each mailing that it changed ---
CHANGED_MESSAGES = ", ".join(
    f"coalesce(sum(number) FILTER (WHERE {condition.format(row='')}), 0) AS {name}"
    for name, condition in COUNTED.items()
)
SOMETHING = " OR ".join(f"{name} <> 0" for name in COUNTED)
MESSAGES_ON_POSTGRESQL = f"""
CREATE FUNCTION emails_count_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO emails_mailingdelta (mailing_id, variant, {NAMES})
        SELECT mailing_id, coalesce(variant, 0) AS variant, {CHANGED_MESSAGES}
        FROM (SELECT *, 1 AS number FROM new_rows) changed GROUP BY 1, 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO emails_mailingdelta (mailing_id, variant, {NAMES})
        SELECT mailing_id, coalesce(variant, 0) AS variant, {CHANGED_MESSAGES}
        FROM (SELECT *, -1 AS number FROM old_rows) changed GROUP BY 1, 2;
    ELSE
        INSERT INTO emails_mailingdelta (mailing_id, variant, {NAMES})
        SELECT * FROM (
            SELECT mailing_id, coalesce(variant, 0) AS variant, {CHANGED_MESSAGES}
            FROM (SELECT *, 1 AS number FROM new_rows UNION ALL SELECT *, -1 FROM old_rows) changed GROUP BY 1, 2
        ) numbers WHERE {SOMETHING};
    END IF;
    RETURN NULL;
END $$;
"""
CLICKS_ON_POSTGRESQL = """
CREATE FUNCTION emails_count_clicks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO emails_linkdelta (link_id, contacts, clicks)
        SELECT link_id, count(*), sum(count) FROM new_rows GROUP BY link_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO emails_linkdelta (link_id, contacts, clicks)
        SELECT link_id, -count(*), -sum(count) FROM old_rows GROUP BY link_id;
    ELSE
        INSERT INTO emails_linkdelta (link_id, contacts, clicks)
        SELECT link_id, sum(number), sum(clicks) FROM (
            SELECT link_id, 1 AS number, count AS clicks FROM new_rows UNION ALL SELECT link_id, -1, -count FROM old_rows
        ) changed GROUP BY link_id HAVING sum(number) <> 0 OR sum(clicks) <> 0;
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS_ON_POSTGRESQL = """
CREATE TRIGGER emails_count_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER emails_count_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER emails_count_update AFTER UPDATE ON {table}
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
# The ledger first: whoever moves its rows into the sums just now has them locked, and is waited for.
FORGET_ON_POSTGRESQL = """
CREATE FUNCTION emails_forget_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM emails_{kind}delta WHERE {kind}_id = OLD.id;
    DELETE FROM emails_{kind}count WHERE {kind}_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER emails_forget_counts AFTER DELETE ON emails_{kind} FOR EACH ROW EXECUTE FUNCTION emails_forget_{kind}();
"""

# --- SQLite: a trigger a row, which changes the sums. Not by an upsert: the policy of the statement that fires a trigger,
# such as INSERT OR IGNORE, takes the place of the trigger's own. ---
KEY = "mailing_id = {row}.mailing_id AND variant = coalesce({row}.variant, 0)"


def moved(sign: str, row: str) -> str:
    changes = ", ".join(f"{name} = {name} {sign} ({rule.format(row=f'{row}.')})" for name, rule in COUNTED.items())
    return f"UPDATE emails_mailingcount SET {changes} WHERE {KEY.format(row=row)};"


ZEROS = f"""
    INSERT OR IGNORE INTO emails_mailingcount (mailing_id, variant, {NAMES})
    VALUES (NEW.mailing_id, coalesce(NEW.variant, 0){", 0" * len(COUNTED)});
"""
LINK_ZEROS = "INSERT OR IGNORE INTO emails_linkcount (link_id, contacts, clicks) VALUES (NEW.link_id, 0, 0);"
CLICKED = """
    UPDATE emails_linkcount SET contacts = contacts {sign} 1, clicks = clicks {sign} {row}.count
    WHERE link_id = {row}.link_id;
"""
FORGET = "DELETE FROM emails_{kind}count WHERE {kind}_id = OLD.id;"
# By table: the trigger's name, when it fires, what it does.
ON_SQLITE = {
    "emails_message": [
        ("insert", "INSERT", ZEROS + moved("+", "NEW")),
        ("delete", "DELETE", moved("-", "OLD")),
        ("update", f"UPDATE OF {WATCHED}", moved("-", "OLD") + ZEROS + moved("+", "NEW")),
    ],
    "emails_click": [
        ("insert", "INSERT", LINK_ZEROS + CLICKED.format(sign="+", row="NEW")),
        ("delete", "DELETE", CLICKED.format(sign="-", row="OLD")),
        (
            "update",
            "UPDATE OF link_id, count",
            CLICKED.format(sign="-", row="OLD") + LINK_ZEROS + CLICKED.format(sign="+", row="NEW"),
        ),
    ],
    "emails_mailing": [("forget", "DELETE", FORGET.format(kind="mailing"))],
    "emails_link": [("forget", "DELETE", FORGET.format(kind="link"))],
}
# What there was before.
COUNTED_NOW = ", ".join(
    f"sum(CASE WHEN {condition.format(row='')} THEN 1 ELSE 0 END)" for condition in COUNTED.values()
)
COUNT_AFRESH = [
    f"""
    INSERT INTO emails_mailingcount (mailing_id, variant, {NAMES})
    SELECT mailing_id, coalesce(variant, 0), {COUNTED_NOW} FROM emails_message GROUP BY 1, 2
    """,
    """
    INSERT INTO emails_linkcount (link_id, contacts, clicks)
    SELECT link_id, count(*), sum(count) FROM emails_click GROUP BY link_id
    """,
]


def make_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        statements = [MESSAGES_ON_POSTGRESQL, CLICKS_ON_POSTGRESQL]
        for table, function in (("emails_message", "messages"), ("emails_click", "clicks")):
            statements.append(TRIGGERS_ON_POSTGRESQL.format(table=table, function=f"emails_count_{function}"))
        statements += [FORGET_ON_POSTGRESQL.format(kind=kind) for kind in ("mailing", "link")]
    else:
        statements = [
            f"CREATE TRIGGER {table}_{name} AFTER {event} ON {table} BEGIN {body} END"
            for table, triggers in ON_SQLITE.items()
            for name, event, body in triggers
        ]
    for sql in statements:
        schema_editor.execute(sql, params=None)


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for function in ("count_messages", "count_clicks", "forget_mailing", "forget_link"):
            schema_editor.execute(f"DROP FUNCTION emails_{function} CASCADE")
    else:
        for table, triggers in ON_SQLITE.items():
            for name, _, _ in triggers:
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")


def count_afresh(apps: Any, schema_editor: Any) -> None:
    """Before the triggers, in their transaction: on PostgreSQL nobody else writes messages until it commits."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("LOCK TABLE emails_message, emails_click IN SHARE MODE")
    for sql in COUNT_AFRESH:
        schema_editor.execute(sql, params=None)


KEY_FIELD: Any = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
MAILING_FIELDS: Any = [
    KEY_FIELD,
    ("mailing_id", models.BigIntegerField()),
    ("variant", models.BigIntegerField(default=0)),
    *((name, models.BigIntegerField(default=0)) for name in COUNTED),
]
LINK_FIELDS: Any = [
    KEY_FIELD,
    ("link_id", models.BigIntegerField()),
    ("contacts", models.BigIntegerField(default=0)),
    ("clicks", models.BigIntegerField(default=0)),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("emails", "0003_campaigns")]

    operations: ClassVar = [
        migrations.CreateModel(
            "MailingCount",
            MAILING_FIELDS,
            {
                "constraints": [
                    models.UniqueConstraint(fields=["mailing_id", "variant"], name="emails_mailing_count"),
                ]
            },
        ),
        migrations.CreateModel(
            "MailingDelta",
            MAILING_FIELDS,
            {"indexes": [models.Index(fields=["mailing_id"], name="emails_mailing_delta")]},
        ),
        migrations.CreateModel(
            "LinkCount",
            LINK_FIELDS,
            {"constraints": [models.UniqueConstraint(fields=["link_id"], name="emails_link_count")]},
        ),
        migrations.CreateModel(
            "LinkDelta", LINK_FIELDS, {"indexes": [models.Index(fields=["link_id"], name="emails_link_delta")]}
        ),
        migrations.RunPython(count_afresh, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(make_triggers, drop_triggers, elidable=False),
    ]

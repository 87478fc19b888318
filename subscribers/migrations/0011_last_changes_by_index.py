"""Deletes what belongs to deleted contacts by the index, whatever was planned before.

PL/pgSQL keeps a plan. One that was made for a single contact while the table was nearly empty reads the whole table
for each contact: 33,000 contacts, deleted later in the same session, took over a minute.
"""

from typing import Any, ClassVar

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION subscribers_drop_last_changes() RETURNS trigger LANGUAGE plpgsql {settings} AS $$
BEGIN
    {statement}
    RETURN NULL;
END $$;
"""
STATEMENT = "DELETE FROM subscribers_lastchange WHERE subscriber_id IN (SELECT id FROM old_rows)"
FEW = 100
# A few have a plan that is kept, and by the setting it is one of the index; many have one that is made for them.
BY_SIZE = f"""
    IF (SELECT count(*) FROM (SELECT 1 FROM old_rows LIMIT {FEW}) counted) < {FEW} THEN
        {STATEMENT};
    ELSE
        EXECUTE $statement${STATEMENT}$statement$;
    END IF;
"""


def change(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        function = FUNCTION.format(settings="SET enable_seqscan = off", statement=BY_SIZE)
        schema_editor.execute(function, params=None)


def change_back(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION.format(settings="", statement=f"{STATEMENT};"), params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("subscribers", "0010_birthdays")]

    operations: ClassVar = [migrations.RunPython(change, change_back, elidable=False)]

"""What each new and each deleted contact costs PostgreSQL besides its row, taken off again.

The narrow table of updated_at is filled by a trigger for each statement, and is emptied by one now: a foreign key
would look for the contact of each row, and delete the rows one by one. No other statement inserts or deletes there.
An index of hashes by their beginnings, which Django adds to each unique text, has no reader: hashes are compared whole.
"""

from typing import Any, ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE subscribers_lastchange DROP CONSTRAINT subscribers_lastchange_of_contact;
CREATE FUNCTION subscribers_drop_last_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM subscribers_lastchange WHERE subscriber_id IN (SELECT id FROM old_rows);
    RETURN NULL;
END $$;
CREATE TRIGGER subscribers_drop_last_changes AFTER DELETE ON subscribers_subscriber
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION subscribers_drop_last_changes();
DROP INDEX IF EXISTS subscribers_subscriber_hash_716c9d10_like;
"""
BACK = """
CREATE INDEX subscribers_subscriber_hash_716c9d10_like ON subscribers_subscriber (hash varchar_pattern_ops);
DROP TRIGGER subscribers_drop_last_changes ON subscribers_subscriber;
DROP FUNCTION subscribers_drop_last_changes;
ALTER TABLE subscribers_lastchange ADD CONSTRAINT subscribers_lastchange_of_contact
    FOREIGN KEY (subscriber_id) REFERENCES subscribers_subscriber (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""


def change(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARD, params=None)


def change_back(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACK, params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("subscribers", "0008_last_change")]

    operations: ClassVar = [migrations.RunPython(change, change_back, elidable=False)]

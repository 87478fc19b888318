"""What PostgreSQL alone needs: the index behind search, room in the pages, and the kept counts."""

from typing import Any, ClassVar

from django.db import migrations

SEARCH = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
-- GET /subscribers?search=: LIKE '%text%' on the lower-cased words of a contact.
CREATE INDEX subscribers_search ON subscribers_subscriber USING gin (search_text gin_trgm_ops);
-- Room for a new version of a row in its own page: an update that touches no index then leaves
-- the indexes alone.
ALTER TABLE subscribers_subscriber SET (fillfactor = 85);
"""

FEW = 100


def planned_by_size(rows: str, statement: str) -> str:
    """PL/pgSQL for a statement about the rows that a change touched, few of them or many.

    PL/pgSQL keeps the plan of its first call. One that was made for a single contact takes a minute
    for 20,000 of them, and one that was made for 20,000 reads the whole table for one: so a few have
    a plan that is kept, and many one that is made for their number.
    """
    return f"""
        IF (SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {FEW}) counted) < {FEW} THEN
            {statement};
        ELSE
            EXECUTE $statement${statement}$statement$;
        END IF;
    """


# segments.models.ContactCount. One trigger a statement, so that a change of a million contacts adds a few
# rows. A link's trigger locks its contacts against a change of status (FOR SHARE) until the end of
# the transaction: else a tag and a status that change at once would each be counted without the
# other. The services lock their contacts first, and harder, so this waits for nobody else.
# What moved from one status to another.
MOVED = """
    INSERT INTO segments_tally (kind, object_id, status, delta)
    WITH moved AS (
        SELECT n.id, o.status AS old_status, n.status AS new_status
        FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status
    ), counted AS (
        SELECT 'contact' AS kind, 0::bigint AS object_id, old_status, new_status FROM moved
        UNION ALL
        SELECT 'tag', l.tag_id, old_status, new_status FROM moved JOIN subscribers_subscribertag l ON l.subscriber_id = moved.id
        UNION ALL
        SELECT 'list', l.list_id, old_status, new_status FROM moved JOIN subscribers_subscriberlist l ON l.subscriber_id = moved.id
    )
    SELECT kind, object_id, status, sum(delta) FROM (
        SELECT kind, object_id, new_status AS status, 1 AS delta FROM counted
        UNION ALL
        SELECT kind, object_id, old_status, -1 FROM counted
    ) changes GROUP BY kind, object_id, status HAVING sum(delta) <> 0
"""
TALLY = """
CREATE FUNCTION subscribers_tally_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO segments_tally (kind, object_id, status, delta)
        SELECT 'contact', 0, status, count(*) FROM new_rows GROUP BY status;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO segments_tally (kind, object_id, status, delta)
        SELECT 'contact', 0, status, -count(*) FROM old_rows GROUP BY status;
    ELSE
        {moved}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER subscribers_tally_insert AFTER INSERT ON subscribers_subscriber
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subscribers_tally_contacts();
CREATE TRIGGER subscribers_tally_delete AFTER DELETE ON subscribers_subscriber
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION subscribers_tally_contacts();
CREATE TRIGGER subscribers_tally_update AFTER UPDATE ON subscribers_subscriber
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION subscribers_tally_contacts();
"""

LINKED = """
    INSERT INTO segments_tally (kind, object_id, status, delta)
    SELECT '{kind}', {kind}_id, status, {sign}count(*) FROM (
        SELECT l.{kind}_id, s.status FROM {rows} l
        JOIN subscribers_subscriber s ON s.id = l.subscriber_id ORDER BY s.id FOR SHARE OF s
    ) linked GROUP BY {kind}_id, status
"""
TALLY_OF_LINKS = """
CREATE FUNCTION subscribers_tally_{kind}s() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        {attached}
    ELSE
        {detached}
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER subscribers_tally_insert AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION subscribers_tally_{kind}s();
CREATE TRIGGER subscribers_tally_delete AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION subscribers_tally_{kind}s();
"""


def on_postgresql(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(SEARCH, params=None)
    schema_editor.execute(TALLY.format(moved=planned_by_size("new_rows", MOVED)), params=None)
    for kind in ("tag", "list"):
        attached = planned_by_size("new_rows", LINKED.format(kind=kind, sign="", rows="new_rows"))
        detached = planned_by_size("old_rows", LINKED.format(kind=kind, sign="-", rows="old_rows"))
        links = TALLY_OF_LINKS.format(
            kind=kind, table=f"subscribers_subscriber{kind}", attached=attached, detached=detached
        )
        schema_editor.execute(links, params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("subscribers", "0001_initial"), ("segments", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(on_postgresql, migrations.RunPython.noop, elidable=False)]

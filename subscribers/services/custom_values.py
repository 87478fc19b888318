"""One custom value for a set of contacts."""

from collections.abc import Iterable
from typing import Any

from changes.services import Entry
from database.sql import any_of, execute, ids_parameter, is_postgresql, json_parameter
from subscribers.services.history import record
from subscribers.services.links import atomic
from subscribers.services.locks import lock_contacts

# A value that is null is taken out, as json_patch does it.
MERGED_ON_POSTGRESQL = {"stored": "custom_values", "merged": "jsonb_strip_nulls(custom_values || %s::jsonb)"}
# json() writes a text as json_patch does: without spaces.
MERGED_ON_SQLITE = {"stored": "json(custom_values)", "merged": "json_patch(custom_values, %s)"}
MERGE = """
    UPDATE subscribers_subscriber SET custom_values = {merged}
    WHERE id {any_of} AND {stored} <> {merged} RETURNING id
"""


@atomic
def set_custom_value(ids: Iterable[int], slug: str, value: Any) -> int:
    """Give one custom field of a set of contacts one value; returns how many there are.

    Merged in the database, so that two changes of different fields lose nothing. Two statements, and
    history's. A contact that has the value already is left as it is.
    """
    locked = lock_contacts(ids)
    sql = MERGE.format(any_of=any_of(), **(MERGED_ON_POSTGRESQL if is_postgresql() else MERGED_ON_SQLITE))
    sent = json_parameter({slug: value})
    rows = execute(sql, sent, ids_parameter(locked), sent)
    record([Entry("updated", sorted(row[0] for row in rows), {"custom_values": {slug: value}})])
    return len(locked)

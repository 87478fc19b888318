"""The number of contacts: all, by status, with a tag, on a list.

Both databases keep these counts (segments.models.ContactCount): to count a million contacts takes PostgreSQL 150 ms,
and SQLite, with the statuses of all who have a tag, longer; the sum of a few kept rows takes a tenth of one.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from database.sql import any_of, any_of_texts, execute, ids_parameter, read
from segments.models import ContactList, Tag

Kind = Literal["contact", "tag", "list"]
MODELS: dict[str, Any] = {"tag": Tag, "list": ContactList}
# If a count has more rows in the ledger than this, the reader replaces them by one row. On SQLite it is always one.
FOLD_AT = 500

SUM = "SELECT CAST(coalesce(sum(delta), 0) AS bigint), count(*) FROM segments_tally WHERE kind = %s AND object_id = %s"
SUMS = """
    SELECT object_id, status, CAST(sum(delta) AS bigint), count(*) FROM segments_tally
    WHERE kind = %s AND object_id {ids} GROUP BY object_id, status
"""
# One statement, so that every reader sees the rows either before or after. SKIP LOCKED: two who
# fold at once take different rows.
FOLD = """
    WITH taken AS (
        DELETE FROM segments_tally WHERE id IN (
            SELECT id FROM segments_tally WHERE kind = %s AND object_id = %s FOR UPDATE SKIP LOCKED
        ) RETURNING kind, object_id, status, delta
    )
    INSERT INTO segments_tally (kind, object_id, status, delta)
    SELECT kind, object_id, status, sum(delta) FROM taken GROUP BY kind, object_id, status HAVING sum(delta) <> 0
"""
# A tag or list whose contacts were all deleted has no rows, or rows whose sum is 0.
LARGEST = """
    SELECT '{kind}', o.id, o.title, n.total FROM (
        SELECT object_id, CAST(sum(delta) AS bigint) AS total FROM segments_tally WHERE kind = '{kind}'
        GROUP BY object_id ORDER BY total DESC, object_id LIMIT %s
    ) n JOIN {table} o ON o.id = n.object_id WHERE n.total > 0
"""


class Counted(NamedTuple):
    """A tag or list with its number of contacts."""

    id: int
    title: str
    contacts: int


def count_contacts(kind: Kind = "contact", object_id: int = 0, statuses: Sequence[str] | None = None) -> int:
    """The number of contacts, of all or of a tag or list, with any status or one of `statuses`. One statement."""
    sql, values = SUM, [kind, object_id]
    if statuses is not None:
        sql, values = f"{SUM} AND status {any_of_texts()}", [*values, ids_parameter(statuses)]
    [(total, rows)] = read(sql, *values)
    if rows > FOLD_AT:
        execute(FOLD, kind, object_id)
    counted: int = total
    return counted


def counts_by_status(kind: Kind, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The number of contacts of each status, for each of the tags or lists; of all contacts by id 0. One statement."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    sums = read(SUMS.format(ids=any_of(keep_plan=True)), kind, ids_parameter(ids))
    for object_id, status, total, _ in sums:
        counts[object_id][status] = total
    for object_id in {row[0] for row in sums if row[3] > FOLD_AT}:
        execute(FOLD, kind, object_id)
    return counts


def totals(kind: Kind, ids: Sequence[int]) -> dict[int, int]:
    """The number of contacts, with any status, of each of the tags or lists. One statement."""
    return {pk: sum(counts.values()) for pk, counts in counts_by_status(kind, ids).items()}


def contacts_by_status() -> dict[str, int]:
    """The number of all contacts of each status. One statement."""
    return counts_by_status("contact", [0])[0]


def largest(limit: int) -> dict[str, list[Counted]]:
    """The tags and the lists with the most contacts. One statement for both."""
    found: dict[str, list[Counted]] = {kind: [] for kind in MODELS}
    parts = (LARGEST.format(kind=kind, table=model._meta.db_table) for kind, model in MODELS.items())
    both = " UNION ALL ".join(f"SELECT * FROM ({part}) k" for part in parts)
    for kind, *row in read(both, *[limit] * len(MODELS)):
        found[kind].append(Counted(*row))
    return {kind: sorted(rows, key=lambda row: (-row.contacts, row.id)) for kind, rows in found.items()}

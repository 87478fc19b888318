"""What is locked before it is written, and in which order: two writes that cross wait for each other, never in a circle.

The order of everything that locks, in every app:

1. names that are made (tags, lists, companies, custom fields), each kind by its unique column;
2. stages, then tags, lists and companies that contacts are linked to or that are deleted, each upward by id;
3. contacts, upward by id, and after them new contacts in the order of their addresses;
4. what belongs to contacts: links, notes, events, history.

Whoever links contacts holds the other side first (`hold`), which many can do at once; whoever
deletes a tag, list, company or stage locks it alone, and then its contacts. A company that may
become a contact's primary one, as another goes, counts as linked.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from changes.services import Gone
from database.sql import among, execute, ids_parameter, is_postgresql

HOLD = """
    SELECT kind, id FROM (SELECT 1 AS kind, id FROM segments_tag WHERE id {among} ORDER BY id {lock}) t
    UNION ALL
    SELECT kind, id FROM (SELECT 2 AS kind, id FROM segments_contactlist WHERE id {among} ORDER BY id {lock}) l
    UNION ALL
    SELECT kind, id FROM (SELECT 3 AS kind, id FROM companies_company WHERE id {among} ORDER BY id {lock}) c
"""


@dataclass(frozen=True)
class Held:
    """The ids that there are of those asked for; they stay until the transaction ends."""

    tags: Sequence[int] = ()
    lists: Sequence[int] = ()
    companies: Sequence[int] = ()


def hold(*, tags: Collection[int] = (), lists: Collection[int] = (), companies: Collection[int] = ()) -> Held:
    """Keep tags, lists and companies from being deleted until the transaction ends. One statement, none for none.

    To be called before any contact is locked.
    """
    if not (tags or lists or companies):
        return Held()
    sql = HOLD.format(among=among(), lock="FOR KEY SHARE" if is_postgresql() else "")
    rows = execute(sql, ids_parameter(tags), ids_parameter(lists), ids_parameter(companies), keep_plan=True)
    return Held(*([pk for kind, pk in rows if kind == wanted] for wanted in (1, 2, 3)))


def lock_contacts(ids: Iterable[int], *, to_delete: bool = False) -> list[int]:
    """The ids that contacts have, upward; they cannot change or go until the transaction ends.

    `to_delete` locks as lock_to_delete does. One statement, two to delete.
    """
    if to_delete:
        return [contact.id for contact in lock_to_delete(ids)]
    suffix = " FOR NO KEY UPDATE" if is_postgresql() else ""
    sql = f"SELECT id FROM subscribers_subscriber WHERE id {among()} ORDER BY id{suffix}"
    return [row[0] for row in execute(sql, ids_parameter(ids))]


def lock_to_delete(ids: Iterable[int]) -> list[Gone]:
    """The contacts that there are, upward by id, and the companies that they own locked first. Two statements.

    Others can neither change them nor add rows that refer to them until the transaction ends.
    """
    chosen = ids_parameter(ids)
    suffix = ""
    if is_postgresql():
        suffix = " FOR UPDATE"
        execute(f"SELECT id FROM companies_company WHERE owner_id {among()} ORDER BY id FOR UPDATE", chosen)
    sql = f"SELECT id, email, hash FROM subscribers_subscriber WHERE id {among()} ORDER BY id{suffix}"
    return [Gone(*row) for row in execute(sql, chosen)]

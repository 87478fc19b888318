"""What is locked before it is written, and in which order: two writes that cross wait for each other, never in a circle.

The order of everything that locks, in every app:

1. names that are made (tags, lists, companies, custom fields), each kind by its unique column;
2. stages, then tags, lists and companies that contacts are linked to or that are deleted, and e-mail sequences, each
   upward by id;
3. contacts, upward by id, and after them new contacts in the order of their addresses;
4. what belongs to contacts: links, notes, events, history.

Whoever links contacts holds the other side first (`hold`), which many can do at once; whoever
deletes a tag, list, company or stage locks it alone, and then its contacts. A company that may
become a contact's primary one, as another goes, counts as linked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from database.sql import any_of, execute, ids_of, ids_parameter, is_postgresql
from segments.counting import STATUSES, read_statuses, statuses_of
from subscribers.models import Subscriber

# By the name of a kind, in their order: a part for each kind that is asked for.
TABLES = {"tags": "segments_tag", "lists": "segments_contactlist", "companies": "companies_company"}
# Rows in one text, which Python takes apart sooner than it fetches 10,000 rows.
SET = "SELECT group_concat(id), NULL FROM {table} WHERE id {any_of}"
PART = "SELECT {kind} AS kind, id FROM (SELECT id FROM {table} WHERE id {any_of} ORDER BY id {lock}) part"


@dataclass(frozen=True)
class Held:
    """The ids that there are of those asked for; they stay until the transaction ends."""

    tags: Sequence[int] = ()
    lists: Sequence[int] = ()
    companies: Sequence[int] = ()
    # Of the contacts that are locked with them; on SQLite alone, which counts by them (segments.counting).
    statuses: Mapping[int, str] = field(default_factory=dict)


def hold(*, tags: Collection[int] = (), lists: Collection[int] = (), companies: Collection[int] = ()) -> Held:
    """Keep tags, lists and companies from being deleted until the transaction ends. One statement, none for none.

    To be called before any contact is locked.
    """
    return _lock({"tags": tags, "lists": lists, "companies": companies}, ())[0]


def hold_and_lock(
    contacts: Iterable[int],
    *,
    tags: Collection[int] = (),
    lists: Collection[int] = (),
    companies: Collection[int] = (),
) -> tuple[Held, list[int]]:
    """`hold` and then `lock_contacts`, in one statement."""
    return _lock({"tags": tags, "lists": lists, "companies": companies}, list(contacts))


def _lock(targets: Mapping[str, Collection[int]], contacts: Collection[int]) -> tuple[Held, list[int]]:
    """The parts of a UNION ALL are run one after the other, in their order."""
    asked = {kind: ids for kind, ids in targets.items() if ids}
    if not asked and not contacts:
        return Held(), []
    if not is_postgresql():
        return _read(asked, contacts)
    parameters = [ids_parameter(ids) for ids in (*asked.values(), contacts) if ids]
    same = any_of(keep_plan=True)
    parts = [PART.format(kind=f"'{kind}'", table=TABLES[kind], any_of=same, lock="FOR KEY SHARE") for kind in asked]
    if contacts:
        # NULL, as a word with each of a million takes time.
        parts.append(PART.format(kind="NULL", table="subscribers_subscriber", any_of=same, lock="FOR NO KEY UPDATE"))
    rows = execute(" UNION ALL ".join(parts), *parameters, keep_plan=True)
    locked = [pk for kind, pk in rows if kind is None]
    found: dict[str, Any] = {kind: [] for kind in TABLES}
    for kind, pk in rows[: len(rows) - len(locked)]:
        found[kind].append(pk)
    return Held(**found), locked


def _read(asked: Mapping[str, Collection[int]], contacts: Collection[int]) -> tuple[Held, list[int]]:
    """The same on SQLite, whose one writer has nothing to lock: a row a kind, and one for the contacts."""
    parts = [SET.format(table=TABLES[kind], any_of=any_of()) for kind in asked]
    if contacts:
        parts.append(STATUSES)
    rows = execute(" UNION ALL ".join(parts), *(ids_parameter(ids) for ids in (*asked.values(), contacts) if ids))
    statuses = statuses_of(*rows.pop()) if contacts else {}
    found: dict[str, Any] = {kind: sorted(ids_of(ids)) for kind, (ids, _) in zip(asked, rows, strict=True)}
    return Held(statuses=statuses, **found), sorted(statuses)


def lock_contacts(ids: Iterable[int], *, to_delete: bool = False) -> list[int]:
    """The ids that contacts have, upward; they cannot change or go until the transaction ends.

    `to_delete` locks as lock_to_delete does. One statement, two to delete.
    """
    if to_delete:
        return lock_to_delete(ids)
    return hold_and_lock(ids)[1]


def lock_statuses(ids: Iterable[int]) -> dict[int, str]:
    """Lock contacts as lock_contacts does; the status of each, by id, upward. One statement."""
    return lock_column(ids, "status") if is_postgresql() else dict(sorted(read_statuses(list(ids)).items()))


def lock_column(ids: Iterable[int], column: str) -> dict[int, Any]:
    """Lock contacts as lock_contacts does; what each has in a column, by id, upward. One statement."""
    contacts = Subscriber.objects.filter(pk__any_of=ids).order_by("pk").select_for_update(no_key=True)
    return dict(contacts.values_list("pk", column))


def lock_to_delete(ids: Iterable[int]) -> list[int]:
    """The contacts that there are, upward by id, and the companies that they own locked first. Two statements.

    Others can neither change them nor add rows that refer to them until the transaction ends.
    """
    chosen = ids_parameter(ids)
    suffix = ""
    if is_postgresql():
        suffix = " FOR UPDATE"
        owned = f"SELECT id FROM companies_company WHERE owner_id {any_of()} ORDER BY id FOR UPDATE"
        execute(owned, chosen, keep_plan=True)
    sql = f"SELECT id FROM subscribers_subscriber WHERE id {any_of()} ORDER BY id{suffix}"
    return [pk for (pk,) in execute(sql, chosen, keep_plan=True)]

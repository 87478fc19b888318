"""The rows that link contacts to tags, lists and companies, by one statement for a set."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from database.sql import (
    any_of,
    execute,
    ids_of,
    ids_parameter,
    is_postgresql,
    json_parameter,
    rows_from_json,
    rows_of_ids,
    stored_datetime,
)
from segments.counting import many_on_sqlite
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag
from subscribers.services.locks import TABLES

Kind = Literal["tags", "lists", "companies"]
# The contacts who got or lost each tag, list or company.
Links = Mapping[int, list[int]]
# The table of a kind of link, its column beside subscriber_id, the table that this names, and the index of both.
LINKS: Mapping[str, Mapping[str, str]] = {
    "tags": {
        "links": SubscriberTag._meta.db_table,
        "target": "tag_id",
        "targets": TABLES["tags"],
        "index": "subscribers_of_tag",
    },
    "lists": {
        "links": SubscriberList._meta.db_table,
        "target": "list_id",
        "targets": TABLES["lists"],
        "index": "subscribers_of_list",
    },
    "companies": {
        "links": SubscriberCompany._meta.db_table,
        "target": "company_id",
        "targets": TABLES["companies"],
        "index": "subscribers_of_company",
    },
}

ATTACH = """
    INSERT INTO {links} (subscriber_id, {target}, created_at)
    SELECT s.id, t.id, %s FROM {contacts} CROSS JOIN {others} WHERE true
    ON CONFLICT (subscriber_id, {target}) DO NOTHING RETURNING {found}
"""
ATTACH_PAIRS = """
    INSERT INTO {links} (subscriber_id, {target}, created_at)
    SELECT r.subscriber, r.target, %s FROM {rows} WHERE {known}
    ON CONFLICT (subscriber_id, {target}) DO NOTHING RETURNING subscriber_id, {target}
"""
# On PostgreSQL what is attached is held, and so is there.
KNOWN_ON_SQLITE = "r.target IN (SELECT id FROM {targets})"
DETACH = "DELETE FROM {links} WHERE subscriber_id {any_of} AND {target} {any_of} RETURNING {found}"
# Many on SQLite: found in one row, and deleted by the key of the link. RETURNING takes 10,000 rows a quarter longer.
FIND = """
    SELECT group_concat(l.id), group_concat(l.subscriber_id){of}
    FROM json_each(%s) c CROSS JOIN {links} l INDEXED BY {index} WHERE l.subscriber_id = c.value AND l.{target} {any_of}
"""
DELETE = "DELETE FROM {links} WHERE id {any_of}"
DETACH_PAIRS = """
    DELETE FROM {links} WHERE (subscriber_id, {target}) IN (SELECT r.subscriber, r.target FROM {rows})
    RETURNING subscriber_id, {target}
"""
LINKED = "SELECT DISTINCT subscriber_id FROM {links} WHERE {target} {any_of}"
CLEAR = "DELETE FROM {links} WHERE {target} {any_of} RETURNING {found}"
# Part of the caller's transaction where there is one: what fails here ends the whole of it, and no
# savepoint is paid for. Whoever wants to go on after a failure puts a block of their own around the call.
atomic = transaction.atomic(savepoint=False)


def attach_to_each(kind: Kind, contacts: Sequence[int], targets: Collection[int]) -> Links:
    """Link each of the contacts, which are locked, to each of the targets, which are held; returns what is new."""
    if not contacts or not targets:
        return {}
    sql = ATTACH.format(contacts=rows_of_ids("s"), others=rows_of_ids("t"), found=found(kind, targets), **LINKS[kind])
    rows = execute(
        sql, stored_datetime(timezone.now()), ids_parameter(contacts), ids_parameter(targets), keep_plan=True
    )
    return by_target(rows, targets)


def detach_from_each(kind: Kind, contacts: Sequence[int], targets: Collection[int]) -> Links:
    """Unlink each of the contacts, which are locked, from each of the targets; returns what was there."""
    if not contacts or not targets:
        return {}
    if many_on_sqlite(len(contacts)):
        return detach_many(kind, contacts, targets)
    sql = DETACH.format(any_of=any_of(), found=found(kind, targets), **LINKS[kind])
    return by_target(execute(sql, ids_parameter(contacts), ids_parameter(targets)), targets)


def detach_many(kind: Kind, contacts: Sequence[int], targets: Collection[int]) -> Links:
    of = "" if len(targets) == 1 else f", group_concat(l.{LINKS[kind]['target']})"
    find = FIND.format(of=of, any_of=any_of(), **LINKS[kind])
    [row] = execute(find, ids_parameter(contacts), ids_parameter(targets))
    links, unlinked, *unlinked_from = map(ids_of, row)
    execute(DELETE.format(any_of=any_of(), **LINKS[kind]), ids_parameter(links))
    if unlinked_from:
        return by_target(list(zip(unlinked, *unlinked_from, strict=True)))
    return dict.fromkeys(targets, unlinked) if unlinked else {}


def attach_pairs(kind: Kind, pairs: Collection[tuple[int, int]]) -> Links:
    """Link contacts, which are locked, each to its own targets, which are held; returns what is new."""
    return change_pairs({f"{kind}_attached": pairs})[f"{kind}_attached"]


def change_pairs(wanted: Mapping[str, Collection[tuple[int, int]]]) -> dict[str, Links]:
    """Link contacts, which are locked, each to its own targets, which are held, and unlink them from others.

    By the word of history ("tags_attached", "lists_detached"); no pair is under two of them. Returns
    what is new and what is gone, in the same way. One statement; on SQLite one for each word with pairs.
    """
    changed: dict[str, Links] = {word: {} for word in wanted}
    statements: dict[str, tuple[str, list[Any]]] = {}
    for word, pairs in wanted.items():
        kind, _, way = word.partition("_")
        if pairs:
            rows = json_parameter([{"subscriber": contact, "target": target} for contact, target in pairs])
            time = [stored_datetime(timezone.now())] if way == "attached" else []
            statements[word] = change_sql(kind, way), [*time, rows]
    # How a table is read for what goes depends on its size.
    keep_plan = not any(word.endswith("_detached") for word in statements)
    if len(statements) < 2 or not is_postgresql():
        for word, (sql, parameters) in statements.items():
            changed[word] = by_target(execute(sql, *parameters, keep_plan=keep_plan))
        return changed
    parts = ", ".join(f"{word} AS ({sql})" for word, (sql, _) in statements.items())
    union = " UNION ALL ".join(f"SELECT '{word}', * FROM {word}" for word in statements)
    everything = [parameter for _, parameters in statements.values() for parameter in parameters]
    pairs_of: dict[str, list[tuple[int, int]]] = {word: [] for word in wanted}
    for word, contact, target in execute(f"WITH {parts} {union}", *everything, keep_plan=keep_plan):
        pairs_of[word].append((contact, target))
    return {word: by_target(pairs) for word, pairs in pairs_of.items()}


@cache
def change_sql(kind: str, way: str) -> str:
    if way == "detached":
        return DETACH_PAIRS.format(rows=pair_rows(), **LINKS[kind])
    known = "true" if is_postgresql() else KNOWN_ON_SQLITE.format(**LINKS[kind])
    return ATTACH_PAIRS.format(rows=pair_rows(), known=known, **LINKS[kind])


def contacts_linked_to(kind: Kind, targets: Iterable[int]) -> list[int]:
    return [pk for (pk,) in execute(LINKED.format(any_of=any_of(), **LINKS[kind]), ids_parameter(targets))]


def detach_from_all(kind: Kind, targets: Collection[int]) -> Links:
    sql = CLEAR.format(any_of=any_of(), found=found(kind, targets), **LINKS[kind])
    return by_target(execute(sql, ids_parameter(targets)), targets)


def found(kind: Kind, targets: Collection[int]) -> str:
    """The columns to return of links with some targets: of a single one nobody has to ask which it is."""
    return "subscriber_id" if len(targets) == 1 else f"subscriber_id, {LINKS[kind]['target']}"


def by_target(rows: Sequence[Any], targets: Collection[int] = ()) -> Links:
    """The contacts of each target, out of rows of a contact and its target; without it where there is one of `targets`."""
    if not rows:
        return {}
    if len(targets) == 1:
        return {target: [contact for (contact,) in rows] for target in targets}
    links: dict[int, list[int]] = defaultdict(list)
    for contact, target in rows:
        links[target].append(contact)
    return links


def contacts_of(links: Links) -> list[int]:
    """The contacts of some links, each once, upward by id."""
    return sorted(set().union(*links.values()))


def without(ids: Iterable[int], others: Iterable[int]) -> list[int]:
    left_out = set(others)
    return [pk for pk in ids if pk not in left_out]


def pair_parameter(pairs: Iterable[tuple[int, int]]) -> str | None:
    rows = [{"subscriber": contact, "target": target} for contact, target in pairs]
    return json_parameter(rows) if rows else None


def pair_rows() -> str:
    """A row source `r` of contacts (`subscriber`) and what each is linked to (`target`)."""
    integer = Subscriber._meta.get_field("contact_owner")
    return rows_from_json([("subscriber", integer), ("target", integer)])

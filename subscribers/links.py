"""What links contacts to tags, lists and companies. As in services: a set, one transaction, exact history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from changes.services import Entry
from database.sql import among, execute, ids_parameter, json_parameter, moment, rows_from_json, rows_of_ids
from segments.models import Segment, Tag
from subscribers.history import each, record
from subscribers.locks import hold, lock_contacts
from subscribers.models import Subscriber, SubscriberCompany, SubscriberList, SubscriberTag

Kind = Literal["tags", "lists", "companies"]
# A contact and the tag, list or company that it got or lost.
Pairs = list[tuple[int, int]]

# The table of a kind of link, and its column beside subscriber_id.
LINKS: Mapping[str, Mapping[str, str]] = {
    "tags": {"links": SubscriberTag._meta.db_table, "target": "tag_id"},
    "lists": {"links": SubscriberList._meta.db_table, "target": "list_id"},
    "companies": {"links": SubscriberCompany._meta.db_table, "target": "company_id"},
}

ATTACH = """
    INSERT INTO {links} (subscriber_id, {target}, created_at)
    SELECT s.id, t.id, %s FROM {contacts} CROSS JOIN {others} WHERE true
    ON CONFLICT (subscriber_id, {target}) DO NOTHING RETURNING subscriber_id, {target}
"""
ATTACH_PAIRS = """
    INSERT INTO {links} (subscriber_id, {target}, created_at)
    SELECT r.subscriber, r.target, %s FROM {rows} WHERE true
    ON CONFLICT (subscriber_id, {target}) DO NOTHING RETURNING subscriber_id, {target}
"""
DETACH = "DELETE FROM {links} WHERE subscriber_id {among} AND {target} {among} RETURNING subscriber_id, {target}"
DETACH_PAIRS = """
    DELETE FROM {links} WHERE (subscriber_id, {target}) IN (SELECT r.subscriber, r.target FROM {rows})
    RETURNING subscriber_id, {target}
"""
LINKED = "SELECT DISTINCT subscriber_id FROM {links} WHERE {target} {among}"
CLEAR = "DELETE FROM {links} WHERE {target} {among} RETURNING subscriber_id, {target}"

COMPANIES_OF_CONTACTS = "SELECT DISTINCT company_id FROM subscribers_subscribercompany WHERE subscriber_id {among}"
COMPANIES_OF_MEMBERS = """
    SELECT DISTINCT other.company_id FROM subscribers_subscribercompany member
    JOIN subscribers_subscribercompany other ON other.subscriber_id = member.subscriber_id WHERE member.company_id {among}
"""
SET_PRIMARY = """
    UPDATE subscribers_subscriber SET company_id = r.target, updated_at = %s FROM {rows}
    WHERE subscribers_subscriber.id = r.subscriber AND coalesce(subscribers_subscriber.company_id, 0) <> r.target
    RETURNING subscribers_subscriber.id
"""
# Whoever belongs to a company has a primary one: the first that there is.
CHOOSE_PRIMARY = """
    UPDATE subscribers_subscriber SET company_id = (
        SELECT min(l.company_id) FROM subscribers_subscribercompany l WHERE l.subscriber_id = subscribers_subscriber.id
    ), updated_at = %s WHERE id {among} AND ({condition}) RETURNING id
"""

# Part of the caller's transaction where there is one: what fails here ends the whole of it, and no
# savepoint is paid for. Whoever wants to go on after a failure puts a block of their own around the call.
atomic = transaction.atomic(savepoint=False)


def attach_tags(ids: Iterable[int], tags: Collection[int]) -> int:
    """Give each of the contacts each of the tags; what is not there is left out. Returns how many contacts there are.

    Three statements, and history's.
    """
    return sync_segments(ids, "tags", tags, ())


def attach_lists(ids: Iterable[int], lists: Collection[int]) -> int:
    """Put each of the contacts on each of the lists, as attach_tags does."""
    return sync_segments(ids, "lists", lists, ())


def detach_tags(ids: Iterable[int], tags: Collection[int]) -> int:
    """Take each of the tags from each of the contacts. Returns how many contacts there are.

    Two statements, and history's.
    """
    return sync_segments(ids, "tags", (), tags)


def detach_lists(ids: Iterable[int], lists: Collection[int]) -> int:
    """Take each of the contacts off each of the lists, as detach_tags does."""
    return sync_segments(ids, "lists", (), lists)


@atomic
def sync_segments(
    ids: Iterable[int], kind: Literal["tags", "lists"], attach: Collection[int], detach: Collection[int]
) -> int:
    """Attach tags (or lists) to each of the contacts and detach others; what is in both ends attached.

    Returns how many contacts there are. At most four statements, and history's.
    """
    held = hold(tags=attach) if kind == "tags" else hold(lists=attach)
    locked = lock_contacts(ids)
    attached = attach_to_each(kind, locked, held.tags if kind == "tags" else held.lists)
    detached = detach_from_each(kind, locked, without(detach, attach))
    entries = each(f"{kind}_attached", attached, "targets") + each(f"{kind}_detached", detached, "targets")
    record(entries, moves=contacts_of(attached, detached))
    return len(locked)


@atomic
def attach_companies(ids: Iterable[int], companies: Collection[int]) -> list[int]:
    """Make each of the contacts belong to each of the companies; their first one becomes the primary one.

    Returns the contacts that were in at least one of them not yet. Four statements, and history's.
    """
    held = hold(companies=companies)
    attached = attach_to_each("companies", lock_contacts(ids), held.companies)
    joined = contacts_of(attached)
    chosen = choose_primary(joined, "company_id IS NULL")
    record(each("companies_attached", attached, "companies"), moves=without(joined, chosen))
    return joined


@atomic
def choose_companies(choices: Mapping[int, int]) -> None:
    """Make each contact (the key) belong to its own company (the value), as its primary one.

    Contacts and companies that there are not are left out. Four statements, and history's.
    """
    held = set(hold(companies=set(choices.values())).companies)
    pairs = [(pk, choices[pk]) for pk in lock_contacts(choices) if choices[pk] in held]
    attached = attach_pairs("companies", pairs)
    moved = set_primary(pairs)
    joined = contacts_of(attached)
    entries = each("companies_attached", attached, "companies")
    entries.append(Entry("updated", without(moved, joined), {"columns": ["company_id"]}))
    record(entries, moves=without(joined, moved))


@atomic
def detach_companies(ids: Iterable[int], companies: Collection[int]) -> list[int]:
    """Take each of the contacts out of each of the companies; the next one becomes the primary one.

    Returns the contacts that were in one of them. Five statements, and history's.
    """
    chosen = list(ids)
    hold_companies_of(chosen)
    locked = lock_contacts(chosen)
    return _leave_companies(locked, detach_from_each("companies", locked, companies), companies)


def hold_companies_of(contacts: Iterable[int]) -> None:
    """Hold the companies of contacts who are about to leave one: another may become the primary one. Two statements."""
    rows = execute(COMPANIES_OF_CONTACTS.format(among=among()), ids_parameter(contacts))
    hold(companies=[pk for (pk,) in rows])


def companies_of_members(companies: Iterable[int]) -> list[int]:
    """All companies of the contacts who belong to some: one that stays may become the primary one. One statement."""
    return [pk for (pk,) in execute(COMPANIES_OF_MEMBERS.format(among=among()), ids_parameter(companies))]


def leave_companies(names: Mapping[int, str]) -> list[int]:
    """Take everybody out of companies that are about to be deleted; returns who was in one.

    `names` are their names, by id; they and the other companies of their contacts are locked by the
    caller. Four statements, and history's, which tells each of the contacts the name.
    """
    locked = lock_contacts(_linked("companies", names))
    named = {pk: {"name": name, "deleted": True} for pk, name in names.items()}
    return _leave_companies(locked, _clear("companies", names), names, named)


def _leave_companies(
    locked: Sequence[int], left: Pairs, companies: Collection[int], named: Mapping[int, Any] | None = None
) -> list[int]:
    chosen = choose_primary(locked, f"company_id {among()}", ids_parameter(companies))
    gone = contacts_of(left)
    record(each("companies_detached", left, "companies", named), moves=without(gone, chosen))
    return gone


@atomic
def leave_segments(model: type[Segment], titles: Mapping[int, str]) -> None:
    """Take tags (or lists) that are about to be deleted from everybody. Three statements, and history's.

    `titles` are their titles, by id; they are locked by the caller. History tells each of the contacts the title.
    """
    kind: Kind = "tags" if model is Tag else "lists"
    lock_contacts(_linked(kind, titles))
    left = _clear(kind, titles)
    named = {pk: {"title": title, "deleted": True} for pk, title in titles.items()}
    record(each(f"{kind}_detached", left, "targets", named), moves=contacts_of(left))


def attach_to_each(kind: Kind, contacts: Sequence[int], targets: Collection[int]) -> Pairs:
    """Link each of the contacts, which are locked, to each of the targets, which are held; returns what is new."""
    if not contacts or not targets:
        return []
    sql = ATTACH.format(contacts=rows_of_ids("s"), others=rows_of_ids("t"), **LINKS[kind])
    return execute(sql, moment(timezone.now()), ids_parameter(contacts), ids_parameter(targets), keep_plan=True)


def detach_from_each(kind: Kind, contacts: Sequence[int], targets: Collection[int]) -> Pairs:
    """Unlink each of the contacts, which are locked, from each of the targets; returns what was there."""
    if not contacts or not targets:
        return []
    return execute(DETACH.format(among=among(), **LINKS[kind]), ids_parameter(contacts), ids_parameter(targets))


def attach_pairs(kind: Kind, pairs: Iterable[tuple[int, int]]) -> Pairs:
    """Link contacts, which are locked, each to its own targets, which are held; returns what is new."""
    rows = _pair_parameter(pairs)
    if rows is None:
        return []
    sql = ATTACH_PAIRS.format(rows=_pair_rows(), **LINKS[kind])
    return execute(sql, moment(timezone.now()), rows, keep_plan=True)


def detach_pairs(kind: Kind, pairs: Iterable[tuple[int, int]]) -> Pairs:
    """Unlink contacts, which are locked, each from its own targets; returns what was there."""
    rows = _pair_parameter(pairs)
    return [] if rows is None else execute(DETACH_PAIRS.format(rows=_pair_rows(), **LINKS[kind]), rows)


def set_primary(pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Give each contact its own primary company; returns those who had another."""
    rows = _pair_parameter(pairs)
    if rows is None:
        return []
    return [pk for (pk,) in execute(SET_PRIMARY.format(rows=_pair_rows()), moment(timezone.now()), rows)]


def choose_primary(contacts: Sequence[int], condition: str, *parameters: Any) -> list[int]:
    """Give those of the contacts who fit the condition their first company, or none; returns who they are."""
    if not contacts:
        return []
    sql = CHOOSE_PRIMARY.format(among=among(), condition=condition)
    return [pk for (pk,) in execute(sql, moment(timezone.now()), ids_parameter(contacts), *parameters)]


def contacts_of(*pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The contacts of some links, each once, upward by id."""
    return sorted({contact for some in pairs for contact, _ in some})


def without(ids: Iterable[int], others: Iterable[int]) -> list[int]:
    left_out = set(others)
    return [pk for pk in ids if pk not in left_out]


def _linked(kind: Kind, targets: Iterable[int]) -> list[int]:
    return [pk for (pk,) in execute(LINKED.format(among=among(), **LINKS[kind]), ids_parameter(targets))]


def _clear(kind: Kind, targets: Iterable[int]) -> Pairs:
    return execute(CLEAR.format(among=among(), **LINKS[kind]), ids_parameter(targets))


def _pair_parameter(pairs: Iterable[tuple[int, int]]) -> str | None:
    rows = [{"subscriber": contact, "target": target} for contact, target in pairs]
    return json_parameter(rows) if rows else None


def _pair_rows() -> str:
    """A row source `r` of contacts (`subscriber`) and what each is linked to (`target`)."""
    integer = Subscriber._meta.get_field("contact_owner")
    return rows_from_json([("subscriber", integer), ("target", integer)])

"""Companies of contacts: attached, detached, left, and which one is the primary one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from changes.services import Entry
from database.sql import any_of, execute, ids_parameter
from subscribers.services.history import each, record
from subscribers.services.links import (
    Links,
    atomic,
    attach_pairs,
    attach_to_each,
    contacts_linked_to,
    contacts_of,
    detach_from_all,
    detach_from_each,
    pair_parameter,
    pair_rows,
    without,
)
from subscribers.services.locks import hold, hold_and_lock, lock_contacts

COMPANIES_OF_CONTACTS = "SELECT DISTINCT company_id FROM subscribers_subscribercompany WHERE subscriber_id {any_of}"
COMPANIES_OF_MEMBERS = """
    SELECT DISTINCT other.company_id FROM subscribers_subscribercompany member
    JOIN subscribers_subscribercompany other ON other.subscriber_id = member.subscriber_id WHERE member.company_id {any_of}
"""
SET_PRIMARY = """
    UPDATE subscribers_subscriber SET company_id = r.target FROM {rows}
    WHERE subscribers_subscriber.id = r.subscriber AND coalesce(subscribers_subscriber.company_id, 0) <> r.target
    RETURNING subscribers_subscriber.id
"""
# Whoever belongs to a company has a primary one: the first that there is.
CHOOSE_PRIMARY = """
    UPDATE subscribers_subscriber SET company_id = (
        SELECT min(l.company_id) FROM subscribers_subscribercompany l WHERE l.subscriber_id = subscribers_subscriber.id
    ) WHERE id {any_of} AND ({condition}) RETURNING id
"""


@atomic
def attach_companies(ids: Iterable[int], companies: Collection[int]) -> list[int]:
    """Make each of the contacts belong to each of the companies; their first one becomes the primary one.

    Returns the contacts that were in at least one of them not yet. Three statements, and history's.
    """
    held, locked = hold_and_lock(ids, companies=companies)
    attached = attach_to_each("companies", locked, held.companies)
    joined = contacts_of(attached)
    choose_primary(joined, "company_id IS NULL")
    record(each("companies_attached", attached, "companies"))
    return joined


@atomic
def choose_companies(choices: Mapping[int, int]) -> None:
    """Make each contact (the key) belong to its own company (the value), as its primary one.

    Contacts and companies that there are not are left out. Three statements, and history's.
    """
    held, locked = hold_and_lock(choices, companies=set(choices.values()))
    there = set(held.companies)
    pairs = [(pk, choices[pk]) for pk in locked if choices[pk] in there]
    attached = attach_pairs("companies", pairs)
    moved = set_primary(pairs)
    joined = contacts_of(attached)
    entries = each("companies_attached", attached, "companies")
    entries.append(Entry("updated", without(moved, joined), {"columns": ["company_id"]}))
    record(entries)


@atomic
def detach_companies(ids: Iterable[int], companies: Collection[int]) -> list[int]:
    """Take each of the contacts out of each of the companies; the next one becomes the primary one.

    Returns the contacts that were in one of them. Five statements, and history's.
    """
    chosen = list(ids)
    hold_companies_of(chosen)
    locked = lock_contacts(chosen)
    return _leave_companies(locked, detach_from_each("companies", locked, companies), companies)


def hold_companies_of(contacts: Iterable[int], beside: Iterable[int] = ()) -> None:
    """Hold the companies of contacts who are about to leave one: another may become the primary one.

    Those `beside` are held at the same time, for one order. Two statements.
    """
    rows = execute(COMPANIES_OF_CONTACTS.format(any_of=any_of()), ids_parameter(contacts))
    hold(companies={*beside, *(pk for (pk,) in rows)})


def companies_of_members(companies: Iterable[int]) -> list[int]:
    """All companies of the contacts who belong to some: one that stays may become the primary one. One statement."""
    return [pk for (pk,) in execute(COMPANIES_OF_MEMBERS.format(any_of=any_of()), ids_parameter(companies))]


def leave_companies(names: Mapping[int, str]) -> list[int]:
    """Take everybody out of companies that are about to be deleted; returns who was in one.

    `names` are their names, by id; they and the other companies of their contacts are locked by the
    caller. Four statements, and history's, which tells each of the contacts the name.
    """
    locked = lock_contacts(contacts_linked_to("companies", names))
    named = {pk: {"name": name, "deleted": True} for pk, name in names.items()}
    return _leave_companies(locked, detach_from_all("companies", names), names, named)


def _leave_companies(
    locked: Sequence[int], left: Links, companies: Collection[int], named: Mapping[int, Any] | None = None
) -> list[int]:
    chosen = choose_primary(locked, f"company_id {any_of()}", ids_parameter(companies))
    gone = contacts_of(left)
    entries = each("companies_detached", left, "companies", named)
    entries.append(Entry("updated", without(chosen, gone), {"columns": ["company_id"]}))
    record(entries)
    return gone


def set_primary(pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Give each contact its own primary company; returns those who had another."""
    rows = pair_parameter(pairs)
    if rows is None:
        return []
    return [pk for (pk,) in execute(SET_PRIMARY.format(rows=pair_rows()), rows)]


def choose_primary(contacts: Sequence[int], condition: str, *parameters: Any) -> list[int]:
    """Give those of the contacts who fit the condition their first company, or none; returns who they are."""
    if not contacts:
        return []
    sql = CHOOSE_PRIMARY.format(any_of=any_of(), condition=condition)
    return [pk for (pk,) in execute(sql, ids_parameter(contacts), *parameters)]

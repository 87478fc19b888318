"""Contacts made and changed: columns, custom values, tags and lists together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, OperationalError

from changes.services import Entry
from database.sql import is_postgresql
from segments.counting import Counts, Moved, counting
from subscribers.services.drafts import (
    COLUMNS,
    WRITTEN,
    Draft,
    after_upsert,
    merge_same_address,
    note_leaving,
    repeats_leaving,
)
from subscribers.services.history import each, record
from subscribers.services.links import Kind, Links, atomic, change_pairs, without
from subscribers.services.locks import Held, hold
from subscribers.services.rows import changed_columns, insert_rows, lock_row, lock_rows_by_address, update_rows
from subscribers.services.statuses import left_again, status_entry

# How often an upsert looks again for addresses that others make and delete while it runs.
ATTEMPTS = 10


class EmailTaken(Exception):
    """Another contact has that address."""


@dataclass(frozen=True)
class Written:
    """A contact that an upsert wrote, and whether it was made by that."""

    id: int
    created: bool


@atomic
def create_contacts(drafts: Sequence[Draft]) -> dict[str, int]:
    """Make contacts with new addresses; those whose address is taken are left as they are.

    Returns the ids of the new ones by lower-cased address. Three statements, and history's: what is
    linked is held, the rows, the links (on SQLite one a kind).
    """
    held = _hold_drafts(drafts)
    with counting(len(drafts)) as counts:
        created = insert_rows(drafts)
        statuses = counts.created(created.values())
        linked = _link_drafts([(created[draft.address], draft) for draft in drafts if draft.address in created], held)
        counts.linked(linked, statuses)
    record([Entry("created", created.values()), *_linked_entries(linked)])
    return created


@atomic
def upsert_contacts(drafts: Sequence[Draft]) -> dict[str, Written]:
    """Make the contacts whose address is new and change the others: only what a draft holds changes.

    Empty texts wipe nothing, a subscribed contact never becomes pending (contract.md, 'Upsert').
    Returns what became of each lower-cased address. At most five statements and history's (on SQLite
    one a kind of link), one more where somebody who left is said to have left once more (left_again), three
    more when another request makes one of the addresses at the same moment.
    """
    merged = merge_same_address(drafts)
    with counting(len(merged)) as counts:
        return _upsert(merged, counts)


def _upsert(merged: Mapping[str, Draft], counts: Counts) -> dict[str, Written]:
    held = _hold_drafts(merged.values())
    known = lock_rows_by_address(merged)
    created: dict[str, int] = {}
    # More than once only where another request makes one of the addresses at the same moment, or
    # deletes it again.
    for _ in range(ATTEMPTS):
        missing = [address for address in merged if address not in known and address not in created]
        if not missing:
            break
        inserted = insert_rows([merged[address] for address in missing])
        counts.created(inserted.values())
        created |= inserted
        known |= lock_rows_by_address([address for address in missing if address not in created])
    else:
        raise OperationalError(f"These can be neither made nor found: {len(missing)} addresses.")
    changed: dict[int, dict[str, Any]] = {}
    differences: dict[int, dict[str, Any]] = {}
    again: list[int] = []
    for email, row in known.items():
        after = after_upsert(row, merged[email])
        if repeats_leaving(row, merged[email], after):
            again.append(row["id"])
        if difference := changed_columns(row, after):
            changed[row["id"]], differences[row["id"]] = after, difference
    columns = [name for name in WRITTEN if any(name in difference for difference in differences.values())]
    update_rows({pk: {name: after[name] for name in columns} for pk, after in changed.items()})
    counts.moved(moved_statuses(differences))
    ids = {address: row["id"] for address, row in known.items()} | created
    written = [(ids[address], draft) for address, draft in merged.items()]
    linked = _link_drafts(written, held, unlink={row["id"] for row in known.values()})
    counts.linked(linked)
    entries = [Entry("created", created.values()), *updated_entries(differences), *_linked_entries(linked)]
    record(entries + left_again(again, repeated=True))
    return {address: Written(pk, created=address in created) for address, pk in ids.items()}


@atomic
def update_contact(pk: int, draft: Draft) -> bool | None:
    """Change what the draft holds of one contact: columns, custom values, tags and lists.

    Returns whether a column changed, None when there is no such contact. Raises EmailTaken, and then
    nothing is changed. At most four statements, and history's: what is attached is held, the lock, the
    row, the links (on SQLite one for each kind attached or detached). One more for somebody who left and is
    said to have left once more (left_again).
    """
    held = _hold_drafts([draft])
    row = lock_row(pk)
    if row is None:
        return None
    after = {name: draft.columns.get(name, row[name]) for name in COLUMNS}
    emptied = {slug for slug, value in draft.custom_values.items() if value is None}
    merged = {**row["custom_values"], **draft.custom_values}
    after["custom_values"] = {slug: value for slug, value in merged.items() if slug not in emptied}
    note_leaving(row, after, draft.unsubscribe_reason)
    difference = changed_columns(row, after)
    if difference:
        try:
            update_rows({pk: {name: after[name] for name in difference}})
        except IntegrityError as error:
            raise EmailTaken(after["email"]) from error
    linked = _link_drafts([(pk, draft)], held, unlink={pk})
    entries = [*updated_entries({pk: difference} if difference else {}), *_linked_entries(linked)]
    again = [pk] if repeats_leaving(row, draft, after) else []
    record(entries + left_again(again, repeated=True))
    return not difference.keys().isdisjoint(COLUMNS)


def moved_statuses(differences: Mapping[int, Mapping[str, Any]]) -> dict[Moved, list[int]]:
    """The contacts whose status changed, by the one before and the one after."""
    moved: dict[Moved, list[int]] = defaultdict(list)
    for pk, difference in differences.items():
        if "status" in difference:
            before, after = difference["status"]
            moved[before, after].append(pk)
    return moved


def updated_entries(differences: Mapping[int, Mapping[str, Any]]) -> list[Entry]:
    """What history tells of contacts whose columns changed, and for each new status who has it now.

    Of one contact [before, after] by column, of several the names of the columns and custom fields alone, an entry
    for those of whom the same ones changed: nobody's values are kept for all.
    """
    alike: dict[Any, list[int]] = defaultdict(list)
    moved: dict[str, dict[int, str]] = defaultdict(dict)
    for pk, difference in differences.items():
        alike[tuple(sorted(difference)), custom_fields_of(difference)].append(pk)
    for (before, after), ids in moved_statuses(differences).items():
        moved[after] |= dict.fromkeys(ids, before)
    entries = [
        Entry("updated", ids, {"columns": list(names)} | ({"custom_fields": list(slugs)} if slugs else {}))
        for (names, slugs), ids in alike.items()
    ]
    if len(differences) == 1:
        entries = [Entry("updated", differences, {"columns": one}) for one in differences.values()]
    return entries + [status_entry(status, had) for status, had in moved.items()]


def custom_fields_of(difference: Mapping[str, Any]) -> tuple[str, ...]:
    """The slugs of the custom fields whose values changed."""
    before, after = difference.get("custom_values", ({}, {}))
    return tuple(sorted(slug for slug in {*before, *after} if before.get(slug) != after.get(slug)))


def _hold_drafts(drafts: Collection[Draft]) -> Held:
    """Hold the tags and lists that contacts are about to get.

    On SQLite none: its one writer has all of them, and attach_pairs leaves out what is not there.
    """
    tags = {target for draft in drafts for target in draft.tags}
    lists = {target for draft in drafts for target in draft.lists}
    return hold(tags=tags, lists=lists) if is_postgresql() else Held(list(tags), list(lists))


def _link_drafts(written: Sequence[tuple[int, Draft]], held: Held, unlink: Collection[int] = ()) -> dict[str, Links]:
    """Attach each contact's own tags and lists, of those that are held, and detach from the contacts of `unlink`.

    Returns the links that are new and those that are gone, by the word of history. The contacts are
    the transaction's own: made or locked in it. One statement (change_pairs).
    """
    wanted: dict[str, list[tuple[int, int]]] = {}
    kinds: dict[Kind, Sequence[int]] = {"tags": held.tags, "lists": held.lists}
    for kind, there in kinds.items():
        known = set(there)
        wanted[f"{kind}_attached"] = [
            (pk, target) for pk, draft in written for target in getattr(draft, kind) if target in known
        ]
        wanted[f"{kind}_detached"] = [
            (pk, target)
            for pk, draft in written
            if pk in unlink
            for target in without(getattr(draft, f"detach_{kind}"), getattr(draft, kind))
        ]
    return change_pairs(wanted)


def _linked_entries(linked: Mapping[str, Links]) -> list[Entry]:
    return [entry for change, links in linked.items() for entry in each(change, links, "targets")]

"""Everything that changes contacts. Each function takes a set, opens one transaction, costs a fixed
number of statements, tells history what became of whom (subscribers.history) and moves updated_at
of those contacts alone who changed. One contact is a set of one. subscribers.locks says what is
locked, and in which order; subscribers.links has what links contacts to others.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, OperationalError
from django.db.models import CASCADE
from django.utils import timezone

from changes.services import Entry, record_deletion
from companies.models import Company
from database.sql import (
    among,
    execute,
    ids_parameter,
    is_postgresql,
    json_parameter,
    moment,
    plain_address,
    rows_from_json,
)
from subscribers.history import each, record
from subscribers.links import (
    Kind,
    Pairs,
    atomic,
    attach_companies,
    attach_lists,
    attach_pairs,
    attach_tags,
    choose_companies,
    companies_of_members,
    contacts_of,
    detach_companies,
    detach_lists,
    detach_pairs,
    detach_tags,
    hold_companies_of,
    leave_companies,
    leave_segments,
    sync_segments,
    without,
)
from subscribers.locks import Held, hold, lock_contacts, lock_to_delete
from subscribers.models import Status, Subscriber, make_hash
from subscribers.reading import as_degrees, as_moment, read_json

# Links are changed by this module's name as well; nobody else needs to know where they are kept.
__all__ = [
    "Draft",
    "EmailTaken",
    "Written",
    "atomic",
    "attach_companies",
    "attach_lists",
    "attach_tags",
    "choose_companies",
    "create_contacts",
    "delete_companies",
    "delete_contacts",
    "detach_companies",
    "detach_lists",
    "detach_tags",
    "hold",
    "hold_companies_of",
    "leave_segments",
    "lock_contacts",
    "set_column",
    "set_custom_value",
    "set_status",
    "sync_segments",
    "update_contact",
    "upsert_contacts",
]

# What a client may set; the rest (id, hash, user_id, counters, dates) is the server's.
EDITABLE = (
    "contact_owner prefix first_name last_name email timezone address_line_1 address_line_2 postal_code city state "
    "country ip latitude longitude phone status contact_type source avatar date_of_birth last_activity"
).split()
# Columns that FluentCRM's bodies have no key for: there, a key of that name is a custom field's.
BEYOND_FLUENTCRM = ("job_title", "website", "pipeline_stage_id")
COLUMNS = (*EDITABLE, *BEYOND_FLUENTCRM)
WRITTEN = [*COLUMNS, "custom_values", "unsubscribe_reason", "unsubscribe_date"]
# Contacts of these statuses left; when and why is kept.
LEFT = frozenset({Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED, Status.SPAMMED})
FIELDS: dict[str, Any] = {name: Subscriber._meta.get_field(name) for name in ["hash", *WRITTEN]}
# How often an upsert looks again for addresses that others make and delete while it runs.
ATTEMPTS = 10
# WHERE leaves out what is there before it takes an id from the sequence: a look into the index for
# each row, where NOT EXISTS may read the whole table for one. ON CONFLICT catches what another
# request makes at the same moment.
INSERT = """
    INSERT INTO subscribers_subscriber ({columns}, total_points, life_time_value, created_at, updated_at)
    SELECT {values}, 0, 0, %s, %s FROM {rows}
    WHERE (SELECT known.id FROM subscribers_subscriber known WHERE {known} = {sent}) IS NULL
    ORDER BY {sent}
    ON CONFLICT ({email}) DO NOTHING RETURNING id, email
"""
UPDATE = """
    UPDATE subscribers_subscriber SET {assignments}, updated_at = %s FROM {rows} WHERE subscribers_subscriber.id = r.id
"""

# A value that is null is taken out, as json_patch does it.
MERGED_ON_POSTGRESQL = {"stored": "custom_values", "merged": "jsonb_strip_nulls(custom_values || %s::jsonb)"}
# json() writes a text as json_patch does: without spaces.
MERGED_ON_SQLITE = {"stored": "json(custom_values)", "merged": "json_patch(custom_values, %s)"}
MERGE = """
    UPDATE subscribers_subscriber SET custom_values = {merged}, updated_at = %s
    WHERE id {among} AND {stored} <> {merged} RETURNING id
"""


class EmailTaken(Exception):
    """Another contact has that address."""


@dataclass(frozen=True)
class Draft:
    """What is to be written of one contact: columns and custom values, ids of tags and lists to attach and detach.

    What is in both ends attached. A contact that is made has nothing to detach.
    """

    columns: Mapping[str, Any]
    custom_values: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[int] = ()
    lists: Sequence[int] = ()
    detach_tags: Sequence[int] = ()
    detach_lists: Sequence[int] = ()
    unsubscribe_reason: str = ""

    @property
    def address(self) -> str:
        return str(self.columns["email"]).strip().lower()


@dataclass(frozen=True)
class Written:
    """A contact that an upsert wrote, and whether it was made by that."""

    id: int
    created: bool


@atomic
def create_contacts(drafts: Sequence[Draft]) -> dict[str, int]:
    """Make contacts with new addresses; those whose address is taken are left as they are.

    Returns the ids of the new ones by lower-cased address. One statement, one for each kind of link
    and one for all that is linked, and history's.
    """
    held = _hold_drafts(drafts)
    created = _insert(drafts)
    linked = _link_drafts([(created[draft.address], draft) for draft in drafts if draft.address in created], held)
    record([Entry("created", created.values()), *_linked_entries(linked)])
    return created


@atomic
def upsert_contacts(drafts: Sequence[Draft]) -> dict[str, Written]:
    """Make the contacts whose address is new and change the others: only what a draft holds changes.

    Empty texts wipe nothing, a subscribed contact never becomes pending (contract.md, 'Upsert').
    Returns what became of each lower-cased address. At most eight statements and history's, three
    more when another request makes one of the addresses at the same moment.
    """
    merged = _merge_same_address(drafts)
    held = _hold_drafts(merged.values())
    known = _lock_by_address(merged)
    created: dict[str, int] = {}
    # More than once only where another request makes one of the addresses at the same moment, or
    # deletes it again.
    for _ in range(ATTEMPTS):
        missing = [address for address in merged if address not in known and address not in created]
        if not missing:
            break
        created |= _insert([merged[address] for address in missing])
        known |= _lock_by_address([address for address in missing if address not in created])
    else:
        raise OperationalError(f"These can be neither made nor found: {len(missing)} addresses.")
    changed: dict[int, dict[str, Any]] = {}
    differences: dict[int, dict[str, Any]] = {}
    for email, row in known.items():
        after = _after_upsert(row, merged[email])
        if difference := _difference(row, after):
            changed[row["id"]], differences[row["id"]] = after, difference
    _update(changed)
    ids = {address: row["id"] for address, row in known.items()} | created
    written = [(ids[address], draft) for address, draft in merged.items()]
    linked = _link_drafts(written, held, unlink={row["id"] for row in known.values()})
    entries = [Entry("created", created.values()), *_updated_entries(differences), *_linked_entries(linked)]
    record(entries, moves=without(contacts_of(*linked.values()), {*created.values(), *changed}))
    return {address: Written(pk, created=address in created) for address, pk in ids.items()}


@atomic
def update_contact(pk: int, draft: Draft) -> bool | None:
    """Change what the draft holds of one contact: columns, custom values, tags and lists.

    Returns whether a column changed, None when there is no such contact. Raises EmailTaken, and then
    nothing is changed. Two statements, one for what is attached, one for each kind of link attached
    or detached, and history's.
    """
    held = _hold_drafts([draft])
    rows = _lock(f"id {among()}", [pk])
    if not rows:
        return None
    row = rows[0]
    after = {name: draft.columns.get(name, row[name]) for name in COLUMNS}
    emptied = {slug for slug, value in draft.custom_values.items() if value is None}
    merged = {**row["custom_values"], **draft.custom_values}
    after["custom_values"] = {slug: value for slug, value in merged.items() if slug not in emptied}
    _note_leaving(row, after, draft.unsubscribe_reason)
    difference = _difference(row, after)
    if difference:
        try:
            _update({pk: after})
        except IntegrityError as error:
            raise EmailTaken(after["email"]) from error
    linked = _link_drafts([(pk, draft)], held, unlink={pk})
    entries = [*_updated_entries({pk: difference} if difference else {}), *_linked_entries(linked)]
    record(entries, moves=[] if difference else [pk])
    return not difference.keys().isdisjoint(COLUMNS)


@atomic
def set_status(ids: Iterable[int], status: str, reason: str = "") -> int:
    """Give contacts a status; returns how many there are. For those who leave, when and why is kept.

    Three statements, and history's. A contact that has the status already is left as it is.
    """
    locked = lock_contacts(ids)
    left = status in LEFT
    now = timezone.now()
    had = dict(
        Subscriber.objects.filter(pk__among=locked).exclude(status=status).order_by("pk").values_list("pk", "status")
    )
    changed = list(had)
    Subscriber.objects.filter(pk__among=changed).update(
        status=status,
        unsubscribe_reason=reason if left else None,
        unsubscribe_date=now if left else None,
        updated_at=now,
    )
    record([_moved_entry(status, had, reason)])
    return len(locked)


@atomic
def set_column(ids: Iterable[int], column: str, value: Any) -> int:
    """Give one column (not the status) of a set of contacts one value; returns how many there are.

    Three statements, and history's. A contact that has the value already is left as it is.
    """
    locked = lock_contacts(ids)
    changed = _differing(locked, column, value)
    Subscriber.objects.filter(pk__among=changed).update(**{column: value, "updated_at": timezone.now()})
    record([Entry("updated", changed, {"columns": {column: value}})])
    return len(locked)


def _differing(ids: Sequence[int], column: str, value: Any) -> list[int]:
    """Those of the contacts whose column has another value, upward by id. One statement."""
    contacts = Subscriber.objects.filter(pk__among=ids).exclude(**{column: value})
    return list(contacts.order_by("pk").values_list("pk", flat=True))


@atomic
def set_custom_value(ids: Iterable[int], slug: str, value: Any) -> int:
    """Give one custom field of a set of contacts one value; returns how many there are.

    Merged in the database, so that two changes of different fields lose nothing. Two statements, and
    history's. A contact that has the value already is left as it is.
    """
    locked = lock_contacts(ids)
    sql = MERGE.format(among=among(), **(MERGED_ON_POSTGRESQL if is_postgresql() else MERGED_ON_SQLITE))
    sent = json_parameter({slug: value})
    rows = execute(sql, sent, moment(timezone.now()), ids_parameter(locked), sent)
    record([Entry("updated", sorted(row[0] for row in rows), {"custom_values": {slug: value}})])
    return len(locked)


@atomic
def delete_companies(ids: Iterable[int]) -> list[int]:
    """Delete companies; contacts stay, and those whose primary one goes get their next. Returns who there was.

    A fixed number of statements.
    """
    chosen = set(ids)
    # Together and in one order, as two who delete each other's next company wait for both.
    involved = chosen.union(companies_of_members(chosen))
    companies = Company.objects.filter(pk__among=list(involved)).order_by("pk").select_for_update()
    names = {pk: name for pk, name in companies.values_list("pk", "name") if pk in chosen}
    found = list(names)
    leave_companies(names)
    _delete_what_belongs_to(Company, found)
    Company.objects.filter(pk__among=found)._raw_delete(using="default")
    record(Entry("company_deleted", None, {"title": name}, ("company", pk)) for pk, name in names.items())
    return found


@atomic
def delete_contacts(ids: Iterable[int]) -> list[int]:
    """Delete contacts and all that is theirs; returns the ids of those that there were.

    A statement for the contacts and one for each kind of row that belongs to one: Django's own
    cascade would read every row first and delete a hundred at a time.
    """
    gone = lock_to_delete(ids)
    locked = [contact.id for contact in gone]
    _delete_what_belongs_to(Subscriber, locked)
    Subscriber.objects.filter(pk__among=locked)._raw_delete(using="default")
    record_deletion(gone)
    return locked


def _delete_what_belongs_to(model: Any, ids: Sequence[int]) -> None:
    """Delete the rows that belong to rows of a model, and take these from the others. One statement a kind."""
    for relation in model._meta.related_objects:
        if relation.many_to_many:
            continue
        rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__among": ids})
        if relation.on_delete is CASCADE:
            rows.delete()
        else:
            rows.update(**{relation.field.name: None})


def _lock(condition: str, values: Iterable[int | str]) -> list[dict[str, Any]]:
    """Whole rows, locked upward by id."""
    suffix = " FOR NO KEY UPDATE" if is_postgresql() else ""
    sql = f"SELECT id, {', '.join(WRITTEN)} FROM subscribers_subscriber WHERE {condition} ORDER BY id{suffix}"
    rows = [dict(zip(["id", *WRITTEN], row, strict=True)) for row in execute(sql, ids_parameter(values))]
    for row in rows:
        row["custom_values"] = read_json(row["custom_values"])
        for name in ("last_activity", "unsubscribe_date"):
            row[name] = as_moment(row[name])
        for name in ("latitude", "longitude"):
            row[name] = as_degrees(row[name])
    return rows


def _lock_by_address(addresses: Iterable[str]) -> dict[str, dict[str, Any]]:
    wanted = list(addresses)
    return {row["email"].lower(): row for row in _lock(f"{plain_address('email')} {among()}", wanted)} if wanted else {}


def _insert(drafts: Sequence[Draft]) -> dict[str, int]:
    """Insert what has a new address, in the order of addresses; returns ids by address. One statement."""
    if not drafts:
        return {}
    rows = []
    for draft in drafts:
        columns = {"status": Status.SUBSCRIBED, "contact_type": "lead"} | dict(draft.columns)
        if columns["status"] in LEFT:
            columns |= {"unsubscribe_reason": draft.unsubscribe_reason, "unsubscribe_date": timezone.now()}
        values = {slug: value for slug, value in draft.custom_values.items() if value is not None}
        rows.append(_plain(columns) | {"hash": make_hash(), "custom_values": values})
    sql = INSERT.format(
        columns=", ".join(FIELDS),
        values=", ".join(f"r.{name}" for name in FIELDS),
        rows=rows_from_json(list(FIELDS.items())),
        known=plain_address("known.email"),
        sent=plain_address("r.email"),
        email=plain_address("email"),
    )
    now = moment(timezone.now())
    created = execute(sql, now, now, json_parameter(rows), keep_plan=True)
    return {email.lower(): pk for pk, email in created}


def _update(rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Write the columns of several contacts, each its own. One statement, none for nobody."""
    if not rows:
        return
    sql = UPDATE.format(
        assignments=", ".join(f"{name} = r.{name}" for name in WRITTEN),
        rows=rows_from_json([("id", Subscriber._meta.pk), *((name, FIELDS[name]) for name in WRITTEN)]),
    )
    execute(sql, moment(timezone.now()), json_parameter([{"id": pk, **_plain(row)} for pk, row in rows.items()]))


def _plain(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as they go into a JSON parameter: moments in the database's own form."""
    return {name: moment(value) if hasattr(value, "tzinfo") else value for name, value in columns.items()}


def _merge_same_address(drafts: Sequence[Draft]) -> dict[str, Draft]:
    """One draft an address: two are as two upserts one after the other."""
    merged: dict[str, Draft] = {}
    for draft in drafts:
        earlier = merged.get(draft.address)
        merged[draft.address] = (
            draft
            if earlier is None
            else Draft(
                _upserted(earlier.columns, draft.columns),
                {**earlier.custom_values, **_filled(draft.custom_values)},
                [*without(earlier.tags, draft.detach_tags), *draft.tags],
                [*without(earlier.lists, draft.detach_lists), *draft.lists],
                [*without(earlier.detach_tags, draft.tags), *draft.detach_tags],
                [*without(earlier.detach_lists, draft.lists), *draft.detach_lists],
                draft.unsubscribe_reason or earlier.unsubscribe_reason,
            )
        )
    return merged


def _upserted(columns: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as an upsert leaves them: empty values wipe nothing, subscribed never becomes pending."""
    after = dict(columns)
    for name, value in sent.items():
        if value in ("", None) or name == "email":
            continue
        if name == "status" and value == Status.PENDING and after.get("status") == Status.SUBSCRIBED:
            continue
        after[name] = value
    return after


def _filled(custom_values: Mapping[str, Any]) -> dict[str, Any]:
    return {slug: value for slug, value in custom_values.items() if value not in ("", None, [])}


def _after_upsert(row: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """What a known contact's columns are after an upsert."""
    after = _upserted({name: row[name] for name in WRITTEN}, draft.columns)
    after["custom_values"] = {**row["custom_values"], **_filled(draft.custom_values)}
    _note_leaving(row, after, draft.unsubscribe_reason)
    return after


def _note_leaving(row: Mapping[str, Any], after: dict[str, Any], reason: str) -> None:
    """Keep when and why a contact left with its new columns; forget both when it comes back."""
    after["unsubscribe_reason"], after["unsubscribe_date"] = row["unsubscribe_reason"], row["unsubscribe_date"]
    if after["status"] == row["status"]:
        return
    left = after["status"] in LEFT
    after["unsubscribe_reason"] = reason if left else None
    after["unsubscribe_date"] = timezone.now() if left else None


def _difference(row: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What changes of a contact, as history keeps it: [before, after] by column."""
    return {name: [row[name], after[name]] for name in WRITTEN if after[name] != row[name]}


def _updated_entries(differences: Mapping[int, Mapping[str, Any]]) -> list[Entry]:
    """What history tells of contacts whose columns changed, and for each new status who has it now.

    Of one contact [before, after] by column, of several the names of the columns alone, an entry for
    those of whom the same ones changed: nobody's values are kept for all.
    """
    alike: dict[Any, list[int]] = defaultdict(list)
    moved: dict[str, dict[int, str]] = defaultdict(dict)
    for pk, difference in differences.items():
        alike[tuple(sorted(difference))].append(pk)
        if "status" in difference:
            before, after = difference["status"]
            moved[after][pk] = before
    entries = [Entry("updated", ids, {"columns": list(names)}) for names, ids in alike.items()]
    if len(differences) == 1:
        entries = [Entry("updated", differences, {"columns": one}) for one in differences.values()]
    return entries + [_moved_entry(status, had) for status, had in moved.items()]


def _moved_entry(status: str, had: Mapping[int, str], reason: str = "") -> Entry:
    """That contacts (the keys) got a status, with the one that they had before where they share it."""
    details: dict[str, Any] = {"status": [status]}
    if len(shared := set(had.values())) == 1:
        details["previous"] = shared.pop()
    if reason:
        details["reason"] = reason
    return Entry("status_changed", had.keys(), details, ("status", None))


def _hold_drafts(drafts: Collection[Draft]) -> Held:
    """Hold the tags and lists that contacts are about to get."""
    return hold(
        tags={target for draft in drafts for target in draft.tags},
        lists={target for draft in drafts for target in draft.lists},
    )


def _link_drafts(written: Sequence[tuple[int, Draft]], held: Held, unlink: Collection[int] = ()) -> dict[str, Pairs]:
    """Attach each contact's own tags and lists, of those that are held, and detach from the contacts of `unlink`.

    Returns the links that are new and those that are gone, by the word of history. The contacts are
    the transaction's own: made or locked in it. One statement for each that any of them has.
    """
    linked: dict[str, Pairs] = {}
    kinds: dict[Kind, Sequence[int]] = {"tags": held.tags, "lists": held.lists}
    for kind, there in kinds.items():
        known = set(there)
        attach = [(pk, target) for pk, draft in written for target in getattr(draft, kind) if target in known]
        detach = [
            (pk, target)
            for pk, draft in written
            if pk in unlink
            for target in without(getattr(draft, f"detach_{kind}"), getattr(draft, kind))
        ]
        linked[f"{kind}_attached"] = attach_pairs(kind, attach)
        linked[f"{kind}_detached"] = detach_pairs(kind, detach)
    return linked


def _linked_entries(linked: Mapping[str, Pairs]) -> list[Entry]:
    return [entry for change, pairs in linked.items() for entry in each(change, pairs, "targets")]

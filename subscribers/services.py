"""Everything that changes contacts. Each function takes a set, opens one transaction, costs a fixed
number of statements and announces one change (subscribers.signals). One contact is a set of one.

Whoever changes contacts locks them first, upward by id, and new addresses in their own order: two
changes that cross on the same contacts then wait for each other and never in a circle.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import CASCADE
from django.utils import timezone

from companies.models import Company
from database.sql import among, execute, ids_parameter, is_postgresql, json_parameter, moment, rows_from_json
from segments.models import ContactList, Segment, Tag
from subscribers.history import announce, forget
from subscribers.models import Status, Subscriber, SubscriberCompany, SubscriberList, SubscriberTag, make_hash
from subscribers.reading import as_degrees, as_moment, read_json

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
    WHERE (SELECT known.id FROM subscribers_subscriber known WHERE lower(known.email) = lower(r.email)) IS NULL
    ORDER BY lower(r.email)
    ON CONFLICT (lower(email)) DO NOTHING RETURNING id, email
"""
UPDATE = """
    UPDATE subscribers_subscriber SET {assignments}, updated_at = %s FROM {rows} WHERE subscribers_subscriber.id = r.id
"""
# {lock} holds the tags or lists against deletion: a link to one that goes at the same moment would
# break the commit. It is a shared lock, so many can attach one tag at once.
ATTACH = """
    INSERT INTO {links} (subscriber_id, {target}_id, created_at)
    SELECT s.id, t.id, %s FROM subscribers_subscriber s CROSS JOIN {targets} t
    WHERE s.id {among} AND t.id {among} {lock} ON CONFLICT (subscriber_id, {target}_id) DO NOTHING
    RETURNING subscriber_id
"""
DETACH = "DELETE FROM {links} WHERE subscriber_id {among} AND {target}_id {among} RETURNING subscriber_id"
ATTACH_PAIRS = """
    INSERT INTO {links} (subscriber_id, {target}_id, created_at)
    SELECT r.subscriber, t.id, %s FROM {rows} JOIN {targets} t ON t.id = r.target WHERE true {lock}
    ON CONFLICT (subscriber_id, {target}_id) DO NOTHING
    RETURNING subscriber_id, {target}_id
"""


# A value that is null is taken out, as json_patch does it.
MERGED_ON_POSTGRESQL = {"stored": "custom_values", "merged": "jsonb_strip_nulls(custom_values || %s::jsonb)"}
# json() writes a text as json_patch does: without spaces.
MERGED_ON_SQLITE = {"stored": "json(custom_values)", "merged": "json_patch(custom_values, %s)"}
MERGE = """
    UPDATE subscribers_subscriber SET custom_values = {merged}, updated_at = %s
    WHERE id {among} AND {stored} <> {merged} RETURNING id
"""
JOIN_COMPANIES = """
    INSERT INTO subscribers_subscribercompany (subscriber_id, company_id, created_at)
    SELECT s.id, c.id, %s FROM subscribers_subscriber s CROSS JOIN companies_company c
    WHERE s.id {among} AND c.id {among} {lock}
    ON CONFLICT (subscriber_id, company_id) DO NOTHING RETURNING subscriber_id
"""
JOIN_OWN_COMPANY = """
    INSERT INTO subscribers_subscribercompany (subscriber_id, company_id, created_at)
    SELECT s.id, c.id, %s FROM {rows} JOIN subscribers_subscriber s ON s.id = r.subscriber
    JOIN companies_company c ON c.id = r.target WHERE true {lock}
    ON CONFLICT (subscriber_id, company_id) DO NOTHING RETURNING subscriber_id, company_id
"""
# The company is asked for once more: it may have gone since its id was found.
SET_PRIMARY = """
    UPDATE subscribers_subscriber SET company_id = r.target, updated_at = %s
    FROM {rows} JOIN companies_company c ON c.id = r.target
    WHERE subscribers_subscriber.id = r.subscriber AND coalesce(subscribers_subscriber.company_id, 0) <> r.target
    RETURNING subscribers_subscriber.id
"""
# Whoever belongs to a company has a primary one: the first that there is.
CHOOSE_PRIMARY = """
    UPDATE subscribers_subscriber SET company_id = (
        SELECT min(l.company_id) FROM subscribers_subscribercompany l WHERE l.subscriber_id = subscribers_subscriber.id
    ) WHERE id {among} AND ({condition})
"""


# Part of the caller's transaction where there is one: what fails here ends the whole of it, and no
# savepoint is paid for. Whoever wants to go on after a failure puts a block of their own around the call.
atomic = transaction.atomic(savepoint=False)


class EmailTaken(Exception):
    """Another contact has that address."""


@dataclass(frozen=True)
class Draft:
    """What is to be written of one contact: columns and custom values, ids of tags and lists to attach.

    Those to detach matter to update_contact alone.
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

    Returns the ids of the new ones by lower-cased address. One statement, and one for each kind of link.
    """
    created = _insert(drafts)
    _link_drafts([(created[draft.address], draft) for draft in drafts if draft.address in created])
    announce("created", created.values())
    return created


@atomic
def upsert_contacts(drafts: Sequence[Draft]) -> dict[str, Written]:
    """Make the contacts whose address is new and change the others: only what a draft holds changes.

    Empty texts wipe nothing, a subscribed contact never becomes pending (contract.md, 'Upsert').
    Returns what became of each lower-cased address. At most five statements, three more when
    another request makes one of the addresses at the same moment.
    """
    merged = _merge_same_address(drafts)
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
    changed = {}
    differences: list[dict[str, Any]] = []
    for address, row in known.items():
        after = _after_upsert(row, merged[address])
        if difference := _difference(row, after):
            changed[row["id"]] = after
            differences.append(difference)
    _update(changed)
    ids = {address: row["id"] for address, row in known.items()} | created
    linked = _link_drafts([(ids[address], draft) for address, draft in merged.items()])
    announce("created", created.values())
    announce("updated", changed, columns=_in_common(differences))
    moved = {row["id"]: changed[row["id"]]["status"] for row in known.values() if _status_moved(row, changed)}
    announce("status_changed", moved, status=sorted(set(moved.values())))
    new = set(created.values())
    for kind, pairs in linked.items():
        known_ids = sorted({pk for pk, _ in pairs} - new)
        announce(f"{kind}_attached", known_ids, targets=sorted({target for pk, target in pairs if pk not in new}))
    return {address: Written(pk, created=address in created) for address, pk in ids.items()}


@atomic
def update_contact(pk: int, draft: Draft) -> bool | None:
    """Change what the draft holds of one contact: columns, custom values, tags and lists.

    Returns whether a column changed, None when there is no such contact. Raises EmailTaken, and then
    nothing is changed. Two statements, two for each kind of link attached or detached, and history's.
    """
    rows = _lock(f"id {among()}", [pk])
    if not rows:
        return None
    row = rows[0]
    after = {name: draft.columns.get(name, row[name]) for name in COLUMNS}
    emptied = {slug for slug, value in draft.custom_values.items() if value is None}
    merged = {**row["custom_values"], **draft.custom_values}
    after["custom_values"] = {slug: value for slug, value in merged.items() if slug not in emptied}
    _note_leaving(row, after, draft.unsubscribe_reason)
    if difference := _difference(row, after):
        try:
            _update({pk: after})
        except IntegrityError as error:
            raise EmailTaken(after["email"]) from error
        announce("updated", [pk], columns=difference)
        if "status" in difference:
            announce("status_changed", [pk], status=[after["status"]])
    sync_segments([pk], "tags", draft.tags, draft.detach_tags)
    sync_segments([pk], "lists", draft.lists, draft.detach_lists)
    return not difference.keys().isdisjoint(COLUMNS)


@atomic
def set_status(ids: Iterable[int], status: str, reason: str = "") -> int:
    """Give contacts a status; returns how many there are. For those who leave, when and why is kept.

    Three statements, and history's. A contact that has the status already is left as it is.
    """
    locked = lock_contacts(ids)
    left = status in LEFT
    now = timezone.now()
    changed = _differing(locked, "status", status)
    Subscriber.objects.filter(pk__among=changed).update(
        status=status,
        unsubscribe_reason=reason if left else None,
        unsubscribe_date=now if left else None,
        updated_at=now,
    )
    announce("status_changed", changed, status=[status], **({"reason": reason} if reason else {}))
    return len(locked)


@atomic
def set_column(ids: Iterable[int], column: str, value: Any) -> int:
    """Give one column (not the status) of a set of contacts one value; returns how many there are.

    Three statements, and history's. A contact that has the value already is left as it is.
    """
    locked = lock_contacts(ids)
    changed = _differing(locked, column, value)
    Subscriber.objects.filter(pk__among=changed).update(**{column: value, "updated_at": timezone.now()})
    announce("updated", changed, columns={column: value})
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
    announce("updated", sorted(row[0] for row in rows), custom_values={slug: value})
    return len(locked)


def attach_tags(ids: Iterable[int], tags: Collection[int]) -> int:
    """Give each of the contacts each of the tags; what is not there is left out. Two statements."""
    return _attach(Tag, SubscriberTag, ids, tags)


def attach_lists(ids: Iterable[int], lists: Collection[int]) -> int:
    """Put each of the contacts on each of the lists; what is not there is left out. Two statements."""
    return _attach(ContactList, SubscriberList, ids, lists)


def detach_tags(ids: Iterable[int], tags: Collection[int]) -> int:
    """Take each of the tags from each of the contacts. Two statements."""
    return _detach(Tag, SubscriberTag, ids, tags)


def detach_lists(ids: Iterable[int], lists: Collection[int]) -> int:
    """Take each of the contacts off each of the lists. Two statements."""
    return _detach(ContactList, SubscriberList, ids, lists)


@atomic
def sync_segments(
    ids: Iterable[int], kind: Literal["tags", "lists"], attach: Collection[int], detach: Collection[int]
) -> None:
    """Attach tags (or lists) to each of the contacts and detach others; what is in both ends detached."""
    chosen = list(ids)
    if attach:
        (attach_tags if kind == "tags" else attach_lists)(chosen, attach)
    if detach:
        (detach_tags if kind == "tags" else detach_lists)(chosen, detach)


@atomic
def attach_companies(ids: Iterable[int], companies: Collection[int]) -> list[int]:
    """Make each of the contacts belong to each of the companies; their first one becomes the primary one.

    Returns the contacts that were in at least one of them not yet. Three statements, and history's.
    """
    locked = lock_contacts(ids)
    lock = "FOR KEY SHARE OF c" if is_postgresql() else ""
    sql = JOIN_COMPANIES.format(among=among(), lock=lock)
    rows = execute(sql, moment(timezone.now()), ids_parameter(locked), ids_parameter(companies))
    joined = sorted({row[0] for row in rows})
    if joined:
        execute(CHOOSE_PRIMARY.format(among=among(), condition="company_id IS NULL"), ids_parameter(joined))
    announce("companies_attached", joined, companies=list(companies))
    return joined


@atomic
def choose_companies(choices: Mapping[int, int]) -> None:
    """Make each contact (the key) belong to its own company (the value), as its primary one.

    Contacts and companies that there are not are left out. Three statements, and history's for each
    of two kinds of change: who joined a company, and who only has another primary one.
    """
    locked = lock_contacts(choices)
    if not locked:
        return
    pairs = json_parameter([{"subscriber": pk, "target": choices[pk]} for pk in locked])
    now = moment(timezone.now())
    lock = "FOR KEY SHARE OF c" if is_postgresql() else ""
    joined = execute(JOIN_OWN_COMPANY.format(rows=pair_rows(), lock=lock), now, pairs)
    moved = execute(SET_PRIMARY.format(rows=pair_rows()), now, pairs)
    newcomers = sorted({subscriber for subscriber, _ in joined})
    announce("companies_attached", newcomers, companies=sorted({company for _, company in joined}))
    announce("updated", sorted({pk for (pk,) in moved}.difference(newcomers)), columns=["company_id"])


@atomic
def detach_companies(ids: Iterable[int], companies: Collection[int]) -> list[int]:
    """Take each of the contacts out of each of the companies; the next one becomes the primary one.

    Returns the contacts that were in one of them. Four statements, and history's.
    """
    locked = lock_contacts(ids)
    links = SubscriberCompany.objects.filter(subscriber__among=locked, company__in=list(companies))
    left = sorted(set(links.values_list("subscriber", flat=True)))
    links.delete()
    condition = f"company_id {among()}"
    execute(CHOOSE_PRIMARY.format(among=among(), condition=condition), ids_parameter(locked), ids_parameter(companies))
    announce("companies_detached", left, companies=list(companies))
    return left


@atomic
def delete_companies(ids: Iterable[int]) -> list[int]:
    """Delete companies; contacts stay, and those whose primary one goes get their next. Returns who there was.

    A fixed number of statements.
    """
    companies = Company.objects.filter(pk__among=list(ids)).order_by("pk").select_for_update()
    found = list(companies.values_list("pk", flat=True))
    members = SubscriberCompany.objects.filter(company__among=found).values_list("subscriber", flat=True)
    detach_companies(list(members), found)
    _delete_what_belongs_to(Company, found)
    Company.objects.filter(pk__among=found)._raw_delete(using="default")
    return found


@atomic
def delete_contacts(ids: Iterable[int]) -> list[int]:
    """Delete contacts and all that is theirs; returns the ids of those that there were.

    A statement for the contacts and one for each kind of row that belongs to one: Django's own
    cascade would read every row first and delete a hundred at a time.
    """
    locked = lock_contacts(ids, to_delete=True)
    _delete_what_belongs_to(Subscriber, locked)
    Subscriber.objects.filter(pk__among=locked)._raw_delete(using="default")
    forget(locked)
    announce("deleted", locked)
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


def lock_contacts(ids: Iterable[int], *, to_delete: bool = False) -> list[int]:
    """The ids that contacts have, upward; they cannot change or go until the transaction ends.

    `to_delete` also keeps others from adding rows that refer to them.
    """
    suffix = (" FOR UPDATE" if to_delete else " FOR NO KEY UPDATE") if is_postgresql() else ""
    sql = f"SELECT id FROM subscribers_subscriber WHERE id {among()} ORDER BY id{suffix}"
    return [row[0] for row in execute(sql, ids_parameter(ids))]


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
    return {row["email"].lower(): row for row in _lock(f"lower(email) {among()}", wanted)} if wanted else {}


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
                [*earlier.tags, *draft.tags],
                [*earlier.lists, *draft.lists],
                [*earlier.detach_tags, *draft.detach_tags],
                [*earlier.detach_lists, *draft.detach_lists],
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


def _status_moved(row: Mapping[str, Any], changed: Mapping[int, Mapping[str, Any]]) -> bool:
    return row["id"] in changed and changed[row["id"]]["status"] != row["status"]


def _in_common(differences: Sequence[Mapping[str, Any]]) -> Any:
    """The differences of one contact; of several the names of the columns: nobody's values are kept for all."""
    if len(differences) == 1:
        return differences[0]
    return sorted({name for difference in differences for name in difference})


def _link_drafts(written: Sequence[tuple[int, Draft]]) -> dict[str, list[tuple[int, int]]]:
    """Attach each contact's own tags and lists; returns the links that are new.

    The contacts are the transaction's own: made or locked in it. One statement a kind of link that any of them has.
    """
    linked: dict[str, list[tuple[int, int]]] = {}
    rows = pair_rows()
    for model, links, name in ((Tag, SubscriberTag, "tags"), (ContactList, SubscriberList, "lists")):
        pairs = [{"subscriber": pk, "target": target} for pk, draft in written for target in getattr(draft, name)]
        if pairs:
            sql = _attach_sql(ATTACH_PAIRS, model, links, rows=rows)
            linked[name] = execute(sql, moment(timezone.now()), json_parameter(pairs), keep_plan=True)
    return linked


def pair_rows() -> str:
    """A row source `r` of contacts (`subscriber`) and what each is linked to (`target`)."""
    integer = Subscriber._meta.get_field("contact_owner")
    return rows_from_json([("subscriber", integer), ("target", integer)])


def _attach_sql(template: str, model: type[Segment], links: Any, **parts: str) -> str:
    lock = "FOR KEY SHARE OF t" if is_postgresql() else ""
    return template.format(
        links=links._meta.db_table,
        target=model.LINK,
        targets=model._meta.db_table,
        lock=lock,
        **parts,
    )


@atomic
def _attach(model: type[Segment], links: Any, ids: Iterable[int], targets: Collection[int]) -> int:
    locked = lock_contacts(ids)
    sql = _attach_sql(ATTACH, model, links, among=among())
    rows = execute(sql, moment(timezone.now()), ids_parameter(locked), ids_parameter(targets))
    announce(f"{model.LINK}s_attached", sorted({row[0] for row in rows}), targets=list(targets))
    return len(locked)


@atomic
def _detach(model: type[Segment], links: Any, ids: Iterable[int], targets: Collection[int]) -> int:
    locked = lock_contacts(ids)
    sql = DETACH.format(links=links._meta.db_table, target=model.LINK, among=among())
    rows = execute(sql, ids_parameter(locked), ids_parameter(targets))
    announce(f"{model.LINK}s_detached", sorted({row[0] for row in rows}), targets=list(targets))
    return len(locked)

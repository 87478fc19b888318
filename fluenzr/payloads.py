"""The data of events for webhooks, in FluenzR's words: the contact as /v1 shows it, and what happened."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from changes.models import Change, DeletedContact
from companies.models import Company
from custom_fields.services import types_by_slug
from emails.models import Mailing
from fluenzr.ids import CONTACT, GROUP, STAGE, encode
from fluenzr.representation import show_contacts
from fluenzr.words import STATUS_OF
from notes.models import Note
from pipelines.models import Stage
from segments.models import ContactList, Tag
from webhooks.events import UPDATED
from webhooks.services.spreading import Happened

# The rows that changes name: by the kind of their subject, and by columns that hold an id.
MODELS: dict[str, Any] = {
    "tag": Tag,
    "list": ContactList,
    "company": Company,
    "note": Note,
    "mailing": Mailing,
    "stage": Stage,
}
COLUMNS_OF_IDS = {"company_id": "company", "pipeline_stage_id": "stage"}
# Columns whose name here is not their own in camel case.
NAMES = {"company_id": "company", "pipeline_stage_id": "pipelineStage"}
Rows = Mapping[str, Mapping[int, Any]]


def render(happened: Sequence[Happened]) -> list[str | None]:
    """The data of each event, as JSON; None for an event of a contact that is gone, except its deletion.

    Contacts are shown as they are now. A fixed number of statements for any number of events.
    """
    changes = {one.change.pk: one.change for one in happened}
    rows = read_rows(changes.values())
    contacts = read_contacts(one.contact_id for one in happened)
    deleted = read_deleted(changes.values())
    told: dict[tuple[int, str], str] = {}
    texts: list[str | None] = []
    for one in happened:
        key = (one.change.pk, one.type)
        if key not in told:
            # Without its braces: the same for all contacts of a change.
            told[key] = orjson.dumps(describe(one, rows)).decode()[1:-1]
        parts = [told[key]] if told[key] else []
        if one.contact_id is not None:
            shown = (deleted if one.change.event == "deleted" else contacts).get(
                (one.change.pk, one.contact_id) if one.change.event == "deleted" else one.contact_id
            )
            parts.insert(0, f'"contact":{shown}' if shown else "")
        texts.append("{" + ",".join(parts) + "}" if all(parts) else None)
    return texts


def read_contacts(ids: Iterable[int | None]) -> dict[Any, str]:
    """Contacts as JSON, by id."""
    wanted = sorted({pk for pk in ids if pk is not None})
    if not wanted:
        return {}
    by_id = {encode(CONTACT, pk): pk for pk in wanted}
    shown = show_contacts(wanted, types_by_slug())
    return {by_id[contact["id"]]: orjson.dumps(contact).decode() for contact in shown}


def read_deleted(changes: Iterable[Change]) -> dict[Any, str]:
    """What deletions have kept of their contacts, as JSON, by change and contact."""
    deletions = [change.pk for change in changes if change.event == "deleted"]
    if not deletions:
        return {}
    kept = DeletedContact.objects.filter(change__any_of=deletions).values_list("change_id", "contact_id", "email")
    return {
        (change, pk): orjson.dumps({"id": encode(CONTACT, pk), "email": email}).decode() for change, pk, email in kept
    }


def read_rows(changes: Iterable[Change]) -> Rows:
    """The rows that changes name, by kind and id. One statement for each kind that they name."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        if change.subject_kind in MODELS and change.subject_id is not None:
            wanted[change.subject_kind].add(change.subject_id)
        for column, before, after in columns_of(change):
            if kind := COLUMNS_OF_IDS.get(column):
                wanted[kind] |= {pk for pk in (before, after) if isinstance(pk, int)}
    return {kind: {row.pk: row for row in MODELS[kind].objects.filter(pk__any_of=ids)} for kind, ids in wanted.items()}


# --- What happened ----------------------------------------------------------------------------------


def describe(happened: Happened, rows: Rows) -> dict[str, Any]:
    """What an event tells beside the contact."""
    change = happened.change
    told = WORDS.get(change.event, nothing)(change, rows)
    if happened.type != UPDATED:
        return told
    return {"changes": told.get("changes") or as_changes(change.event, told)}


def nothing(change: Change, rows: Rows) -> dict[str, Any]:
    return {}


def of_columns(change: Change, rows: Rows) -> dict[str, Any]:
    """{"firstName": {"old": "Ada", "new": "Eva"}}; of a change of many contacts at once old values are not kept."""
    changes: dict[str, dict[str, Any]] = {}
    for column, before, after in columns_of(change):
        changes[name_of(column)] = {
            key: shown(column, value, rows) for key, value in (("old", before), ("new", after)) if value is not ...
        }
    return {"changes": changes}


def of_status(change: Change, rows: Rows) -> dict[str, Any]:
    [now, *_] = change.details.get("status") or [None]
    status = {"new": STATUS_OF.get(now, now)}
    if before := change.details.get("previous"):
        status = {"old": STATUS_OF.get(before, before), **status}
    reason = change.details.get("reason")
    return {"status": status, **({"reason": reason} if reason else {})}


def of_tag(change: Change, rows: Rows) -> dict[str, Any]:
    return {"tag": title_of(change, rows)}


def of_group(change: Change, rows: Rows) -> dict[str, Any]:
    return {"group": {"id": encode(GROUP, change.subject_id or 0), "name": title_of(change, rows)}}


def of_company(change: Change, rows: Rows) -> dict[str, Any]:
    return {"company": title_of(change, rows)}


def of_company_itself(change: Change, rows: Rows) -> dict[str, Any]:
    columns = change.details.get("columns")
    changed = {"changed": [name_of(name) for name in columns]} if isinstance(columns, list) else {}
    return {"company": {"id": change.subject_id, "name": title_of(change, rows)}, **changed}


def of_note(change: Change, rows: Rows) -> dict[str, Any]:
    note = rows.get("note", {}).get(change.subject_id or 0)
    if note is None:  # deleted since
        return {"note": None}
    return {"note": {"type": note.type, "title": note.title, "description": note.description}}


def of_message(change: Change, rows: Rows) -> dict[str, Any]:
    mailing = rows.get("mailing", {}).get(change.subject_id or 0)
    url = change.details.get("url")
    told = {"campaignId": change.subject_id, "subject": mailing.subject if mailing else None}
    return {"email": {**told, **({"url": url} if url else {})}}


def of_tracked_event(change: Change, rows: Rows) -> dict[str, Any]:
    return {"event": {name_of(name): value for name, value in change.details.items()}}


WORDS: Mapping[str, Callable[[Change, Rows], dict[str, Any]]] = {
    "updated": of_columns,
    "status_changed": of_status,
    "tags_attached": of_tag,
    "tags_detached": of_tag,
    "lists_attached": of_group,
    "lists_detached": of_group,
    "companies_attached": of_company,
    "companies_detached": of_company,
    "company_created": of_company_itself,
    "company_updated": of_company_itself,
    "company_deleted": of_company_itself,
    "note_created": of_note,
    "event_tracked": of_tracked_event,
    "message_sent": of_message,
    "message_opened": of_message,
    "message_clicked": of_message,
    "message_bounced": of_message,
    "message_unsubscribed": of_message,
}
# The key of a contact that such a change is about.
PLURALS = {"tag": "tags", "group": "groups", "company": "companies"}


def as_changes(event: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """For who asked for contact.updated alone: {"tags": {"attached": "VIP"}}, {"status": {"old": ..., "new": ...}}."""
    verb = event.rpartition("_")[2]
    return {PLURALS.get(key, key): {verb: value} if key in PLURALS else value for key, value in told.items()}


def title_of(change: Change, rows: Rows) -> str | None:
    """The name of what was attached or changed: as it is now, or as it was when it was deleted."""
    row = rows.get(change.subject_kind, {}).get(change.subject_id or 0)
    return str(row) if row is not None else change.details.get("title") or change.details.get("name")


def columns_of(change: Change) -> list[tuple[str, Any, Any]]:
    """Each column that changed, with its values before and after; `...` for a value that is not kept."""
    columns = change.details.get("columns")
    found: list[tuple[str, Any, Any]] = []
    if isinstance(columns, list):
        found += [(name, ..., ...) for name in columns]
    elif isinstance(columns, dict):
        for name, value in columns.items():
            before, after = value if isinstance(value, list) and len(value) == 2 else (..., value)
            if name == "custom_values":
                found += custom_columns(before, after)
            else:
                found.append((name, before, after))
    custom = change.details.get("custom_values")
    if isinstance(custom, dict):
        found += [(f"custom_fields.{slug}", ..., value) for slug, value in custom.items()]
    return found


def custom_columns(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    old, new = (value if isinstance(value, dict) else {} for value in (before, after))
    return [
        (f"custom_fields.{slug}", old.get(slug), new.get(slug))
        for slug in sorted({*old, *new})
        if old.get(slug) != new.get(slug)
    ]


def name_of(column: str) -> str:
    """`first_name` as firstName; the slug of a custom field stays as it is."""
    column, point, slug = column.partition(".")
    first, *others = NAMES.get(column, column).split("_")
    return first + "".join(part.capitalize() for part in others) + point + slug


def shown(column: str, value: Any, rows: Rows) -> Any:
    """A value as /v1 writes it: the name of a company, the id of a stage."""
    kind = COLUMNS_OF_IDS.get(column)
    if kind is None or not isinstance(value, int):
        return value
    row = rows.get(kind, {}).get(value)
    if row is None:
        return None
    return STAGE + row.slug if kind == "stage" else row.name

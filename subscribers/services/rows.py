"""Rows of contacts, whole: locked, inserted and updated by one statement, whatever their number."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils import timezone

from database.sql import (
    any_of,
    any_of_texts,
    as_datetime,
    execute,
    ids_parameter,
    is_postgresql,
    json_parameter,
    plain_address,
    read_json,
    rows_from_json,
    stored_datetime,
)
from subscribers.models import LEFT, Status, Subscriber, make_hash
from subscribers.reading import as_degrees
from subscribers.services.drafts import WRITTEN, Draft

FIELDS: dict[str, Any] = {name: Subscriber._meta.get_field(name) for name in ["hash", *WRITTEN]}
# WHERE leaves out what is there before it takes an id from the sequence: a look into the index for
# each row, where NOT EXISTS may read the whole table for one. ON CONFLICT catches what another
# request makes at the same moment.
INSERT = """
    INSERT INTO subscribers_subscriber ({columns}, total_points, life_time_value, created_at)
    SELECT {values}, 0, 0, %s FROM {rows}
    WHERE (SELECT known.id FROM subscribers_subscriber known WHERE {known} = {sent}) IS NULL
    ORDER BY {sent}
    ON CONFLICT ({email}) DO NOTHING RETURNING id, email
"""
UPDATE = "UPDATE subscribers_subscriber SET {assignments} FROM {rows} WHERE subscribers_subscriber.id = r.id"


def lock_row(pk: int) -> dict[str, Any] | None:
    """The row of one contact, locked; None when there is none. One statement."""
    rows = _lock_rows(f"id {any_of(keep_plan=True)}", [pk], keep_plan=True)
    return rows[0] if rows else None


def lock_rows_by_address(addresses: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The rows of the contacts of those addresses, by lower-cased address, locked upward by id. One statement."""
    wanted = list(addresses)
    rows = _lock_rows(f"{plain_address('email')} {any_of_texts()}", wanted) if wanted else []
    return {row["email"].lower(): row for row in rows}


def _lock_rows(condition: str, values: Iterable[int | str], *, keep_plan: bool = False) -> list[dict[str, Any]]:
    suffix = " FOR NO KEY UPDATE" if is_postgresql() else ""
    sql = f"SELECT id, {', '.join(WRITTEN)} FROM subscribers_subscriber WHERE {condition} ORDER BY id{suffix}"
    found = execute(sql, ids_parameter(values), keep_plan=keep_plan)
    rows = [dict(zip(["id", *WRITTEN], row, strict=True)) for row in found]
    for row in rows:
        row["custom_values"] = read_json(row["custom_values"])
        for name in ("last_activity", "unsubscribe_date"):
            row[name] = as_datetime(row[name])
        for name in ("latitude", "longitude"):
            row[name] = as_degrees(row[name])
    return rows


def insert_rows(drafts: Sequence[Draft]) -> dict[str, int]:
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
    # What no draft holds is not read out of each row either.
    held = set().union(*rows)
    sql = insert_sql(tuple(name for name in FIELDS if name in held))
    created = execute(sql, stored_datetime(timezone.now()), json_parameter(rows), keep_plan=True)
    return {email.lower(): pk for pk, email in created}


# Clients send few different sets of columns.
@lru_cache(128)
def insert_sql(names: tuple[str, ...]) -> str:
    return INSERT.format(
        columns=", ".join(names),
        values=", ".join(f"r.{name}" for name in names),
        rows=rows_from_json([(name, FIELDS[name]) for name in names]),
        known=plain_address("known.email"),
        sent=plain_address("r.email"),
        email=plain_address("email"),
    )


def update_rows(rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Write columns of several contacts, each its own values of the same ones. One statement, none for nobody.

    What is not written costs nothing: PostgreSQL makes `search_text` anew only where a column of it is written.
    """
    if not rows:
        return
    columns = next(iter(rows.values()))
    sql = UPDATE.format(
        assignments=", ".join(f"{name} = r.{name}" for name in columns),
        rows=rows_from_json([("id", Subscriber._meta.pk), *((name, FIELDS[name]) for name in columns)]),
    )
    execute(sql, json_parameter([{"id": pk, **_plain(row)} for pk, row in rows.items()]))


def _plain(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as they go into a JSON parameter: moments in the database's own form."""
    return {name: stored_datetime(value) if hasattr(value, "tzinfo") else value for name, value in columns.items()}


def changed_columns(row: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What changes of a contact, as history keeps it: [before, after] by column."""
    return {name: [row[name], after[name]] for name in WRITTEN if after[name] != row[name]}

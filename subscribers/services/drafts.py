"""What is to be written of a contact, and what that makes of the columns that it has."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from subscribers.models import LEFT, Status
from subscribers.services.links import without

# What a client may set; the rest (id, hash, user_id, counters, dates) is the server's.
EDITABLE = (
    "contact_owner prefix first_name last_name email timezone address_line_1 address_line_2 postal_code city state "
    "country ip latitude longitude phone status contact_type source avatar date_of_birth last_activity"
).split()
# Columns that FluentCRM's bodies have no key for: there, a key of that name is a custom field's.
BEYOND_FLUENTCRM = ("job_title", "website", "pipeline_stage_id")
COLUMNS = (*EDITABLE, *BEYOND_FLUENTCRM)
WRITTEN = [*COLUMNS, "custom_values", "unsubscribe_reason", "unsubscribe_date"]


@dataclass(frozen=True)
class Draft:
    """What is to be written of one contact: columns and custom values, ids of tags and lists to attach and detach.

    What is in both ends attached. A contact that is made has nothing to detach. An upsert does not
    change the status of a contact that has one of the `lasting` statuses.
    """

    columns: Mapping[str, Any]
    custom_values: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[int] = ()
    lists: Sequence[int] = ()
    detach_tags: Sequence[int] = ()
    detach_lists: Sequence[int] = ()
    unsubscribe_reason: str = ""
    lasting: Collection[str] = ()

    @property
    def address(self) -> str:
        return str(self.columns["email"]).strip().lower()


def merge_same_address(drafts: Sequence[Draft]) -> dict[str, Draft]:
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
                draft.lasting,
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


def after_upsert(row: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """What a known contact's columns are after an upsert."""
    after = _upserted({name: row[name] for name in WRITTEN}, draft.columns)
    after["custom_values"] = {**row["custom_values"], **_filled(draft.custom_values)}
    if row["status"] in draft.lasting:
        after["status"] = row["status"]
    note_leaving(row, after, draft.unsubscribe_reason)
    return after


def repeats_leaving(row: Mapping[str, Any], draft: Draft, after: Mapping[str, Any]) -> bool:
    """Whether a draft says of a contact that it left, which has left already and keeps its status."""
    return draft.columns.get("status") in LEFT and row["status"] in LEFT and after["status"] == row["status"]


def note_leaving(row: Mapping[str, Any], after: dict[str, Any], reason: str) -> None:
    """Keep when and why a contact left with its new columns; forget both when it comes back."""
    after["unsubscribe_reason"], after["unsubscribe_date"] = row["unsubscribe_reason"], row["unsubscribe_date"]
    if after["status"] == row["status"]:
        return
    left = after["status"] in LEFT
    after["unsubscribe_reason"] = reason if left else None
    after["unsubscribe_date"] = timezone.now() if left else None

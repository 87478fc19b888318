"""Blocks that change contacts themselves: status, fields, notes."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils.html import linebreaks

from automations.parts.values import Settings, is_plain, text
from automations.registry import Action, BlockFailed, Outcome, Run, register_block
from changes.services import Entry, record
from custom_fields.services import types_by_slug
from custom_fields.types import InvalidValue, check_value
from notes.models import Note, Type
from subscribers import services
from subscribers.models import Status, Subscriber
from subscribers.services import EDITABLE

# What one value for everybody makes no sense for, or has a service of its own.
NOT_SET = frozenset({"email", "status", "last_activity", "latitude", "longitude", "contact_owner"})
SETTABLE = frozenset(EDITABLE) - NOT_SET | {"job_title", "website"}


@register_block
class ChangeStatus(Action):
    name, label = "change_contact_status", "Change Status"
    description = "Gives the contact a status."
    settings: ClassVar[Settings] = {"status": ""}

    def check(self, settings: Settings) -> str:
        return "" if text(settings, "status") in Status.values else "Choose the status."

    def run(self, run: Run) -> Outcome | None:
        if problem := self.check(run.settings):
            raise BlockFailed(problem)
        services.set_status(run.contacts, text(run.settings, "status"), f"By the automation {run.block}.")
        return None


@register_block
class UpdateProperty(Action):
    """`contact_properties` is a list of {data_key, data_value}, or an object of values by name."""

    name, label, icon = "update_contact_property", "Update Contact Property", "fc-icon-wp_user_meta"
    description = "Sets columns and custom fields of the contact."
    settings: ClassVar[Settings] = {"contact_properties": [{"data_key": "", "data_value": ""}]}

    def check(self, settings: Settings) -> str:
        wanted = properties(settings)
        if not wanted:
            return "Choose what to set."
        known = types_by_slug()
        for name, value in wanted.items():
            if problem := problem_of(name, value, known):
                return problem
        return ""

    def run(self, run: Run) -> Outcome | None:
        wanted = properties(run.settings)
        if not wanted:
            raise BlockFailed("Choose what to set.")
        known = types_by_slug()
        for name, value in wanted.items():
            if problem := problem_of(name, value, known):
                raise BlockFailed(problem)
        # A call for each property that staff chose: none of them costs more for more contacts.
        for name, value in wanted.items():
            if name in known:
                services.set_custom_value(run.contacts, name, check_value(known[name], value))
            elif name == "status":
                services.set_status(run.contacts, str(value))
            else:
                services.set_column(run.contacts, name, as_column(name, value))
        return None


def properties(settings: Settings) -> dict[str, Any]:
    sent = settings.get("contact_properties")
    if isinstance(sent, Mapping):
        rows = list(sent.items())
    else:
        rows = [
            (row.get("data_key"), row.get("data_value"))
            for row in (sent if isinstance(sent, list) else [])
            if isinstance(row, Mapping)
        ]
    return {key.removeprefix("custom."): value for key, value in rows if isinstance(key, str) and key}


def problem_of(name: str, value: Any, known: Mapping[str, Any]) -> str:
    if name in known:
        try:
            check_value(known[name], value)
        except InvalidValue as error:
            return f"{name} {error}."
        return ""
    if name == "status":
        return "" if value in Status.values else "There is no such status."
    if name not in SETTABLE:
        return f"{name} cannot be set."
    try:
        as_column(name, value)
    except ValueError:
        return f"The value of {name} does not fit."
    return ""


def as_column(name: str, value: Any) -> Any:
    """Raises ValueError for what the column does not take."""
    column: Any = Subscriber._meta.get_field(name)
    if isinstance(column, models.DateField):
        return date.fromisoformat(str(value)) if value else None
    cleaned = " ".join(str(value).replace("\x00", "").split())
    if not is_plain(value) or len(cleaned) > column.max_length:
        raise ValueError(name)
    return cleaned


@register_block
class AddNote(Action):
    name, label, icon = "add_contact_activity", "Add Notes & Activity", "fc-icon-writing"
    description = "Writes a note about the contact."
    settings: ClassVar[Settings] = {"type": "note", "title": "", "description": ""}

    def check(self, settings: Settings) -> str:
        return "" if text(settings, "title") or text(settings, "description") else "Enter the note."

    def run(self, run: Run) -> Outcome | None:
        if problem := self.check(run.settings):
            raise BlockFailed(problem)
        kind = text(run.settings, "type")
        notes = Note.objects.bulk_create(
            Note(
                subscriber_id=pk,
                type=kind if kind in Type.values else Type.NOTE,
                title=text(run.settings, "title")[:190],
                description=linebreaks(text(run.settings, "description"), autoescape=True),
            )
            for pk in sorted(run.contacts)
        )
        pairs = zip(sorted(run.contacts), notes, strict=True)
        record(Entry("note_created", [contact], {}, ("note", note.pk)) for contact, note in pairs)
        return None

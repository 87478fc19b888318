"""Turns the names in valid contacts into ids: tags, lists and custom fields.

Unknown names are ignored, as in FluentCRM. (FluenzR refuses them: fluenzr.services.names.)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from custom_fields.services import Checked, check_values, types_by_slug
from segments.services import Named, resolve_segments
from subscribers.resolve import MODELS
from subscribers.services import EDITABLE, Draft
from wp_rest.exceptions import FieldErrors

Contact = Mapping[str, Any]  # as a serializer has validated it
MayCreate = Callable[[str], bool]  # of "tags" or "lists"
Errors = dict[str, str]  # by field
Ignored = dict[str, list[Any]]  # by kind: "tags", "lists", "custom_values"


@dataclass(frozen=True)
class Links:
    """The tags (or lists) that contacts name, to attach and to detach."""

    kind: str
    attached: Named
    detached: Named

    @classmethod
    def resolve(cls, kind: str, contacts: Sequence[Contact], may_create: MayCreate) -> Self:
        attach = [entry for contact in contacts for entry in entries(contact, kind, f"attach_{kind}")]
        detach = [entry for contact in contacts for entry in entries(contact, f"detach_{kind}")]
        model = MODELS[kind]
        create = bool(attach) and may_create(kind)
        return cls(kind, resolve_segments(model, attach, create=create), resolve_segments(model, detach))

    def to_attach(self, contact: Contact) -> list[int]:
        return self.attached.ids_of(entries(contact, self.kind, f"attach_{self.kind}"))

    def to_detach(self, contact: Contact) -> list[int]:
        return self.detached.ids_of(entries(contact, f"detach_{self.kind}"))


def resolve_contact(valid: Contact, *, may_create: MayCreate) -> tuple[Draft, Ignored]:
    """What is to be written of a contact, and the names that were ignored.

    Raises FieldErrors (400) for wrong custom values. At most one statement for the fields, and one for
    each kind of segment, attached or detached (see resolve_segments).
    """
    [resolved], ignored = resolve_contacts([valid], may_create=may_create)
    if isinstance(resolved, Draft):
        return resolved, ignored
    raise FieldErrors({name: {"type": text} for name, text in resolved.items()})


def resolve_contacts(valid: Sequence[Contact], *, may_create: MayCreate) -> tuple[list[Draft | Errors], Ignored]:
    """The same for many contacts, with as many statements as for one.

    A contact with wrong custom values has Errors instead of a Draft, and creates no tags or lists.
    """
    named = any(contact.get("custom_values") or contact.get("others") for contact in valid)
    types = types_by_slug() if named else {}
    checked = [check_values(sent_values(contact, types), types) for contact in valid]
    fitting = [contact for contact, values in zip(valid, checked, strict=True) if not values.errors]
    tags, lists = (Links.resolve(kind, fitting, may_create) for kind in ("tags", "lists"))
    resolved: list[Draft | Errors] = [
        errors_of(contact, values)
        if values.errors
        else Draft(
            {name: contact[name] for name in EDITABLE if name in contact},
            values.values,
            tags.to_attach(contact),
            lists.to_attach(contact),
            tags.to_detach(contact),
            lists.to_detach(contact),
            contact.get("unsubscribe_reason") or "",
        )
        for contact, values in zip(valid, checked, strict=True)
    ]
    ignored: Ignored = {
        "custom_values": [slug for values in checked if not values.errors for slug in values.unknown],
        **{links.kind: [*links.attached.ignored, *links.detached.ignored] for links in (tags, lists)},
    }
    return resolved, {kind: list(dict.fromkeys(names)) for kind, names in ignored.items() if names}


def entries(contact: Contact, *keys: str) -> list[Any]:
    return [entry for key in keys for entry in contact.get(key) or []]


def sent_values(contact: Contact, types: Mapping[str, Any]) -> dict[str, Any]:
    """The custom values of a contact: those in `custom_values`, and slugs of fields beside its own keys."""
    beside = {slug: value for slug, value in (contact.get("others") or {}).items() if slug in types}
    return {**beside, **(contact.get("custom_values") or {})}


def errors_of(contact: Contact, checked: Checked) -> Errors:
    """The errors of custom values, by the name under which each was sent."""
    wrapped = contact.get("custom_values") or {}
    return {f"custom_values.{slug}" if slug in wrapped else slug: text for slug, text in checked.errors.items()}

"""The names in valid contacts, turned into rows that contacts can be linked to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from custom_fields.services import check_values, types_by_slug
from custom_fields.types import Kind
from segments.models import ContactList, Tag
from segments.services import resolve_segments
from subscribers.services import EDITABLE, Draft
from wp_rest.exceptions import FieldErrors


@dataclass
class ResolvedContact:
    """A contact as it was sent, resolved: names became ids, values were held to their fields."""

    columns: dict[str, Any]
    custom_values: dict[str, Any] = field(default_factory=dict)
    attach_tags: list[int] = field(default_factory=list)
    attach_lists: list[int] = field(default_factory=list)
    detach_tags: list[int] = field(default_factory=list)
    detach_lists: list[int] = field(default_factory=list)
    ignored: dict[str, list[Any]] = field(default_factory=dict)
    unsubscribe_reason: str = ""

    def draft(self) -> Draft:
        return Draft(
            self.columns,
            self.custom_values,
            self.attach_tags,
            self.attach_lists,
            self.detach_tags,
            self.detach_lists,
            self.unsubscribe_reason,
        )


def resolve_contact(valid: Mapping[str, Any], *, may_create: Callable[[str], bool]) -> ResolvedContact:
    """Look up what a valid contact names: tags, lists, custom fields.

    Raises FieldErrors (400) for custom values that do not fit. At most a statement for the fields,
    and one for each kind of segment, attached or detached (see resolve_segments).
    """
    [(sent, errors)], ignored = resolve_contacts([valid], may_create=may_create)
    if sent is None:
        raise FieldErrors({name: {"type": text} for name, text in errors.items()})
    sent.ignored = ignored
    return sent


def resolve_contacts(
    valid: Sequence[Mapping[str, Any]], *, may_create: Callable[[str], bool]
) -> tuple[list[tuple[ResolvedContact | None, dict[str, str]]], dict[str, list[Any]]]:
    """The same for many contacts at the price of one, and what was ignored of all of them.

    A contact with misfitting values is (None, errors by field), and makes no tags or lists.
    """
    ignored: dict[str, list[Any]] = {}
    types = _types(valid)
    resolved = [_with_custom_values(contact, types, ignored) for contact in valid]
    fitting = [(contact, sent) for contact, (sent, _) in zip(valid, resolved, strict=True) if sent is not None]
    for kind, model in (("tags", Tag), ("lists", ContactList)):
        attach = [_entries(contact, kind, f"attach_{kind}") for contact, _ in fitting]
        detach = [_entries(contact, f"detach_{kind}") for contact, _ in fitting]
        entries = list(chain.from_iterable(attach))
        attached = resolve_segments(model, entries, create=bool(entries) and may_create(kind))
        detached = resolve_segments(model, chain.from_iterable(detach))
        for (_, sent), to_attach, to_detach in zip(fitting, attach, detach, strict=True):
            setattr(sent, f"attach_{kind}", attached.ids_of(to_attach))
            setattr(sent, f"detach_{kind}", detached.ids_of(to_detach))
        if left_out := list(dict.fromkeys([*attached.ignored, *detached.ignored])):
            ignored[kind] = left_out
    return resolved, ignored


def _types(valid: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    """The types of the custom fields, where a contact may have values of some."""
    return types_by_slug() if any(contact.get("custom_values") or contact.get("others") for contact in valid) else {}


def _entries(contact: Mapping[str, Any], *names: str) -> list[Any]:
    return [entry for name in names for entry in contact.get(name) or []]


def _with_custom_values(
    contact: Mapping[str, Any], types: Mapping[str, Kind], ignored: dict[str, list[Any]]
) -> tuple[ResolvedContact | None, dict[str, str]]:
    """A contact with its columns and custom values; or None, and errors by field."""
    beside = {slug: value for slug, value in (contact.get("others") or {}).items() if slug in types}
    wrapped = contact.get("custom_values") or {}
    checked = check_values({**beside, **wrapped}, types)
    if checked.errors:
        return None, {
            f"custom_values.{slug}" if slug in wrapped else slug: text for slug, text in checked.errors.items()
        }
    if checked.unknown:
        unknown = ignored.setdefault("custom_values", [])
        unknown.extend(slug for slug in checked.unknown if slug not in unknown)
    sent = ResolvedContact({name: contact[name] for name in EDITABLE if name in contact}, checked.values)
    sent.unsubscribe_reason = contact.get("unsubscribe_reason") or ""
    return sent, {}

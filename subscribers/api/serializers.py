"""What a client may send of a contact (guide, 'Create a Contact'; contract.md)."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any

from django.conf import settings
from rest_framework import serializers

from custom_fields.services import RESERVED, check_values, types_by_slug
from custom_fields.types import Kind
from rest.numbers import as_integer
from segments.models import ContactList, Tag
from segments.services import resolve_segments
from subscribers.addresses import is_address
from subscribers.models import Status
from subscribers.services import EDITABLE, Draft
from wp_rest.exceptions import FieldErrors
from wp_rest.fields import (
    ChoiceTextField,
    DateField,
    EntriesField,
    MomentField,
    ObjectField,
    optional_address,
    optional_text,
)

MAX_NAME = 192
# Keys beside a contact's own that say what is to be done with it.
NOT_OF_THE_CONTACT = frozenset(
    {"__force_update", "double_optin", "_method", "_locale", "_wpnonce", "rest_route", "subscriber"}
)
NOT_AN_EMAIL = "The email must be a valid email address."


class EmailField(serializers.Field[Any, Any, Any, Any]):
    """An address that WordPress accepts (contract.md); white space round it is dropped."""

    default_error_messages = {"required": "The email field is required.", "email": NOT_AN_EMAIL}

    def to_internal_value(self, data: Any) -> str:
        email = data.strip() if isinstance(data, str) else ""
        if data in ("", None) or (isinstance(data, str) and not email):
            missing = [serializers.ErrorDetail(str(self.error_messages[code]), code) for code in ("required", "email")]
            raise serializers.ValidationError(missing)
        if not is_address(email):
            self.fail("email")
        return email

    def to_representation(self, value: Any) -> Any:
        return value


class OwnerField(serializers.Field[Any, Any, Any, Any]):
    """The id of the user who looks after a contact; an empty one is nobody."""

    default_error_messages = {"integer": "The {name} must be an id."}

    def to_internal_value(self, data: Any) -> int | None:
        if data == "":
            return None
        number = as_integer(data)
        if number is None:
            self.fail("integer", name=self.field_name)
        return number

    def to_representation(self, value: Any) -> Any:
        return value


class CoordinateField(serializers.Field[Any, Any, Any, Any]):
    """Degrees, up to `limit` either way; an empty one is none."""

    default_error_messages = {"degrees": "The {name} must be a number of degrees."}

    def __init__(self, limit: int, **kwargs: Any) -> None:
        self.limit = limit
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal | None:
        if data == "":
            return None
        try:
            degrees = Decimal(str(data)).quantize(Decimal("1e-8"))
        except InvalidOperation:
            degrees = Decimal("NaN")
        if isinstance(data, bool) or not degrees.is_finite() or abs(degrees) > self.limit:
            self.fail("degrees", name=self.field_name)
        return degrees

    def to_representation(self, value: Any) -> Any:
        return value


class ContactSerializer(serializers.Serializer[Any]):
    """The keys of a contact that a client may set. Others are ignored, the server's own ones too."""

    email = EmailField(required=False)
    status = ChoiceTextField(tuple(Status.values), required=False, allow_null=True)
    contact_type = ChoiceTextField(settings.CONTACT_TYPES, required=False, allow_null=True)
    contact_owner = OwnerField(required=False, allow_null=True)
    prefix = optional_text()
    first_name = optional_text(MAX_NAME)
    last_name = optional_text(MAX_NAME)
    full_name = optional_text(2 * MAX_NAME + 1)
    timezone = optional_text()
    address_line_1 = optional_text()
    address_line_2 = optional_text()
    postal_code = optional_text()
    city = optional_text()
    state = optional_text()
    country = optional_text()
    ip = optional_text(45)
    latitude = CoordinateField(90, required=False, allow_null=True)
    longitude = CoordinateField(180, required=False, allow_null=True)
    phone = optional_text(50)
    source = optional_text()  # type: ignore[assignment]  # a field of that name, not DRF's own
    avatar = optional_address()
    date_of_birth = DateField(required=False, allow_null=True)
    last_activity = MomentField(required=False, allow_null=True)
    custom_values = ObjectField(required=False, allow_null=True)
    tags = EntriesField(required=False, allow_null=True)
    lists = EntriesField(required=False, allow_null=True)
    attach_tags = EntriesField(required=False, allow_null=True)
    attach_lists = EntriesField(required=False, allow_null=True)
    detach_tags = EntriesField(required=False, allow_null=True)
    detach_lists = EntriesField(required=False, allow_null=True)
    unsubscribe_reason = optional_text(1000)

    def get_fields(self) -> dict[str, Any]:
        """Those that were sent and those that are due: to copy all of them costs more than to check a few."""
        declared = self._declared_fields
        sent = getattr(self, "initial_data", declared)
        return {name: deepcopy(one) for name, one in declared.items() if name in sent or one.required}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # Columns that are never empty: an empty value says nothing about them.
        for name in ("status", "contact_type"):
            if not attrs.get(name, True):
                del attrs[name]
        full_name = attrs.pop("full_name", None)
        if full_name and not attrs.get("first_name") and not attrs.get("last_name"):
            first, _, last = full_name.partition(" ")
            if max(len(first), len(last)) > MAX_NAME:
                text = f"Neither part of the full_name may be longer than {MAX_NAME} characters."
                raise serializers.ValidationError({"full_name": serializers.ErrorDetail(text, "max")})
            attrs["first_name"], attrs["last_name"] = first, last
        # What may be the slug of a custom field; it never stands for a key that a contact has.
        known = self._declared_fields.keys() | RESERVED | NOT_OF_THE_CONTACT
        if others := {name: value for name, value in self.initial_data.items() if name not in known}:
            attrs["others"] = others
        return attrs


class NewContactSerializer(ContactSerializer):
    """A contact to be made: an address and a status are due (guide)."""

    email = EmailField()
    status = ChoiceTextField(tuple(Status.values), allow_blank=False)


class UpsertSerializer(ContactSerializer):
    """A contact to be made or changed: an address is due, a status only when it is to be made."""

    email = EmailField()


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

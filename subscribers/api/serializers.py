"""What a client may send of a contact (guide, 'Create a Contact'; contract.md)."""

from copy import deepcopy
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from rest_framework import serializers

from custom_fields.services import RESERVED
from rest.fields import InputField
from rest.numbers import as_integer
from subscribers.addresses import is_address
from subscribers.models import Status
from wp_rest.fields import (
    ChoiceTextField,
    DateField,
    DateTimeField,
    EntriesField,
    ObjectField,
    optional_address,
    optional_text,
)

MAX_NAME = 192
# Keys that are not fields of a contact but options of the request.
NOT_OF_THE_CONTACT = frozenset({"__force_update", "_method", "_locale", "_wpnonce", "rest_route", "subscriber"})
NOT_AN_EMAIL = "The email must be a valid email address."


class EmailField(InputField):
    """An address that WordPress accepts (contract.md). White space around it is removed."""

    default_error_messages = {"required": "The email field is required.", "email": NOT_AN_EMAIL}

    def to_internal_value(self, data: Any) -> str:
        email = data.strip() if isinstance(data, str) else ""
        if data in ("", None) or (isinstance(data, str) and not email):
            missing = [serializers.ErrorDetail(str(self.error_messages[code]), code) for code in ("required", "email")]
            raise serializers.ValidationError(missing)
        if not is_address(email):
            self.fail("email")
        return email


class OwnerField(InputField):
    """The id of the user who is responsible for a contact; None for an empty text."""

    default_error_messages = {"integer": "The {name} must be an id."}

    def to_internal_value(self, data: Any) -> int | None:
        if data == "":
            return None
        number = as_integer(data)
        if number is None:
            self.fail("integer")
        return number


class CoordinateField(InputField):
    """Degrees, from -`limit` to `limit`; None for an empty text."""

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
            self.fail("degrees")
        return degrees


class ContactSerializer(serializers.Serializer[Any]):
    """The keys of a contact that a client may set. Other keys are ignored, also those that the server sets."""

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
    last_activity = DateTimeField(required=False, allow_null=True)
    custom_values = ObjectField(required=False, allow_null=True)
    tags = EntriesField(required=False, allow_null=True)
    lists = EntriesField(required=False, allow_null=True)
    attach_tags = EntriesField(required=False, allow_null=True)
    attach_lists = EntriesField(required=False, allow_null=True)
    detach_tags = EntriesField(required=False, allow_null=True)
    detach_lists = EntriesField(required=False, allow_null=True)
    unsubscribe_reason = optional_text(1000)

    def get_fields(self) -> dict[str, Any]:
        """The fields that were sent and the required ones. Copying all fields would take longer than checking these."""
        declared = self._declared_fields
        sent = getattr(self, "initial_data", declared)
        return {name: deepcopy(one) for name, one in declared.items() if name in sent or one.required}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        # These columns are never empty: an empty value changes nothing.
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
        # Other keys may be slugs of custom fields.
        known = self._declared_fields.keys() | RESERVED | NOT_OF_THE_CONTACT
        if others := {name: value for name, value in self.initial_data.items() if name not in known}:
            attrs["others"] = others
        return attrs


class NewContactSerializer(ContactSerializer):
    """A new contact. The address and the status are required (guide)."""

    email = EmailField()
    status = ChoiceTextField(tuple(Status.values), allow_blank=False)


class UpsertSerializer(ContactSerializer):
    """A contact to create or update. The address is required; the status only for a new contact."""

    email = EmailField()

"""What a client may send of a company (companies.json)."""

from typing import Any

from rest_framework import serializers

from companies.models import TYPES
from rest.fields import InputField
from rest.numbers import as_integer
from wp_rest.fields import (
    ChoiceTextField,
    DateField,
    ObjectField,
    PlainTextField,
    RichTextField,
    optional_address,
    optional_text,
)


class CountField(InputField):
    """A whole number, 0 or more; an empty text is 0."""

    default_error_messages = {"integer": "The {name} must be a whole number."}

    def to_internal_value(self, data: Any) -> int:
        number = 0 if data == "" else as_integer(data)
        if number is None or not 0 <= number < 2**31:
            self.fail("integer")
        return number


class OptionalIdField(InputField):
    """An id; None for an empty text and 0."""

    default_error_messages = {"integer": "The {name} must be an id."}

    def to_internal_value(self, data: Any) -> int | None:
        number = 0 if data == "" else as_integer(data)
        if number is None or number < 0:
            self.fail("integer")
        return number or None


class CompanySerializer(serializers.Serializer[Any]):
    """The keys of a company that a client may set; others are ignored."""

    name = PlainTextField(required=False, allow_blank=False)
    owner_id = OptionalIdField(required=False, allow_null=True)
    industry = optional_text()
    email = optional_text()
    timezone = optional_text()
    address_line_1 = optional_text()
    address_line_2 = optional_text()
    postal_code = optional_text()
    city = optional_text()
    state = optional_text()
    country = optional_text()
    employees_number = CountField(required=False)
    description = RichTextField(required=False, allow_null=True, allow_blank=True)
    phone = optional_text(50)
    type = ChoiceTextField(TYPES, required=False)
    logo = optional_address()
    website = optional_address()
    linkedin_url = optional_address()
    facebook_url = optional_address()
    twitter_url = optional_address()
    date_of_start = DateField(required=False, allow_null=True)
    custom_values = ObjectField(required=False, allow_null=True)


class NewCompanySerializer(CompanySerializer):
    name = PlainTextField(allow_blank=False)

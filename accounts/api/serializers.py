"""What a client may send for a new user."""

from typing import Any
from unicodedata import normalize

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts.api.services import ROLE
from rest.fields import InputField
from subscribers.addresses import is_address
from wp_rest.fields import EntriesField, PlainTextField

MAX_PASSWORD = 4096


class PasswordField(InputField):
    """A text that is kept as it is."""

    default_error_messages = {"string": "The {name} must be a text of at most {max} characters."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or len(data) > MAX_PASSWORD:
            self.fail("string", max=MAX_PASSWORD)
        if not data:
            raise serializers.ValidationError("The password field is required.", code="required")
        return data


class UserSerializer(serializers.Serializer[Any]):
    """A user of the site who may do nothing here. Other roles are given in the admin."""

    username = PlainTextField(max_length=150, allow_blank=False)
    email = PlainTextField(max_length=190, allow_blank=False)
    password = PasswordField()
    first_name = PlainTextField(max_length=150, required=False)
    last_name = PlainTextField(max_length=150, required=False)
    roles = EntriesField(required=False)

    def validate_username(self, username: str) -> str:
        name = normalize("NFKC", username)
        try:
            UnicodeUsernameValidator()(name)
        except ValidationError:
            raise serializers.ValidationError(
                "The username may have letters, digits and @/./+/-/_ only.", code="invalid"
            ) from None
        return name

    def validate_email(self, email: str) -> str:
        if not is_address(email):
            raise serializers.ValidationError("The email must be a valid email address.", code="email")
        return email

    def validate_roles(self, roles: list[Any]) -> list[Any]:
        if roles not in ([], [ROLE]):
            raise serializers.ValidationError(f"A new user has the role {ROLE}.", code="in")
        return roles

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        user = User(**{name: attrs.get(name, "") for name in ("username", "email", "first_name", "last_name")})
        try:
            validate_password(attrs["password"], user)
        except ValidationError as error:
            raise serializers.ValidationError({"password": error.messages}, code="password") from None
        return attrs

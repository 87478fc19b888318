"""What the settings of double opt-in may be (double-optin.json)."""

from typing import Any

from rest_framework import serializers

from emails.api.serializers import MarkupField
from emails.codes import Code, split_codes
from wp_rest.exceptions import FieldErrors, Unprocessable
from wp_rest.fields import AddressField, ChoiceTextField, IdsField, PlainTextField, RichTextField

ACTIVATION = frozenset({"crm.activate_button", "crm.activate_link", "activate_link"})
MAX_REDIRECTS = 100
MAX_ADDRESS = 1000


class TagRedirectSerializer(serializers.Serializer[Any]):
    """Where contacts with one of those tags go."""

    field_key = IdsField()
    field_value = AddressField(max_length=MAX_ADDRESS)


class OptinSettingsSerializer(serializers.Serializer[Any]):
    """What is sent of them; `instance` are the settings as they are."""

    email_subject = PlainTextField(max_length=500, required=False)
    email_pre_header = PlainTextField(max_length=500, required=False)
    design_template = PlainTextField(max_length=50, required=False)
    email_body = MarkupField(required=False)
    after_confirmation_type = ChoiceTextField(("message", "redirect"), required=False)
    after_confirm_message = RichTextField(allow_blank=True, required=False)
    after_conf_redirect_url = AddressField(max_length=MAX_ADDRESS, required=False)
    tag_based_redirect = ChoiceTextField(("yes", "no"), required=False)
    tag_redirects = serializers.ListField(child=TagRedirectSerializer(), max_length=MAX_REDIRECTS, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        before: dict[str, Any] = self.instance or {}
        after = before | attrs
        if not after["email_subject"]:
            raise FieldErrors({"email_subject": {"required": "Email Subject is required"}})
        if not any(isinstance(piece, Code) and piece.name in ACTIVATION for piece in split_codes(after["email_body"])):
            raise Unprocessable("Email Body need to contains activation link")
        if after["after_confirmation_type"] == "redirect" and not after["after_conf_redirect_url"]:
            raise FieldErrors({"after_conf_redirect_url": {"required": "Redirect URL is required"}})
        return attrs

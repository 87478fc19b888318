"""What each group of settings may hold. What is not in a group is refused by name."""

from typing import Any

from rest_framework import serializers

from emails.settings import ADMIN_EMAIL, BUSINESS, EMAIL
from rest.fields import InputField
from rest.text import strip_controls
from subscribers.addresses import is_address
from wp_rest.fields import LinesField, PlainTextField

MAX_FOOTER = 20_000
LEAVING = ("crm.unsubscribe_url", "crm.manage_subscription_url", "crm.unsubscribe_html", "crm.manage_subscription_html")


class EmailAddressField(PlainTextField):
    """An e-mail address, or nothing."""

    default_error_messages = {"email": "The {name} must be a valid email address."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and text != ADMIN_EMAIL and not is_address(text):
            self.fail("email")
        return text


class FooterField(InputField):
    """HTML that shows the way out: whoever gets a mail must be able to leave."""

    default_error_messages = {
        "string": "The {name} must be a text of at most {max_length} characters.",
        "leaving": "The {name} must hold ##crm.unsubscribe_url## or ##crm.manage_subscription_url##.",
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or len(data) > MAX_FOOTER:
            self.fail("string", max_length=MAX_FOOTER)
        if not any(code in data for code in LEAVING):
            self.fail("leaving")
        return strip_controls(data)


class EmailSettingsSerializer(serializers.Serializer[Any]):
    from_name = PlainTextField(required=False)
    from_email = EmailAddressField(required=False)
    reply_to_name = PlainTextField(required=False)
    reply_to_email = EmailAddressField(required=False)
    emails_per_second = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    email_footer = FooterField(required=False)


class BusinessSettingsSerializer(serializers.Serializer[Any]):
    business_name = PlainTextField(required=False)
    business_address = LinesField(required=False, max_length=500)
    admin_email = EmailAddressField(required=False)


GROUPS: dict[str, type[serializers.Serializer[Any]]] = {
    EMAIL: EmailSettingsSerializer,
    BUSINESS: BusinessSettingsSerializer,
}

# The names of FluentCRM's scheduled work, for POST /setting/run_cron.
HOOKS = tuple(f"fluentcrm_scheduled_{period}_tasks" for period in ("every_minute", "five_minute", "hourly"))

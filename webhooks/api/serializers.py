"""What a client may send for an incoming hook, and how one is shown."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from webhooks.models import STATUSES, Webhook
from wp_rest.dates import write_datetime
from wp_rest.fields import ChoiceTextField, IdsField, PlainTextField
from wp_rest.parameters import is_empty


class WebhookSerializer(serializers.Serializer[Any]):
    name = PlainTextField(allow_blank=False)
    status = ChoiceTextField(tuple(STATUSES), required=False, allow_null=True)
    lists = IdsField(required=False, allow_null=True)
    tags = IdsField(required=False, allow_null=True)
    companies = IdsField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("lists", "tags", "companies"):
            if attrs.get(name) == [] and not is_empty(self.initial_data[name]):
                text = f"The {name} must be a list of ids."
                raise serializers.ValidationError({name: serializers.ErrorDetail(text, "ids")})
        return attrs


def address_of(hook: Webhook) -> str:
    """The address to post contacts to. It needs no credentials."""
    return f"{settings.SITE_URL}/?fluentcrm=1&route=contact&hash={hook.hash}"


def show_value(hook: Webhook) -> dict[str, Any]:
    """The settings of a hook, with the keys of webhooks.json in their order."""
    return {
        "name": hook.name,
        "lists": hook.lists,
        "tags": hook.tags,
        "status": hook.status,
        "url": address_of(hook),
        "companies": hook.companies,
    }


def show_webhook(hook: Webhook) -> dict[str, Any]:
    """A row of the list."""
    return {
        "id": hook.pk,
        "object_type": "webhook",
        "object_id": None,
        "key": hook.hash,
        "value": show_value(hook),
        "created_at": write_datetime(hook.created_at),
        "updated_at": write_datetime(hook.updated_at),
    }

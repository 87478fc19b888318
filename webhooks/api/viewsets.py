"""/webhooks (recording webhooks.json) and /setting/bounce_configs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import definitions
from segments.api.serializers import show_segment
from segments.models import ContactList, Tag
from webhooks.api.filters import WebhookFilter
from webhooks.api.serializers import WebhookSerializer, show_value, show_webhook
from webhooks.models import Webhook
from webhooks.services import bounce_code, delete_webhooks, save_webhook
from wp_rest.viewsets import ModelViewSet, RestViewSet

# The keys that can be posted to a hook, with their names in FluentCRM.
FIELDS = (
    ("prefix", "Name Prefix"),
    ("first_name", "First Name"),
    ("last_name", "Last Name"),
    ("full_name", "Full Name"),
    ("email", "Email"),
    ("timezone", "Timezone"),
    ("address_line_1", "Address Line 1"),
    ("address_line_2", "Address Line 2"),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal Code"),
    ("country", "Country"),
    ("ip", "IP Address"),
    ("phone", "Phone"),
    ("source", "Source"),
    ("date_of_birth", "Date of Birth (Y-m-d Format only)"),
)
# Services that report bounces: word, name, and what to do with the address.
SERVICES = (
    ("ses", "Amazon SES", "Subscribe this address, by HTTPS, to the SNS topic of your bounces and complaints."),
    ("mailgun", "Mailgun", "Add this address as a webhook for permanent failures and spam complaints."),
    ("postmark", "Postmark", "Add this address as a webhook for bounces and spam complaints."),
    ("sendgrid", "SendGrid", "Add this address as an event webhook for bounced, dropped and spam reports."),
    ("form", "Another service", "POST email, and type (hard, soft or complaint), reason and id if you know them."),
)


class WebhookViewSet(ModelViewSet):
    """Incoming hooks, in the order of their ids. As recorded, the answer to a write has all of them."""

    queryset = Webhook.objects.order_by("pk")
    serializer_class, filterset_class = WebhookSerializer, WebhookFilter
    noun, plural = "webhook", "webhooks"
    created = "Successfully created the WebHook"
    updated = "Successfully updated the webhook"
    deleted = "Successfully deleted the webhook"
    rights: ClassVar = {
        "list": "webhooks.view_webhook",
        "create": "webhooks.add_webhook",
        "update": "webhooks.change_webhook",
        "destroy": "webhooks.delete_webhook",
    }

    def list(self, request: Request, **ids: int) -> Response:
        return Response(
            {
                "webhooks": [show_webhook(hook) for hook in self.filter_queryset(self.get_queryset())],
                "fields": [{"key": key, "field": name} for key, name in FIELDS],
                "custom_fields": [{"key": field.slug, "field": field.label} for field in definitions()],
                "lists": [show_segment(one) for one in ContactList.objects.order_by("pk")],
                "tags": [show_segment(tag) for tag in Tag.objects.order_by("pk")],
            }
        )

    def create(self, request: Request, **ids: int) -> Response:
        hook, _ = self.save(self.valid())
        return Response({"id": hook.pk, "webhook": show_value(hook), **self.all_hooks(), "message": self.created})

    def update(self, request: Request, **ids: int) -> Response:
        super().update(request, **ids)
        return Response({**self.all_hooks(), "message": self.updated})

    def destroy(self, request: Request, **ids: int) -> Response:
        super().destroy(request, **ids)
        return Response({**self.all_hooks(), "message": self.deleted})

    def all_hooks(self) -> Mapping[str, Any]:
        return {"webhooks": [show_webhook(hook) for hook in self.get_queryset()]}

    def valid(self, row: Any = None) -> Any:
        serializer = WebhookSerializer(row, data=self.sent(), partial=row is not None)
        serializer.is_valid(raise_exception=True)
        return serializer

    def save(self, serializer: Any) -> tuple[Webhook, Mapping[str, Any]]:
        hook = serializer.instance or Webhook()
        for name, value in serializer.validated_data.items():
            # An empty list removes; an empty status changes nothing.
            if value or name != "status":
                setattr(hook, name, value or [])
        save_webhook(hook)
        return hook, {}

    def show(self, row: Webhook) -> Any:
        return show_value(row)

    def delete_row(self, pk: int) -> Any:
        hook = self.get_queryset().filter(pk=pk).first()
        if hook is not None:
            delete_webhooks([hook])
        return hook


class BounceConfigsViewSet(RestViewSet):
    """The addresses at which mail services report bounces and complaints."""

    rights: ClassVar = {"list": "webhooks.view_bouncereport"}

    def list(self, request: Request) -> Response:
        return Response({"bounce_settings": bounce_settings(), "fluentsmtp_info": False})


def bounce_settings() -> dict[str, dict[str, str]]:
    """The address of each service and what to do with it, with FluentCRM's keys."""
    return {
        service: {
            "label": label,
            "webhook_url": bounce_address(service),
            "doc_url": f"{settings.SITE_URL}/wp-json/fluent-crm/v2/docs",
            "input_title": f"{label} Bounce Handler URL",
            "input_info": text,
        }
        for service, label, text in SERVICES
    }


def bounce_address(service: str) -> str:
    if service == "ses":
        # The form in FluentCRM. The other form works too.
        return f"{settings.SITE_URL}/index.php?fluentcrm=1&route=bounce_handler&provider=ses&verify_key={bounce_code()}"
    return f"{settings.SITE_URL}/wp-json/fluent-crm/v2/public/bounce_handler/{service}/handle/{bounce_code()}"

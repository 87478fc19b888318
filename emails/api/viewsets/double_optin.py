"""Double opt-in: its settings, and the request for consent to one contact (double-optin.json)."""

from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from emails.api.asking import send_soon, show_asked
from emails.api.optin_serializers import OptinSettingsSerializer
from emails.double_optin import (
    FOLLOWS,
    general_settings,
    list_settings,
    save_general_settings,
    save_list_settings,
)
from emails.services.asking import BARRED, ask_consent
from rest.numbers import as_integer
from segments.models import ContactList
from subscribers.reading import existing_ids
from wp_rest.exceptions import NotFound, Unprocessable, required
from wp_rest.parameters import as_list
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet

# FluentCRM describes its own form with these; a client may draw another one.
FIELDS = {
    "email_subject": {"type": "input-text-popper", "label": "Email Subject"},
    "email_pre_header": {"type": "input-text-popper", "label": "Email Pre Header"},
    "email_body": {"type": "wp-editor", "label": "Email Body"},
    "design_template": {"type": "image-radio", "label": "Design Template"},
    "after_confirmation_type": {
        "type": "input-radio",
        "label": "After Confirmation Type",
        "options": [{"id": "message", "label": "Show Message"}, {"id": "redirect", "label": "Redirect to an URL"}],
    },
    "after_confirm_message": {"type": "wp-editor", "label": "After Confirmation Message"},
    "after_conf_redirect_url": {"type": "input-text-popper", "label": "Redirect URL"},
    "tag_based_redirect": {"type": "inline-checkbox", "true_label": "yes", "false_label": "no"},
    "tag_redirects": {"type": "form-many-drop-down-mapper", "label": "Redirects by Tags"},
}


class OptinSettingsViewSet(RestViewSet):
    """The settings for all contacts; with `list_id` those of a list, which follows the general ones until it has its own."""

    rights: ClassVar = {"list": "options.view_option", "replace": "options.change_option"}

    def list(self, request: Request) -> Response:
        list_id = self.list_id()
        answer: dict[str, Any]
        if list_id is None:
            answer = {"settings": general_settings().shown()}
        else:
            settings, own = list_settings(list_id)
            answer = {"settings": settings.shown(), FOLLOWS: "no" if own else "yes"}
        if "settings_fields" in as_list(self.params.get("with"), "with"):
            answer["settings_fields"] = FIELDS
        return Response(answer)

    @transaction.atomic
    def replace(self, request: Request) -> Response:
        """Change what is sent; what is not sent stays."""
        sent = as_object(self.params.get("settings"))
        if not sent:
            raise required("settings")
        list_id = self.list_id()
        settings = general_settings() if list_id is None else list_settings(list_id)[0]
        serializer = OptinSettingsSerializer(settings.shown(), data=sent)
        serializer.is_valid(raise_exception=True)
        if list_id is None:
            save_general_settings(serializer.validated_data)
        else:
            # Whole: what the list does not say itself would follow the general settings as they change.
            whole = {**settings.shown(), **serializer.validated_data}
            save_list_settings(list_id, whole, own=self.params.get(FOLLOWS) != "yes")
        return Response({"message": "Double Opt-in settings has been updated"})

    def list_id(self) -> int | None:
        """The list that is meant, None for all contacts. Raises NotFound."""
        sent = self.params.get("list_id")
        if sent in (None, ""):
            return None
        pk = as_integer(sent)
        if pk is None or not ContactList.objects.filter(pk=pk).exists():
            raise NotFound
        return pk


class SendDoubleOptinViewSet(RestViewSet):
    """The request for consent to one contact, also to one who unsubscribed: it is named, so it is meant."""

    rights: ClassVar = {"create": "subscribers.change_subscriber"}

    def create(self, request: Request, pk: int) -> Response:
        """The recorded sentence answers also for a contact who needs no mail; `double_optin` says what was done."""
        if not existing_ids([pk]):
            raise NotFound
        with transaction.atomic():
            asked = ask_consent([pk], returning=[pk])
            send_soon(asked)
        if barred := asked.left_out.keys() & set(BARRED):
            raise Unprocessable(f"No email has been sent: the contact is {barred.pop()}.")
        return Response({"message": "Double OptIn email has been sent", "double_optin": show_asked(asked)})

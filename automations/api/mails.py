"""The mails of blocks in FluentCRM's words: read from requests, and shown."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from emails.api.message_representation import CAMPAIGN_SETTINGS
from emails.api.serializers import MarkupField
from emails.models import Mailing
from wp_rest.fields import KeptObjectField, PlainTextField
from wp_rest.parameters import kept
from wp_rest.parsers import as_object

MAILER_SETTINGS: Mapping[str, Any] = CAMPAIGN_SETTINGS["mailer_settings"]


class BlockMailSerializer(serializers.Serializer[Any]):
    """What a block's mail says. All may be missing: staff write it bit by bit."""

    email_subject = PlainTextField(source="subject", max_length=500, required=False)
    email_pre_header = PlainTextField(source="pre_header", max_length=500, required=False, allow_null=True)
    email_body = MarkupField(source="body", required=False)
    design_template = PlainTextField(source="design", max_length=50, required=False)
    settings = KeptObjectField(required=False)

    def validate_email_pre_header(self, text: str | None) -> str:
        return text or ""


def read_mail(campaign: Any, mailer_settings: Any = None) -> dict[str, Any] | None:
    """The columns of Mailing that were sent as `campaign`; None for nothing. Raises ValidationError.

    `mailer_settings`, which FluentCRM keeps beside the campaign, is a part of its settings.
    """
    sent = kept(as_object(campaign)) if campaign else None
    if sent is None or not any(name in sent for name in BlockMailSerializer().fields):
        return None
    serializer = BlockMailSerializer(data=sent)
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = dict(serializer.validated_data)
    sender = kept(as_object(mailer_settings)) if mailer_settings else None
    if sender:
        fields["settings"] = {**fields.get("settings", {}), "mailer_settings": dict(sender)}
    return fields


def show_block_mail(mailing: Mailing, automation_id: int) -> dict[str, Any]:
    """What a block's mail says, as FluentCRM shows a campaign inside of a block (recording funnel-goals.json)."""
    return {
        "id": mailing.pk,
        "parent_id": str(automation_id),
        "title": mailing.title,
        "status": "draft",
        "template_id": None,
        "email_subject": mailing.subject,
        "email_pre_header": mailing.pre_header or None,
        "email_body": mailing.body,
        "utm_status": "0",
        "utm_source": None,
        "utm_medium": None,
        "utm_campaign": None,
        "utm_term": None,
        "utm_content": None,
        "design_template": mailing.design,
        "settings": {"mailer_settings": {}, **mailing.settings},
    }

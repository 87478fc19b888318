"""What a client may send of a campaign."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from campaigns.services.writing import MAILER
from emails.api.serializers import MarkupField, read_style
from emails.design import RAW_DESIGNS
from emails.written_settings import UTM
from options.api.serializers import LEAVING, EmailAddressField
from rest.fields import InputField
from rest.numbers import as_integer
from wp_rest.fields import ChoiceTextField, FlagField, ObjectField, PlainTextField, optional_text
from wp_rest.parameters import as_objects
from wp_rest.parsers import as_object

MAX_FOOTER = 20_000
MAX_SUBJECTS, MAX_WEIGHT = 20, 1000
MAX_STEP = 100
YES_NO = ("yes", "no")
NO_WAY_OUT = "The mail must hold a link to leave: ##crm.unsubscribe_url## or ##crm.manage_subscription_url##."


class TitleSerializer(serializers.Serializer[Any]):
    title = PlainTextField(allow_blank=False)


class MailerSerializer(serializers.Serializer[Any]):
    """The sender of one campaign; only used if `is_custom` is yes."""

    from_name = PlainTextField(required=False)
    from_email = EmailAddressField(required=False)
    reply_to_name = PlainTextField(required=False)
    reply_to_email = EmailAddressField(required=False)
    is_custom = ChoiceTextField(YES_NO, required=False)


class FooterSerializer(serializers.Serializer[Any]):
    custom_footer = ChoiceTextField(YES_NO, required=False)
    footer_content = MarkupField(required=False)


class MailSettingsField(ObjectField):
    """An object, or the JSON text of one; of it the keys that say how a mail looks and who sends it."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        sent = super().to_internal_value(data)
        read: dict[str, Any] = {}
        for name, serializer in (("mailer_settings", MailerSerializer), ("footer_settings", FooterSerializer)):
            if sent.get(name):
                part = serializer(data=as_object(sent[name]) or {})
                part.is_valid(raise_exception=True)
                read[name] = {**(MAILER if name == "mailer_settings" else {}), **part.validated_data}
        style = as_object(sent.get("template_config") or {})
        if style:
            read["template_config"] = read_style(style)
        if sent.get("is_transactional") in YES_NO:
            read["is_transactional"] = sent["is_transactional"]
        return read


class SubjectsField(InputField):
    """The subjects that a campaign tries: `[{"key": "50", "value": "Hello"}]`, each with its share."""

    default_error_messages = {
        "subjects": f"The {{name}} must be at most {MAX_SUBJECTS} objects with a text as value and a share as key.",
    }

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        rows = as_objects(data)
        if rows is None or len(rows) > MAX_SUBJECTS or not all(isinstance(row, Mapping) for row in rows):
            self.fail("subjects")
        text = PlainTextField(max_length=500, allow_blank=False)
        read = []
        for place, row in enumerate(rows, start=1):
            weight = as_integer(row.get("key"))
            if weight is None or not 0 < weight <= MAX_WEIGHT or not isinstance(row.get("value"), str):
                self.fail("subjects")
            read.append({"id": place, "key": weight, "value": text.run_validation(row["value"])})
        return read


class MailSerializer(serializers.Serializer[Any]):
    """What is written in a campaign. What is not sent stays as it is."""

    title = PlainTextField(allow_blank=False)
    email_subject = PlainTextField(max_length=500, required=False, allow_null=True)
    email_pre_header = PlainTextField(max_length=500, required=False, allow_null=True)
    email_body = MarkupField(required=False, allow_null=True)
    design_template = PlainTextField(max_length=50, required=False, allow_null=True)
    template_id = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10**18)
    settings = MailSettingsField(required=False, allow_null=True)
    utm_status = FlagField(required=False)
    utm_source = optional_text()
    utm_medium = optional_text()
    utm_campaign = optional_text()
    utm_term = optional_text()
    utm_content = optional_text()

    @property
    def written(self) -> dict[str, Any]:
        """The columns of the mailing that were sent."""
        names = {
            "title": "title",
            "email_subject": "subject",
            "email_pre_header": "pre_header",
            "email_body": "body",
            "design_template": "design",
        }
        sent = self.validated_data
        written = {column: sent[name] or "" for name, column in names.items() if name in sent}
        if not written.get("design", "simple"):
            del written["design"]
        return written

    def settings_of(self) -> dict[str, Any]:
        """The keys of the mailing's settings that were sent."""
        sent = self.validated_data
        settings = dict(sent.get("settings") or {})
        settings |= {name: sent[name] for name in UTM if name in sent}
        if "utm_status" in sent:
            settings["utm_status"] = int(sent["utm_status"])
        return settings


class CampaignSerializer(MailSerializer):
    next_step = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=MAX_STEP)
    update_subjects = FlagField(required=False)
    subjects = SubjectsField(required=False)

    def settings_of(self) -> dict[str, Any]:
        settings = super().settings_of()
        if self.validated_data.get("update_subjects") and "subjects" in self.validated_data:
            settings["subjects"] = self.validated_data["subjects"]
        return settings


def shows_way_out(design: str, body: str, settings: Mapping[str, Any]) -> bool:
    """Whether a mail that brings its own footer, or has none, holds a link to leave. One without a text yet does."""
    footer = settings.get("footer_settings") or {}
    own_footer = footer.get("custom_footer") == "yes"
    if not body or (design not in RAW_DESIGNS and not own_footer):
        return True
    text = body + (str(footer.get("footer_content") or "") if own_footer and design not in RAW_DESIGNS else "")
    return any(code in text for code in LEAVING)

"""What a client may send of a template and of a mail to one contact."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers

from emails.design import DEFAULT_STYLE
from emails.models import Mailing, Template
from rest.fields import InputField
from rest.rich_text import ELEMENT
from rest.text import strip_controls
from wp_rest.fields import ChoiceTextField, KeptObjectField, PlainTextField

# Characters. A mail is cut off by mailboxes at a fifth of this.
MAX_BODY = 500_000
# Making the text part takes quadratic time in links; this many take a second.
MAX_ELEMENTS = 10_000
# The longest value of a style.
MAX_STYLE = 500


class MarkupField(InputField):
    """HTML as it is: a mail is a document of its own, with styles that a note may not have."""

    default_error_messages = {
        "string": "The {name} must be a text.",
        "max": "The {name} may not be longer than {max_length} characters.",
        "elements": "The {name} may not have more than {elements} elements.",
    }
    max_length = MAX_BODY

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("string")
        if len(data) > self.max_length:
            self.fail("max", max_length=self.max_length)
        if len(ELEMENT.findall(data)) > MAX_ELEMENTS:
            self.fail("elements", elements=MAX_ELEMENTS)
        return strip_controls(data)


def read_style(sent: Mapping[str, Any]) -> dict[str, Any]:
    """How mails look, from what was sent: a key that is no part of a style, and what is no value, is left out."""
    return {
        name: strip_controls(value) if isinstance(value, str) else value
        for name, value in sent.items()
        if name in DEFAULT_STYLE and isinstance(value, str | int) and len(str(value)) <= MAX_STYLE
    }


class TemplateSerializer(serializers.ModelSerializer[Template]):
    """FluentCRM keeps templates as WordPress keeps posts, hence the names."""

    post_title = PlainTextField(source="title", required=False)
    post_content = MarkupField(source="body", required=False)
    post_excerpt = PlainTextField(source="pre_header", max_length=500, required=False)
    email_subject = PlainTextField(source="subject", max_length=500, required=False)
    edit_type = ChoiceTextField(("html", "visual"), required=False)
    design_template = PlainTextField(source="design", max_length=50, required=False)
    settings = KeptObjectField(required=False)

    class Meta:
        model = Template
        fields: ClassVar = [
            "post_title",
            "post_content",
            "post_excerpt",
            "email_subject",
            "edit_type",
            "design_template",
            "settings",
        ]


class MailingSerializer(serializers.ModelSerializer[Mailing]):
    """A mail to one contact, as `campaign` of POST /subscribers/{id}/emails/send."""

    title = PlainTextField(required=False)
    email_subject = PlainTextField(source="subject", max_length=500, allow_blank=False)
    email_pre_header = PlainTextField(source="pre_header", max_length=500, required=False)
    email_body = MarkupField(source="body")
    design_template = PlainTextField(source="design", max_length=50, required=False)
    settings = KeptObjectField(required=False)

    class Meta:
        model = Mailing
        fields: ClassVar = ["title", "email_subject", "email_pre_header", "email_body", "design_template", "settings"]

    def validate_email_body(self, body: str) -> str:
        if not body.strip():
            raise serializers.ValidationError("The email_body field is required.", code="required")
        return body

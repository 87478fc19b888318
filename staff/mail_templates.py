"""Templates of mails in the admin, held to the same rules as those that come through the API."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from rest_framework.serializers import ValidationError as Refused

from emails.api.serializers import MAX_BODY, MarkupField
from emails.models import Mailing, Template
from emails.services.templates import delete_templates, save_template
from rest.text import plain_line
from staff.buttons import PageButtons
from staff.mail_words import ABOUT_PREVIEW, ABOUT_SUBJECT, PREVIEW_TEXT, DesignField, offer_design
from staff.pages import NarrowPages
from staff.previews import Previewed
from staff.screens import Matched
from staff.shown import badge
from staff.widgets import themed

CODES = (
    "HTML. Codes: {{contact.first_name|there}}, {{contact.custom.slug}}, and in links ##crm.unsubscribe_url##, "
    "##crm.manage_subscription_url##, ##web_preview_url##."
)


class MarkupFormField(forms.CharField):
    """The body of a mail."""

    def clean(self, value: Any) -> str:
        return checked_markup(super().clean(value))


def checked_markup(body: str) -> str:
    """A body, if the API takes it. Raises forms.ValidationError."""
    field: Any = MarkupField()
    field.bind("body", None)
    try:
        return str(field.run_validation(body))
    except Refused as error:
        raise forms.ValidationError([str(text) for text in error.detail]) from None


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    design = DesignField()

    class Meta:
        model = Template
        fields: ClassVar = ["title", "subject", "pre_header", "body", "design", "status"]
        widgets: ClassVar = {
            "subject": forms.TextInput(attrs={"class": "vTextField"}),
            "body": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 30, "maxlength": MAX_BODY}),
        }
        labels: ClassVar = {"pre_header": PREVIEW_TEXT}
        help_texts: ClassVar = {"subject": ABOUT_SUBJECT, "pre_header": ABOUT_PREVIEW, "body": CODES}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer_design(self)
        themed(self.fields)

    def clean_title(self) -> str:
        return plain_line(self.cleaned_data["title"])

    def clean_subject(self) -> str:
        return plain_line(self.cleaned_data["subject"])

    def clean_pre_header(self) -> str:
        return plain_line(self.cleaned_data["pre_header"])

    def clean_body(self) -> str:
        return checked_markup(self.cleaned_data["body"])


@admin.register(Template)
class TemplateAdmin(Matched, NarrowPages, Previewed, PageButtons):
    form = TemplateForm
    few_rows = True
    list_display = ("title", "subject", "state", "created_by", "updated_at")
    list_select_related = ("created_by",)
    list_columns = ("title", "subject", "status", "updated_at", "created_by__username")
    list_filter = ("status",)
    search_help_text = "Title"
    ordering = ("-id",)
    readonly_fields = ("created_by", "created_at", "updated_at")
    actions = ("test_it", "delete_selected")
    buttons = ("test_it",)

    @admin.display(description="status", ordering="status")
    def state(self, template: Template) -> SafeString:
        return badge(template.status)

    def mail_of(self, row: Template) -> Mailing:
        return Mailing(subject=row.subject, pre_header=row.pre_header, body=row.body, design=row.design)

    @admin.action(description="Send a test to me", permissions=["view"])
    def test_it(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.send_test_of(request, queryset.first())

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        save_template(obj)

    def delete_model(self, request: HttpRequest, obj: Template) -> None:
        delete_templates([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_templates(ids)

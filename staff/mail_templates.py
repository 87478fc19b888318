"""Templates of mails in the admin, held to the same rules as those that come through the API."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.serializers import ValidationError as Refused

from emails.api.serializers import MAX_BODY, MarkupField
from emails.models import Template
from emails.services.templates import delete_templates, save_template
from rest.text import plain_line
from staff.confirmation import SetActions
from staff.pages import NarrowPages


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Template
        fields: ClassVar = ["title", "subject", "pre_header", "body", "design", "status"]
        widgets: ClassVar = {
            "subject": forms.TextInput(attrs={"class": "vTextField"}),
            "body": forms.Textarea(attrs={"class": "vLargeTextField", "rows": 30, "maxlength": MAX_BODY}),
        }
        help_texts: ClassVar = {
            "subject": "It may have codes, such as {{contact.first_name|there}}.",
            "body": "HTML. Codes: {{contact.first_name|there}}, {{contact.custom.slug}}, and in links "
            "##crm.unsubscribe_url##, ##crm.manage_subscription_url##, ##web_preview_url##.",
        }

    def clean_title(self) -> str:
        return plain_line(self.cleaned_data["title"])

    def clean_subject(self) -> str:
        return plain_line(self.cleaned_data["subject"])

    def clean_pre_header(self) -> str:
        return plain_line(self.cleaned_data["pre_header"])

    def clean_body(self) -> str:
        field: Any = MarkupField()
        field.bind("body", None)
        try:
            return str(field.run_validation(self.cleaned_data["body"]))
        except Refused as error:
            raise forms.ValidationError([str(text) for text in error.detail]) from None


@admin.register(Template)
class TemplateAdmin(NarrowPages, SetActions):
    form = TemplateForm
    list_display = ("title", "subject", "status", "created_by", "updated_at")
    list_select_related = ("created_by",)
    list_columns = ("title", "subject", "status", "updated_at", "created_by__username")
    list_filter = ("status",)
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("title",)
    search_help_text = "Title"
    ordering = ("-id",)
    readonly_fields = ("created_by", "created_at", "updated_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        templates: Any = queryset
        text = search_term.replace("\x00", "").strip()
        return (templates.matching(text) if text else templates), False

    def save_model(self, request: HttpRequest, obj: Template, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        save_template(obj)

    def delete_model(self, request: HttpRequest, obj: Template) -> None:
        delete_templates([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_templates(ids)

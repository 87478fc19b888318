"""Incoming hooks in the admin, with the address to copy."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from staff.contact_form import chooser
from staff.recorded import RecordedAdmin
from staff.rules import hold_to
from staff.shown import copyable
from webhooks.api.serializers import WebhookSerializer, address_of
from webhooks.models import Webhook

KINDS = ("tags", "lists", "companies")


class WebhookForm(forms.ModelForm):  # type: ignore[type-arg]
    """A hook, with the rules of the API. Tags, lists and companies are chosen by name and stored as ids."""

    tags = chooser("tags")
    lists = chooser("lists")
    companies = chooser("companies")

    class Meta:
        model = Webhook
        fields: ClassVar = ["name", "status", *KINDS]

    def clean(self) -> dict[str, Any]:
        super().clean()
        for kind in KINDS:
            self.cleaned_data[kind] = sorted(row.pk for row in self.cleaned_data.get(kind, []))
        sent = {name: self.cleaned_data[name] for name in ("name", "status") if name in self.cleaned_data}
        hold_to(self, WebhookSerializer(data=sent))
        return self.cleaned_data


@admin.register(Webhook)
class WebhookAdmin(RecordedAdmin):
    subject = "webhook"
    form = WebhookForm
    list_display = ("name", "status", "address", "created_at")
    list_filter = ("status",)
    search_fields = ("name__holds",)
    search_help_text = "Name"
    ordering = ("pk",)
    readonly_fields = ("address", "created_at", "updated_at")
    show_facets = admin.ShowFacets.NEVER

    def get_fields(self, request: HttpRequest, obj: Webhook | None = None) -> Any:
        return ["name", "status", *KINDS, *(self.readonly_fields if obj else ())]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # ?hash__startswith= would reveal the secret letter by letter.
        return not lookup.startswith("hash") and super().lookup_allowed(lookup, value, request)

    @admin.display(description="address to post contacts to")
    def address(self, hook: Webhook) -> SafeString:
        """The address, which one click selects."""
        return copyable(address_of(hook))

"""The list of contacts (staff.contact_list), the form of one, and its page (staff.contact_page)."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse

from custom_fields.models import CustomField
from custom_fields.services import definitions
from staff.confirmation import DeletedAlone
from staff.contact_actions import ContactActions
from staff.contact_conditions import ContactConditions
from staff.contact_form import COLUMNS, CUSTOM, ContactForm
from staff.contact_history import ContactHistory
from staff.contact_list import ContactListing
from staff.contact_page.actions import ContactPageActions
from staff.dates import date_time
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft, EmailTaken

KEPT = ["user", "total_points", "life_time_value", "created_at", "last_activity", "updated_at"]


@admin.register(Subscriber)
class SubscriberAdmin(
    ContactPageActions, ContactHistory, ContactConditions, ContactListing, ContactActions, DeletedAlone
):
    form = ContactForm
    readonly_fields = tuple(KEPT)

    # It is no field of the table, and would be shown as Python writes it.
    @admin.display(description="updated at")
    def updated_at(self, contact: Subscriber) -> str:
        return date_time(contact.updated_at)

    # --- One contact ------------------------------------------------------------------------

    def definitions(self, request: Any) -> list[CustomField]:
        """The custom fields, read once for each request."""
        if not hasattr(request, "custom_field_definitions"):
            request.custom_field_definitions = definitions()
        return request.custom_field_definitions

    def get_fieldsets(self, request: HttpRequest, obj: Subscriber | None = None) -> Any:
        address = ["address_line_1", "address_line_2", "postal_code", "city", "state", "country"]
        person = ["email", "status", "contact_type", "prefix", "first_name", "last_name", "phone", "date_of_birth"]
        person += ["job_title", "website", "pipeline_stage"]
        rest = [name for name in COLUMNS if name not in person and name not in address]
        custom = [CUSTOM + definition.slug for definition in self.definitions(request)]
        return [
            (None, {"fields": person}),
            ("Tags and lists", {"fields": ["tags", "lists"]}),
            ("Companies", {"fields": ["companies", "company"]}),
            *([("Custom fields", {"fields": custom})] if custom else []),
            ("Address", {"fields": address}),
            ("More", {"fields": rest, "classes": ["collapse"]}),
            *([("Set by the server", {"fields": KEPT, "classes": ["collapse"]})] if obj else []),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class. It adds the custom fields itself."""
        names = kwargs.pop("fields", None) or [
            name for _, options in self.get_fieldsets(request, obj) for name in options["fields"]
        ]
        columns = [name for name in names if not name.startswith(CUSTOM)]
        form: Any = super().get_form(request, obj, change, fields=columns, **kwargs)
        form.definitions = self.definitions(request)
        return form

    def changeform_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *arguments, **options)
        except EmailTaken:
            # Another request has taken it since the form was checked: checking again shows the error.
            return super().changeform_view(request, *arguments, **options)

    def save_model(self, request: HttpRequest, obj: Subscriber, form: Any, change: bool) -> None:
        draft: Draft = form.draft
        services.hold(tags=draft.tags, lists=draft.lists)
        form.companies_draft.hold(obj.pk if change else None)
        if change:
            if services.update_contact(obj.pk, draft) is None:
                raise Http404
        else:
            created = services.create_contacts([draft])
            if not created:
                raise EmailTaken(draft.address)
            obj.pk = created[draft.address]
        form.companies_draft.write(obj.pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        # Tags, lists and companies are written with the contact.
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        services.delete_contacts([obj.pk])

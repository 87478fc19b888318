"""Companies in the admin."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from companies.api.serializers import CompanySerializer
from companies.models import COLUMNS, TYPES, Company
from companies.services import NameTaken, save_company
from staff.company_page import CompanyPage
from staff.confirmation import DeletedAlone
from staff.contact_names import OfContacts
from staff.pages import NarrowPages
from staff.screens import Matched
from staff.widgets import themed
from subscribers import services
from subscribers.models import SubscriberCompany

# The fields that staff may change.
EDITABLE = [column.removesuffix("_id") for column in COLUMNS if column not in ("id", "hash")]
KEPT = ["created_at", "updated_at"]
TAKEN = "Another company has this name."


class CompanyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A company, with the rules of the API."""

    type = forms.ChoiceField(required=False)

    class Meta:
        model = Company
        fields: ClassVar = EDITABLE
        labels: ClassVar = {"email": "E-mail address", "employees_number": "Number of employees"}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if isinstance(field := self.fields.get("type"), forms.ChoiceField):
            # A type that came with an import can still be chosen.
            field.choices = [(name, name or "---------") for name in dict.fromkeys(["", *TYPES, self.instance.type])]
            themed({"type": field})

    def clean(self) -> dict[str, Any]:
        super().clean()
        sent = {name: as_sent(self.cleaned_data[name]) for name in self.changed_data if name in self.cleaned_data}
        serializer = CompanySerializer(data=sent)
        serializer.is_valid()
        for name, errors in serializer.errors.items():
            self.add_error(name.removesuffix("_id"), [str(error) for error in errors])
        if not serializer.errors:
            self.cleaned_data |= serializer.validated_data
        name = self.cleaned_data.get("name")
        if name and Company.objects.exclude(pk=self.instance.pk).named([name]).exists():
            self.add_error("name", TAKEN)
        return self.cleaned_data


def as_sent(value: Any) -> Any:
    """A form's value as a client of the API would send it."""
    if value is None:
        return ""
    return str(value) if isinstance(value, date) else value


class TypeFilter(admin.SimpleListFilter):
    title = "type"
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, name) for name in TYPES]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(type=self.value())


@admin.register(Company)
class CompanyAdmin(CompanyPage, OfContacts, Matched, NarrowPages, DeletedAlone):
    form = CompanyForm
    contact_links = ("owner",)
    list_display = ("name", "industry", "type", "email", "contacts_count", "created_at")
    list_filter = (TypeFilter, "created_at")
    search_help_text = "Part of a name, e-mail address, phone number, website, industry or description"
    ordering = ("-id",)
    raw_id_fields = ("owner",)
    readonly_fields = KEPT
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        """Companies with their number of contacts, which is only counted for the rows of the page."""
        links = SubscriberCompany.objects.filter(company=OuterRef("pk")).order_by().values("company")
        counted = Subquery(links.annotate(number=Count("pk")).values("number"))
        companies: QuerySet[Company] = super().get_queryset(request)
        return companies.annotate(contacts_number=Coalesce(counted, 0))

    @admin.display(description="contacts")
    def contacts_count(self, company: Any) -> SafeString:
        """The number of contacts, as a link to them."""
        return format_html('<a href="{}">{}</a>', contacts_page(company), company.contacts_number)

    def get_fieldsets(self, request: HttpRequest, obj: Company | None = None) -> Any:
        main = ["name", "owner", "type", "industry", "email", "phone", "website", "employees_number", "description"]
        rest = [name for name in EDITABLE if name not in main]
        return [
            (None, {"fields": main}),
            ("More", {"fields": rest, "classes": ["collapse"]}),
            *([("Set by the server", {"fields": KEPT})] if obj else []),
        ]

    def changeform_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *arguments, **options)
        except NameTaken:
            # Another request has taken it since the form was checked: checking again shows the error.
            return super().changeform_view(request, *arguments, **options)

    def save_model(self, request: HttpRequest, obj: Company, form: Any, change: bool) -> None:
        """Write the company and add its owner to it, as the API does."""
        with transaction.atomic():
            save_company(obj)
            if obj.owner_id and "owner" in form.changed_data:
                services.attach_companies([obj.owner_id], [obj.pk])

    def delete_model(self, request: HttpRequest, obj: Company) -> None:
        services.delete_companies([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return len(services.delete_companies(ids))


def contacts_page(company: Company) -> str:
    """The address of the list of a company's contacts."""
    return f"{reverse('admin:subscribers_subscriber_changelist')}?company={company.pk}"

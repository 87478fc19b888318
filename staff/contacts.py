"""The list of contacts, and the page of one."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from custom_fields.models import CustomField, Scope
from custom_fields.services import definitions
from database.expressions import Address
from segments.models import ContactList, Tag
from staff.contact_actions import ContactActions
from staff.contact_filters import CompanyFilter, ContactTypeFilter, ListFilter, StatusFilter, TagFilter, kept_count
from staff.contact_form import COLUMNS, CUSTOM, ContactForm
from staff.contact_history import ContactHistory
from staff.pages import IdsFirst, NarrowPages
from subscribers import services
from subscribers.models import Subscriber
from subscribers.services import Draft, EmailTaken

KEPT = ["user", "hash", "total_points", "life_time_value", "created_at", "last_activity", "updated_at"]
# The number of tags (or lists) that the list shows for a contact.
SHOWN_SEGMENTS = 4


@admin.register(Subscriber)
class SubscriberAdmin(ContactHistory, NarrowPages, ContactActions):
    form = ContactForm
    list_display = ("address", "full_name", "status", "tag_titles", "list_titles", "created_on")
    list_filter = (StatusFilter, ContactTypeFilter, TagFilter, ListFilter, CompanyFilter)
    list_per_page = 50
    # Any name will do: it only shows the search box; get_search_results searches.
    search_fields = ("email",)
    search_help_text = "Part of a name, e-mail address, phone number or postal address"
    ordering = ("-id",)
    # The columns with an index.
    sortable_by = ("address", "created_on")
    # Counting the contacts of each filter would cost more than the page.
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = (*KEPT, "custom_values_shown", "company_pages")

    # --- The list ---------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        """Contacts with their tags and lists: one statement for all tags, one for all lists."""
        contacts: QuerySet[Subscriber] = super().get_queryset(request)
        return contacts.defer("search_text").prefetch_related(
            Prefetch("tags", Tag.objects.order_by("title", "pk")),
            Prefetch("lists", ContactList.objects.order_by("title", "pk")),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        contacts: Any = queryset
        text = " ".join(search_term.replace("\x00", "").split())
        return (contacts.matching(text) if text else contacts), False

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: Any,
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> IdsFirst:
        return IdsFirst(queryset, per_page, orphans, allow_empty_first_page, known_count=kept_count(request))

    @admin.display(description="e-mail", ordering=Address("email"))
    def address(self, contact: Subscriber) -> str:
        return contact.email

    @admin.display(description="name")
    def full_name(self, contact: Subscriber) -> str:
        return contact.full_name

    @admin.display(description="tags")
    def tag_titles(self, contact: Subscriber) -> str:
        return titles(contact.tags.all())

    @admin.display(description="lists")
    def list_titles(self, contact: Subscriber) -> str:
        return titles(contact.lists.all())

    @admin.display(description="created", ordering="created_at")
    def created_on(self, contact: Subscriber) -> SafeString:
        # Only the day: with the time it would need the width of two columns.
        return format_html('<span class="nowrap">{}</span>', f"{localtime(contact.created_at):%Y-%m-%d}")

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
        companies = ["companies", "company"]
        if obj is not None and cast(Any, request.user).has_perm("companies.view_company"):
            companies.append("company_pages")
        if obj is not None and not self.has_change_permission(request, obj):
            # Django shows no form fields to users who may only view.
            custom = ["custom_values_shown"]
        else:
            custom = [CUSTOM + definition.slug for definition in self.definitions(request)]
        return [
            (None, {"fields": person}),
            ("Tags and lists", {"fields": ["tags", "lists"]}),
            ("Companies", {"fields": companies}),
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

    @admin.display(description="custom values")
    def custom_values_shown(self, contact: Subscriber) -> SafeString:
        shown = CustomField.objects.filter(scope=Scope.CONTACT, slug__in=contact.custom_values).order_by(
            "position", "pk"
        )
        values = ((field.label, contact.custom_values[field.slug]) for field in shown)
        texts = ((label, ", ".join(value) if isinstance(value, list) else value) for label, value in values)
        return format_html_join("", "<div>{}: {}</div>", texts)

    @admin.display(description="their pages")
    def company_pages(self, contact: Subscriber) -> SafeString:
        """Links to the contact's companies, each with a link to the contacts of the company."""
        contacts = reverse("admin:subscribers_subscriber_changelist")
        return format_html_join(
            "",
            '<div><a href="{}">{}</a>{} (<a href="{}?company={}">its contacts</a>)</div>',
            (
                (
                    reverse("admin:companies_company_change", args=[company.pk]),
                    company.name,
                    ", primary" if company.pk == contact.company_id else "",
                    contacts,
                    company.pk,
                )
                for company in contact.companies.order_by("name", "pk")
            ),
        )

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

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the page before a deletion shows. What is deleted with the contacts is not read."""
        return [str(contact) for contact in objs], {str(self.opts.verbose_name_plural): len(objs)}, set(), []


def titles(segments: Any) -> str:
    """The first titles, with commas; the list of contacts has room for a few."""
    named = [segment.title for segment in segments]
    more = [f"and {len(named) - SHOWN_SEGMENTS} more"] if len(named) > SHOWN_SEGMENTS else []
    return ", ".join([*named[:SHOWN_SEGMENTS], *more])

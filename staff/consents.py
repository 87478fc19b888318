"""The consents of contacts in the admin: read, never written."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from emails.models import Consent
from staff.contact_names import OfContacts, named_contact, number_of
from staff.dates import exact_time
from staff.pages import NarrowPages
from staff.reading_all import By
from staff.screens import ReadOnly
from staff.shown import preformatted


@admin.register(Consent)
class ConsentAdmin(ReadOnly, OfContacts, NarrowPages):
    list_display = ("email", "subscriber", "at", "ip", "subject")
    list_select_related = ("subscriber", "mailing")
    list_columns = ("email", "at", "ip", "subscriber__email", "mailing__subject", "mailing__title")
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("email",)
    search_help_text = "The whole e-mail address, or the id, of a contact"
    search_by = By.WHOLE
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    fields = ("subscriber", "exactly_at", "email", "ip", "user_agent", "list_titles", "subject", "body")
    readonly_fields = fields
    telling = ("email", "ip", "user_agent")

    def hide(self, row: Any) -> None:
        super().hide(row)
        row.email, row.ip = number_of(row.subscriber_id), ""

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        contact = named_contact(request.user, term)
        return (queryset.none() if contact is None else queryset.filter(subscriber=contact)), False

    @admin.display(description="at")
    def exactly_at(self, consent: Consent) -> str:
        return exact_time(consent.at)

    @admin.display(description="lists")
    def list_titles(self, consent: Consent) -> str:
        return ", ".join(one["title"] for one in consent.lists) or "-"

    @admin.display(description="subject")
    def subject(self, consent: Consent) -> str:
        return consent.mailing.subject

    @admin.display(description="text")
    def body(self, consent: Consent) -> SafeString:
        """As it was written, not as a page: it is what the contact agreed to."""
        return preformatted(consent.mailing.body)

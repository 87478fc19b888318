"""The consents of contacts in the admin: read, never written."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from emails.models import Consent
from staff.pages import NarrowPages
from subscribers.models import Subscriber
from subscribers.reading import find_id_by_email

# The number of consents on the page of a contact, newest first.
SHOWN_CONSENTS = 20


@admin.register(Consent)
class ConsentAdmin(NarrowPages):
    list_display = ("email", "subscriber", "at", "ip", "subject")
    list_select_related = ("subscriber", "mailing")
    list_columns = ("email", "at", "ip", "subscriber__email", "mailing__subject", "mailing__title")
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("email",)
    search_help_text = "The whole e-mail address, or the id, of a contact"
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    fields = ("subscriber", "at", "email", "ip", "user_agent", "list_titles", "subject", "body")
    readonly_fields = fields

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.replace("\x00", "").strip()
        if not term:
            return queryset, False
        contact = int(term) if term.isascii() and term.isdecimal() and len(term) < 19 else find_id_by_email(term)
        return (queryset.none() if contact is None else queryset.filter(subscriber=contact)), False

    @admin.display(description="lists")
    def list_titles(self, consent: Consent) -> str:
        return ", ".join(one["title"] for one in consent.lists) or "-"

    @admin.display(description="subject")
    def subject(self, consent: Consent) -> str:
        return consent.mailing.subject

    @admin.display(description="text")
    def body(self, consent: Consent) -> SafeString:
        """As it was written, not as a page: it is what the contact agreed to."""
        return format_html('<pre style="white-space: pre-wrap; overflow-wrap: anywhere">{}</pre>', consent.mailing.body)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ContactConsents(admin.ModelAdmin):  # type: ignore[type-arg]
    """The consents of a contact on its page, for who may view them."""

    @admin.display(description="confirmed")
    def consents_shown(self, contact: Subscriber) -> SafeString:
        """When and from where, each a link to its text."""
        consents = contact.consents.select_related("mailing").order_by("-pk")[:SHOWN_CONSENTS]
        lines = [
            (
                reverse("admin:emails_consent_change", args=[consent.pk]),
                f"{localtime(consent.at):%Y-%m-%d %H:%M:%S}",
                consent.ip or "an unknown address",
                consent.mailing.subject,
            )
            for consent in consents
        ]
        shown = format_html_join("", '<div><a href="{}">{}</a> from {}: {}</div>', lines)
        return shown or SafeString("-")

    def may_view_consents(self, request: HttpRequest) -> bool:
        return bool(cast(Any, request.user).has_perm("emails.view_consent"))

"""History in the admin. It cannot be changed there."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from changes.models import Change, ChangedContact, DeletedContact
from segments.services import is_id
from staff.change_words import CHANNELS, WORDS, describe
from staff.pages import NarrowPages
from subscribers.models import Subscriber
from subscribers.reading import find_id_by_email

# The number of contacts that the page of an entry names.
SHOWN_CONTACTS = 100


class ChannelFilter(admin.SimpleListFilter):
    title = "channel"
    parameter_name = "channel"
    words: Any = CHANNELS

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return list(self.words.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(**{self.parameter_name: self.value()})


class EventFilter(ChannelFilter):
    title, parameter_name, words = "event", "event", WORDS


@admin.register(Change)
class ChangeAdmin(NarrowPages):
    list_display = ("at", "user", "channel_name", "what", "contacts")
    list_columns = ("at", "channel", "event", "contacts", "user__username")
    list_select_related = ("user",)
    list_filter = (EventFilter, ChannelFilter, "at")
    # Any name will do: it only shows the search box; get_search_results searches.
    search_fields = ("id",)
    search_help_text = "The id or the full e-mail address of a contact"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "user", "actor", "channel_name", "contacts", "what_in_full", "subject", "about")
    readonly_fields = fields
    show_facets = admin.ShowFacets.NEVER

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        changes: Any = queryset
        term = search_term.replace("\x00", "").strip()
        if not term:
            return changes, False
        # An id also finds the entries of a deleted contact.
        contact = int(term) if is_id(term) else find_id_by_email(term)
        return (changes.none() if contact is None else changes.about(contact)), False

    @admin.display(description="channel")
    def channel_name(self, change: Change) -> str:
        return CHANNELS.get(change.channel, change.channel)

    @admin.display(description="what")
    def what(self, change: Change) -> str:
        return WORDS.get(change.event, change.event)

    @admin.display(description="what")
    def what_in_full(self, change: Change) -> SafeString:
        """The text of the entry, with values before and after."""
        (entry,) = describe([change])
        lines = render_to_string("staff/change_lines.html", {"lines": entry.lines})
        return format_html("<div>{}</div>{}", entry.what, mark_safe(lines))  # noqa: S308 - a template escapes

    @admin.display(description="about")
    def about(self, change: Change) -> SafeString:
        """The first contacts of the entry by id, and the number of others. For a deletion, what was kept."""
        changed = ChangedContact.objects.filter(change=change).order_by("contact_id")
        ids = list(changed.values_list("contact_id", flat=True)[: SHOWN_CONTACTS + 1])
        if change.event == "deleted":
            kept = DeletedContact.objects.filter(change=change, contact_id__in=ids)
            gone_emails = dict(kept.values_list("contact_id", "email"))
        else:
            gone_emails = {}
        emails = dict(Subscriber.objects.filter(pk__in=ids).values_list("pk", "email"))
        named = [
            format_html(
                '{}: <a href="{}">{}</a>', pk, reverse("admin:subscribers_subscriber_change", args=[pk]), emails[pk]
            )
            if pk in emails
            else ", ".join(filter(None, [f"{pk}: {gone_emails.get(pk, '')}".removesuffix(": "), "deleted"]))
            for pk in ids[:SHOWN_CONTACTS]
        ]
        if len(ids) > SHOWN_CONTACTS:
            named.append("…")
        elif gone := change.contacts - len(ids):
            named.append(f"{gone} that {'was' if gone == 1 else 'were'} deleted")
        return format_html_join("", "<div>{}</div>", ((name,) for name in named))

    @admin.display(description="through")
    def actor(self, change: Change) -> str:
        return f"{change.actor_kind.replace('_', ' ')} {change.actor_id}" if change.actor_kind else "-"

    @admin.display(description="subject")
    def subject(self, change: Change) -> str:
        return f"{change.subject_kind} {'' if change.subject_id is None else change.subject_id}".strip()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
